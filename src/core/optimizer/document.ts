import type { ErrorDocument } from '../errors.js';
import type { Comparison } from '../evaluation/compare.js';
import type { EvaluationReport } from '../evaluation/report.js';
import type { Interval, Verdict } from '../evaluation/statistics.js';
import type { FieldValues, Spent } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';
import type { DemoSource } from '../version/version.js';
import type { BootstrapVerdict, CandidateSummary } from './events.js';
import type { Forecast } from './forecast.js';
import { summaryOf, tokensPerAnswer } from './leaderboard.js';
import type { Optimized } from './optimize.js';
import type { Measured } from './report.js';

/** A score and what it is worth. */
export interface MeasuredDocument {
  /** Failures counted as 0, 0..1; null when nothing was run. */
  readonly score: number | null;
  /** 95 %. */
  readonly interval: Interval;
  /** Rows. */
  readonly n: number;
  readonly failures: number;
  /** Mean of tokens in and out per answer; null without an answer. */
  readonly tokens: number | null;
}

/** How two programs differ on the same rows. */
export interface DifferenceDocument {
  readonly value: number | null;
  /** 95 %. */
  readonly interval: Interval;
  /** Pairs of rows. */
  readonly n: number;
}

export interface ForecastDocument {
  readonly calls: number;
  readonly exact: boolean;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** US dollars; null when a model has no known price. */
  readonly usd: number | null;
  readonly seconds: number;
  readonly parts: readonly { readonly what: string; readonly by: string; readonly model: string; readonly calls: number }[];
}

/** What `atelier optimize --json` prints, and what the page of a run shows when it is done. */
export interface OptimizeDocument {
  readonly run: string;
  readonly signature: string;
  readonly optimizer: string;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly student: string;
  readonly teacher: string;
  readonly metric: string;
  /** `v4`; null when nothing was saved. */
  readonly version: string | null;
  readonly forecast: ForecastDocument;
  readonly calls: number;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  readonly cost_usd: number | null;
  readonly baseline: { readonly validation: MeasuredDocument; readonly test: MeasuredDocument | null };
  readonly result: { readonly validation: MeasuredDocument; readonly test: MeasuredDocument | null };
  readonly difference: { readonly validation: DifferenceDocument; readonly test: DifferenceDocument | null };
  /** Null when it was not measured on rows that the search never saw. */
  readonly verdict: Verdict | null;
  readonly demos: readonly {
    readonly inputs: FieldValues;
    readonly outputs: FieldValues;
    readonly augmented: boolean;
    readonly source: DemoSource | null;
    /** The score on validation without it; null when it was not measured. */
    readonly without: number | null;
    /** Tokens of an answer that it costs; null when it was not measured. */
    readonly tokens: number | null;
  }[];
  readonly instructions: string;
  readonly instructions_before: string;
  readonly candidates: readonly CandidateSummary[];
  readonly best: string;
  readonly pareto: readonly string[];
  readonly verdicts: readonly BootstrapVerdict[];
  readonly notes: readonly string[];
  readonly stopped: ErrorDocument | null;
}

/** What a report does not know of its run. */
export interface RunFacts {
  readonly run: string;
  readonly signature: string;
  readonly student: string;
  readonly teacher: string;
  readonly version: number | undefined;
  readonly forecast: Forecast;
}

export function optimizeDocument({ program, demos, report }: Optimized, facts: RunFacts): OptimizeDocument {
  const { spent, comparison, worths, best, baseline } = report;
  return {
    ...{ run: facts.run, signature: facts.signature, optimizer: report.optimizer, options: report.options, seed: report.seed },
    ...{ student: facts.student, teacher: facts.teacher, metric: baseline.validation.scorer },
    version: facts.version === undefined ? null : `v${facts.version}`,
    forecast: forecastDocument(facts.forecast),
    ...spentDocument(spent),
    baseline: both(baseline),
    result: both(report.result),
    difference: {
      validation: differenceOf(comparison.validation),
      test: comparison.test === undefined ? null : differenceOf(comparison.test),
    },
    verdict: report.verdict ?? null,
    demos: demos.map(({ inputs, outputs, augmented, source }, index) => {
      const worth = worths?.find(({ demo }) => demo === index);
      return { inputs, outputs, augmented, source: source ?? null, without: worth?.without ?? null, tokens: worth?.tokens ?? null };
    }),
    instructions: program.instructions,
    instructions_before: report.candidates[0]?.program.instructions ?? program.instructions,
    candidates: report.candidates.map(summaryOf),
    best: best.id,
    ...{ pareto: report.pareto, verdicts: report.verdicts, notes: report.notes, stopped: report.stopped?.toJSON() ?? null },
  };
}

export function forecastDocument({ calls, exact, promptTokens, completionTokens, usd, seconds, parts }: Forecast): ForecastDocument {
  return {
    ...{ calls, exact, prompt_tokens: promptTokens, completion_tokens: completionTokens, usd: usd ?? null, seconds },
    parts: mergedParts(parts),
  };
}

/** What is done for the same purpose by the same model, together. */
function mergedParts(parts: Forecast['parts']): ForecastDocument['parts'] {
  const merged = new Map<string, ForecastDocument['parts'][number]>();
  for (const { what, by, model, calls } of parts) {
    const key = JSON.stringify([what, by, model]);
    merged.set(key, { what, by, model, calls: calls + (merged.get(key)?.calls ?? 0) });
  }
  return [...merged.values()];
}

function spentDocument({ calls, usage, costUsd }: Spent): Pick<OptimizeDocument, 'calls' | 'usage' | 'cost_usd'> {
  return { calls, usage: { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens }, cost_usd: costUsd ?? null };
}

function both({ validation, test }: Measured): OptimizeDocument['result'] {
  return { validation: measured(validation), test: test === undefined ? null : measured(test) };
}

function measured({ scoreWithFailuresAsZero, interval, rows, failures }: EvaluationReport): MeasuredDocument {
  const tokens = tokensPerAnswer(rows) ?? null;
  return { score: scoreWithFailuresAsZero ?? null, interval, n: rows.length, failures, tokens };
}

function differenceOf({ difference, interval, n }: Comparison): DifferenceDocument {
  return { value: difference ?? null, interval, n };
}
