import type { FieldValue, FieldValues } from '../core/program/program.js';
import { readValue } from '../core/program/read-value.js';
import { type Field, REASONING } from '../core/signature/signature.js';
import { findValues } from './normalise-answer.js';

/** An answer as values, or all that is wrong with it. */
export interface AnswerReading {
  readonly outputs: FieldValues;
  readonly reasoning: string | undefined;
  /** One entry per field that is missing or cannot be read. */
  readonly problems: readonly string[];
}

/**
 * Reads a model's answer: whatever a person would understand, in any of the forms that models use.
 * @param outputs the fields that were asked for, the reasoning among them when there is one
 * @param namesOf other names by which the answer may call a field
 */
export function readAnswer(
  text: string,
  outputs: readonly Field[],
  namesOf: (field: Field) => readonly string[],
  reasons: boolean,
): AnswerReading {
  const { bare, values, before } = findValues(text, outputs, namesOf);
  const wanted = reasons ? outputs.filter((field) => field.name !== REASONING) : outputs;
  const found = new Map<string, string>(values?.map(([field, value]) => [field.name, value]));
  // Reasoning is for people: without its label it is what stands before the answer, and without any it is not worth another call.
  const thoughts = reasons ? (found.get(REASONING) ?? (before === '' ? undefined : before)) : undefined;
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1 && !found.has(only.name)) {
    return { ...readOnly(only, values === undefined ? bare : ''), reasoning: thoughts };
  }
  const read: [string, FieldValue][] = [];
  const problems: string[] = [];
  for (const field of wanted) {
    const raw = found.get(field.name);
    if ((raw === undefined || raw === '') && field.optional !== true) {
      problems.push(`"${field.name}" is missing`);
      continue;
    }
    const reading = readValue(field, raw ?? null);
    if ('problem' in reading) problems.push(`"${field.name}": ${reading.problem}`);
    else read.push([field.name, reading.value]);
  }
  return { outputs: Object.fromEntries(read), reasoning: thoughts, problems };
}

/** The only output of an answer that does not name it: all of it, or, where that is no value, its last line. */
function readOnly(field: Field, text: string): Pick<AnswerReading, 'outputs' | 'problems'> {
  if (text === '' && field.optional !== true) return { outputs: {}, problems: [`"${field.name}" is missing`] };
  const last = text.split('\n').findLast((line) => line.trim() !== '') ?? '';
  const whole = readValue(field, text);
  const reading = 'problem' in whole && last !== text ? readValue(field, last) : whole;
  if ('problem' in reading) {
    const problem = 'problem' in whole ? whole.problem : reading.problem;
    return { outputs: {}, problems: [`"${field.name}": ${problem}`] };
  }
  return { outputs: { [field.name]: reading.value }, problems: [] };
}
