import type { AtelierError } from '../errors.js';
import type { Comparison } from '../evaluation/compare.js';
import type { EvaluationReport } from '../evaluation/report.js';
import type { Verdict } from '../evaluation/statistics.js';
import type { Spent } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';
import type { DemoWorth } from './ablation.js';
import type { ScoredCandidate } from './candidate.js';
import type { BootstrapVerdict } from './events.js';

/** A program on validation and, when it came to that, on the test set. */
export interface Measured {
  readonly validation: EvaluationReport;
  /** Undefined without a test set, and when the run ended before. */
  readonly test: EvaluationReport | undefined;
}

/** What a run found, also when its search ended early. */
export interface OptimizationReport {
  readonly optimizer: string;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly baseline: Measured;
  /** Of the best candidate; the baseline itself when nothing is better on validation. */
  readonly result: Measured;
  /** The result against the baseline, row by row; undefined when one of them was not measured. */
  readonly comparison: { readonly validation: Comparison; readonly test: Comparison | undefined };
  /**
   * On the test set, which the search never saw. Undefined when it was not measured: on validation the best always looks better than it
   * is, as it was chosen there.
   */
  readonly verdict: Verdict | undefined;
  /** All candidates that ran on the whole validation set, in the order of the search. */
  readonly candidates: readonly ScoredCandidate[];
  readonly best: ScoredCandidate;
  /** Names of the candidates that none beats in both score and tokens, the cheapest first. */
  readonly pareto: readonly string[];
  /** What the teacher's attempts came to: the last one of each row. */
  readonly verdicts: readonly BootstrapVerdict[];
  /** What each demo of the best is worth; undefined when nobody asked. */
  readonly worths: readonly DemoWorth[] | undefined;
  /** What a person should know: one sentence each. */
  readonly notes: readonly string[];
  /** The whole run, earlier sessions included. */
  readonly spent: Spent;
  /** Why the search ended early; undefined when it did not. */
  readonly stopped: AtelierError | undefined;
}
