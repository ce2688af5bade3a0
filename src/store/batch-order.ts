import { realpath } from 'node:fs/promises';
import { readOwn, rowOfCells } from './batch-columns.js';
import { columnNames, parseRecords } from './csv-format.js';
import type { RowFormat } from './dataset.js';
import { replaceDurably } from './durable-file.js';
import { lineRanges, parseJsonLines } from './json-lines.js';
import type { Lease } from './lock.js';
import { readWholeFile } from './whole-file.js';

/** The parts of a file of results as they are on the disk. */
interface Parts {
  /** The header of a CSV file. */
  readonly before: Buffer;
  /** By number of the row; of a row that is there twice the later one. */
  readonly rows: ReadonlyMap<number, Buffer>;
}

/**
 * Puts the rows of a finished file of results in order, each once. Their bytes stay as they are. A file in which anything is not as it
 * was written is left alone. Call it under the file's lock.
 * @param shown the file as people read it
 * @param numbers of the rows that the file must have
 * @returns whether the file is in order now
 * @throws AtelierError `data.unreadable`, or the file system's error; the file is then as it was
 */
export async function sortResults(
  file: string,
  shown: string,
  format: RowFormat,
  numbers: Iterable<number>,
  lease: Lease,
): Promise<boolean> {
  // Renaming onto a link would put a file in its place.
  const target = await realpath(file);
  const bytes = await readWholeFile(target, shown);
  const parts = await (format === 'csv' ? splitCsv(bytes) : splitJson(bytes, shown));
  if (parts === undefined) return false;
  const sorted = [parts.before];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const row = parts.rows.get(number);
    if (row === undefined) return false;
    sorted.push(row);
  }
  if (sorted.length !== parts.rows.size + 1) return false;
  await replaceDurably(target, sorted, lease);
  return true;
}

async function splitCsv(bytes: Buffer): Promise<Parts | undefined> {
  let before: Buffer | undefined;
  let header: readonly string[] = [];
  let isRegular = bytes.at(-1) === 0x0a;
  const rows = new Map<number, Buffer>();
  let start = 0;
  const error = await parseRecords(bytes, (cells, end) => {
    const part = bytes.subarray(start, end);
    start = end;
    if (cells.length === 1 && cells[0] === '') return;
    if (before === undefined) {
      before = part;
      header = columnNames(cells);
      return;
    }
    const number = rowOfCells(header, cells);
    if (number === undefined || cells.length !== header.length) isRegular = false;
    else rows.set(number, part);
  });
  return error === undefined && isRegular && before !== undefined ? { before, rows } : undefined;
}

async function splitJson(bytes: Buffer, shown: string): Promise<Parts | undefined> {
  if (bytes.at(-1) !== 0x0a) return undefined;
  const { lines, problems } = await parseJsonLines(bytes, shown);
  if (problems.some(({ severity }) => severity === 'error')) return undefined;
  const ranges = [...lineRanges(bytes)];
  const rows = new Map<number, Buffer>();
  for (const { line, value } of lines) {
    const number = readOwn(value).row;
    const range = ranges[line - 1];
    if (number === undefined || range === undefined) return undefined;
    rows.set(number, bytes.subarray(range.start, range.end));
  }
  return { before: Buffer.alloc(0), rows };
}
