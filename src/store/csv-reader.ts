import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type CsvContent, NO_ROWS, type RowState, readRows } from './csv-rows.js';
import { errnoOf, unreadable } from './io-errors.js';
import { readRange, utf16Error } from './torn-tail.js';
import { requireReadable } from './whole-file.js';

const EMPTY: CsvContent = Object.freeze({ rows: Object.freeze([]), problems: Object.freeze([]), torn: false });

/** A file as it was when it was last read. */
interface Snapshot {
  readonly identity: FileIdentity;
  /** Checksum of all its bytes: tells a file that grew from one that was edited and grew. */
  readonly checksum: number;
  readonly state: RowState;
  readonly content: CsvContent;
}

/** What changes when a file changes. */
export interface FileIdentity {
  readonly inode: bigint;
  readonly size: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { inode: stats.ino, size: stats.size, modifiedNs: stats.mtimeNs, changedNs: stats.ctimeNs };
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && a.size === b.size && a.modifiedNs === b.modifiedNs && a.changedNs === b.changedNs;
}

/** The file's stats; undefined when there is no such file. */
export async function statIfExists(file: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(file, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Reads one CSV file again and again at the price of its changes: an unchanged file costs one `stat`, a file that only grew is parsed
 * from its old end on.
 */
export class CsvReader {
  readonly #file: string;
  readonly #shown: string;
  readonly #columns: readonly string[];
  #snapshot: Snapshot | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param file absolute path
   * @param shown the file as people read it
   * @param columns names that the header must have
   */
  constructor(file: string, shown: string, columns: readonly string[]) {
    this.#file = file;
    this.#shown = shown;
    this.#columns = columns;
  }

  /**
   * The rows, and what is wrong with the file. A file that does not exist is empty. The same arrays come back while nothing changed.
   * @throws AtelierError `data.unreadable` (no permission, not a file, too large)
   */
  read(): Promise<CsvContent> {
    // One at a time: a read that joined an earlier one could miss what was appended before it was asked for.
    const mine = this.#last.then(() => this.#read());
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #read(): Promise<CsvContent> {
    try {
      const stats = await statIfExists(this.#file);
      if (stats === undefined) {
        this.#snapshot = undefined;
        return EMPTY;
      }
      if (this.#snapshot !== undefined && sameFile(this.#snapshot.identity, identityOf(stats))) return this.#snapshot.content;
      requireReadable(stats, this.#shown);
      this.#snapshot = await this.#readChanged(this.#snapshot);
      return this.#snapshot.content;
    } catch (error) {
      throw unreadable(error, this.#shown);
    }
  }

  async #readChanged(old: Snapshot | undefined): Promise<Snapshot> {
    const handle = await open(this.#file, 'r');
    try {
      const stats = await handle.stat({ bigint: true });
      const bytes = await readRange(handle, 0, Number(stats.size));
      const identity = { ...identityOf(stats), size: BigInt(bytes.length) };
      const utf16 = utf16Error(bytes, this.#shown);
      if (utf16 !== undefined) throw utf16;
      const oldSize = Number(old?.identity.size ?? 0);
      const grew = old !== undefined && bytes.length >= oldSize && crc32(bytes.subarray(0, oldSize)) === old.checksum;
      const { state, content } = await readRows(bytes, grew ? old.state : NO_ROWS, this.#shown, this.#columns);
      const checksum = grew ? crc32(bytes.subarray(oldSize), old.checksum) : crc32(bytes);
      return { identity, checksum, state, content };
    } finally {
      await handle.close();
    }
  }
}
