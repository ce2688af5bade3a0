import type { AtelierError, ErrorDocument } from '../errors.js';
import { type Outcome, type PairResult, type PositionBias, positionBias } from '../metric/pairwise.js';
import { type Match, POINTS } from '../metric/ranking.js';
import { eloWithoutOrder, rankRows } from '../metric/ranking-intervals.js';
import type { FieldValues, Spent } from '../program/program.js';
import { type Interval, mean, pairedDifference, type Verdict, verdict } from './statistics.js';

/** What came of two answers to one row. */
export interface ComparedPair {
  /** As in `BatchRow`. */
  readonly row: number;
  readonly line: number;
  /** The names of the contenders, the one that is asked about first. */
  readonly first: string;
  readonly second: string;
  /** How the first one fared; undefined when the pair failed. */
  readonly outcome?: Outcome;
  /** The judge, or that there was nothing to judge: equal answers, an answer that cannot be read. */
  readonly decidedBy?: 'judge' | 'identical' | 'unreadable';
  /** What the judge said. */
  readonly judged?: Omit<PairResult, 'spent'>;
  /** In their order; undefined where there was none that could be read. */
  readonly answers: readonly [FieldValues | undefined, FieldValues | undefined];
  /** Why the pair failed, or why an answer could not be read. */
  readonly error?: ErrorDocument;
}

export interface Standing {
  readonly name: string;
  /** In logits around a mean of 0, as of `bradleyTerry`; undefined for one that was compared with nothing. */
  readonly strength: number | undefined;
  /** 95 %, of `strength`. */
  readonly interval: Interval | undefined;
  /** Around 1500. */
  readonly elo: number | undefined;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** The first contender against one of the others. */
export interface HeadToHead {
  readonly with: string;
  /** Rows that were compared. */
  readonly n: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Share of the rows that the first one wins, a tie counted as half, 0..1; undefined without rows. */
  readonly winRate: number | undefined;
  /** 95 %, of `winRate`: half of Tango's for the share of wins minus that of losses, moved to its middle. [0, 1] without rows. */
  readonly interval: Interval;
  /** Whether the interval leaves out 0.5, as McNemar's test of wins against losses does. Undefined with more than two contenders: of many intervals some leave it out by chance. */
  readonly verdict: Verdict | undefined;
}

/** What a ranking found, also when it ended early. */
export interface RankingReport {
  readonly model: string;
  readonly judge: string;
  /** The signature that the judge was asked by. */
  readonly comparer: string;
  readonly seed: number;
  /** Pairs that were asked for. */
  readonly total: number;
  /** The results that there are, in the order of rows and then of contenders. */
  readonly pairs: readonly ComparedPair[];
  /** The strongest first; those that were compared with nothing last. */
  readonly ranking: readonly Standing[];
  readonly headToHead: readonly HeadToHead[];
  /** Of the pairs that the judge was asked about. */
  readonly bias: PositionBias;
  /** The judge's calls included. */
  readonly spent: Spent;
  /** Why it ended before its last pair. */
  readonly stopped: AtelierError | undefined;
}

/** What {@link rankingReport} cannot tell from the pairs. */
export interface RankFacts extends Pick<RankingReport, 'model' | 'judge' | 'comparer' | 'seed' | 'total' | 'spent' | 'stopped'> {
  /** All contenders, the one that is asked about first. */
  readonly names: readonly string[];
}

/** @param pairs in the order of rows */
export function rankingReport({ names, ...facts }: RankFacts, pairs: readonly ComparedPair[]): RankingReport {
  const matches = pairs.flatMap(({ row, first, second, outcome }) => (outcome === undefined ? [] : [{ row, first, second, outcome }]));
  const [main = '', ...others] = names;
  return {
    ...facts,
    pairs,
    ranking: standings(names, matches, facts.seed),
    headToHead: others.map((other) => headToHead(other, matches, { main, isOnly: others.length === 1 })),
    bias: positionBias(pairs.flatMap(({ judged }) => judged ?? [])),
  };
}

type RowMatch = Match & { readonly row: number };

function standings(names: readonly string[], matches: readonly RowMatch[], seed: number): Standing[] {
  const byRow = new Map<number, RowMatch[]>();
  for (const match of matches) byRow.set(match.row, [...(byRow.get(match.row) ?? []), match]);
  const ranked = matches.length === 0 ? [] : rankRows([...byRow.values()], seed);
  const elos = eloWithoutOrder(matches, seed);
  const compared = ranked.map(({ name, strength, interval }) => ({
    ...{ name, strength, interval, elo: elos.get(name) },
    ...countsOf(matches, name),
  }));
  const rest = names.filter((name) => !compared.some((each) => each.name === name));
  const nothing = { strength: undefined, interval: undefined, elo: undefined, wins: 0, ties: 0, losses: 0 };
  return [...compared, ...rest.map((name) => ({ name, ...nothing }))];
}

function headToHead(
  other: string,
  matches: readonly RowMatch[],
  { main, isOnly }: { readonly main: string; readonly isOnly: boolean },
): HeadToHead {
  const ours = matches.filter(({ first, second }) => first === main && second === other);
  const points = ours.map(({ outcome }) => POINTS[outcome]);
  const share = (wanted: Outcome) => ours.map(({ outcome }) => (outcome === wanted ? 1 : 0));
  const { interval } = pairedDifference(share('loss'), share('win'));
  return {
    with: other,
    n: ours.length,
    ...countsOf(ours, main),
    winRate: mean(points),
    interval: [(1 + interval[0]) / 2, (1 + interval[1]) / 2],
    verdict: isOnly ? verdict(interval) : undefined,
  };
}

function countsOf(matches: readonly Match[], name: string): Pick<Standing, 'wins' | 'ties' | 'losses'> {
  const count = (asFirst: Outcome, asSecond: Outcome) =>
    matches.filter(({ first, second, outcome }) => (first === name && outcome === asFirst) || (second === name && outcome === asSecond))
      .length;
  return { wins: count('win', 'loss'), ties: count('tie', 'tie'), losses: count('loss', 'win') };
}
