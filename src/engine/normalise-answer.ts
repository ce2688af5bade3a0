import type { Field } from '../core/signature/signature.js';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import { looseJson } from '../core/text/loose-json.js';

/**
 * Rewrites what models really answer (code fences, bold labels, JSON, thinking blocks, polite words around) into the `field: value`
 * lines that Ax's parser reads. A text it cannot make sense of is returned as it is, for the parser to complain about.
 * @param text the raw answer
 * @param fields the output fields of the signature
 */
export function normaliseAnswer(text: string, fields: readonly Field[]): string {
  const { bare, values } = findValues(text, fields);
  if (values !== undefined) return values.map(([field, value]) => `${field.name}: ${tidy(field, value)}`).join('\n');
  const only = fields.length === 1 ? fields[0] : undefined;
  return only === undefined ? bare : `${only.name}: ${tidy(only, bare)}`;
}

/** An answer taken apart, before its values are read. */
export interface FoundValues {
  /** The answer without thinking blocks and the fence around it. */
  readonly bare: string;
  /** The texts of the fields that it names; undefined when it names none. */
  readonly values: Values | undefined;
  /** What stands before the first field that it names. */
  readonly before: string;
}

/**
 * Finds the fields of an answer, in JSON or behind labels.
 * @param namesOf other names by which an answer may call a field
 */
export function findValues(text: string, fields: readonly Field[], namesOf: (field: Field) => readonly string[] = () => []): FoundValues {
  const all = (field: Field) => [field.name, ...namesOf(field)];
  const bare = withoutFence(withoutThinking(text), fields, all);
  const json = bare.startsWith('{') ? looseJson(bare) : undefined;
  // A whole object that names no field is a value, and its keys are no labels.
  if (isJsonObject(json)) return { bare, values: fromJson(json, fields, all), before: '' };
  return { bare, ...fromLabels(bare, fields, all) };
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
function withoutFence(text: string, fields: readonly Field[], namesOf: NamesOf): string {
  const inner = /```[a-zA-Z]*\n([\s\S]*?)\n?```/.exec(text)?.[1]?.trim();
  if (inner === undefined) return text;
  const whole = /^```[a-zA-Z]*\n[\s\S]*```$/.test(text);
  return whole || inner.startsWith('{') || labels(inner, fields, namesOf).length > 0 ? inner : text;
}

type Values = (readonly [Field, string])[];
type NamesOf = (field: Field) => readonly string[];

function fromJson(parsed: Readonly<Record<string, JsonValue>>, fields: readonly Field[], namesOf: NamesOf): Values | undefined {
  const byTitle = new Map(Object.entries(parsed).map(([name, value]) => [title(name), value]));
  const values: Values = [];
  for (const field of fields) {
    const value = namesOf(field)
      .map((name) => byTitle.get(title(name)))
      .find((found) => found !== undefined);
    if (value !== undefined) values.push([field, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return values.length === 0 ? undefined : values;
}

function fromLabels(text: string, fields: readonly Field[], namesOf: NamesOf): Omit<FoundValues, 'bare'> {
  const found = labels(text, fields, namesOf);
  const [first] = found;
  if (first === undefined) return { values: undefined, before: '' };
  const values: Values = [];
  found.forEach((label, index) => {
    if (values.some(([field]) => field === label.field)) return;
    const value = (text.slice(label.end, found[index + 1]?.start ?? text.length).split(SECTION)[0] ?? '').trim();
    // What stands after a short value is chatter; after a text it may belong to it.
    values.push([label.field, isLong(label.field) ? value : (value.split('\n')[0] ?? '')]);
  });
  return { values, before: text.slice(0, first.start).trim() };
}

function isLong({ type, array }: Field): boolean {
  return array === true || type === 'string' || type === 'code' || type === 'json' || type === 'object';
}

/** A section marker of DSPy's chat format, of whatever field. */
const SECTION = /^[ \t]*\[\[ *## *\w+ *## *\]\]/m;

interface Label {
  readonly field: Field;
  readonly start: number;
  readonly end: number;
}

/** Lines that begin with a field's name, whatever decoration stands around it: "**Label:**", "## Label", "[[ ## label ## ]]". */
function labels(text: string, fields: readonly Field[], namesOf: NamesOf): Label[] {
  const found = fields.flatMap((field) => {
    const names = [...new Set(namesOf(field).map((name) => title(name).replace(/ /g, '[ _]?')))].join('|');
    const pattern = new RegExp(
      `^[\\s>#*_\`"-]*(?:${names})[*_\`"]*\\s*:[*_\`]*[ \\t]*|^#{1,6} +(?:${names})[ \\t]*$|^[ \\t*_]*\\[\\[ *## *(?:${names}) *## *\\]\\][*_]*[ \\t]*`,
      'gimu',
    );
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
