import type { CsvRow } from './csv-rows.js';
import type { CsvTable } from './csv-table.js';
import { cutProblems, type Problem } from './problem.js';
import { BadValue } from './record-values.js';

/** Typed records of a table. The arrays are shared with a cache: never change them. */
export interface Records<T> {
  readonly records: readonly T[];
  readonly problems: readonly Problem[];
}

/** What was made of the rows so far; grows with them. */
interface Conversion<T> {
  rows: readonly CsvRow[];
  tableProblems: readonly Problem[];
  /** By key; in the order in which they count. */
  readonly byKey: Map<string, T>;
  readonly bad: Problem[];
  result: Records<T>;
}

/** Reads a table as records: each row is converted once, as long as the file only grows. */
export class RecordTable<T> {
  readonly #table: CsvTable;
  readonly #toRecord: (cells: Readonly<Record<string, string>>) => T;
  readonly #keyOf: ((record: T) => string) | undefined;
  #last: Conversion<T> | undefined;

  /**
   * @param toRecord throws `BadValue` for a row that cannot be used
   * @param keyOf records with the same key: the last one counts, and takes its own place in the order; without it all rows count
   */
  constructor(table: CsvTable, toRecord: (cells: Readonly<Record<string, string>>) => T, keyOf?: (record: T) => string) {
    this.#table = table;
    this.#toRecord = toRecord;
    this.#keyOf = keyOf;
  }

  /** @throws AtelierError `data.unreadable`, `data.malformed` (UTF-16): see `CsvTable.read` */
  async read(): Promise<Records<T>> {
    const { rows, problems } = await this.#table.read();
    const last = this.#last;
    if (last !== undefined && last.rows === rows && last.tableProblems === problems) return last.result;
    const grew = last !== undefined && startsWith(rows, last.rows);
    const conversion = grew ? last : { byKey: new Map<string, T>(), bad: [] };
    for (let index = grew ? last.rows.length : 0; index < rows.length; index++) {
      const row = rows[index];
      const record = row === undefined ? undefined : this.#convert(row, conversion.bad);
      if (record === undefined) continue;
      const key = this.#keyOf === undefined ? String(index) : this.#keyOf(record);
      // Deleted first, so that it moves to the end.
      conversion.byKey.delete(key);
      conversion.byKey.set(key, record);
    }
    const result = {
      records: [...conversion.byKey.values()],
      problems: cutProblems([...problems, ...conversion.bad].sort((a, b) => a.line - b.line)),
    };
    this.#last = { ...conversion, rows, tableProblems: problems, result };
    return result;
  }

  #convert(row: CsvRow, bad: Problem[]): T | undefined {
    try {
      return this.#toRecord(row.values);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      bad.push({ file: this.#table.shown, line: row.line, message: error.message, hint: error.hint, severity: 'error' });
      return undefined;
    }
  }
}

/** A table that grew keeps its rows, the same objects: the last old one is enough to see that. */
function startsWith(rows: readonly CsvRow[], start: readonly CsvRow[]): boolean {
  return start.length <= rows.length && rows[start.length - 1] === start.at(-1);
}
