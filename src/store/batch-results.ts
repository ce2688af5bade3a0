import { AtelierError } from '../core/errors.js';
import type { BatchResult, BatchRow, BatchSink } from '../core/program/batch-result.js';
import { textOf } from '../core/program/program.js';
import { BatchColumns } from './batch-columns.js';
import { sortResults } from './batch-order.js';
import { type FoundResults, readResults } from './batch-resume.js';
import { statIfExists } from './csv-reader.js';
import { CsvTable } from './csv-table.js';
import { rowFormat } from './dataset.js';
import { requireWritable } from './durable-file.js';
import { GroupCommit } from './group-commit.js';
import { notWritable } from './io-errors.js';
import { JsonLinesFile } from './json-lines.js';
import { type HeldLock, Locks } from './lock.js';
import { displayPath, type Problem } from './problem.js';

export interface BatchResultsOptions {
  /** Absolute path of the results; its ending, `.csv`, `.jsonl` or `.ndjson`, says how they are written. */
  readonly file: string;
  /** Absolute path of the dataset. */
  readonly input: string;
  readonly workspaceFolder: string;
  /** The dataset's columns and rows. */
  readonly columns: readonly string[];
  readonly rows: readonly BatchRow[];
  /** Names of the output fields. */
  readonly outputs: readonly string[];
  /** Adds a column for the thoughts before the outputs. */
  readonly reasoning: boolean;
  /** A short text that names the model and the program: all rows of one file come from the same. */
  readonly program: string;
  /** Goes on with a file that exists; without one it begins. */
  readonly resume: boolean;
  /** When resuming, rows that failed count as not done. */
  readonly retryFailed: boolean;
  /** Told what is wrong with the results that are there, and what was repaired. */
  readonly onProblem: (problem: Problem) => void;
}

/** Results that a file had when it was opened. */
export interface FoundCounts {
  /** Rows of the dataset that had a result, the failed ones included. */
  readonly rows: number;
  readonly failed: number;
}

/** How long a second batch waits for the first, in milliseconds: as long as it takes to see that it lives. */
const LOCK_TIMEOUT_MS = 500;

/**
 * Opens the file for the results of a batch. One batch at a time has it, until `close`. The file itself appears with the first result.
 * @throws AtelierError `usage.invalid` (the file exists and is not resumed, it is the dataset, it was made by another program or has
 *   other columns, two columns would have one name, another ending), `data.malformed` (a row of the dataset changed since it was run),
 *   `data.locked` (another batch writes it), `data.unreadable`, `data.not_writable`
 */
