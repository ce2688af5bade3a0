import { AtelierError } from '../errors.js';
import type { Scorer, ScorerResult } from '../evaluation/scorer.js';
import type { Execution, Executor } from '../program/executor.js';
import { type FieldValue, type FieldValues, textOf } from '../program/program.js';
import { programHash } from '../program/program-hash.js';
import { sha256 } from '../text/sha256.js';
import { judgedCase } from './judged-case.js';
import type { Dimension, Rubric } from './rubric.js';

export interface JudgeOptions {
  /** Runs the rubric's signature, as it stands or with other instructions and demos. */
  readonly executor: Executor;
  /** From `rubricOf`. */
  readonly rubric: Rubric;
  /** The same one for every row: a judge shall not change its mind with repeats of an answer. 0 when absent. */
  readonly seed?: number | undefined;
}

/**
 * A judge: a model that rates an answer by a rubric, all dimensions in one call (Zheng et al. 2023, "Judging LLM-as-a-Judge", single answer
 * grading, with a reference where a row has labels). The score is the weighted mean of the ratings, each brought from its scale to 0..1;
 * `parts` holds these by dimension; the feedback is the judge's reasons.
 * @throws AtelierError `signature.invalid` when a way of the executor rates otherwise than the rubric; when scoring, what the executor
 *   throws: `model.invalid_answer` for ratings that cannot be read, with what they cost
 */
export function judgeScorer({ executor, rubric, seed = 0 }: JudgeOptions): Scorer {
  requireRubric(executor, rubric);
  const known = new Set(rubric.signature.inputs.map(({ name }) => name));
  return {
    name: `judge(${namedExecutor(executor, [rubric.dimensions, seed])})`,
    needsLabels: rubric.signature.inputs.some(({ name, optional }) => name === 'reference' && optional !== true),
    async score(given, { signal }) {
      const execution = await executor.run(judgedCase(given, { answer: given.outputs }, known), { seed, signal });
      return judgement(rubric, execution);
    },
  };
}

/** Whether scores of this name are a judge's alone, and no cheaper metric's. */
export function isJudge(scorer: string): boolean {
  return scorer.startsWith('judge(');
}

/** Signature, models and a hash of all that the answers depend on. @param more what they depend on beside the programs */
function namedExecutor({ routes }: Executor, more: unknown): string {
  const models = routes.map(({ predictor }) => predictor.model).join(' or ');
  const hash = sha256(JSON.stringify([routes.map(({ program }) => programHash(program)), more])).slice(0, 12);
  return `${routes[0].program.signature.name}, model=${models}, rubric=${hash}`;
}

function judgement({ dimensions, reasons }: Rubric, execution: Execution): ScorerResult {
  const { outputs, model, calls, usage, costUsd } = execution;
  const spent = { calls, usage, costUsd };
  const parts = dimensions.map((dimension) => {
    const share = shareOf(dimension, outputs[dimension.name]);
    if (share !== undefined) return { ...dimension, share };
    throw new AtelierError(
      'model.invalid_answer',
      `The judge ${model} gave ${JSON.stringify(outputs[dimension.name])} for "${dimension.name}", not a number from ${dimension.min} to ${dimension.max}.`,
      { hint: 'Try again, or choose a stronger model as the judge.', spent },
    );
  });
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const score = parts.reduce((sum, { weight, share }) => sum + weight * share, 0) / whole;
  return {
    // A mean of ones may come out a little above 1 in binary.
    score: Math.min(1, score),
    feedback: textOf(outputs[reasons]).trim() || ratingsOf(dimensions, outputs),
    parts: Object.fromEntries(parts.map(({ name, share }) => [name, share])),
    spent,
  };
}

function shareOf({ min, max }: Dimension, rating: FieldValue | undefined): number | undefined {
  return typeof rating === 'number' && rating >= min && rating <= max ? (rating - min) / (max - min) : undefined;
}

function ratingsOf(dimensions: readonly Dimension[], outputs: FieldValues): string {
  return `${dimensions.map(({ name, max }) => `${name} ${textOf(outputs[name])} of ${max}`).join(', ')}.`;
}

/** A fallback that rates on another scale would mix up the scores. */
function requireRubric({ routes }: Executor, { signature, dimensions, reasons }: Rubric): void {
  for (const { program } of routes) {
    const { name, outputs } = program.signature;
    const fits = ({ name: wanted, min, max }: Dimension) =>
      outputs.some((field) => field.name === wanted && field.min === min && field.max === max);
    const other = dimensions.find((dimension) => !fits(dimension));
    const missing = other?.name ?? (outputs.some((field) => field.name === reasons) ? undefined : reasons);
    if (missing === undefined) continue;
    throw new AtelierError(
      'signature.invalid',
      `${name} cannot judge by ${signature.name}: its output "${missing}" is missing or differs.`,
      {
        hint: 'Judge with the signature that the rubric was made from, and without a fallback to another one.',
      },
    );
  }
}
