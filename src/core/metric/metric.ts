import { AtelierError } from '../errors.js';
import type { Target } from '../image-prompt/target.js';
import type { FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import type { Taste } from '../taste/taste.js';

/** What a metric says about one prediction. */
export interface Scored {
  /** 0 (worst) to 1 (best). */
  readonly score: number;
  /** One or two plain sentences: why, for a person and for an optimizer. */
  readonly feedback: string;
  /** What the score is made of, each 0..1. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** One prediction with all that a metric may look at. */
export interface MetricCase {
  readonly signature: Signature;
  readonly inputs: FieldValues;
  /** The labels; may be empty. A list under an output that is no list holds several right answers. */
  readonly expected: FieldValues;
  readonly outputs: FieldValues;
  readonly taste?: Taste;
  readonly target?: Target;
}

/** Scores predictions: deterministic, pure, without a model. */
export interface Metric {
  /** The specification that makes this metric again, with its options: two metrics of one name score alike. */
  readonly name: string;
  /** True when rows without labels cannot be scored. */
  readonly needsLabels: boolean;
  /** @throws AtelierError `metric.invalid` when the row cannot be scored: a label is missing or not of its field's type. */
  score(given: MetricCase): Scored;
}

/** Why a row cannot be scored: never a silent 0. */
export function cannotScore(metric: string, why: string, hint: string): AtelierError {
  return new AtelierError('metric.invalid', `${metric} cannot score this row: ${why}.`, { hint });
}

/** What a metric says, checked. @throws AtelierError `metric.invalid` when a score is no number from 0 to 1. */
export function scoreWith(metric: Metric, given: MetricCase): Scored {
  const scored = metric.score(given);
  if (!(scored.score >= 0 && scored.score <= 1)) {
    throw cannotScore(metric.name, `its score is ${scored.score}, not a number from 0 to 1`, 'Correct the metric, or leave it out.');
  }
  return scored;
}

/** Right or wrong. */
export function verdict(right: boolean, feedback: string): Scored {
  return { score: right ? 1 : 0, feedback };
}
