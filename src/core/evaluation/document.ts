import type { ErrorDocument } from '../errors.js';
import type { LeakSource } from '../example/leakage.js';
import { addSpent, type FieldValue, type FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { isJsonObject } from '../text/json-schema.js';
import { type JudgeCheck, type JudgeDocument, judgeDocument } from './check-judge.js';
import { byIdentity, compareReports } from './compare.js';
import { type ConfusionDocument, confusionOf, type RowCells } from './confusion.js';
import { type GateDocument, gateOf } from './gate.js';
import { type ObjectiveDifference, type ObjectiveMean, objectivesOf } from './objectives.js';
import type { EvaluatedRow, EvaluationReport, ScoreSummary } from './report.js';
import type { Interval, Verdict } from './statistics.js';

/** What an evaluation was made of, beside its report. */
export interface DocumentFacts {
  readonly signature: Signature;
  /** As people name it: `v3`, `unsaved`. */
  readonly version: string;
  readonly data: DataDocument;
  /** When it ended, ISO 8601. */
  readonly created?: string | undefined;
  /** The least score, 0..1, with which a row counts as right; 0.5 when absent. */
  readonly passAt?: number | undefined;
  /** The least score, 0..1, with which the evaluation passes; no gate when absent. */
  readonly failUnder?: number | undefined;
  /** How far the judge that scored agrees with a person, when it was looked at. */
  readonly judge?: JudgeCheck | undefined;
}

/** An earlier evaluation to compare with. */
export interface Baseline {
  /** As people name it: a version, a label, a git revision. */
  readonly with: string;
  readonly report: EvaluationReport;
}

/** An evaluation whole, as it was measured: what documents are made of. */
export interface EvaluationOutcome {
  readonly facts: DocumentFacts;
  readonly report: EvaluationReport;
  readonly baseline?: Baseline | undefined;
}

/** Which rows were evaluated. */
export interface DataDocument {
  readonly file: string;
  readonly sha256: string;
  /** Rows of the file or, when there is one, of the split. */
  readonly rows: number;
  /** Null: all rows. */
  readonly split: string | null;
  /** Rows that cannot be used, such as one with a wrong label; they are in no score. */
  readonly left_out?: number;
}

/** A score on some of the rows. */
export interface ScoreDocument {
  /** Null when no row was scored. */
  readonly score: number | null;
  /** 95 %. */
  readonly interval: Interval;
  readonly n: number;
  readonly failures: number;
  readonly score_with_failures_as_zero: number | null;
}

/** One row in one repeat. */
export interface RowDocument {
  readonly row: number;
  readonly line: number;
  readonly repeat: number;
  /** Null when the row failed. */
  readonly score: number | null;
  readonly feedback: string | null;
  readonly inputs: FieldValues;
  readonly expected: FieldValues;
  /** Null when there was no answer that could be read. */
  readonly outputs: FieldValues | null;
  readonly reasoning?: string;
  readonly parts?: Readonly<Record<string, number>>;
  readonly error?: ErrorDocument;
  readonly latency_ms?: number;
  readonly cached: boolean;
  readonly leaked?: LeakSource;
  /** When a person set the score. */
  readonly overridden?: OverriddenDocument;
  /** Where the row stands in the confusion matrices. */
  readonly cells?: RowCells;
  /** What the baseline made of the same row. */
  readonly before?: BeforeDocument;
}

/** What a row's score was before a person set it. */
export interface OverriddenDocument {
  /** Null when the metric failed. */
  readonly score: number | null;
  readonly comment: string;
  readonly user_id: string;
  readonly timestamp: string;
}

export interface BeforeDocument {
  readonly row: number;
  readonly score: number | null;
  readonly feedback: string | null;
  readonly outputs: FieldValues | null;
  readonly error?: ErrorDocument;
}

/** How the evaluation differs from its baseline. */
export interface CompareDocument {
  readonly with: string;
  /** Mean of the pairs in each; null without pairs. */
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  /** 95 %. */
  readonly interval: Interval;
  readonly verdict: Verdict;
  /** Number of pairs. */
  readonly n: number;
  /** Numbers of rows; the same words as in `Comparison`. */
  readonly better: readonly number[];
  readonly worse: readonly number[];
  /** What an answer costs in the pairs. */
  readonly objectives: readonly ObjectiveDifference[];
  readonly only_before: readonly number[];
  readonly only_after: readonly number[];
  readonly failed: readonly number[];
  readonly leaked: readonly number[];
}

/** An evaluation as data: what `--json` prints, and what every report is made of. */
export interface EvaluationDocument extends ScoreDocument {
  readonly signature: string;
  readonly version: string;
  readonly program: string;
  readonly model: string;
  readonly metric: string;
  readonly data: DataDocument;
  readonly created?: string;
  readonly seed: number;
  readonly repeats: number;
  readonly pass_at: number;
  /** Results that were asked for, those that were there before, and why there are not more. */
  readonly total: number;
  readonly reused: number;
  readonly stopped?: ErrorDocument;
  /** Results whose score a person set. */
  readonly overridden: number;
  /** How many rows the program had seen, and the score on the others. */
  readonly leaked: number;
  readonly unseen?: ScoreDocument;
  /** Standard deviations: of the whole score, and of one row's, from one repeat to the next. */
  readonly variance?: { readonly mean: number; readonly between?: number; readonly within?: number };
  readonly calls: number;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** US dollars; null when a model has no known price. */
  readonly cost_usd: number | null;
  /** What an answer costs in the mean, the metric's own calls left out. */
  readonly objectives: readonly ObjectiveMean[];
  /** Of answers that did not come from the cache; null when there are none. */
  readonly latency_ms: { readonly p50: number; readonly p95: number } | null;
  /** Share of the answers that came from the cache, 0..1; null without answers. */
  readonly cached: number | null;
  readonly gate?: GateDocument;
  readonly compare?: CompareDocument;
  /** How far the judge agrees with a person's ratings. */
  readonly judge?: JudgeDocument;
  /** One for each class output that has labels. */
  readonly confusion?: readonly ConfusionDocument[];
  readonly rows: readonly RowDocument[];
}

/** A person tells a right row from a wrong one here when the metric knows more than right and wrong. */
const PASS_AT = 0.5;

/**
 * The JSON document of an evaluation. All of it can be written as JSON: what is not known is null or left out, a number that JSON has no
 * word for becomes text, and the bytes of images are left out.
 * @throws AtelierError `usage.invalid` when the baseline was scored by another metric
 */
export function evaluationDocument({ facts, report, baseline }: EvaluationOutcome): EvaluationDocument {
  const { signature, version, data, created, passAt = PASS_AT, failUnder, judge } = facts;
  const { confusion, cells } = confusionOf(signature.outputs, report.rows);
  const before = baseline === undefined ? new Map<EvaluatedRow, EvaluatedRow>() : resultsBefore(baseline.report, report);
  const { variance, stopped } = report;
  const spent = judge === undefined ? report.spent : addSpent(report.spent, judge.spent);
  return {
    signature: signature.name,
    version,
    ...{ program: report.program, model: report.model, metric: report.scorer, data },
    ...present({ created }),
    ...scoreDocument(report),
    ...{ seed: report.seed, repeats: report.repeats, pass_at: passAt, total: report.total, reused: report.reused },
    ...present({ stopped: stopped?.toJSON() }),
    overridden: report.rows.filter(({ overridden }) => overridden !== undefined).length,
    leaked: report.leaked,
    ...present({ unseen: report.unseen === undefined ? undefined : scoreDocument(report.unseen) }),
    ...(variance === undefined
      ? {}
      : { variance: { mean: variance.mean, ...present({ between: variance.between, within: variance.within }) } }),
    calls: spent.calls,
    usage: { prompt_tokens: spent.usage.promptTokens, completion_tokens: spent.usage.completionTokens },
    cost_usd: spent.costUsd ?? null,
    objectives: objectivesOf(report.rows),
    latency_ms: report.latencyMs ?? null,
    cached: report.cachedShare ?? null,
    ...present({ gate: failUnder === undefined ? undefined : gateOf(report, failUnder, data.left_out) }),
    ...present({ compare: baseline === undefined ? undefined : compareDocument(baseline, report) }),
    ...present({ judge: judge === undefined ? undefined : judgeDocument(judge) }),
    ...(confusion.length === 0 ? {} : { confusion }),
    rows: report.rows.map((row) => rowDocument(row, signature, cells.get(row), before.get(row))),
  };
}

function scoreDocument({ score, interval, n, failures, scoreWithFailuresAsZero }: ScoreSummary): ScoreDocument {
  return { score: score ?? null, interval, n, failures, score_with_failures_as_zero: scoreWithFailuresAsZero ?? null };
}

function compareDocument(baseline: Baseline, report: EvaluationReport): CompareDocument {
  const { before, after, difference, interval, verdict, n, better, worse, objectives, ...rows } = compareReports(baseline.report, report);
  const numbers = (pairs: typeof better) => pairs.map((pair) => pair.after[0]?.row ?? 0);
  return {
    with: baseline.with,
    ...{ before: before ?? null, after: after ?? null, difference: difference ?? null, interval, verdict, n },
    ...{ better: numbers(better), worse: numbers(worse), objectives },
    ...{ only_before: rows.onlyBefore, only_after: rows.onlyAfter, failed: rows.failed, leaked: rows.leaked },
  };
}

/** The earlier result of each later one: of the same row and, where there is one, the same repeat. */
function resultsBefore(before: EvaluationReport, after: EvaluationReport): Map<EvaluatedRow, EvaluatedRow> {
  const earlier = byIdentity(before.rows);
  const found = new Map<EvaluatedRow, EvaluatedRow>();
  for (const [identity, results] of byIdentity(after.rows)) {
    const others = earlier.get(identity) ?? [];
    for (const result of results) {
      const other = others.find(({ repeat }) => repeat === result.repeat) ?? others[0];
      if (other !== undefined) found.set(result, other);
    }
  }
  return found;
}

function rowDocument(
  result: EvaluatedRow,
  signature: Signature,
  cells: RowCells | undefined,
  before: EvaluatedRow | undefined,
): RowDocument {
  const { row, line, repeat, reasoning, error, latencyMs, cached, leaked } = result;
  const images = signature.inputs.filter(({ type }) => type === 'image').map(({ name }) => name);
  return {
    ...{ row, line, repeat },
    ...answerOf(result),
    inputs: values(result.inputs, images),
    expected: values(result.expected),
    ...present({ reasoning, parts: result.parts, error, latency_ms: latencyMs, leaked, cells, overridden: overriddenDocument(result) }),
    cached,
    ...(before === undefined ? {} : { before: { row: before.row, ...answerOf(before), ...present({ error: before.error }) } }),
  };
}

function overriddenDocument({ overridden }: EvaluatedRow): OverriddenDocument | undefined {
  if (overridden === undefined) return undefined;
  const { measured, comment, userId, timestamp } = overridden;
  return { score: measured ?? null, comment, user_id: userId, timestamp };
}

function answerOf({ score, feedback, outputs }: EvaluatedRow): Pick<RowDocument, 'score' | 'feedback' | 'outputs'> {
  return { score: score ?? null, feedback: feedback ?? null, outputs: outputs === undefined ? null : values(outputs) };
}

/** Values that JSON can write, without the bytes of images. */
function values(given: FieldValues, images: readonly string[] = []): FieldValues {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, plain(value, images.includes(name))]));
}

function plain(value: FieldValue, isImage: boolean): FieldValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return isImage ? withoutBytes(value) : value;
  if (Array.isArray(value)) return value.map((item: FieldValue) => plain(item, isImage));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, isImage)]));
}

function withoutBytes(image: string): string {
  const kind = /^data:([\w.+/-]*)/.exec(image)?.[1];
  return kind === undefined ? image : `${kind} (${Math.ceil((image.length * 3) / 4096)} kB)`;
}

/** What a record has, without what is undefined. */
function present<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
