import { isUtf8 } from 'node:buffer';
import type { CsvError } from 'csv-parse';
import { columnNames, parseRecords } from './csv-format.js';
import { damagedHeader, damagedLines, duplicateColumn, missingColumns, notUtf8, raggedRow, tornRow } from './csv-problems.js';
import { cutProblems, type Problem } from './problem.js';

/** One row: its cells by column name, and where it is. */
export interface CsvRow {
  readonly values: Readonly<Record<string, string>>;
  /** 1-based, where it starts. */
  readonly line: number;
  /** 1 for the first row behind the header. A ragged row counts, and damaged lines behind each other count as one. */
  readonly row: number;
}

/** What is in a table. The arrays are shared with a cache: never change them. */
export interface CsvContent {
  readonly rows: readonly CsvRow[];
  readonly problems: readonly Problem[];
  /** The file ends in an unfinished row: a write was cut off, or is happening right now. */
  readonly torn: boolean;
}

/** What is known of a file up to `offset` and stays true while it only grows. */
export interface RowState {
  /** Undefined before the header's newline was seen. */
  readonly header: readonly string[] | undefined;
  /** False when the header is wrong: there are no rows then. */
  readonly usable: boolean;
  readonly rows: readonly CsvRow[];
  readonly problems: readonly Problem[];
  /** The number of the last row. */
  readonly row: number;
  /** Bytes, and the 1-based line that starts there. */
  readonly offset: number;
  readonly line: number;
}

export const NO_ROWS: RowState = { header: undefined, usable: true, rows: [], problems: [], row: 0, offset: 0, line: 1 };

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const REPLACEMENT = '\ufffd';

/**
 * Reads the rows behind `before.offset`.
 * @param bytes the whole file; up to `before.offset` unchanged
 * @param file as people read it
 * @param required names that the header must have
 * @returns what is final (up to the last finished row), and the content and header including an unfinished last line
 */
export async function readRows(
  bytes: Buffer,
  before: RowState,
  file: string,
  required: readonly string[],
): Promise<{ state: RowState; content: CsvContent; header: readonly string[] | undefined }> {
  const pass = new Pass(bytes, before, file, required);
  for (let from = before.offset; from < bytes.length; ) {
    const base = from;
    const error = await parseRecords(bytes.subarray(base), (cells, end) => pass.onRecord(cells, base + end));
    from = error === undefined ? bytes.length : pass.onQuoteError(error.code);
  }
  return { ...pass.result(), header: pass.header };
}

/** One pass over the new bytes of a file. */
class Pass {
  readonly #bytes: Buffer;
  readonly #before: RowState;
  readonly #file: string;
  readonly #required: readonly string[];
  readonly #rows: CsvRow[] = [];
  readonly #problems: Problem[] = [];
  #header: readonly string[] | undefined;
  #usable: boolean;
  /** The lines since here could not be parsed; cleared by the next row that fits. */
  #damage: { readonly line: number; readonly code: CsvError['code'] } | undefined;
  #tornLine: number | undefined;
  #start: number;
  #line: number;
  #row: number;
  /** What is final: everything up to the last finished record outside of damage. */
  #final: { header: readonly string[] | undefined; rows: number; problems: number; row: number; offset: number; line: number };

  constructor(bytes: Buffer, before: RowState, file: string, required: readonly string[]) {
    this.#bytes = bytes;
    this.#before = before;
    this.#file = file;
    this.#required = required;
    this.#header = before.header;
    this.#usable = before.usable;
    this.#start = before.offset;
    this.#line = before.line;
    this.#row = before.row;
    this.#final = { header: before.header, rows: 0, problems: 0, row: before.row, offset: before.offset, line: before.line };
  }

  get header(): readonly string[] | undefined {
    return this.#header;
  }

