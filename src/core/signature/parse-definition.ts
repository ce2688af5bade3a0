import type { Demo, FieldValues } from '../program/program.js';
import { readValue } from '../program/read-value.js';
import { nearest } from '../text/edit-distance.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import type { Path, Report, SignatureDefinition, SignatureIssue } from './definition.js';
import { defaultInstructions } from './labels.js';
import { parseField } from './parse-field.js';
import { type Field, MODULES, REASONING, type Signature, signatureNameProblem } from './signature.js';

/** The parts of a signature, by the names that a file gives them. */
export const SIGNATURE_PARTS = [
  'name',
  'description',
  'instructions',
  'input_fields',
  'output_fields',
  'module',
  'examples',
  'optimization',
];

/**
 * Checks a signature, as plain data from a file.
 * @returns every issue; the definition only when none of them is an error
 */
export function parseDefinition(
  value: unknown,
  source: 'built-in' | 'workspace',
): { definition: SignatureDefinition | undefined; issues: readonly SignatureIssue[] } {
  const issues: SignatureIssue[] = [];
  const report: Report = (path, message, hint, severity = 'error') => {
    issues.push({ path, message, hint, severity });
  };
  if (!isJsonObject(value)) {
    report([], 'A signature must be a map.', `Begin with "name:". Parts: ${SIGNATURE_PARTS.join(', ')}.`);
    return { definition: undefined, issues };
  }
  for (const part of Object.keys(value).filter((key) => !SIGNATURE_PARTS.includes(key))) {
    const guess = nearest(part, SIGNATURE_PARTS);
    const hint = `${guess === undefined ? '' : `Did you mean "${guess}"? `}Parts: ${SIGNATURE_PARTS.join(', ')}.`;
    report([part], `A signature has no part "${part}"; it is ignored.`, hint, 'warning');
  }
  const { name, description, instructions, module = 'predict', optimization } = value;
  if (name === undefined) report([], 'The signature has no name.', 'Add "name:" with a word, for example sentiment.');
  else {
    const problem = signatureNameProblem(typeof name === 'string' ? name : '');
    if (problem !== undefined) report(['name'], `${JSON.stringify(name)} is no name of a signature.`, problem);
  }
  for (const [part, text] of Object.entries({ description, instructions })) {
    if (text !== undefined && text !== null && typeof text !== 'string') report([part], `The ${part} are not text.`, 'Put it in quotes.');
  }
  if (!MODULES.some((known) => known === module)) {
    report(['module'], `There is no module ${JSON.stringify(module)}.`, `Modules: ${MODULES.join(', ')}.`);
  }
  if (optimization !== undefined && optimization !== null && !isJsonObject(optimization)) {
    report(['optimization'], '"optimization" must be a map.', 'For example optimization: {optimizer: bootstrap, metric: exact_match}.');
  }
  const inputs = parseFields(value.input_fields, 'input', report);
  const outputs = parseFields(value.output_fields, 'output', report);
  refuseRepeated(inputs, outputs, report);
  if (module === 'chain_of_thought') {
    const own = [...inputs, ...outputs].find(({ field }) => field.name === REASONING);
    if (own !== undefined) report([...own.path, 'name'], 'chain_of_thought adds a "reasoning" itself.', 'Rename this field.');
  }
  const fields = { inputs: inputs.map(({ field }) => field), outputs: outputs.map(({ field }) => field) };
  const broken = issues.some(({ severity }) => severity === 'error');
  // Examples are read against the fields: with broken fields each of them would seem broken.
  const examples = broken ? [] : parseExamples(value.examples, fields, report);
  if (issues.some(({ severity }) => severity === 'error')) return { definition: undefined, issues };
  const text = typeof instructions === 'string' ? instructions.trim() : '';
  const signature: Signature = {
    name: String(name),
    description: typeof description === 'string' ? description.trim() : '',
    instructions: text === '' ? defaultInstructions(fields.inputs, fields.outputs) : text,
    ...fields,
  };
  const chosen = MODULES.find((known) => known === module) ?? 'predict';
  const kept = isJsonObject(optimization) ? optimization : undefined;
  return { definition: { signature, module: chosen, examples, optimization: kept, source }, issues };
}

