import { AtelierError } from '../errors.js';
import type { Scorer } from '../evaluation/scorer.js';
import { type Metric, type MetricCase, type Scored, scoreWith } from './metric.js';

/** A metric without a model, and where it does not decide. */
export interface Tier {
  readonly metric: Metric;
  /** Scores from `low` to `high`, both included, decide nothing; 0..1. */
  readonly low: number;
  readonly high: number;
}

/**
 * Cheap metrics first: the first one whose score lies below its `low` or above its `high` decides, and its score counts; when none does,
 * the judge is asked. With `{metric: exactMatch, low: 0, high: 0.99}` the judge sees only what is not literally right. A metric that
 * cannot score a row, as one without a label, does not decide it.
 * @param tiers in the order in which they are tried, at least one
 * @throws AtelierError `usage.invalid` without tiers, for bounds that are not in order within 0..1, or that leave nothing to decide
 */
export function firstDeciding(tiers: readonly Tier[], judge: Scorer): Scorer {
  const wrong = tiers.find(({ low, high }) => !(low >= 0 && low <= high && high <= 1) || (low === 0 && high === 1));
  if (wrong !== undefined || tiers.length === 0) {
    const problem =
      wrong === undefined ? 'There is no metric' : `The bounds ${wrong.low} and ${wrong.high} of ${wrong.metric.name} leave no score`;
    throw new AtelierError('usage.invalid', `${problem} that could decide before ${judge.name} is asked.`, {
      hint: 'Give a metric with low and high from 0 to 1: scores from low to high are left to the judge, others decide.',
    });
  }
  const named = tiers.map(({ metric, low, high }) => `${metric.name} unless ${low}..${high}`);
  return {
    name: `first_deciding(${[...named, judge.name].join(', ')})`,
    needsLabels: judge.needsLabels,
    score: async (given, options) => decided(tiers, given) ?? judge.score(given, options),
  };
}

function decided(tiers: readonly Tier[], given: MetricCase): Scored | undefined {
  for (const { metric, low, high } of tiers) {
    const scored = scoreIfAble(metric, given);
    if (scored !== undefined && (scored.score < low || scored.score > high)) return scored;
  }
  return undefined;
}

function scoreIfAble(metric: Metric, given: MetricCase): Scored | undefined {
  try {
    return scoreWith(metric, given);
  } catch (error) {
    if (AtelierError.is(error, 'metric.invalid')) return undefined;
    throw error;
  }
}
