import { normalQuantile } from '../evaluation/distributions.js';
import { type Interval, mean } from '../evaluation/statistics.js';

/** One answer that a person and a judge have rated. */
export interface RatedTwice {
  /** 1 (worst) to 5 stars. */
  readonly stars: number;
  /** The judge's score, 0..1. */
  readonly score: number;
}

/** How far a judge agrees with a person. */
export interface Agreement {
  /** Answers that both rated. */
  readonly n: number;
  /** Spearman's rank correlation, -1..1: whether both put the answers in the same order. Undefined when one of them rates all alike. */
  readonly rankCorrelation: number | undefined;
  /** 95 %, of `rankCorrelation`; undefined for fewer than 4 answers. */
  readonly interval: Interval | undefined;
  /** Cohen's kappa with quadratic weights, at most 1: whether both give the same stars. Undefined when both give all the same star. */
  readonly kappa: number | undefined;
  /** Share of answers whose stars differ by one at most, 0..1; high by chance alone where most answers have 3. Undefined without answers. */
  readonly withinOneStar: number | undefined;
}

/** Whether a judge's scores may stand in for a person's. */
export interface Trust {
  readonly level: 'low' | 'fair';
  /** For a person: why. */
  readonly sentence: string;
}

const STARS = 5;

/**
 * Fewer pairs tell nothing: of 9 a rank correlation must reach 0.70 to differ from none at 5 % (Zar 1972, table of critical values), so
 * that even a good judge could not be told from a bad one.
 */
const LEAST_PAIRS = 10;
/** Cohen 1988 calls a correlation of 0.5 large; below it the two orders share less than a quarter of their variance. */
const LEAST_CORRELATION = 0.5;

/** How far a judge agrees with a person about the same answers. A score counts as the nearest star: 0 as 1, 0.25 as 2, 1 as 5. */
export function agreementOf(pairs: readonly RatedTwice[]): Agreement {
  const stars = pairs.map((pair) => pair.stars);
  const judged = pairs.map(({ score }) => 1 + Math.round(score * (STARS - 1)));
  const rankCorrelation = spearman(
    stars,
    pairs.map(({ score }) => score),
  );
  return {
    n: pairs.length,
    rankCorrelation,
    interval: rankCorrelation === undefined ? undefined : correlationInterval(rankCorrelation, pairs.length),
    kappa: weightedKappa(stars, judged, STARS),
    withinOneStar: mean(stars.map((star, index) => (Math.abs(star - (judged[index] ?? star)) <= 1 ? 1 : 0))),
  };
}

/** Low with fewer than 10 pairs, or with a rank correlation below 0.5 or none. */
export function trust({ n, rankCorrelation, interval }: Agreement): Trust {
  if (n < LEAST_PAIRS) {
    return {
      level: 'low',
      sentence:
        n === 0
          ? `There is no answer that both you and the judge have scored: it takes ${LEAST_PAIRS} or more before you can rely on it.`
          : `Only ${n} of your ratings can be compared with the judge: rate ${LEAST_PAIRS} or more before you rely on it.`,
    };
  }
  if (rankCorrelation === undefined) {
    return {
      level: 'low',
      sentence: 'You or the judge gave all answers the same rating, so that nothing shows whether it prefers what you prefer.',
    };
  }
  const range = interval === undefined ? '' : `, 95 % interval ${interval.map(shown).join(' to ')}`;
  const found = `rank correlation ${shown(rankCorrelation)}${range}, over ${n} answers`;
  if (rankCorrelation < LEAST_CORRELATION) {
    return { level: 'low', sentence: `The judge often prefers other answers than you do (${found}): do not rely on its scores alone.` };
  }
  return { level: 'fair', sentence: `The judge mostly prefers the answers that you prefer (${found}).` };
}

/**
 * Spearman's rank correlation (1904): Pearson's of the ranks, where equal values share the mean of their ranks.
 * @param second as many as in the first
 * @returns undefined when all of one list are equal, or there are fewer than two
 */
export function spearman(first: readonly number[], second: readonly number[]): number | undefined {
  const [a, b] = [ranksOf(first), ranksOf(second)];
  const middle = (first.length + 1) / 2;
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, rank, index) => sum + (rank - middle) * ((y[index] ?? middle) - middle), 0);
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale === 0 ? undefined : Math.min(1, Math.max(-1, product(a, b) / scale));
}

/**
 * Cohen's weighted kappa (1968) with weights that grow with the square of the distance: 1 for the same categories throughout, 0 for what
 * chance would give.
 * @param first categories from 1 to `categories`
 * @param second as many as in the first
 * @returns undefined when chance alone gives perfect agreement, or there is nothing
 */
export function weightedKappa(first: readonly number[], second: readonly number[], categories: number): number | undefined {
  const n = first.length;
  const counts = (values: readonly number[]) =>
    Array.from({ length: categories }, (_, index) => values.filter((value) => value === index + 1).length);
  const [ours, theirs] = [counts(first), counts(second)];
  const observed = first.reduce((sum, value, index) => sum + (value - (second[index] ?? value)) ** 2, 0) / n;
  const expected = ours.flatMap((a, i) => theirs.map((b, j) => (a / n) * (b / n) * (i - j) ** 2)).reduce((sum, each) => sum + each, 0);
  return n === 0 || expected === 0 ? undefined : 1 - observed / expected;
}

/** Fisher's transformation with the variance of Bonett and Wright 2000 for Spearman's: `(1 + r² / 2) / (n - 3)`. */
function correlationInterval(r: number, n: number): Interval | undefined {
  if (n < 4) return undefined;
  const reach = normalQuantile(0.975) * Math.sqrt((1 + r ** 2 / 2) / (n - 3));
  // At 1 the transformation is infinite, and the interval would have no width.
  const point = Math.atanh(Math.min(0.9999, Math.max(-0.9999, r)));
  return [Math.tanh(point - reach), Math.tanh(point + reach)];
}

function ranksOf(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function shown(value: number): string {
  return value.toFixed(2);
}
