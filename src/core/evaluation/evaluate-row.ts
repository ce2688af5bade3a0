import { AtelierError, asAtelierError, cancelled, withSpent } from '../errors.js';
import type { Example } from '../example/example.js';
import { type LeakSource, leakageOf } from '../example/leakage.js';
import type { MetricCase } from '../metric/metric.js';
import type { Execution, Executor } from '../program/executor.js';
import { addSpent, NOTHING_SPENT, type Spent } from '../program/program.js';
import { endsTheRun } from '../program/run-errors.js';
import type { EvaluatedRow } from './report.js';
import type { Scorer, ScorerResult } from './scorer.js';

/** What running a row gave; the row itself says the rest. */
export type Outcome = Partial<EvaluatedRow> & Pick<EvaluatedRow, 'spent'>;

export interface EvaluateRowOptions {
  readonly executor: Executor;
  readonly scorer: Scorer;
  /** Of the first repeat. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly trainKeys: ReadonlySet<string>;
  readonly context?: ((example: Example) => Pick<MetricCase, 'taste' | 'target'>) | undefined;
  readonly now: () => number;
}

/**
 * Runs a program on one example and scores what it answers; what is wrong with this row alone is its result.
 * @param leaked how the first program came to know the row
 * @throws AtelierError when every other row would fail as well, with what was paid
 */
export async function evaluateRow(
  example: Example,
  repeat: number,
  options: EvaluateRowOptions,
  leaked: LeakSource | undefined,
): Promise<Outcome> {
  const { executor, scorer, seed, signal, now } = options;
  if (signal?.aborted === true) throw cancelled(signal.reason);
  if (scorer.needsLabels && !isLabeled(example)) {
    const error = new AtelierError('metric.failed', `${scorer.name} compares with labels, and the row has none.`, {
      hint: 'Label the row.',
    });
    return { spent: NOTHING_SPENT, error: error.toJSON() };
  }
  const began = now();
  let execution: Execution;
  try {
    execution = await executor.run(example.inputs, { seed: seed + repeat, signal });
  } catch (thrown) {
    const error = asAtelierError(thrown);
    if (endsTheRun(error)) throw error;
    return { spent: error.spent ?? NOTHING_SPENT, error: error.toJSON() };
  }
  const { program, outputs, reasoning, cached, model, calls, usage, costUsd } = execution;
  const paid = { calls, usage, costUsd };
  // A way that stands in for the first has demos of its own.
  const isFirst = program === executor.routes[0].program;
  const known = leaked ?? (isFirst ? undefined : leakageOf(program, options.trainKeys, [example]).get(example.row.row));
  const answer = { outputs, reasoning, cached, model, latencyMs: now() - began, answering: paid, leaked: known };
  return { ...answer, ...(await scoreOf(example, outputs, paid, options)) };
}

/** Whether a row has a label at all. */
export function isLabeled({ expected }: Example): boolean {
  return Object.keys(expected).length > 0;
}

/** Scores come from code of users and from files, too. */
export function isScore(score: unknown): score is number {
  return typeof score === 'number' && score >= 0 && score <= 1;
}

/** @throws AtelierError when the run ends here */
async function scoreOf(
  example: Example,
  outputs: Execution['outputs'],
  paid: Spent,
  { executor, scorer, signal, context }: EvaluateRowOptions,
): Promise<Outcome> {
  const { inputs, expected } = example;
  const { signature } = executor.routes[0].program;
  let result: Partial<ScorerResult> | undefined;
  try {
    result = await scorer.score({ signature, inputs, expected, outputs, ...context?.(example) }, { signal });
  } catch (thrown) {
    const error = asAtelierError(thrown);
    // A metric that throws is wrong about this row; it may do well on the next one.
    if (error.code !== 'internal' && endsTheRun(error)) throw withSpent(error, paid);
    const spent = addSpent(paid, error.spent ?? NOTHING_SPENT);
    if (error.code === 'metric.failed') return { spent, error: error.toJSON() };
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { spent, error: new AtelierError('metric.failed', `${scorer.name} failed: ${reason}`, { hint: error.hint }).toJSON() };
  }
  // A metric of the user's may return anything.
  const { score, feedback, parts, spent: judging } = result ?? {};
  const spent = addSpent(paid, judging ?? NOTHING_SPENT);
  if (isScore(score)) return { spent, score, feedback, ...(parts === undefined ? {} : { parts }) };
  const error = new AtelierError('metric.invalid_score', `${scorer.name} gave ${String(score)}, which is not a score from 0 to 1.`, {
    hint: 'Correct the metric; the row is counted as failed.',
  });
  return { spent, error: error.toJSON() };
}
