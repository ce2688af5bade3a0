import { constants, type FileHandle, open } from 'node:fs/promises';
import { AtelierError } from '../core/errors.js';
import type { BatchRow } from '../core/program/batch-result.js';
import { type BatchColumns, readOwn } from './batch-columns.js';
import { movedTornRow } from './csv-problems.js';
import { type Dataset, readDataset } from './dataset.js';
import { inspectJsonEnds } from './json-lines.js';
import type { Lease } from './lock.js';
import { displayPath, type Problem } from './problem.js';
import { inspectEnds, moveTornTail } from './torn-tail.js';

export interface ResumeOptions {
  /** Absolute path of the results. */
  readonly file: string;
  readonly workspaceFolder: string;
  readonly columns: BatchColumns;
  /** The dataset as people read it, and its rows by number. */
  readonly input: string;
  readonly rows: ReadonlyMap<number, BatchRow>;
  readonly onProblem: (problem: Problem) => void;
}

/** The results that a file has already. */
export interface FoundResults {
  /** Whether each row that is there failed; of a row that is there twice the later counts. */
  readonly failed: ReadonlyMap<number, boolean>;
  /** Number of the last row, 0 without rows; undefined when they are not in order or one is there twice. */
  readonly lastRow: number | undefined;
}

/**
 * Reads the results of a batch that was stopped, and moves a last row that was cut off away: it runs again. The file is changed only
 * after all of it was found to belong to this batch. Call it under the file's lock.
 * @throws AtelierError `usage.invalid` (other columns, another program), `data.malformed` (a row of the dataset changed since, or the
 *   file is damaged), `data.unreadable`, or the file system's error
 */
export async function readResults(options: ResumeOptions, lease: Lease): Promise<FoundResults> {
  const { file, workspaceFolder, columns, onProblem } = options;
  const shown = displayPath(workspaceFolder, file);
  const saved = await readDataset(file, workspaceFolder);
  const handle = await open(file, constants.O_RDWR);
  try {
    const { size } = await handle.stat();
    const tail = await cutOffTail(handle, size, shown, columns);
    const isWhole = ({ line }: { readonly line: number }): boolean => tail === undefined || line < tail.line;
    const found = check({ ...saved, rows: saved.rows.filter(isWhole) }, shown, options);
    for (const problem of saved.problems.filter(isWhole)) onProblem(problem);
    if (tail !== undefined) {
      lease.assertHeld();
      const target = await moveTornTail(handle, file, tail.start, size);
      onProblem(movedTornRow(shown, tail.line, displayPath(workspaceFolder, target)));
    }
    return found;
  } finally {
    await handle.close();
  }
}

async function cutOffTail(
  handle: FileHandle,
  size: number,
  shown: string,
  { format }: BatchColumns,
): Promise<{ readonly start: number; readonly line: number } | undefined> {
  const { tail, tailStart, tailLine } = await (format === 'csv' ? inspectEnds : inspectJsonEnds)(handle, size, shown);
  // A row of CSV without its newline has perhaps only a part of its last cell; JSON shows that it is complete. A header is no row.
  const isCutOff = format === 'csv' ? tail !== 'whole' && tailLine > 1 : tail === 'torn';
  return isCutOff ? { start: tailStart, line: tailLine } : undefined;
}

function check(saved: Dataset, shown: string, { columns, input, rows }: ResumeOptions): FoundResults {
  if (saved.columns.length > 0) requireSameColumns(saved.columns, shown, columns);
  const failed = new Map<number, boolean>();
  let lastRow: number | undefined = 0;
  for (const { values, line } of saved.rows) {
    const own = readOwn(values);
    if (own.row === undefined) {
      throw new AtelierError('data.malformed', `Line ${line} of ${shown} does not say which row it is of.`, {
        hint: 'Correct its _row, or remove the line: that row is then run again.',
        file: shown,
        line,
      });
    }
    if (own.program !== columns.program) throw otherProgram(shown, line, own.program, columns.program);
    const row = rows.get(own.row);
    if (row === undefined || !columns.isOf(values, row.values)) {
      throw new AtelierError('data.malformed', `Row ${own.row} of ${input} changed since it was run.`, {
        hint: `Name another file for the results, or remove line ${line} of ${shown}: the row is then run again.`,
        ...(row === undefined ? { file: shown, line } : { file: input, line: row.line }),
      });
    }
    failed.set(own.row, own.failed);
    lastRow = lastRow !== undefined && own.row > lastRow ? own.row : undefined;
  }
  return { failed, lastRow };
}

function requireSameColumns(present: readonly string[], shown: string, columns: BatchColumns): void {
  const { missing, unknown } = columns.differences(present);
  if (missing.length === 0 && unknown.length === 0) return;
  const said = [
    ...(missing.length === 0 ? [] : [`it lacks ${missing.map((name) => `"${name}"`).join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`it has ${unknown.map((name) => `"${name}"`).join(', ')} beside them`]),
  ];
  throw new AtelierError('usage.invalid', `${shown} does not have the columns of this batch: ${said.join('; ')}.`, {
    hint: 'Name another file for the results, or run what it was made by.',
    file: shown,
    line: 1,
  });
}

function otherProgram(shown: string, line: number, before: string, now: string): AtelierError {
  return new AtelierError('usage.invalid', `${shown} was made by ${before || 'an unknown program'}; now ${now} would run.`, {
    hint: 'Name another file for the results: rows of two programs in one file could not be compared.',
    file: shown,
    line,
  });
}
