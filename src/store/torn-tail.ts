import { type FileHandle, open } from 'node:fs/promises';
import { AtelierError } from '../core/errors.js';
import { parseHeader } from './csv-format.js';
import { scanCsv } from './csv-scan.js';
import { errnoOf } from './io-errors.js';

/** How a CSV file starts and ends. */
export interface CsvEnds {
  /** Column names in the file's order; undefined when it has no row at all. */
  readonly header: readonly string[] | undefined;
  /**
   * `whole`: ends in a newline; `no_newline`: the last record is complete, only its newline is missing; `torn`: the last record is
   * incomplete, a write was cut off.
   */
  readonly tail: 'whole' | 'no_newline' | 'torn';
  /** Where the last record starts when the file is not whole: byte offset and 1-based line. */
  readonly tailStart: number;
  readonly tailLine: number;
  /** 1-based line of the first row with a stray quote; undefined when there is none. */
  readonly damagedLine: number | undefined;
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];
const COPY_BYTES = 1 << 20;

/**
 * Looks at the whole file once and tells whether a row can be added behind its end.
 * @param shown the file as people read it
 * @throws AtelierError `data.malformed` when it cannot be told where the last row ends: nothing may be added or moved then
 */
export async function inspectEnds(handle: FileHandle, size: number, shown: string): Promise<CsvEnds> {
  const start = await contentStart(handle, shown);
  const scan = await scanCsv(handle, start, 1, size);
  // A file of one unfinished line has no finished header: that line is the header.
  const range = scan.header ?? { start: scan.complete, end: size, columns: scan.tailColumns };
  const header = range.end > range.start ? parseHeader(await readRange(handle, range.start, range.end)) : undefined;
  if (scan.tailOpen && scan.header === undefined) throw ambiguous(shown, scan.completeLine);
  const place = { header, tailStart: scan.complete, tailLine: scan.completeLine, damagedLine: scan.damagedLine };
  if (scan.complete === size) return { ...place, tail: 'whole' };
  if (!scan.tailOpen && scan.tailColumns >= range.columns && scan.damagedLine === undefined) return { ...place, tail: 'no_newline' };
  if (scan.damagedLine !== undefined) throw ambiguous(shown, scan.damagedLine);
  if (scan.tailOpen && scan.tailSecondLine !== undefined) {
    // An open quote with whole rows behind it is not a write that was cut off: it is damage, and the rows are the user's.
    const behind = await scanCsv(handle, scan.tailSecondLine, scan.completeLine + 1, size, range.columns);
    if (behind.matchingRecords > 0) throw ambiguous(shown, scan.completeLine);
  }
  return { ...place, tail: 'torn' };
}

/**
 * Moves the bytes from `start` to the end into `<file>.torn-<time>`, then cuts them off: at no moment are they in neither file.
 * Call it under the file's lock.
 * @returns the absolute path of the new file
 */
export async function moveTornTail(handle: FileHandle, file: string, start: number, size: number): Promise<string> {
  const { path, handle: target } = await createTornFile(file);
  try {
    for (let position = start; position < size; position += COPY_BYTES) {
      await target.writeFile(await readRange(handle, position, Math.min(size, position + COPY_BYTES)));
    }
    await target.sync();
  } finally {
    await target.close();
  }
  await handle.truncate(start);
  await handle.sync();
  return path;
}

/** Reads a byte range; shorter when the file ends before. */
export async function readRange(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, end - start));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** The error for a file in UTF-16, which Excel writes as "Unicode text": its bytes mean something else. Undefined for all others. */
export function utf16Error(start: Buffer, shown: string): AtelierError | undefined {
  const [first, second] = start;
  if (!((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))) return undefined;
  return new AtelierError('data.malformed', `${shown} is saved as UTF-16.`, {
    hint: 'Save it again with the encoding UTF-8 (in Excel: as "CSV UTF-8").',
    file: shown,
    line: 1,
  });
}

async function contentStart(handle: FileHandle, shown: string): Promise<number> {
  const start = await readRange(handle, 0, UTF8_MARK.length);
  const error = utf16Error(start, shown);
  if (error !== undefined) throw error;
  return UTF8_MARK.every((byte, index) => start[index] === byte) ? UTF8_MARK.length : 0;
}

async function createTornFile(file: string): Promise<{ path: string; handle: FileHandle }> {
  const time = new Date().toISOString().replace(/[-:.]/g, '');
  for (let attempt = 1; ; attempt++) {
    const path = `${file}.torn-${time}${attempt === 1 ? '' : `-${attempt}`}`;
    try {
      return { path, handle: await open(path, 'wx') };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

function ambiguous(shown: string, line: number): AtelierError {
  return new AtelierError('data.malformed', `A quote in line ${line} of ${shown} is wrong, so it is unclear where the last row ends.`, {
    hint: `Correct the quotes in line ${line}, then try again. Nothing was saved, and the file was not changed.`,
    file: shown,
    line,
  });
}
