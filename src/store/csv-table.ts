import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { CsvAppender } from './csv-appender.js';
import type { Cell } from './csv-format.js';
import { CsvReader } from './csv-reader.js';
import type { CsvRow } from './csv-rows.js';
import type { Locks } from './lock.js';
import { displayPath, type Problem } from './problem.js';

export interface CsvTableOptions {
  /** Absolute path. */
  readonly file: string;
  /** Columns that the file must have, in the order in which a new file gets them. */
  readonly columns: readonly string[];
  readonly workspaceFolder: string;
  /** What serialises writers; a table without it is read-only. */
  readonly locks?: Locks | undefined;
  /** Told what was repaired while appending. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

/** One CSV file (RFC 4180, UTF-8) that several processes append to and read. Rows are never changed or removed here. */
export class CsvTable {
  /** The file as people read it: relative to the workspace folder. */
  readonly shown: string;
  readonly #reader: CsvReader;
  readonly #appender: CsvAppender;
  readonly #locks: Locks | undefined;

  constructor(options: CsvTableOptions) {
    this.shown = displayPath(options.workspaceFolder, options.file);
    this.#locks = options.locks;
    this.#reader = new CsvReader(options.file, this.shown, options.columns);
    this.#appender = new CsvAppender({
      file: options.file,
      shown: this.shown,
      columns: options.columns,
      showPath: (file) => displayPath(options.workspaceFolder, path.resolve(file)),
      onProblem: options.onProblem ?? (() => undefined),
    });
  }

  /**
   * Adds rows at the end, and returns when they are on the disk. Creates the file with its header; keeps the columns of an existing
   * file, in its order; columns that no row gives stay empty. All rows are saved or none.
   * @param rows cells by column name
   * @throws AtelierError `data.malformed` (a required column is missing, or broken quotes hide where the last row ends),
   *   `data.not_writable`, `data.locked`, `cancelled`, `usage.invalid` (a value for a column that the file does not have)
   */
  async append(rows: readonly Readonly<Record<string, Cell>>[], options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (rows.length === 0) return;
    if (this.#locks === undefined) {
      throw new AtelierError('data.not_writable', `${this.shown} is opened for reading only.`, {
        hint: 'Save to a file of the workspace instead.',
        file: this.shown,
      });
    }
    await this.#locks.withLock(this.shown, (lease) => this.#appender.append(rows, lease), options);
  }

  /**
   * All rows, and what is wrong with the file: ragged rows, broken quotes, a wrong header (then there are no rows), an incomplete last
   * row, another encoding. A file that does not exist is empty. The same arrays come back while the file does not change; they are
   * shared, never change them.
   * @throws AtelierError `data.unreadable` (no permission, not a file, larger than 256 MB), `data.malformed` (UTF-16)
   */
  async read(): Promise<{ rows: readonly CsvRow[]; problems: readonly Problem[] }> {
    const content = await this.#reader.read();
    if (!content.torn || this.#locks === undefined) return content;
    // Perhaps another process is writing that row this moment: look again when nobody is.
    try {
      return await this.#locks.withLock(this.shown, () => this.#reader.read());
    } catch (error) {
      if (AtelierError.is(error, 'data.locked') || AtelierError.is(error, 'data.not_writable')) return content;
      throw error;
    }
  }
}
