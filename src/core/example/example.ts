import { AtelierError, asAtelierError } from '../errors.js';
import type { BatchRow } from '../program/batch-result.js';
import { checkInputs } from '../program/check-inputs.js';
import type { FieldValue, FieldValues } from '../program/program.js';
import { quote } from '../program/read-scalar.js';
import { readValue } from '../program/read-value.js';
import type { Field, Signature } from '../signature/signature.js';
import { canonicalJson, isJsonObject, type JsonValue } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import { mapColumns } from './columns.js';

/** One row of a dataset as a signature sees it. */
export interface Example {
  readonly row: BatchRow;
  /** Typed as the signature wants them. */
  readonly inputs: FieldValues;
  /** The labels that the row has, typed by output field; empty when it has none. */
  readonly expected: FieldValues;
}

/** Why a row is left out. */
export interface ExampleProblem {
  /** As in `BatchRow`. */
  readonly row: number;
  readonly line: number;
  /** One sentence or more: everything that is wrong with the row. */
  readonly message: string;
  readonly hint: string;
}

/** The rows of a dataset that can be used, in its order, and those that cannot. */
export interface Examples {
  readonly examples: readonly Example[];
  readonly problems: readonly ExampleProblem[];
  /** The output fields that have a column of labels. */
  readonly labels: readonly string[];
}

export interface ReadExamplesOptions {
  readonly signature: Signature;
  readonly columns: readonly string[];
  readonly rows: readonly BatchRow[];
  /** The dataset as people read it. */
  readonly file: string;
  /** Column by field, inputs and outputs alike. */
  readonly mapping?: Readonly<Record<string, string>>;
  /** Inputs that are the same in every row; no column is read for them. */
  readonly fixed?: Readonly<Record<string, JsonValue>>;
  /** Whether every output that is not optional must have a label, in every row. */
  readonly needsLabels: boolean;
}

/**
 * Reads examples from the rows of a dataset. A label comes from the column that the mapping names, else from `expected_<name>` (as results
 * of a batch name it, where `<name>` holds the answer), else from `<name>`. A row with a wrong value is left out with its reason.
 * @throws AtelierError `usage.invalid`: lists the columns that are missing
 */
export function readExamples(options: ReadExamplesOptions): Examples {
  const { signature, columns, rows, file, mapping = {}, fixed = {}, needsLabels } = options;
  const inputs = signature.inputs.filter(({ name }) => !Object.hasOwn(fixed, name));
  const outputs = signature.outputs.map((field) => (needsLabels ? field : { ...field, optional: true }));
  const labelColumns = Object.fromEntries(
    outputs
      .map(({ name }) => [name, `expected_${name}`] as const)
      .filter(([, column]) => columns.includes(column) && !signature.inputs.some(({ name }) => name === column)),
  );
  const columnOf: Readonly<Record<string, string>> = { ...labelColumns, ...mapping };
  const fieldsOf = mapColumns([...inputs, ...outputs], columns, columnOf, file);
  const labels = signature.outputs.filter(({ name }) => columns.includes(Object.hasOwn(columnOf, name) ? (columnOf[name] ?? '') : name));
  const examples: Example[] = [];
  const problems: ExampleProblem[] = [];
  for (const row of rows) {
    const given = fieldsOf(row.values);
    const issues: string[] = [];
    const inputValues = inputsOf(signature, { ...fixed, ...pick(given, inputs) }, issues);
    const expected = expectedOf(labels, given, needsLabels, issues);
    if (issues.length === 0) examples.push({ row, inputs: inputValues, expected });
    else problems.push({ row: row.row, line: row.line, message: issues.join(' '), hint: 'Correct the row; until then it is left out.' });
  }
  return { examples, problems, labels: labels.map(({ name }) => name) };
}

/**
 * One text for inputs that are the same to a reader: fields in any order, nothing for what is not given, texts without blanks at their
 * ends, with one kind of line end, in Unicode's composed form (NFC).
 */
export function inputsKey(inputs: FieldValues): string {
  return canonicalJson(settled(inputs));
}

/** What a row is, wherever it stands in whichever file: SHA-256, in lower-case hex, of its inputs and labels, exactly as they are. */
export function exampleHash({ inputs, expected }: Pick<Example, 'inputs' | 'expected'>): string {
  return sha256(canonicalJson({ inputs, expected }));
}

function settled(value: FieldValue): FieldValue {
  if (typeof value === 'string') return value.normalize('NFC').replace(/\r\n?/g, '\n').trim();
  if (Array.isArray(value)) return value.map((item: FieldValue) => settled(item));
  if (!isJsonObject(value)) return value;
  const given = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(given.map(([name, item]) => [name, settled(item)]));
}

function inputsOf(signature: Signature, given: Readonly<Record<string, JsonValue>>, issues: string[]): FieldValues {
  try {
    return checkInputs(signature, given);
  } catch (thrown) {
    const error = asAtelierError(thrown);
    if (!AtelierError.is(error) || !error.code.startsWith('input.')) throw error;
    issues.push(error.message);
    return {};
  }
}

function expectedOf(
  labels: readonly Field[],
  given: Readonly<Record<string, JsonValue>>,
  needsLabels: boolean,
  issues: string[],
): FieldValues {
  const expected: [string, FieldValue][] = [];
  for (const field of labels) {
    const raw = Object.hasOwn(given, field.name) ? given[field.name] : undefined;
    if (raw === undefined) {
      // That an optional output is not there is a label, too.
      if (field.optional === true) expected.push([field.name, null]);
      else if (needsLabels) issues.push(`The label "${field.name}" is missing.`);
      continue;
    }
    const reading = readValue(field, raw);
    const problem = 'problem' in reading ? reading.problem : guessed(field, raw, reading.value);
    if (problem !== undefined) issues.push(`The label "${field.name}" is wrong: ${problem}.`);
    else if ('value' in reading) expected.push([field.name, reading.value]);
  }
  return Object.fromEntries(expected);
}

const BOOLEAN = /^(?:true|yes|y|t|on|1|false|no|n|f|off|0)$/i;

/** A model's "rather positive" may be read as positive, and its "no idea" as no; a label is the truth, and must say what it means. */
function guessed(field: Field, raw: JsonValue, value: JsonValue): string | undefined {
  if (typeof raw !== 'string' || field.array === true) return undefined;
  if (field.type === 'boolean' && !BOOLEAN.test(raw.trim())) return `${quote(raw)} is not true or false`;
  if (field.type !== 'class' || value === null || folded(raw) === folded(String(value))) return undefined;
  return `${quote(raw)} is not one of ${(field.options ?? []).join(', ')}`;
}

function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

function pick(values: Readonly<Record<string, JsonValue>>, fields: readonly Field[]): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => fields.some((field) => field.name === name)));
}
