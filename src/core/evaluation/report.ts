import type { AtelierError, ErrorDocument } from '../errors.js';
import type { LeakSource } from '../example/leakage.js';
import type { FieldValues, Spent } from '../program/program.js';
import { canonicalJson } from '../text/json-schema.js';
import { type Interval, mean, meanInterval, quantile, type RepeatStatistics, repeatStatistics } from './statistics.js';

/** What came of one row in one repeat: a score, or why there is none. */
export interface EvaluatedRow {
  /** As in `BatchRow`. */
  readonly row: number;
  readonly line: number;
  /** 0 for the first. */
  readonly repeat: number;
  /** From `resultKeys`. */
  readonly key: string;
  /** From `exampleHash`. */
  readonly example: string;
  readonly inputs: FieldValues;
  readonly expected: FieldValues;
  /** Undefined when there was no answer that could be read. */
  readonly outputs?: FieldValues | undefined;
  readonly reasoning?: string | undefined;
  /** 0..1; undefined when the row failed. */
  readonly score?: number | undefined;
  readonly feedback?: string | undefined;
  readonly parts?: Readonly<Record<string, number>> | undefined;
  /** Why the row failed. */
  readonly error?: ErrorDocument | undefined;
  /** The model that answered, or that was asked first. */
  readonly model: string;
  /** Milliseconds from asking to the typed answer, waiting for a place at the endpoint included; undefined without an answer. */
  readonly latencyMs?: number | undefined;
  /** True when the answer came from the cache alone. */
  readonly cached: boolean;
  /** What it cost when it was run, the scorer's calls included. */
  readonly spent: Spent;
  /** What the answer alone cost; of a cached one the tokens of its first time, and no money. Undefined without an answer. */
  readonly answering?: Spent | undefined;
  /** When a person set the score: what it was before. */
  readonly overridden?: Overridden | undefined;
  /** How the program came to know the row beforehand; undefined when it did not. */
  readonly leaked?: LeakSource | undefined;
}

/** What a row's score was before a person set it. */
export interface Overridden {
  /** What the metric gave; undefined when it failed. */
  readonly measured: number | undefined;
  readonly error: ErrorDocument | undefined;
  readonly comment: string;
  readonly userId: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** A score and what it is worth. */
export interface ScoreSummary {
  /** Mean over the rows that were scored, each with the mean of its repeats, 0..1; undefined when none was. */
  readonly score: number | undefined;
  /** 95 %, of `score`; [0, 1] when no row was scored. */
  readonly interval: Interval;
  /** Rows behind `score`. */
  readonly n: number;
  /** Results without a score; `score` leaves them out. */
  readonly failures: number;
  /** The same mean with 0 for every failure; undefined without results. */
  readonly scoreWithFailuresAsZero: number | undefined;
}

/** What an evaluation found, also when it ended early. */
export interface EvaluationReport extends ScoreSummary {
  /** From `programHash`. */
  readonly program: string;
  readonly model: string;
  /** The scorer's name. */
  readonly scorer: string;
  readonly seed: number;
  readonly repeats: number;
  /** Results that were asked for: rows times repeats. */
  readonly total: number;
  /** The results that there are, in the order of rows and then of repeats. */
  readonly rows: readonly EvaluatedRow[];
  /** Rows that the program had seen. */
  readonly leaked: number;
  /** The score on the other rows; undefined when nothing leaked. */
  readonly unseen: ScoreSummary | undefined;
  /** How much repeats differ; undefined for one repeat. */
  readonly variance: RepeatStatistics | undefined;
  /** What this run cost: failed rows and the scorer's calls included, results from before not. */
  readonly spent: Spent;
  /** Of answers that did not come from the cache, in milliseconds; undefined when there are none. */
  readonly latencyMs: { readonly p50: number; readonly p95: number } | undefined;
  /** Share of the answers that came from the cache, 0..1; undefined without answers. */
  readonly cachedShare: number | undefined;
  /** Results that were there before. */
  readonly reused: number;
  /** Why it ended before its last row. */
  readonly stopped: AtelierError | undefined;
}

/** What {@link reportOf} cannot tell from the rows. */
export type RunFacts = Pick<
  EvaluationReport,
  'program' | 'model' | 'scorer' | 'seed' | 'repeats' | 'total' | 'spent' | 'reused' | 'stopped'
>;

/** @param rows in the order of rows and then of repeats */
export function reportOf(facts: RunFacts, rows: readonly EvaluatedRow[]): EvaluationReport {
  const unseen = rows.filter(({ leaked }) => leaked === undefined);
  const answered = rows.filter(({ outputs }) => outputs !== undefined);
  const latencies = answered.flatMap(({ cached, latencyMs }) => (cached || latencyMs === undefined ? [] : [latencyMs]));
  const p50 = quantile(latencies, 0.5);
  const p95 = quantile(latencies, 0.95);
  return {
    ...facts,
    ...summaryOf(rows, facts.seed),
    rows,
    leaked: resultsByRow(rows).filter((results) => results.some(({ leaked }) => leaked !== undefined)).length,
    unseen: unseen.length === rows.length ? undefined : summaryOf(unseen, facts.seed),
    variance:
      facts.repeats === 1 ? undefined : repeatStatistics(resultsByRow(rows).map((results) => scoresByRepeat(results, facts.repeats))),
    latencyMs: p50 === undefined || p95 === undefined ? undefined : { p50, p95 },
    cachedShare: answered.length === 0 ? undefined : answered.filter(({ cached }) => cached).length / answered.length,
  };
}

/** The results of each row together, in the order in which rows appear first. */
export function resultsByRow(rows: readonly EvaluatedRow[]): (readonly EvaluatedRow[])[] {
  const byRow = new Map<number, EvaluatedRow[]>();
  for (const result of rows) {
    const others = byRow.get(result.row);
    if (others === undefined) byRow.set(result.row, [result]);
    else others.push(result);
  }
  return [...byRow.values()];
}

/** One result for each answer whose score a person set: the same answer to the same row may come in several repeats, and equal rows. */
export function distinctOverrides(rows: readonly EvaluatedRow[]): EvaluatedRow[] {
  const found = new Map<string, EvaluatedRow>();
  for (const row of rows) {
    if (row.overridden !== undefined) found.set(`${row.example} ${canonicalJson(row.outputs ?? {})}`, row);
  }
  return [...found.values()];
}

function summaryOf(rows: readonly EvaluatedRow[], seed: number): ScoreSummary {
  const byRow = resultsByRow(rows);
  const scores = byRow.flatMap((results) => mean(results.flatMap(({ score }) => score ?? [])) ?? []);
  return {
    score: mean(scores),
    interval: meanInterval(scores, seed),
    n: scores.length,
    failures: rows.filter(({ score }) => score === undefined).length,
    scoreWithFailuresAsZero: mean(byRow.map((results) => mean(results.map(({ score }) => score ?? 0)) ?? 0)),
  };
}

function scoresByRepeat(results: readonly EvaluatedRow[], repeats: number): (number | undefined)[] {
  const scores = Array<number | undefined>(repeats).fill(undefined);
  for (const { repeat, score } of results) scores[repeat] = score;
  return scores;
}
