import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** A value that a cell can hold; undefined is an empty cell. */
export type Cell = string | number | boolean | undefined;

/** Largest record in bytes: a quote that never closes must not swallow a whole file into memory. */
export const MAX_RECORD_BYTES = 4 << 20;
/** Bytes that are parsed before other work gets its turn: about 3 ms. */
const SLICE_BYTES = 256 << 10;

const READ_OPTIONS = {
  columns: false as const,
  // Auto-detection would leave a "\r" on the last column of files with mixed line ends.
  record_delimiter: ['\r\n', '\n'] as string[],
  // The columns are counted by the caller: csv-parse would lose good rows after a ragged one.
  relax_column_count: true,
  max_record_size: MAX_RECORD_BYTES,
};

/**
 * Parses RFC 4180 bytes, without blocking other work for long, up to the first quote error.
 * @param bytes starts at the start of a record, or of a file (a byte order mark is skipped there)
 * @param onRecord gets the cells and the offset in `bytes` right behind the record; empty lines come as one empty cell
 * @returns the quote error that stopped it; undefined when all was parsed
 */
export async function parseRecords(
  bytes: Buffer,
  onRecord: (cells: readonly string[], end: number) => void,
): Promise<CsvError | undefined> {
  const parser = parse({
    ...READ_OPTIONS,
    bom: true,
    // Records are taken here and not from the stream: a stream that fails drops what it had still buffered.
    on_record: (cells: string[], info) => {
      onRecord(cells, info.bytes);
      return null;
    },
  });
  const sink = new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(Readable.from(slices(bytes), { objectMode: false }), parser, sink);
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    if (start > 0) await setImmediate();
    yield bytes.subarray(start, start + SLICE_BYTES);
  }
}

/** The column names in a header record; undefined when its quotes are broken. */
export function parseHeader(record: Buffer): readonly string[] | undefined {
  try {
    return columnNames(parseSync(record, { ...READ_OPTIONS, bom: true })[0] ?? []);
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/** The names of the columns: the header's cells without the blanks that people put around them. */
export function columnNames(cells: readonly string[]): readonly string[] {
  return cells.map((cell) => cell.trim());
}

/** Rows as RFC 4180 text, each ending in `\n`; `true` and `false` as words. */
export function formatRows(rows: readonly (readonly Cell[])[]): string {
  const width = rows[0]?.length ?? 0;
  return stringify(
    rows.map((row) => [...row]),
    {
      record_delimiter: '\n',
      cast: { boolean: (value) => (value ? 'true' : 'false') },
      // A cell that ends in "\r" would be read as half of a line end unless it is quoted; csv-stringify does not see that.
      quoted_match: /\r/,
      // In a table of one column an empty cell would look like an empty line.
      quoted_empty: width === 1,
    },
  );
}
