import { type FieldValue, type FieldValues, textOf } from '../program/program.js';
import { quote, type Reading } from '../program/read-scalar.js';
import { readValue } from '../program/read-value.js';
import type { Field } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';
import { cannotScore } from './metric.js';

/** True when nothing stands where an answer or a label belongs. */
export function isEmpty(value: FieldValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** True when a row says what the output should be. Of an optional output, null and the empty text say that it should not be there. */
export function hasLabel(field: Field, expected: FieldValues): boolean {
  return field.optional === true ? expected[field.name] !== undefined : !isEmpty(expected[field.name]);
}

/**
 * The right answers that a row gives for an output: one, or each item of a list under an output that is no list itself.
 * @returns typed values; null where the output should not be there
 * @throws AtelierError `metric.invalid` when there is none, or one is not of the field's type
 */
export function labelsOf(metric: string, field: Field, expected: FieldValues): readonly FieldValue[] {
  const raw = expected[field.name];
  if (!hasLabel(field, expected) || raw === undefined) {
    throw cannotScore(metric, `"${field.name}" has no label`, `Give the row a value for "${field.name}", or leave the row out.`);
  }
  const alternatives: readonly JsonValue[] = Array.isArray(raw) && field.array !== true && field.type !== 'json' ? raw : [raw];
  if (alternatives.length === 0) {
    throw cannotScore(metric, `the label of "${field.name}" is an empty list`, 'List at least one right answer.');
  }
  return alternatives.map((label) => readLabel(metric, field, label));
}

function readLabel(metric: string, field: Field, label: JsonValue): FieldValue {
  if (field.optional === true && isEmpty(label)) return null;
  const reading = field.type === 'class' ? readOptions(field, label) : readTyped(field, label);
  if ('value' in reading) return reading.value;
  throw cannotScore(
    metric,
    `the label of "${field.name}" does not fit: ${reading.problem}`,
    `Correct the label, or the type of "${field.name}" in the signature.`,
  );
}

/** A value by the type of its field alone: limits and patterns are what other metrics check. */
export function readTyped(field: Field, value: JsonValue): Reading {
  const { name, type, description, options = [], array = false } = field;
  return readValue({ name, type, description, options, array }, value);
}

/** A label of a class field: an option in any case, and nothing that only resembles one. */
function readOptions(field: Field, label: JsonValue): Reading {
  if (field.array !== true) return readOption(field.options ?? [], label);
  if (!Array.isArray(label)) return { problem: `${quote(label)} is not a list` };
  const readings = (label as readonly JsonValue[]).map((item) => readOption(field.options ?? [], item));
  const wrong = readings.find((reading) => 'problem' in reading);
  return wrong ?? { value: readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])) };
}

/** The option that a value is, whatever its case and outer blanks. */
export function readOption(options: readonly string[], value: JsonValue): Reading<string> {
  const text = textOf(value).trim();
  const found = options.find((option) => option === text) ?? options.find((option) => option.toLowerCase() === text.toLowerCase());
  return found === undefined ? { problem: `${quote(value)} is not one of ${options.join(', ')}` } : { value: found };
}
