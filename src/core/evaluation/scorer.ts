import type { Metric, MetricCase, Scored } from '../metric/metric.js';
import type { Spent } from '../program/program.js';

/** A score, and what it cost when a model was asked. */
export interface ScorerResult extends Scored {
  readonly spent?: Spent;
}

/** Scores answers, also with the help of a model. */
export interface Scorer {
  /** Tells scorers apart that may score differently: results are kept under it, so that options belong into it. */
  readonly name: string;
  /** Whether it compares with labels. */
  readonly needsLabels: boolean;
  /** @throws anything: the row fails with it, unless it would fail every other row as well */
  score(given: MetricCase, options: { readonly signal?: AbortSignal | undefined }): Promise<ScorerResult>;
}

/** A metric as a scorer. */
export function scorerOf(metric: Metric): Scorer {
  return { name: metric.name, needsLabels: metric.needsLabels, score: async (given) => metric.score(given) };
}
