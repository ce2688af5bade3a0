import type { ErrorDocument } from '../errors.js';
import type { LeakSource } from '../example/leakage.js';
import type { FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import type { JudgeCheck, JudgeDocument } from './check-judge.js';
import type { ConfusionDocument, RowCells } from './confusion.js';
import type { GateDocument } from './gate.js';
import type { ObjectiveDifference, ObjectiveMean } from './objectives.js';
import type { EvaluationReport } from './report.js';
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
  readonly overridden?: OverriddenDocument;
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
  /** Answers of the baseline whose score a person set. */
  readonly overridden: number;
  /** What running the baseline cost this time; US dollars, null when a model has no known price. */
  readonly calls: number;
  readonly cost_usd: number | null;
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
  /** Answers whose score a person set. */
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
