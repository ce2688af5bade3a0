import { AtelierError } from '../errors.js';
import { normalQuantile } from '../evaluation/distributions.js';
import type { Interval } from '../evaluation/statistics.js';
import type { Outcome } from './pairwise.js';

/** Two that were compared, by name, and how the first fared. */
export interface Match {
  readonly first: string;
  readonly second: string;
  readonly outcome: Outcome;
}

/** One of those that were ranked. */
export interface Ranked {
  readonly name: string;
  /** In logits around a mean of 0: the odds of winning against another one are the exponential of the difference. */
  readonly strength: number;
  /** Standard error of `strength`. */
  readonly error: number;
  /** 95 %, of `strength`. */
  readonly interval: Interval;
  /** Share of wins expected against an opponent of mean strength, 0..1. */
  readonly winRate: number;
  readonly matches: number;
}

/** One of those that were rated by Elo. */
export interface EloRated {
  readonly name: string;
  readonly rating: number;
  readonly matches: number;
}

/** A tie is half a win for both. */
export const POINTS: Readonly<Record<Outcome, number>> = { win: 1, tie: 0.5, loss: 0 };

/** The wins that were expected differ from those that were counted by less than this when the strengths have settled. */
const SETTLED = 1e-9;
/** Enough for one of thousands of resamples. */
const NEARLY_SETTLED = 1e-5;
const MAX_STEPS = 20_000;

/** Wins, and as many losses, that each is given beforehand. */
const PRIOR = 0.5;

/**
 * Ranks by strength (Bradley and Terry 1952), found by the MM algorithm of Hunter 2004 ("MM algorithms for generalized Bradley-Terry
 * models", section 2); a tie is half a win for both. Errors are the square roots of the diagonal of the pseudo-inverse of the Fisher
 * information, as if matches were independent. The order of matches does not count.
 * @param prior how many wins and as many losses each is given beforehand, spread evenly over all others, above 0; 0.5 when absent, as
 *   Jeffreys' prior does for two. Without them who never lost would be infinitely strong, and groups that never met not comparable
 * @returns the strongest first; equals by name
 * @throws AtelierError `usage.invalid` for fewer than two names, one that meets itself, or a prior that is no number above 0
 */
export function bradleyTerry(matches: readonly Match[], { prior = PRIOR }: { readonly prior?: number } = {}): readonly Ranked[] {
  const names = namesOf(matches);
  if (!(prior > 0 && Number.isFinite(prior))) throw invalid(`The prior of a ranking is ${prior}.`, 'Give a number above 0, such as 0.5.');
  if (names.length < 2) throw invalid('There is nothing to rank.', 'Compare at least two with each other.');
  const { played, wins } = tableOf(names, matches, prior);
  const logs = settled(played, wins);
  const errors = standardErrors(played, logs);
  const reach = normalQuantile(0.975);
  return names
    .map((name, index) => {
      const strength = logs[index] ?? 0;
      const error = errors[index] ?? 0;
      const interval: Interval = [strength - reach * error, strength + reach * error];
      return { name, strength, error, interval, winRate: 1 / (1 + Math.exp(-strength)), matches: countOf(matches, name) };
    })
    .sort((a, b) => rounded(b.strength) - rounded(a.strength) || (a.name < b.name ? -1 : 1));
}

/** Equals may differ by what binary numbers lose. */
function rounded(strength: number): number {
  return Math.round(strength * 1e9);
}

/**
 * Ratings after Elo 1978 ("The Rating of Chessplayers"): the winner of each match takes points from the loser, the more the less it was
 * expected. They depend on the order of the matches, and the last ones count most: for answers, which do not change with time, prefer
 * {@link bradleyTerry}.
 * @param k most points that one match can move, above 0; 32 when absent
 * @param start everyone's rating before the first match; 1500 when absent
 * @returns the highest first; equals by name
 * @throws AtelierError `usage.invalid` for one that meets itself, or a `k` that is no number above 0
 */
export function elo(
  matches: readonly Match[],
  { k = 32, start = 1500 }: { readonly k?: number; readonly start?: number } = {},
): EloRated[] {
  if (!(k > 0 && Number.isFinite(k))) throw invalid(`K is ${k}.`, 'Give a number above 0, such as 32.');
  const ratings = new Map(namesOf(matches).map((name) => [name, start]));
  for (const { first, second, outcome } of matches) {
    const [ours, theirs] = [ratings.get(first) ?? start, ratings.get(second) ?? start];
    const moved = k * (POINTS[outcome] - 1 / (1 + 10 ** ((theirs - ours) / 400)));
    ratings.set(first, ours + moved);
    ratings.set(second, theirs - moved);
  }
  return [...ratings]
    .map(([name, rating]) => ({ name, rating, matches: countOf(matches, name) }))
    .sort((a, b) => b.rating - a.rating || (a.name < b.name ? -1 : 1));
}