  /** @param end offset right behind the record */
  onRecord(cells: readonly string[], end: number): void {
    const finished = this.#bytes[end - 1] === NEWLINE;
    const empty = cells.length === 1 && cells[0] === '' && this.#bytes[this.#start] !== QUOTE;
    if (!empty && this.#usable) {
      if (this.#header === undefined) this.#takeHeader(cells);
      else this.#takeRow(this.#header, cells, finished);
    }
    this.#advance(end, finished);
  }

  /** @returns the offset from which to go on: the line behind the first line of the record that failed */
  onQuoteError(code: CsvError['code']): number {
    if (this.#header === undefined && this.#usable) {
      this.#usable = false;
      this.#problems.push(damagedHeader(this.#file));
    }
    if (this.#usable && this.#damage === undefined) {
      this.#damage = { line: this.#line, code };
      this.#row++;
    }
    const newline = this.#bytes.indexOf(NEWLINE, this.#start);
    const end = newline < 0 ? this.#bytes.length : newline + 1;
    this.#advance(end, newline >= 0);
    return end;
  }

  result(): { state: RowState; content: CsvContent } {
    const { rows: finalRows, problems: finalProblems, ...place } = this.#final;
    const encoding = this.#encodingProblem();
    const unfinished = this.#problems.splice(finalProblems);
    if (encoding !== undefined) this.#problems.push(encoding);
    if (this.#damage !== undefined && this.#damage.code !== 'CSV_QUOTE_NOT_CLOSED') {
      unfinished.push(damagedLines(this.#file, this.#damage.line, this.#line - (this.#endsInNewline() ? 1 : 0)));
    }
    // A quote that is open at the end, with no row behind it, is a write that was cut off.
    const tornLine = this.#damage?.code === 'CSV_QUOTE_NOT_CLOSED' ? this.#damage.line : this.#tornLine;
    if (tornLine !== undefined) unfinished.push(tornRow(this.#file, tornLine));
    const state: RowState = {
      ...place,
      usable: this.#usable,
      rows: join(this.#before.rows, this.#rows.slice(0, finalRows)),
      problems: join(this.#before.problems, this.#problems),
    };
    return {
      state,
      content: {
        rows: join(state.rows, this.#rows.slice(finalRows)),
        problems: cutProblems(join(state.problems, unfinished)),
        torn: tornLine !== undefined,
      },
    };
  }

  #takeHeader(cells: readonly string[]): void {
    const header = columnNames(cells);
    const missing = this.#required.filter((name) => !header.includes(name));
    const repeated = header.filter((name, index) => header.indexOf(name) !== index);
    this.#problems.push(...[...new Set(repeated)].map((name) => duplicateColumn(this.#file, name)));
    if (missing.length > 0) {
      this.#usable = false;
      this.#problems.push(missingColumns(this.#file, missing, header));
    }
    this.#header = header;
  }

  #takeRow(header: readonly string[], cells: readonly string[], finished: boolean): void {
    if (cells.length === header.length) {
      if (this.#damage !== undefined) this.#problems.push(damagedLines(this.#file, this.#damage.line, this.#line - 1));
      this.#damage = undefined;
      this.#rows.push({ values: toValues(header, cells), line: this.#line, row: ++this.#row });
    } else if (this.#damage === undefined) {
      // Behind a damaged line, ragged lines are the rest of its row.
      this.#row++;
      if (finished || cells.length > header.length) this.#problems.push(raggedRow(this.#file, this.#line, cells.length, header.length));
      else this.#tornLine = this.#line;
    }
  }

  #advance(end: number, finished: boolean): void {
    this.#line += countNewlines(this.#bytes, this.#start, end);
    this.#start = end;
    if (!finished || this.#damage !== undefined) return;
    const { length: rows } = this.#rows;
    const { length: problems } = this.#problems;
    this.#final = { header: this.#header, rows, problems, row: this.#row, offset: end, line: this.#line };
  }

  /** Says it once per file, at the first row that has it. */
  #encodingProblem(): Problem | undefined {
    const part = this.#bytes.subarray(this.#before.offset, this.#final.offset);
    const valid = isUtf8(part);
    if (valid && !part.includes(REPLACEMENT)) return undefined;
    const row = this.#rows.find(({ values }) => Object.values(values).some((value) => value.includes(REPLACEMENT)));
    const problem = notUtf8(this.#file, row?.line ?? this.#before.line, valid);
    return this.#before.problems.some((said) => said.message === problem.message) ? undefined : problem;
  }

  #endsInNewline(): boolean {
    return this.#bytes.at(-1) === NEWLINE;
  }
}

function toValues(header: readonly string[], cells: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, name] of header.entries()) values[name] = cells[index] ?? '';
  return values;
}

function countNewlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, start); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Keeps the array when nothing is added: callers recognise unchanged content by it. */
function join<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return second.length === 0 ? first : first.concat(second);
}
