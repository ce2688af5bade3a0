import { AtelierError, type ErrorCode } from '../errors.js';
import type { Field, Signature } from '../signature/signature.js';
import { nearest } from '../text/edit-distance.js';
import type { JsonValue } from '../text/json-schema.js';
import type { FieldValues } from './program.js';
import { readValue } from './read-value.js';

interface Issue {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * The inputs of a run, typed as the signature wants them.
 * @param given texts or JSON values by field name
 * @throws AtelierError `input.missing`, `input.unknown` or `input.invalid` (of the first problem), which lists every problem
 */
export function checkInputs(signature: Signature, given: Readonly<Record<string, JsonValue>>): FieldValues {
  const names = signature.inputs.map((field) => field.name);
  const issues: Issue[] = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => ({ code: 'input.unknown', message: unknown(name, names) }));
  const values: [string, JsonValue][] = [];
  for (const field of signature.inputs) {
    if (!Object.hasOwn(given, field.name)) {
      if (field.optional !== true) issues.push({ code: 'input.missing', message: `The input "${field.name}" is missing.` });
      continue;
    }
    const reading = readValue(field, given[field.name] ?? null);
    if ('problem' in reading) issues.push({ code: 'input.invalid', message: `The input "${field.name}" is wrong: ${reading.problem}.` });
    else if (reading.value !== null) values.push([field.name, reading.value]);
  }
  const [first] = issues;
  if (first === undefined) return Object.fromEntries(values);
  throw new AtelierError(first.code, issues.map(({ message }) => message).join(' '), {
    hint: `${signature.name} takes ${signature.inputs.map(shown).join(', ')}.`,
  });
}

function unknown(name: string, names: readonly string[]): string {
  const guess = nearest(name, names);
  return `There is no input "${name}"${guess === undefined ? '' : `, did you mean "${guess}"?`}${guess === undefined ? '.' : ''}`;
}

function shown(field: Field): string {
  const type = field.type === 'class' ? (field.options ?? []).join('|') : field.type;
  return `${field.name}${field.optional === true ? '?' : ''} (${type}${field.array === true ? ' list' : ''})`;
}
