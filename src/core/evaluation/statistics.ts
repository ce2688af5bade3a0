import { type Random, seededRandom } from '../random.js';
import { normalCdf, normalQuantile, studentQuantile } from './distributions.js';

/** From a lowest to a highest plausible value, both included. */
export type Interval = readonly [low: number, high: number];

/** What a comparison says about the later one. */
export type Verdict = 'better' | 'worse' | 'no real difference';

/** The 97.5 % point of the normal distribution: for intervals of 95 %. */
const Z95 = 1.959964;

/** Fewer values have too few different resamples (35 for four) for a bootstrap to mean anything. */
const LEAST_FOR_BOOTSTRAP = 5;

export interface BootstrapOptions {
  readonly seed: number;
  /** 2000 when absent; Efron and Tibshirani 1993 advise 1000 or more. */
  readonly resamples?: number;
  /** The share of such intervals that hold the true mean, between 0 and 1; 0.95 when absent. */
  readonly level?: number;
}

/** Of the second of two paired lists of scores over the first. */
export interface PairedDifference {
  /** Mean of `after - before`, -1..1; undefined without pairs. */
  readonly difference: number | undefined;
  /** 95 %. Without pairs it is [-1, 1]: nothing is known. */
  readonly interval: Interval;
  /** Number of pairs. */
  readonly n: number;
}

/** How much scores move when the same rows are run again. */
export interface RepeatStatistics {
  /** Mean over rows of each row's mean, 0..1. */
  readonly mean: number;
  /** Standard deviation of the score of a whole run from one repeat to the next; undefined for one repeat. */
  readonly between: number | undefined;
  /** Standard deviation of one row's score from one repeat to the next, pooled over rows; undefined when no row was scored twice. */
  readonly within: number | undefined;
}

/** The mean; undefined for an empty list. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The score interval of a share (Wilson 1927). Never narrower than what so few rows can tell: 1 of 1 gives [0.21, 1].
 * @param successes 0..n
 * @param n how many were tried; for 0 the interval is [0, 1]: nothing is known
 * @param z the normal point of the level: 1.959964 for 95 %
 */
export function wilson(successes: number, n: number, z = Z95): Interval {
  if (n === 0) return [0, 1];
  const share = successes / n;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  // At the ends the bound is exact; rounding must not move it.
  return [successes === 0 ? 0 : centre - half, successes === n ? 1 : centre + half];
}

/**
 * Interval of a mean by the bootstrap, bias-corrected and accelerated (BCa; Efron and Tibshirani 1993, chapter 14). Its normal points are
 * widened to `t * sqrt(n / (n - 1))`, as Hesterberg 2015 advises for percentile intervals, because resamples vary too little when there
 * are few values. The same values in the same order and the same seed give the same interval.
 * @returns undefined for fewer than two values, or values that are all the same: they say nothing about how much values vary
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions): Interval | undefined {
  const { seed, resamples = 2000, level = 0.95 } = options;
  const n = values.length;
  if (isConstant(values)) return undefined;
  const data = Float64Array.from(values);
  const centre = mean(values) ?? 0;
  const means = resampledMeans(data, resamples, seededRandom(seed)).sort();
  const bias = normalQuantile(shareBelow(means, centre));
  let squares = 0;
  let cubes = 0;
  for (const value of data) {
    squares += (value - centre) ** 2;
    cubes += (value - centre) ** 3;
  }
  // The jackknife's acceleration, of which this is the closed form for a mean.
  const acceleration = cubes / (6 * squares ** 1.5);
  const reach = studentQuantile((1 + level) / 2, n - 1) * Math.sqrt(n / (n - 1));
  const at = (point: number) => {
    const scale = 1 - acceleration * (bias + point);
    const share = scale <= 0 ? Number(point > 0) : normalCdf(bias + (bias + point) / scale);
    return quantileOfSorted(means, share);
  };
  return [at(-reach), at(reach)];
}

/**
 * The 95 % interval of a mean score: Wilson's when all are 0 or 1, else the bootstrap's. For fewer than 5 scores it is Wilson's with the
 * mean as share: scores in 0..1 never vary more than as many 0s and 1s with the same mean.
 * @param scores 0..1, one per row: repeats of a row belong together in one mean, they are not rows of their own (Miller 2024, "Adding
 *   Error Bars to Evals")
 * @returns never without width by chance. Without scores [0, 1]. When all are the same, other values may be as frequent as Wilson's
 *   interval for 0 of n allows, and anywhere in 0..1: where all are 0 or 1 that is Wilson's interval itself
 */
export function meanInterval(scores: readonly number[], seed = 0): Interval {
  if (areBinary(scores)) return wilson(scores.filter((score) => score === 1).length, scores.length);
  return boundedInterval(scores, [0, 1], seed);
}

/**
 * The mean difference of scores of the same rows, with its 95 % interval. When all scores are 0 or 1: Tango's score interval (Tango
 * 1998; recommended by Fagerland, Lydersen and Laake 2014), which leaves 0 out exactly when McNemar's test (1947, without continuity
 * correction) rejects at 5 %. Else the bootstrap of the differences, with the same care for few and for equal ones as in
 * {@link meanInterval}.
 * @param before scores 0..1
 * @param after as many, of the same rows
 */
