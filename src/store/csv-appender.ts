import type { FileHandle } from 'node:fs/promises';
import { AtelierError } from '../core/errors.js';
import { type Cell, formatRows, MAX_RECORD_BYTES } from './csv-format.js';
import { missingColumns, movedTornRow } from './csv-problems.js';
import { type FileIdentity, identityOf, sameFile, statIfExists } from './csv-reader.js';
import { appendDurably, createDurably, openToAppend } from './durable-file.js';
import { notWritable } from './io-errors.js';
import type { Lease } from './lock.js';
import type { Problem } from './problem.js';
import { inspectEnds, moveTornTail } from './torn-tail.js';

type Rows = readonly Readonly<Record<string, Cell>>[];

export interface CsvAppenderOptions {
  readonly file: string;
  /** The file as people read it. */
  readonly shown: string;
  readonly columns: readonly string[];
  /** Another path as people read it. */
  readonly showPath: (file: string) => string;
  readonly onProblem: (problem: Problem) => void;
}

/** Adds rows to one CSV file. Everything here runs under the file's lock. */
export class CsvAppender {
  readonly #options: CsvAppenderOptions;
  /** The file as our own last write left it, with its columns: while it is still so, nothing has to be looked at. */
  #known: { readonly identity: FileIdentity; readonly header: readonly string[] } | undefined;

  constructor(options: CsvAppenderOptions) {
    this.#options = options;
  }

  async append(rows: Rows, lease: Lease): Promise<void> {
    const { file, shown } = this.#options;
    try {
      this.#requireReadable(rows);
      const handle = await openToAppend(file, shown);
      if (handle === undefined) return await this.#create(rows, lease);
      try {
        await this.#appendToExisting(handle, rows, lease);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw notWritable(error, shown);
    }
  }

  async #create(rows: Rows, lease: Lease): Promise<void> {
    const { file } = this.#options;
    const header = this.#newHeader(rows);
    await createDurably(file, Buffer.from(this.#format([header], rows, header)), lease);
    const stats = await statIfExists(file);
    this.#known = stats === undefined ? undefined : { identity: identityOf(stats), header };
  }

  async #appendToExisting(handle: FileHandle, rows: Rows, lease: Lease): Promise<void> {
    const stats = await handle.stat({ bigint: true });
    const known = this.#known !== undefined && sameFile(this.#known.identity, identityOf(stats)) ? this.#known : undefined;
    const end = known === undefined ? await this.#prepareEnd(handle, Number(stats.size), lease) : undefined;
    const header = known?.header ?? end?.header ?? this.#newHeader(rows);
    const startsFile = known === undefined && end?.header === undefined;
    this.#requireColumns(header, rows);
    const text = this.#format(startsFile ? [header] : [], rows, header);
    lease.assertHeld();
    await appendDurably(handle, Buffer.from(end?.needsNewline ? `\n${text}` : text), end?.size ?? Number(stats.size));
    this.#known = { identity: identityOf(await handle.stat({ bigint: true })), header };
  }

  /** Checks how the file ends, and moves an incomplete last row away. */
  async #prepareEnd(
    handle: FileHandle,
    size: number,
    lease: Lease,
  ): Promise<{ header: readonly string[] | undefined; size: number; needsNewline: boolean }> {
    const { file, shown, columns, onProblem, showPath } = this.#options;
    const ends = await inspectEnds(handle, size, shown);
    const { header } = ends;
    const missing = header === undefined ? [] : columns.filter((name) => !header.includes(name));
    if (header !== undefined && missing.length > 0) {
      const { message, hint, line } = missingColumns(shown, missing, header);
      throw new AtelierError('data.malformed', message, { hint, file: shown, line });
    }
    if (ends.tail !== 'torn') return { header, size, needsNewline: ends.tail === 'no_newline' };
    lease.assertHeld();
    const target = await moveTornTail(handle, file, ends.tailStart, size);
    onProblem(movedTornRow(shown, ends.tailLine, showPath(target)));
    return { header, size: ends.tailStart, needsNewline: false };
  }

  /** The header of a new file: the required columns, then what the rows have beside them. */
  #newHeader(rows: Rows): readonly string[] {
    return [...new Set([...this.#options.columns, ...rows.flatMap((row) => Object.keys(row))])];
  }

  #requireColumns(header: readonly string[], rows: Rows): void {
    const { shown } = this.#options;
    const known = new Set(header);
    const unknown = rows.flatMap((row) => Object.keys(row).filter((name) => row[name] !== undefined && !known.has(name)))[0];
    if (unknown === undefined) return;
    throw new AtelierError('usage.invalid', `${shown} has no column "${unknown}".`, {
      hint: `Add the column to its first line, or leave the value out. Nothing was saved.`,
      file: shown,
      line: 1,
    });
  }

  /** What reading would take for an open quote must not be written. */
  #requireReadable(rows: Rows): void {
    const { shown } = this.#options;
    for (const row of rows) {
      const bytes = Object.values(row).reduce<number>((sum, cell) => sum + Buffer.byteLength(String(cell ?? '')), 0);
      if (bytes <= MAX_RECORD_BYTES) continue;
      throw new AtelierError('usage.invalid', `A row for ${shown} is larger than ${MAX_RECORD_BYTES >> 20} MB.`, {
        hint: 'Shorten its texts. Nothing was saved.',
        file: shown,
      });
    }
  }

  #format(before: readonly (readonly Cell[])[], rows: Rows, header: readonly string[]): string {
    return formatRows([...before, ...rows.map((row) => header.map((name) => row[name]))]);
  }
}