interface Placed {
  readonly field: Field;
  readonly path: Path;
}

function parseFields(value: unknown, side: 'input' | 'output', report: Report): Placed[] {
  const part = `${side}_fields`;
  const hint = `List at least one: "- {name: …, type: string, description: …}".`;
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) {
    report(value === undefined ? [] : [part], `The signature has no ${part}.`, hint);
    return [];
  }
  if (!Array.isArray(value)) {
    report([part], `"${part}" must be a list.`, hint);
    return [];
  }
  return value.flatMap((item, index) => {
    const path = [part, index];
    const field = parseField(item, path, side, report);
    return field === undefined ? [] : [{ field, path }];
  });
}

function refuseRepeated(inputs: readonly Placed[], outputs: readonly Placed[], report: Report): void {
  const seen = new Set<string>();
  for (const { field, path } of [...inputs, ...outputs]) {
    if (seen.has(field.name)) {
      report([...path, 'name'], `The field "${field.name}" is here twice.`, 'Inputs and outputs need names of their own.');
    }
    seen.add(field.name);
  }
}

function parseExamples(value: unknown, fields: Pick<Signature, 'inputs' | 'outputs'>, report: Report): Demo[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    report(['examples'], '"examples" must be a list.', 'One "- {field: value, …}" per example.');
    return [];
  }
  return value.map((item, index) => parseExample(item, index, fields, report)).filter((demo) => demo !== undefined);
}

/** An example names its fields, side by side, or under `inputs` and `outputs`. */
function parseExample(value: unknown, index: number, fields: Pick<Signature, 'inputs' | 'outputs'>, report: Report): Demo | undefined {
  const path = ['examples', index];
  if (!isJsonObject(value)) {
    report(path, 'An example must be a map.', 'Write {field: value, …}.');
    return undefined;
  }
  const nested = isJsonObject(value.inputs) && (value.outputs === undefined || isJsonObject(value.outputs));
  const given = nested ? { ...(value.inputs as object), ...((value.outputs as object | undefined) ?? {}), ...reasoningOf(value) } : value;
  const placeOf = (name: string) =>
    nested && name !== REASONING ? [...path, isInput(name) ? 'inputs' : 'outputs', name] : [...path, name];
  const isInput = (name: string) => fields.inputs.some((field) => field.name === name);
  const known = [...fields.inputs, ...fields.outputs].map((field) => field.name);
  for (const name of Object.keys(given).filter((key) => !known.includes(key) && key !== REASONING)) {
    const guess = nearest(name, known);
    report(
      placeOf(name),
      `There is no field "${name}".`,
      `${guess === undefined ? '' : `Did you mean "${guess}"? `}Fields: ${known.join(', ')}.`,
    );
  }
  const read = (side: readonly Field[]): FieldValues => {
    const values: [string, JsonValue][] = [];
    for (const field of side) {
      const raw = (given as Readonly<Record<string, JsonValue>>)[field.name];
      if (raw === undefined) {
        if (field.optional !== true) report(path, `The example has no "${field.name}".`, 'Add it, or remove the example.');
        continue;
      }
      const reading = readValue(field, raw);
      if ('problem' in reading) report(placeOf(field.name), `"${field.name}" is wrong: ${reading.problem}.`, 'Correct the example.');
      else if (reading.value !== null) values.push([field.name, reading.value]);
    }
    return Object.fromEntries(values);
  };
  const reasoning = known.includes(REASONING) ? undefined : reasoningOf(given as Readonly<Record<string, JsonValue>>).reasoning;
  return { inputs: read(fields.inputs), outputs: read(fields.outputs), ...(reasoning === undefined ? {} : { reasoning }), quality: 1 };
}

function reasoningOf(value: Readonly<Record<string, JsonValue>>): { reasoning?: string } {
  return typeof value[REASONING] === 'string' ? { reasoning: value[REASONING] } : {};
}