function namesOf(matches: readonly Match[]): readonly string[] {
  const self = matches.find(({ first, second }) => first === second);
  if (self !== undefined) throw invalid(`"${self.first}" is compared with itself.`, 'Give what is compared different names.');
  return [...new Set(matches.flatMap(({ first, second }) => [first, second]))].sort();
}

function countOf(matches: readonly Match[], name: string): number {
  return matches.filter(({ first, second }) => first === name || second === name).length;
}

/**
 * Strengths alone, as {@link bradleyTerry} gives them, of matches that were held several times.
 * @param names all that are ranked, also those without a match
 * @param counts how often each match was held
 * @param near strengths that these are expected to be near to: the search begins there
 * @returns in the order of the names
 */
export function strengthsOf(
  names: readonly string[],
  matches: readonly Match[],
  counts: ArrayLike<number>,
  near: ArrayLike<number>,
): Float64Array {
  const { played, wins } = tableOf(names, matches, PRIOR, counts);
  return settled(played, wins, { start: Float64Array.from(near, Math.exp), within: NEARLY_SETTLED });
}

/** Matches by pair, and wins, those of the prior included. */
function tableOf(names: readonly string[], matches: readonly Match[], prior: number, counts?: ArrayLike<number>) {
  const place = new Map(names.map((name, index) => [name, index]));
  const each = (2 * prior) / (names.length - 1);
  const played = names.map((_, row) => Float64Array.from(names, (_name, column) => (column === row ? 0 : each)));
  const wins = new Float64Array(names.length).fill(prior);
  const add = (at: number, other: number, points: number, times: number) => {
    const row = played[at];
    if (row !== undefined) row[other] = (row[other] ?? 0) + times;
    wins[at] = (wins[at] ?? 0) + times * points;
  };
  for (const [index, { first, second, outcome }] of matches.entries()) {
    const [ours, theirs] = [place.get(first) ?? 0, place.get(second) ?? 0];
    const times = counts?.[index] ?? 1;
    add(ours, theirs, POINTS[outcome], times);
    add(theirs, ours, 1 - POINTS[outcome], times);
  }
  return { played, wins };
}

/** The strengths as logarithms whose mean is 0. */
function settled(
  played: readonly Float64Array[],
  wins: Float64Array,
  { start = new Float64Array(wins.length).fill(1), within = SETTLED } = {},
): Float64Array {
  let strengths = start;
  for (let step = 0; step < MAX_STEPS; step++) {
    let farthest = 0;
    const next = strengths.map((strength, at) => {
      const sum = (played[at] as Float64Array).reduce((total, n, other) => total + n / (strength + (strengths[other] as number)), 0);
      farthest = Math.max(farthest, Math.abs((wins[at] as number) - strength * sum));
      return (wins[at] as number) / sum;
    });
    const middle = Math.exp(next.reduce((total, strength) => total + Math.log(strength), 0) / next.length);
    strengths = next.map((strength) => strength / middle);
    if (farthest < within) break;
  }
  return strengths.map(Math.log);
}

/** Of strengths whose mean is 0: the information is a Laplacian, whose pseudo-inverse is `(I + J)^-1 - J` with every entry of J `1 / k`. */
function standardErrors(played: readonly Float64Array[], logs: Float64Array): number[] {
  const k = logs.length;
  const information = played.map((row, at) => {
    const terms = row.map((n, other) => {
      const chance = 1 / (1 + Math.exp((logs[other] as number) - (logs[at] as number)));
      return n * chance * (1 - chance);
    });
    const whole = terms.reduce((sum, term) => sum + term, 0);
    return terms.map((term, other) => (other === at ? whole : -term) + 1 / k);
  });
  return diagonalOfInverse(information).map((variance) => Math.sqrt(Math.max(0, variance - 1 / k)));
}

/** By Cholesky's decomposition: the matrix must be symmetric and positive definite. Diagonal of `L^-T L^-1`. */
function diagonalOfInverse(matrix: readonly Float64Array[]): number[] {
  const lower = matrix.map((row) => Float64Array.from(row));
  const at = (row: number, column: number) => lower[row]?.[column] ?? 0;
  for (const [row, values] of lower.entries()) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column);
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      values[column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
  }
  const diagonal = Array<number>(matrix.length).fill(0);
  for (let column = 0; column < matrix.length; column++) {
    const inverse: number[] = [];
    for (let row = column; row < matrix.length; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= at(row, k) * (inverse[k - column] ?? 0);
      inverse.push(sum / at(row, row));
    }
    diagonal[column] = inverse.reduce((total, value) => total + value ** 2, 0);
  }
  return diagonal;
}

function invalid(message: string, hint: string): AtelierError {
  return new AtelierError('usage.invalid', message, { hint });
}