export async function openBatchResults(options: BatchResultsOptions): Promise<BatchResultsFile> {
  const { file, workspaceFolder, rows, resume, onProblem } = options;
  const shown = displayPath(workspaceFolder, file);
  const input = displayPath(workspaceFolder, options.input);
  const columns = new BatchColumns({ ...options, input, format: rowFormat(file, shown) });
  await requireOtherFile(options, shown);
  const locks = new Locks(workspaceFolder);
  const lock = await holdBatch(locks, shown);
  try {
    const stats = await statIfExists(file).catch((error: unknown) => {
      throw notWritable(error, shown);
    });
    if (stats !== undefined && !resume) {
      throw new AtelierError('usage.invalid', `${shown} exists already.`, {
        hint: 'Add --resume to run only the missing rows, or name another file.',
        file: shown,
      });
    }
    await requireWritable(file, shown);
    const byNumber = new Map(rows.map((row) => [row.row, row]));
    const found: FoundResults =
      stats === undefined
        ? { failed: new Map(), lastRow: 0 }
        : await locks.withLock(shown, (lease) =>
            readResults({ file, workspaceFolder, columns, input, rows: byNumber, onProblem }, lease).catch((error: unknown) => {
              throw notWritable(error, shown);
            }),
          );
    return new BatchResultsFile(options, columns, locks, lock, found);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The results of a batch in a file of the user's. From `openBatchResults`. */
export class BatchResultsFile implements BatchSink {
  /** The file as people read it. */
  readonly shown: string;
  /** Rows that had a result when the file was opened, without those that are to be tried again. */
  readonly done: ReadonlySet<number>;
  readonly found: FoundCounts;
  readonly #file: string;
  readonly #columns: BatchColumns;
  readonly #locks: Locks;
  readonly #lock: HeldLock;
  readonly #save: (results: readonly BatchResult[]) => Promise<void>;
  /** Numbers of the rows without any result. */
  readonly #missing: Set<number>;
  readonly #numbers: readonly number[];
  /** As in `FoundResults`. */
  #lastRow: number | undefined;
  readonly #writes = new GroupCommit<BatchResult>((results) => this.#write(results));
  #closed = false;

  constructor(options: BatchResultsOptions, columns: BatchColumns, locks: Locks, lock: HeldLock, { failed, lastRow }: FoundResults) {
    const { file, workspaceFolder, onProblem, retryFailed } = options;
    this.shown = displayPath(workspaceFolder, file);
    const all = [...failed.keys()];
    const again = all.filter((row) => failed.get(row) === true);
    this.done = new Set(retryFailed ? all.filter((row) => failed.get(row) === false) : all);
    this.found = { rows: all.length, failed: again.length };
    this.#file = file;
    this.#columns = columns;
    this.#locks = locks;
    this.#lock = lock;
    this.#numbers = options.rows.map(({ row }) => row);
    this.#missing = new Set(this.#numbers.filter((row) => !failed.has(row)));
    this.#lastRow = lastRow;
    const records = (results: readonly BatchResult[]) => results.map((result) => columns.toRecord(result));
    if (columns.format === 'csv') {
      const table = new CsvTable({ file, columns: columns.names, workspaceFolder, locks, onProblem });
      this.#save = (results) => table.append(records(results).map(toCells));
    } else {
      const lines = new JsonLinesFile({ file, workspaceFolder, locks, onProblem });
      this.#save = (results) => lines.append(records(results));
    }
  }

  /**
   * Adds results, and returns when they are on the disk. What is appended while a write is under way is written together.
   * @throws AtelierError `data.not_writable`, `data.locked`, `data.malformed`, `usage.invalid` (a row larger than 4 MB in CSV); none of
   *   the rows is saved then
   */
  append(results: readonly BatchResult[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError(this.shown));
    return this.#writes.push(results);
  }

  /**
   * Puts the rows in order, and leaves the later one of a row that was tried again, once every row of the dataset has a result. Until
   * then, and when the file was changed by others, it leaves the file alone.
   * @throws AtelierError `data.not_writable`, `data.locked`, `data.unreadable`: all results are saved even so
   */
  async finish(): Promise<void> {
    await this.#writes.settled();
    if (this.#missing.size > 0 || this.#lastRow !== undefined) return;
    const inOrder = await this.#locks.withLock(this.shown, async (lease) => {
      this.#lock.assertHeld();
      try {
        return await sortResults(this.#file, this.shown, this.#columns.format, this.#numbers, lease);
      } catch (error) {
        throw notWritable(error, this.shown);
      }
    });
    if (inOrder) this.#lastRow = this.#numbers.reduce((last, row) => Math.max(last, row), 0);
  }

  /** Lets other batches have the file, when what was appended is written; again does nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writes.settled();
    await this.#lock.release();
  }

  async #write(results: readonly BatchResult[]): Promise<void> {
    this.#lock.assertHeld();
    await this.#save(results);
    for (const { row } of results) {
      this.#missing.delete(row.row);
      this.#lastRow = this.#lastRow !== undefined && row.row > this.#lastRow ? row.row : undefined;
    }
  }
}

function closedError(shown: string): AtelierError {
  return new AtelierError('internal', `${shown} is closed.`, {
    hint: 'See the log, and report it with the steps that led here.',
    file: shown,
  });
}

function toCells(record: ReturnType<BatchColumns['toRecord']>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, textOf(value)]));
}

/** The same file may have several paths. @throws AtelierError `usage.invalid` */
async function requireOtherFile({ file, input }: BatchResultsOptions, shown: string): Promise<void> {
  const [results, dataset] = await Promise.all([file, input].map((each) => statIfExists(each).catch(() => undefined)));
  if (results === undefined || dataset === undefined || results.ino !== dataset.ino || results.dev !== dataset.dev) return;
  throw new AtelierError('usage.invalid', `${shown} is the dataset itself.`, { hint: 'Name another file for the results.', file: shown });
}

async function holdBatch(locks: Locks, shown: string): Promise<HeldLock> {
  try {
    return await locks.hold(`${shown}.batch`, { timeoutMs: LOCK_TIMEOUT_MS });
  } catch (error) {
    if (!AtelierError.is(error, 'data.locked')) throw error;
    throw new AtelierError('data.locked', `Another batch is writing ${shown}.`, {
      hint: `Wait until it is done, or name another file. If none is running, delete ${error.file ?? 'its lock'}.`,
      file: shown,
      cause: error,
    });
  }
}
