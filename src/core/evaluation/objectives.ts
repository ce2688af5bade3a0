import { studentQuantile } from './distributions.js';
import type { EvaluatedRow } from './report.js';
import { type Interval, mean } from './statistics.js';

/** What counts beside the score; less is better in each. */
export const OBJECTIVES = ['tokens', 'cost_usd', 'latency_ms'] as const;
export type Objective = (typeof OBJECTIVES)[number];

const LEAST_PAIRS = 5;

/** What an answer costs in the mean: tokens in and out, US dollars, or milliseconds. The scorer's calls do not count. */
export interface ObjectiveMean {
  readonly name: Objective;
  readonly mean: number;
  /** Answers that it is known of: of a cached one, time and money are not. */
  readonly n: number;
}

/** What an answer costs more now than before, on the same rows. */
export interface ObjectiveDifference {
  readonly name: Objective;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** 95 %; null for fewer than 5 pairs: that they are alike may be chance. */
  readonly interval: Interval | null;
  readonly verdict: 'less' | 'more' | 'no real difference';
  /** Number of pairs. */
  readonly n: number;
}

/** The objectives that something is known of, in the order of {@link OBJECTIVES}. */
export function objectivesOf(rows: readonly EvaluatedRow[]): ObjectiveMean[] {
  return OBJECTIVES.flatMap((name) => {
    const values = rows.flatMap((row) => amountOf(row, name) ?? []);
    const middle = mean(values);
    return middle === undefined ? [] : [{ name, mean: middle, n: values.length }];
  });
}

/** Compares what answers cost, by row: repeats of a row are one value. */
export function compareObjectives(
  pairs: readonly { readonly before: readonly EvaluatedRow[]; readonly after: readonly EvaluatedRow[] }[],
): ObjectiveDifference[] {
  return OBJECTIVES.flatMap((name) => {
    const known = pairs.flatMap((pair) => {
      const [before, after] = [pair.before, pair.after].map((results) => mean(results.flatMap((result) => amountOf(result, name) ?? [])));
      return before === undefined || after === undefined ? [] : [{ before, after }];
    });
    const [before, after] = [mean(known.map((pair) => pair.before)), mean(known.map((pair) => pair.after))];
    if (before === undefined || after === undefined) return [];
    const interval = meanInterval(known.map((pair) => pair.after - pair.before));
    return [{ name, before, after, difference: after - before, interval, verdict: verdictOf(interval), n: known.length }];
  });
}

function amountOf({ outputs, answering, latencyMs, cached }: EvaluatedRow, name: Objective): number | undefined {
  if (outputs === undefined) return undefined;
  if (name === 'latency_ms') return cached ? undefined : latencyMs;
  if (name === 'cost_usd') return cached ? undefined : answering?.costUsd;
  return answering === undefined ? undefined : answering.usage.promptTokens + answering.usage.completionTokens;
}

/** Student's t interval of a mean: amounts have no bounds, and of many thousands a bootstrap would take longer than the evaluation. */
function meanInterval(values: readonly number[]): Interval | null {
  const n = values.length;
  const middle = mean(values);
  if (middle === undefined || n < LEAST_PAIRS) return null;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1));
  const reach = (studentQuantile(0.975, n - 1) * deviation) / Math.sqrt(n);
  return [middle - reach, middle + reach];
}

function verdictOf(interval: Interval | null): ObjectiveDifference['verdict'] {
  if (interval === null) return 'no real difference';
  const [low, high] = interval;
  if (low > 0) return 'more';
  return high < 0 ? 'less' : 'no real difference';
}
