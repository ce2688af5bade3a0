import { type AxGen, AxSignature, ax } from '@ax-llm/ax';
import { type FieldValue, type FieldValues, type Program, textOf } from '../core/program/program.js';
import { labelOf } from '../core/signature/labels.js';
import { type Field, REASONING } from '../core/signature/signature.js';
import { withoutImages } from './images.js';

/** Inputs and outputs of a prediction, by Ax's name of the field. */
type Values = Record<string, string | number | boolean>;

/** A program of the core as one of Ax. */
export interface AxProgram {
  readonly generator: AxGen<Values, Values>;
  /** What the model is asked for: the reasoning first, when the program reasons. */
  readonly outputs: readonly Field[];
  /** The name by which Ax knows a field: its own, or another one where Ax refuses it. */
  nameOf(field: string): string;
  /** The inputs of a task; images are attached to its message, and named here. */
  inputsOf(values: FieldValues): Values;
}

/** What stands for an answer that could not be read: Ax must ask again. */
export const UNREADABLE = '(unreadable)';

/** A program as Ax runs it. Its instructions become Ax's, its demos Ax's demos; fields whose names Ax refuses go by another name. */
export function axProgram(program: Program): AxProgram {
  const { signature } = program;
  const outputs = program.module === 'chain_of_thought' ? [REASONING_FIELD, ...signature.outputs] : signature.outputs;
  const names = namesFor([...signature.inputs, ...outputs]);
  const nameOf = (field: string) => names.get(field) ?? field;
  const titled = (field: Field) => (nameOf(field.name) === field.name ? {} : { title: labelOf(field.name) });
  const optional = (field: Field) => (field.optional === true ? { isOptional: true } : {});
  const axSignature = AxSignature.empty();
  if (signature.description !== '') axSignature.setDescription(signature.description);
  for (const field of signature.inputs) {
    axSignature.addInputField({
      name: nameOf(field.name),
      ...titled(field),
      ...described(field.description),
      ...optional(field),
      type: { name: 'string' },
    });
  }
  for (const field of outputs) {
    const description = [field.description.replace(/\.$/, ''), noteOf(field)].filter((part) => part !== '').join('. ');
    axSignature.addOutputField({
      name: nameOf(field.name),
      ...titled(field),
      ...described(description),
      ...optional(field),
      type: axType(field),
    });
  }
  const generator = ax(axSignature) as unknown as AxGen<Values, Values>;
  generator.setId(signature.name);
  generator.setInstruction(program.instructions);
  generator.addAssert((values) => !Object.values(values).includes(UNREADABLE), 'The answer cannot be read.');
  const textsOf = (values: FieldValues, attached: boolean): Values =>
    Object.fromEntries(
      Object.entries(withoutImages(signature, values, attached)).map(([name, value]) => [nameOf(name), asData(textOf(value))]),
    );
  if (program.demos.length > 0) {
    const traces = program.demos.map((demo) => {
      const answers: FieldValues = demo.reasoning === undefined ? demo.outputs : { [REASONING]: demo.reasoning, ...demo.outputs };
      const shown = outputs.filter((field) => (answers[field.name] ?? null) !== null);
      const answered = shown.map((field): [string, string | number | boolean] => [
        nameOf(field.name),
        demoValue(field, answers[field.name] ?? ''),
      ]);
      return { ...textsOf(demo.inputs, false), ...Object.fromEntries(answered) };
    });
    generator.setDemos([{ programId: signature.name, traces }]);
  }
  return { generator, outputs, nameOf, inputsOf: (values) => textsOf(values, true) };
}

/** A text that imitates the line by which Ax ends its examples must not end them: the line loses its dashes. */
function asData(text: string): string {
  return text.replace(/-{3,}(\s*END OF EXAMPLES\s*)-{3,}/gi, '-$1-');
}

const REASONING_FIELD: Field = { name: REASONING, type: 'string', description: 'The thoughts that lead to the answer, step by step' };

function described(description: string) {
  return description === '' ? {} : { description };
}

/**
 * Ax's names of the fields. Ax refuses short, general and non-English names, and takes one for input and output alike; its own check is
 * asked, so that its rules need not be known here.
 */
function namesFor(fields: readonly Field[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set(fields.map((field) => field.name.toLowerCase()));
  fields.forEach(({ name }, index) => {
    if (isAccepted(name)) return;
    const candidates = [`${name}_field`, `field_${name}`, `field_${index + 1}`, `signature_field_${index + 1}`];
    const chosen =
      candidates.find((candidate) => !taken.has(candidate.toLowerCase()) && isAccepted(candidate)) ?? `atelier_field_${index + 1}`;
    taken.add(chosen.toLowerCase());
    names.set(name, chosen);
  });
  return names;
}

function isAccepted(name: string): boolean {
  try {
    AxSignature.empty().addOutputField({ name, type: { name: 'string' } });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'AxSignatureValidationError') return false;
    throw error;
  }
}

/** Types that Ax explains to the model well keep theirs; the others are text with a note. The core reads them all (`readValue`). */
function axType(field: Field) {
  if (field.array === true) return { name: 'string' as const };
  if (field.type === 'number' || field.type === 'boolean') return { name: field.type };
  if (isAxClass(field)) return { name: 'class' as const, options: [...(field.options ?? [])] };
  return { name: 'string' as const };
}

function isAxClass({ type, options = [] }: Field): boolean {
  return type === 'class' && options.every((option) => /^[\w][\w -]*$/.test(option));
}

/** What the model must know of a type beyond Ax's words. */
function noteOf(field: Field): string {
  const { array, type, options = [], min, max, maxLength, pattern, schema } = field;
  const kind = KINDS[type];
  const parts = [
    ...(array === true ? [`A JSON list of ${kind ?? type} values, [] if there are none`] : kind === undefined ? [] : [`Write ${kind}`]),
    ...(type === 'class' && (array === true || !isAxClass(field))
      ? [`Allowed: ${options.map((option) => JSON.stringify(option)).join(', ')}`]
      : []),
    ...(min === undefined ? [] : [`At least ${min}`]),
    ...(max === undefined ? [] : [`At most ${max}`]),
    ...(maxLength === undefined ? [] : [`At most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`Must match the regular expression ${pattern}`]),
    ...(schema === undefined ? [] : [`JSON Schema: ${JSON.stringify(schema)}`]),
  ];
  return parts.join('. ');
}

const KINDS: Readonly<Partial<Record<Field['type'], string>>> = {
  integer: 'a whole number',
  date: 'a date as YYYY-MM-DD',
  datetime: 'a date and time as YYYY-MM-DDTHH:MM:SS with Z or an offset',
  url: 'an absolute URL',
  code: 'code alone, without explanation',
  json: 'JSON on one line',
  object: 'a JSON object on one line',
};

function demoValue(field: Field, value: FieldValue): string | number | boolean {
  const isNative = field.array !== true && (field.type === 'number' || field.type === 'boolean');
  return isNative && (typeof value === 'number' || typeof value === 'boolean') ? value : textOf(value);
}
