import { AtelierError } from '../errors.js';
import type { SignatureDefinition } from '../signature/definition.js';
import type { Field, Signature } from '../signature/signature.js';
import { nearest } from '../text/edit-distance.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';

/** What a judge may be given; a rubric takes `answer` and any of the others. */
const JUDGE_INPUTS = ['task', 'given_inputs', 'answer', 'reference'] as const;

/** One thing that a judge rates. */
export interface Dimension {
  readonly name: string;
  /** The worst and the best rating. */
  readonly min: number;
  readonly max: number;
  /** More than 0; only the proportions matter. */
  readonly weight: number;
}

/** What a judge goes by: a signature whose numbers with bounds are ratings. */
export interface Rubric {
  readonly signature: Signature;
  /** At least one. */
  readonly dimensions: readonly Dimension[];
  /** The output that says why. */
  readonly reasons: string;
}

/**
 * A signature as a rubric: its numbers and integers with `min` and `max` are the dimensions, its first text is the reasons. All dimensions
 * weigh alike, unless the file says otherwise for some: `optimization: {weights: {correctness: 2}}`; one that is not named weighs 1.
 * @throws AtelierError `signature.invalid` when it cannot be a rubric
 */
export function rubricOf({ signature, optimization }: SignatureDefinition): Rubric {
  const { name, inputs, outputs } = signature;
  const other = inputs.find((field) => !JUDGE_INPUTS.some((known) => known === field.name) && field.optional !== true);
  if (other !== undefined) {
    throw invalid(`${name} cannot be a rubric: a judge knows nothing for its input "${other.name}".`, INPUTS_HINT);
  }
  if (!inputs.some((field) => field.name === 'answer')) {
    throw invalid(`${name} cannot be a rubric: it has no input "answer", which is what a judge rates.`, INPUTS_HINT);
  }
  const rated = outputs.filter(isRating);
  const bad = rated.find(({ min, max, optional }) => optional === true || !(min < max));
  if (bad !== undefined) {
    throw invalid(
      `${name} cannot be a rubric: the rating "${bad.name}" ${bad.optional === true ? 'is optional' : 'has no range'}.`,
      'Give each rating a min below its max, and no "optional".',
    );
  }
  if (rated.length === 0) {
    throw invalid(`${name} cannot be a rubric: it rates nothing.`, 'Add an output such as {name: clarity, type: integer, min: 1, max: 5}.');
  }
  const reasons = outputs.find(({ type, array }) => type === 'string' && array !== true);
  if (reasons === undefined) {
    throw invalid(`${name} cannot be a rubric: it gives no reasons.`, 'Add an output such as {name: reasons, type: string}.');
  }
  const weights = weightsOf(
    name,
    rated.map((field) => field.name),
    optimization?.weights,
  );
  const dimensions = rated.map((field) => ({ name: field.name, min: field.min, max: field.max, weight: weights.get(field.name) ?? 1 }));
  return { signature, dimensions, reasons: reasons.name };
}

const INPUTS_HINT = `The inputs of a rubric are ${JUDGE_INPUTS.join(', ')}; "answer" must be there.`;

/** Whether an output is a rating: a number with both bounds. */
function isRating(field: Field): field is Field & { readonly min: number; readonly max: number } {
  const { type, array, min, max } = field;
  return (type === 'number' || type === 'integer') && array !== true && min !== undefined && max !== undefined;
}

function weightsOf(rubric: string, names: readonly string[], given: JsonValue | undefined): ReadonlyMap<string, number> {
  if (given === undefined) return new Map();
  if (!isJsonObject(given)) throw invalid(`The weights of ${rubric} are no map.`, 'Write optimization: {weights: {correctness: 2}}.');
  return new Map(
    Object.entries(given).map(([name, weight]) => {
      if (!names.includes(name)) {
        const guess = nearest(name, names);
        const hint = `${guess === undefined ? '' : `Did you mean "${guess}"? `}Its ratings: ${names.join(', ')}.`;
        throw invalid(`${rubric} has a weight for "${name}", which is none of its ratings.`, hint);
      }
      if (typeof weight === 'number' && weight > 0 && weight <= MAX_WEIGHT) return [name, weight];
      throw invalid(
        `The weight of "${name}" in ${rubric} is ${JSON.stringify(weight)}.`,
        `Give a number above 0, at most ${MAX_WEIGHT}; without one it is 1.`,
      );
    }),
  );
}

const MAX_WEIGHT = 1000;

function invalid(message: string, hint: string): AtelierError {
  return new AtelierError('signature.invalid', message, { hint });
}
