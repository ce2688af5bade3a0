import { normalCdf, studentQuantile } from '../evaluation/distributions.js';
import { type Interval, quantile } from '../evaluation/statistics.js';
import { type Random, seededRandom } from '../random.js';
import { bradleyTerry, elo, type Match, type Ranked, strengthsOf } from './ranking.js';

/** Fewer rows have too few different resamples for a bootstrap to mean anything. */
const LEAST_ROWS = 5;
/** Efron and Tibshirani 1993 advise 1000 or more for intervals. */
const RESAMPLES = 2000;
/** Orders that Elo's ratings are averaged over. */
const ORDERS = 100;

/**
 * A ranking of matches that were held on rows. The intervals are the bootstrap's over rows, so that the matches of a row, which are easy
 * or hard together, stay together (cluster bootstrap; Davison and Hinkley 1997, section 3.8); percentiles, widened for few rows to
 * `t * sqrt(n / (n - 1))` (Hesterberg 2015). Where resamples cannot vary (fewer than 5 rows, or two that met with one outcome alone)
 * they are never narrower than those of {@link bradleyTerry}, which know how little such matches tell.
 * @param rows the matches of each row
 * @returns the strongest first
 * @throws AtelierError as `bradleyTerry`
 */
export function rankRows(rows: readonly (readonly Match[])[], seed: number): readonly Ranked[] {
  const held = rows.filter((matches) => matches.length > 0);
  const ranked = bradleyTerry(held.flat());
  const samples = resampled(ranked, held, seededRandom(seed));
  const reach = held.length < 2 ? 0 : studentQuantile(0.975, held.length - 1) * Math.sqrt(held.length / (held.length - 1));
  const isBlind = held.length < LEAST_ROWS || hasOneSided(held.flat());
  return ranked.map((each, index) => {
    const values = samples.map((strengths) => strengths[index] ?? 0);
    const [low, high] = [normalCdf(-reach), normalCdf(reach)].map((share) => quantile(values, share) ?? each.strength) as [number, number];
    const interval: Interval = isBlind ? [Math.min(low, each.interval[0]), Math.max(high, each.interval[1])] : [low, high];
    return { ...each, interval };
  });
}

/**
 * Elo's ratings of matches that have no order: the mean over seeded orders, as the last matches of each one count most.
 * @returns by name
 */
export function eloWithoutOrder(matches: readonly Match[], seed: number): ReadonlyMap<string, number> {
  const random = seededRandom(seed);
  const sums = new Map<string, number>();
  for (let order = 0; order < ORDERS; order++) {
    for (const { name, rating } of elo(shuffled(matches, random))) sums.set(name, (sums.get(name) ?? 0) + rating / ORDERS);
  }
  return sums;
}

/** The strengths in resamples of the rows. Equal matches are counted instead of repeated: the work grows with the rows alone. */
function resampled(ranked: readonly Ranked[], rows: readonly (readonly Match[])[], random: Random): Float64Array[] {
  const places = new Map<string, number>();
  const kinds: Match[] = [];
  const byRow = rows.map((matches) =>
    matches.map((match) => {
      const key = JSON.stringify([match.first, match.second, match.outcome]);
      const place = places.get(key) ?? kinds.push(match) - 1;
      places.set(key, place);
      return place;
    }),
  );
  const names = ranked.map(({ name }) => name);
  const near = ranked.map(({ strength }) => strength);
  return Array.from({ length: RESAMPLES }, () => {
    const counts = new Float64Array(kinds.length);
    for (let draw = 0; draw < byRow.length; draw++) {
      for (const place of byRow[Math.floor(random() * byRow.length)] ?? []) counts[place] = (counts[place] ?? 0) + 1;
    }
    return strengthsOf(names, kinds, counts, near);
  });
}

/** Whether two met and the outcome was always the same. */
function hasOneSided(matches: readonly Match[]): boolean {
  const outcomes = new Map<string, Set<string>>();
  for (const { first, second, outcome } of matches) {
    const isTurned = first > second;
    const key = JSON.stringify(isTurned ? [second, first] : [first, second]);
    const turned = { win: 'loss', tie: 'tie', loss: 'win' }[outcome];
    outcomes.set(key, (outcomes.get(key) ?? new Set()).add(isTurned ? turned : outcome));
  }
  return [...outcomes.values()].some(({ size }) => size === 1);
}

/** By Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
