import { AtelierError, type ErrorCode } from '../errors.js';
import { compareObjectives, type ObjectiveDifference } from './objectives.js';
import { type EvaluatedRow, type EvaluationReport, resultsByRow } from './report.js';
import { type Interval, mean, pairedDifference, type Verdict, verdict } from './statistics.js';

/** A row in both reports. */
export interface ComparedRow {
  /** Its results, by repeat. */
  readonly before: readonly EvaluatedRow[];
  readonly after: readonly EvaluatedRow[];
  /** Mean score of its repeats, 0..1. */
  readonly scoreBefore: number;
  readonly scoreAfter: number;
}

/** How a later evaluation differs from an earlier one on the same rows. */
export interface Comparison {
  /** Mean of the pairs in each; undefined without pairs. They differ from the reports' scores, which have other rows as well. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** `after - before`, -1..1; undefined without pairs. */
  readonly difference: number | undefined;
  /** 95 %; [-1, 1] without pairs. */
  readonly interval: Interval;
  readonly verdict: Verdict;
  /** Number of pairs. */
  readonly n: number;
  readonly better: readonly ComparedRow[];
  readonly worse: readonly ComparedRow[];
  /** What an answer costs, in the same pairs. */
  readonly objectives: readonly ObjectiveDifference[];
  /** Numbers of rows that only one report has a result for. */
  readonly onlyBefore: readonly number[];
  readonly onlyAfter: readonly number[];
  /** Rows, numbered as in the later report, without a score in one of them for a reason that is not the program's. */
  readonly failed: readonly number[];
  /** Rows, numbered as in the later report, that one of the programs had seen. */
  readonly leaked: readonly number[];
}

/** Failures that the prompt is to blame for. Left out, they would make a program look good that answers only what is easy. */
export const PROGRAMS_FAULT: ReadonlySet<ErrorCode> = new Set([
  'model.invalid_answer',
  'model.empty_answer',
  'model.context_length',
  'model.unsupported',
]);

/** What smaller differences are rounding. */
const ROUNDING = 1e-9;

/**
 * Compares two evaluations row by row. Rows are the same when inputs and labels are, wherever they stand; of rows that are alike, the
 * first is paired with the first, and so on. An answer that could not be read counts as 0; rows that failed for another reason (time,
 * network, metric), and rows that one of the programs had seen, are left out and listed.
 * @throws AtelierError `usage.invalid` when they were scored by different metrics
 */
export function compareReports(before: EvaluationReport, after: EvaluationReport): Comparison {
  if (before.scorer !== after.scorer) {
    throw new AtelierError('usage.invalid', `Scores of ${before.scorer} and ${after.scorer} cannot be compared.`, {
      hint: 'Evaluate both with the same metric.',
    });
  }
  const earlier = byIdentity(before.rows);
  const later = byIdentity(after.rows);
  const pairs: ComparedRow[] = [];
  const failed: number[] = [];
  const leaked: number[] = [];
  const onlyAfter: number[] = [];
  for (const [identity, results] of later) {
    const others = earlier.get(identity);
    const row = numberOf(results);
    if (others === undefined) {
      onlyAfter.push(row);
      continue;
    }
    const scoreBefore = scoreOf(others);
    const scoreAfter = scoreOf(results);
    if ([...others, ...results].some((result) => result.leaked !== undefined)) leaked.push(row);
    else if (scoreBefore === undefined || scoreAfter === undefined) failed.push(row);
    else pairs.push({ before: others, after: results, scoreBefore, scoreAfter });
  }
  const scoresBefore = pairs.map(({ scoreBefore }) => scoreBefore);
  const scoresAfter = pairs.map(({ scoreAfter }) => scoreAfter);
  const paired = pairedDifference(scoresBefore, scoresAfter, after.seed);
  return {
    ...paired,
    before: mean(scoresBefore),
    after: mean(scoresAfter),
    verdict: verdict(paired.interval),
    better: pairs.filter(({ scoreBefore, scoreAfter }) => scoreAfter - scoreBefore > ROUNDING),
    worse: pairs.filter(({ scoreBefore, scoreAfter }) => scoreBefore - scoreAfter > ROUNDING),
    objectives: compareObjectives(pairs),
    onlyBefore: [...earlier].filter(([identity]) => !later.has(identity)).map(([, results]) => numberOf(results)),
    onlyAfter,
    failed,
    leaked,
  };
}

/** The results of each row, by what the row says and how many rows before it say the same. */
export function byIdentity(rows: readonly EvaluatedRow[]): Map<string, readonly EvaluatedRow[]> {
  const seen = new Map<string, number>();
  return new Map(
    resultsByRow(rows).map((results) => {
      const example = results[0]?.example ?? '';
      const count = seen.get(example) ?? 0;
      seen.set(example, count + 1);
      return [`${example} ${count}`, results];
    }),
  );
}

/** Mean over repeats; undefined when every one of them failed without the program's fault. */
function scoreOf(results: readonly EvaluatedRow[]): number | undefined {
  return mean(results.flatMap(({ score, error }) => score ?? (error !== undefined && PROGRAMS_FAULT.has(error.code) ? 0 : [])));
}

function numberOf([first]: readonly EvaluatedRow[]): number {
  return first?.row ?? 0;
}
