import { createHash } from 'node:crypto';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import type { BatchRow } from '../core/program/batch-result.js';
import { NO_ROWS, readRows } from './csv-rows.js';
import { parseJsonLines } from './json-lines.js';
import { displayPath, type Problem } from './problem.js';
import { readWholeFile } from './whole-file.js';

/** Rows of a file, in its order. */
export interface Dataset {
  /** A CSV file's header; the keys of a JSON Lines file in the order in which they appear first. */
  readonly columns: readonly string[];
  /**
   * The rows that can be used. `row` also counts those that cannot, so that a row keeps its number when another one is corrected;
   * damaged lines of a CSV file behind each other count as one row.
   */
  readonly rows: readonly BatchRow[];
  readonly problems: readonly Problem[];
  /** Of all bytes of the file, in lower-case hex. */
  readonly sha256: string;
}

/** How the rows of a file are written. */
export type RowFormat = 'csv' | 'jsonl';

const FORMATS: Readonly<Record<string, RowFormat>> = { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };

/**
 * Reads a file of rows: `.csv` with a header of any columns, `.jsonl` or `.ndjson` with an object a line. Rows that cannot be used are
 * left out and reported. A file without rows is fine.
 * @param file absolute path
 * @throws AtelierError `usage.invalid` (another ending), `data.unreadable` (missing, no permission, larger than 256 MB),
 *   `data.malformed` (UTF-16, a header that is damaged or names a column twice)
 */
export async function readDataset(file: string, workspaceFolder: string): Promise<Dataset> {
  const shown = displayPath(workspaceFolder, file);
  const format = rowFormat(file, shown);
  const bytes = await readWholeFile(file, shown);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...(await (format === 'csv' ? readCsv(bytes, shown) : readJson(bytes, shown))), sha256 };
}

/**
 * The format that a file's ending names.
 * @param shown the file as people read it
 * @throws AtelierError `usage.invalid`
 */
export function rowFormat(file: string, shown: string): RowFormat {
  const format = FORMATS[path.extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw new AtelierError('usage.invalid', `${shown} is not a file of rows.`, {
    hint: `Name a file that ends in ${Object.keys(FORMATS).join(', ')}.`,
    file: shown,
  });
}

async function readCsv(bytes: Buffer, shown: string): Promise<Omit<Dataset, 'sha256'>> {
  const { state, content, header = [] } = await readRows(bytes, NO_ROWS, shown, []);
  const [problem] = content.problems;
  if (!state.usable && problem !== undefined) throw new AtelierError('data.malformed', problem.message, problem);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AtelierError(
      'data.malformed',
      `${shown} has ${twice === '' ? 'two columns without a name' : `the column "${twice}" twice`}.`,
      {
        hint: twice === '' ? 'Name or remove them.' : 'Rename or remove one of them.',
        file: shown,
        line: 1,
      },
    );
  }
  return { columns: header, rows: content.rows, problems: content.problems };
}

async function readJson(bytes: Buffer, shown: string): Promise<Omit<Dataset, 'sha256'>> {
  const { lines, problems } = await parseJsonLines(bytes, shown);
  const columns = new Set<string>();
  const rows = lines.map(({ row, line, value }) => {
    for (const name of Object.keys(value)) columns.add(name);
    return { row, line, values: value };
  });
  return { columns: [...columns], rows, problems };
}
