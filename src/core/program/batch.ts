import { type AtelierError, asAtelierError } from '../errors.js';
import type { JsonValue } from '../text/json-schema.js';
import { type BatchProgress, progressOf } from './batch-progress.js';
import type { BatchResult, BatchRow, BatchSink } from './batch-result.js';
import type { Executor } from './executor.js';
import { runPool } from './pool.js';
import { addSpent, NOTHING_SPENT, type Spent } from './program.js';
import { endsTheRun } from './run-errors.js';

/** What became of a batch. */
export interface BatchReport {
  /** What all rows of this run cost, failed ones included; answers from the cache count as calls. */
  readonly spent: Spent;
  readonly rows: number;
  /** Rows that had a result before. */
  readonly skipped: number;
  /** Rows that ran now, failed ones included. */
  readonly ran: number;
  readonly failed: number;
  /** Rows that were answered from the cache alone. */
  readonly cached: number;
  /** Why it ended before its last row. */
  readonly stopped: AtelierError | undefined;
}

export interface BatchOptions {
  readonly rows: readonly BatchRow[];
  /** The inputs that a row gives. */
  inputsOf(row: BatchRow): Readonly<Record<string, JsonValue>> | Promise<Readonly<Record<string, JsonValue>>>;
  readonly executor: Executor;
  readonly sink: BatchSink;
  /** Rows under way at a time. */
  readonly concurrency: number;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
  /** Milliseconds on any clock that only goes forward. */
  readonly now: () => number;
}

/**
 * Runs a program on every row that has no result yet. A row that fails is a result with its reason; what would fail every other row as
 * well (no key, no budget, no connection) ends the batch, and those rows stay without a result, to be run later. Results are kept as they
 * come, in the order in which they come.
 * @returns what became of it, also when it was stopped
 * @throws AtelierError `data.*` when results cannot be kept
 */
export async function runBatch(options: BatchOptions): Promise<BatchReport> {
  return new Batch(options).run();
}

class Batch {
  private readonly left: readonly BatchRow[];
  private readonly started: number;
  private ran = 0;
  private failed = 0;
  private cached = 0;
  private spent = NOTHING_SPENT;

  constructor(private readonly options: BatchOptions) {
    this.left = options.rows.filter(({ row }) => !options.sink.done.has(row));
    this.started = options.now();
  }

  async run(): Promise<BatchReport> {
    const { rows, concurrency } = this.options;
    this.report();
    const stopped = await runPool({
      items: this.left,
      concurrency,
      work: (row) => this.resultOf(row),
      keep: (result) => this.keep(result),
    });
    const { spent, ran, failed, cached } = this;
    return { spent, rows: rows.length, skipped: rows.length - this.left.length, ran, failed, cached, stopped };
  }

  /** @throws AtelierError when the batch ends here */
  private async resultOf(row: BatchRow): Promise<BatchResult> {
    const { executor, seed, signal, inputsOf } = this.options;
    try {
      const execution = await executor.run(await inputsOf(row), { seed, signal });
      this.spent = addSpent(this.spent, execution);
      if (execution.cached) this.cached++;
      const { cached, model, outputs, reasoning } = execution;
      return { row, cached, model, outputs, reasoning };
    } catch (thrown) {
      const error = asAtelierError(thrown);
      if (error.spent !== undefined) this.spent = addSpent(this.spent, error.spent);
      if (endsTheRun(error)) throw error;
      this.failed++;
      return { row, cached: false, error: error.toJSON() };
    }
  }

  private async keep(result: BatchResult): Promise<void> {
    await this.options.sink.append([result]);
    this.ran++;
    this.report();
  }

  private report(): void {
    const { rows, now, onProgress } = this.options;
    if (onProgress === undefined) return;
    const { ran, failed } = this;
    onProgress(progressOf({ rows: rows.length, toRun: this.left.length, ran, failed }, (now() - this.started) / 1000));
  }
}
