import type { Field } from '../core/signature/signature.js';

/**
 * Rewrites what models really answer (code fences, bold labels, JSON, thinking blocks, polite words around) into the `field: value`
 * lines that Ax's parser reads. A text it cannot make sense of is returned as it is, for the parser to complain about.
 * @param text the raw answer
 * @param fields the output fields of the signature
 */
export function normaliseAnswer(text: string, fields: readonly Field[]): string {
  const bare = withoutFence(withoutThinking(text), fields);
  const values = fromJson(bare, fields) ?? fromLabels(bare, fields);
  if (values !== undefined) return values.map(([field, value]) => `${field.name}: ${tidy(field, value)}`).join('\n');
  const only = fields.length === 1 ? fields[0] : undefined;
  return only === undefined ? bare : `${only.name}: ${tidy(only, bare)}`;
}

/** The value of the only output field in an answer that may still be growing: what a person is shown while it streams. */
export function shownValue(text: string, field: Field): string {
  return beginsOnly(text, field) ? '' : fieldValue(text, field);
}

/** Free text without thinking blocks, fences, quotation marks and a label such as "Final prompt:". */
export function plainAnswer(text: string, field: Field): string {
  const value = fieldValue(text, field);
  const [, open = '', inner = '', close = ''] = /^(["'“”«»`]+)([\s\S]*?)(["'“”«»`]+)$/u.exec(value) ?? [];
  // Marks inside mean that those outside are part of the text: "Blade Runner" style, a sign says "OPEN".
  return [...`${open}${close}`].some((mark) => inner.includes(mark)) ? value : inner || value;
}

function fieldValue(text: string, field: Field): string {
  const line = normaliseAnswer(
    text.replace(/<think(?:ing)?>[\s\S]*$/i, (open) => (/<\/think/i.test(open) ? open : '')),
    [field],
  );
  return line.slice(field.name.length + 1).trim();
}

/** True while a growing text may yet turn out to be the field's label or a thinking block. */
function beginsOnly(text: string, field: Field): boolean {
  const start = text.trim().toLowerCase();
  const letters = start.replace(/^[\s>#*_`"-]+/, '').replace(/[ _]/g, '');
  return '<thinking>'.startsWith(start) || `${title(field.name).replace(/ /g, '')}:`.startsWith(letters);
}

function withoutThinking(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, '')
    .trim();
}

/** Unwraps a code fence when what it holds looks like the answer. */
function withoutFence(text: string, fields: readonly Field[]): string {
  const inner = /```[a-zA-Z]*\n([\s\S]*?)\n?```/.exec(text)?.[1]?.trim();
  if (inner === undefined) return text;
  const whole = /^```[a-zA-Z]*\n[\s\S]*```$/.test(text);
  return whole || inner.startsWith('{') || labels(inner, fields).length > 0 ? inner : text;
}

type Values = (readonly [Field, string])[];

function fromJson(text: string, fields: readonly Field[]): Values | undefined {
  if (!text.startsWith('{')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.slice(0, text.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
  const byTitle = new Map(Object.entries(parsed as Record<string, unknown>).map(([name, value]) => [title(name), value]));
  const values: Values = [];
  for (const field of fields) {
    const value = byTitle.get(title(field.name));
    if (value !== undefined) values.push([field, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return values.length === 0 ? undefined : values;
}

function fromLabels(text: string, fields: readonly Field[]): Values | undefined {
  const found = labels(text, fields);
  if (found.length === 0) return undefined;
  const values: Values = [];
  found.forEach((label, index) => {
    if (values.some(([field]) => field === label.field)) return;
    const value = text.slice(label.end, found[index + 1]?.start ?? text.length).trim();
    // What stands after a short value is chatter; after a text it may belong to it.
    values.push([label.field, label.field.type === 'string' ? value : (value.split('\n')[0] ?? '')]);
  });
  return values;
}

interface Label {
  readonly field: Field;
  readonly start: number;
  readonly end: number;
}

/** Lines that begin with a field's name, whatever decoration stands around it. */
function labels(text: string, fields: readonly Field[]): Label[] {
  const found = fields.flatMap((field) => {
    const name = title(field.name).replace(/ /g, '[ _]?');
    const pattern = new RegExp(`^[\\s>#*_\`"-]*${name}[*_\`"]*\\s*:[*_\`]*[ \\t]*`, 'gim');
    return [...text.matchAll(pattern)].map((match) => ({ field, start: match.index, end: match.index + match[0].length }));
  });
  return found.sort((a, b) => a.start - b.start);
}

/** The value of a class, number or boolean freed of decoration; texts stay as they are. */
function tidy(field: Field, value: string): string {
  if (field.type === 'class') {
    const plain = value
      .trim()
      .replace(/^["'*_`]+|["'*_`.!]+$/g, '')
      .trim();
    return field.options?.find((option) => option.toLowerCase() === plain.toLowerCase()) ?? plain;
  }
  if (field.type === 'number') return /-?\d+(?:\.\d+)?/.exec(value)?.[0] ?? value;
  return value;
}

/** `finalPrompt` and `final_prompt` as "final prompt". */
function title(name: string): string {
  return name
    .replace(/_/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
