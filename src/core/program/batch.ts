import { type AtelierError, asAtelierError } from '../errors.js';
import type { JsonValue } from '../text/json-schema.js';
import type { BatchResult, BatchRow, BatchSink } from './batch-result.js';
import type { Executor } from './executor.js';
import { addSpent, NOTHING_SPENT, type Spent } from './program.js';
import { endsTheRun } from './run-errors.js';

/** How far a batch is. */
export interface BatchProgress {
  /** Rows of the dataset. */
  readonly rows: number;
  /** Rows with a result, those of an earlier run included. */
  readonly done: number;
  /** Rows of this run that failed. */
  readonly failed: number;
  /** Rows per second in this run; undefined before the first. */
  readonly perSecond: number | undefined;
  /** Seconds until the end at this rate; undefined before the first row. */
  readonly secondsLeft: number | undefined;
}

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

/**
 * Rows under way for an endpoint that takes so many requests at a time: a few more, so that the next request is ready when a place in the
 * endpoint's queue gets free. Never more requests than the endpoint takes are sent.
 */
export function widthFor(concurrency: number): number {
  return concurrency + Math.ceil(concurrency / 4);
}

class Batch {
  private readonly left: readonly BatchRow[];
  private readonly started: number;
  private readonly saving = new Set<Promise<void>>();
  private next = 0;
  private ran = 0;
  private failed = 0;
  private cached = 0;
  private spent = NOTHING_SPENT;
  private stopped: AtelierError | undefined;
  private notKept: AtelierError | undefined;

  constructor(private readonly options: BatchOptions) {
    this.left = options.rows.filter(({ row }) => !options.sink.done.has(row));
    this.started = options.now();
  }

  async run(): Promise<BatchReport> {
    const { rows, concurrency } = this.options;
    this.report();
    await Promise.all(Array.from({ length: Math.min(concurrency, this.left.length) }, () => this.work()));
    await Promise.all(this.saving);
    if (this.notKept !== undefined) throw this.notKept;
    const { spent, ran, failed, cached, stopped } = this;
    return { spent, rows: rows.length, skipped: rows.length - this.left.length, ran, failed, cached, stopped };
  }

  private async work(): Promise<void> {
    while (this.stopped === undefined && this.notKept === undefined) {
      const row = this.left[this.next++];
      if (row === undefined) return;
      const result = await this.resultOf(row);
      if (result === undefined) return;
      this.keep(result);
      // The next row need not wait for the disk, but results must not pile up in memory either.
      while (this.saving.size > this.options.concurrency) await Promise.race(this.saving);
    }
  }

  /** The result of a row; undefined when the batch ends here. */
  private async resultOf(row: BatchRow): Promise<BatchResult | undefined> {
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
      if (endsTheRun(error)) {
        this.stopped ??= error;
        return undefined;
      }
      this.failed++;
      return { row, cached: false, error: error.toJSON() };
    }
  }

  private keep(result: BatchResult): void {
    const saved = this.options.sink.append([result]).then(
      () => {
        this.ran++;
        this.report();
      },
      (thrown: unknown) => {
        this.notKept ??= asAtelierError(thrown);
      },
    );
    this.saving.add(saved);
    void saved.then(() => this.saving.delete(saved));
  }

  private report(): void {
    const { rows, now, onProgress } = this.options;
    if (onProgress === undefined) return;
    const seconds = (now() - this.started) / 1000;
    const perSecond = this.ran === 0 || seconds <= 0 ? undefined : this.ran / seconds;
    const open = this.left.length - this.ran;
    onProgress({
      rows: rows.length,
      done: rows.length - open,
      failed: this.failed,
      perSecond,
      secondsLeft: perSecond === undefined ? undefined : open / perSecond,
    });
  }
}