export function pairedDifference(before: readonly number[], after: readonly number[], seed = 0): PairedDifference {
  const n = before.length;
  const differences = before.map((score, index) => (after[index] ?? score) - score);
  const difference = mean(differences);
  if (areBinary(before) && areBinary(after)) {
    const gained = differences.filter((each) => each > 0).length;
    const lost = differences.filter((each) => each < 0).length;
    return { difference, interval: tango(gained, lost, n), n };
  }
  return { difference, interval: boundedInterval(differences, [-1, 1], seed), n };
}

/** What the interval of a difference says: nothing, when it holds 0. */
export function verdict([low, high]: Interval): Verdict {
  if (low > 0) return 'better';
  return high < 0 ? 'worse' : 'no real difference';
}

/**
 * The value below which the share `p` lies, with linear interpolation (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
 * @param values in any order
 * @param p 0..1
 * @returns undefined for an empty list
 */
export function quantile(values: readonly number[], p: number): number | undefined {
  return values.length === 0 ? undefined : quantileOfSorted(Float64Array.from(values).sort(), p);
}

/**
 * How much repeats differ.
 * @param rows per row its scores, 0..1, by repeat; undefined where a repeat has none. A repeat counts for `between` with the rows that
 *   were scored in every repeat, so that a row that is missing does not look like noise
 * @returns undefined when nothing was scored
 */
export function repeatStatistics(rows: readonly (readonly (number | undefined)[])[]): RepeatStatistics | undefined {
  const scored = rows.map((row) => row.filter((score) => score !== undefined)).filter((row) => row.length > 0);
  const overall = mean(scored.map((row) => mean(row) ?? 0));
  if (overall === undefined) return undefined;
  const repeats = Math.max(...rows.map((row) => row.length));
  const complete = scored.filter((row) => row.length === repeats);
  const perRepeat = Array.from(
    { length: complete.length === 0 ? 0 : repeats },
    (_, repeat) => mean(complete.map((row) => row[repeat] ?? 0)) ?? 0,
  );
  const freedom = scored.reduce((sum, row) => sum + row.length - 1, 0);
  const squares = scored.reduce((sum, row) => sum + squaresAround(row), 0);
  return {
    mean: overall,
    between: perRepeat.length < 2 ? undefined : Math.sqrt(squaresAround(perRepeat) / (perRepeat.length - 1)),
    within: freedom === 0 ? undefined : Math.sqrt(squares / freedom),
  };
}

/**
 * Tango's interval: the differences that the score test does not reject, found by bisection.
 * @param gained pairs that went from 0 to 1
 * @param lost pairs that went from 1 to 0
 */
function tango(gained: number, lost: number, n: number): Interval {
  if (n === 0) return [-1, 1];
  return [-tangoHigh(lost, gained, n), tangoHigh(gained, lost, n)];
}

function tangoHigh(gained: number, lost: number, n: number): number {
  let low = (gained - lost) / n;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    // The share of lost pairs that is most likely if the difference were `middle`.
    const b = -gained - lost + (2 * n - gained + lost) * middle;
    const c = -lost * middle * (1 - middle);
    const share = (Math.sqrt(Math.max(0, b ** 2 - 8 * n * c)) - b) / (4 * n);
    const deviation = Math.sqrt(Math.max(0, n * (2 * share + middle * (1 - middle))));
    if (gained - lost - n * middle + Z95 * deviation > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Of the mean of values that lie between two bounds. */
function boundedInterval(values: readonly number[], [lowest, highest]: Interval, seed: number): Interval {
  const n = values.length;
  const centre = mean(values);
  if (centre === undefined) return [lowest, highest];
  if (n < LEAST_FOR_BOOTSTRAP) {
    const range = highest - lowest;
    const [low, high] = wilson((n * (centre - lowest)) / range, n);
    return [lowest + range * low, lowest + range * high];
  }
  const [, others] = wilson(0, n);
  return bootstrapInterval(values, { seed }) ?? [centre + others * (lowest - centre), centre + others * (highest - centre)];
}

function resampledMeans(data: Float64Array, resamples: number, random: Random): Float64Array {
  const means = new Float64Array(resamples);
  const n = data.length;
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += data[Math.floor(random() * n)] as number;
    means[resample] = sum / n;
  }
  return means;
}

/** The share of resamples below the mean, those that equal it by half; never 0 or 1, where the bias would be infinite. */
function shareBelow(means: Float64Array, centre: number): number {
  const near = 1e-12 * Math.max(1, Math.abs(centre));
  let below = 0;
  for (const each of means) below += each < centre - near ? 1 : each > centre + near ? 0 : 0.5;
  return Math.min(Math.max(below, 0.5), means.length - 0.5) / means.length;
}

function quantileOfSorted(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * Math.min(Math.max(p, 0), 1);
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}

function areBinary(scores: readonly number[]): boolean {
  return scores.every((score) => score === 0 || score === 1);
}

/** Whether all are the same but for rounding: 0.3 - 0.2 is not 0.2 - 0.1. */
function isConstant([first = 0, ...others]: readonly number[]): boolean {
  return others.every((value) => Math.abs(value - first) < 1e-9);
}

function squaresAround(values: readonly number[]): number {
  const centre = mean(values) ?? 0;
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
