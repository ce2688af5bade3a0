import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import { movedTornRow, notUtf8, tornRow } from './csv-problems.js';
import { appendDurably, createDurably, openToAppend } from './durable-file.js';
import { notWritable } from './io-errors.js';
import type { Lease, Locks } from './lock.js';
import { cutProblems, displayPath, type Problem } from './problem.js';
import { moveTornTail, readRange, utf16Error } from './torn-tail.js';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** One object of a file, the 1-based line it is in, and its number among the lines that are not blank, 1 for the first. */
export interface JsonLine {
  readonly line: number;
  readonly row: number;
  readonly value: JsonObject;
}

/** What is in a file of JSON Lines. */
export interface JsonLinesContent {
  readonly lines: readonly JsonLine[];
  readonly problems: readonly Problem[];
}

/** How a file of JSON Lines ends; see `CsvEnds`. */
export interface JsonEnds {
  readonly tail: 'whole' | 'no_newline' | 'torn';
  /** Where the last line starts when the file is not whole: byte offset and 1-based line. */
  readonly tailStart: number;
  readonly tailLine: number;
}

const NEWLINE = 0x0a;
const REPLACEMENT = '\ufffd';
/** Bytes that are parsed before other work gets its turn: about 3 ms. */
const SLICE_BYTES = 256 << 10;
const BLOCK_BYTES = 64 << 10;
const UTF8_MARK = '\ufeff';

/**
 * Reads JSON Lines: UTF-8, one object a line. Blank lines, a byte order mark and Windows line ends are fine. A line that is no object is
 * left out and reported; so is a last line that a write left unfinished.
 * @param bytes the whole file
 * @param shown the file as people read it
 */
export async function parseJsonLines(bytes: Buffer, shown: string): Promise<JsonLinesContent> {
  const lines: JsonLine[] = [];
  const problems: Problem[] = [];
  let lost: number | undefined;
  let row = 0;
  let line = 0;
  let rest = SLICE_BYTES;
  for (const { start, end } of lineRanges(bytes)) {
    line++;
    rest -= end - start;
    if (rest < 0) {
      await setImmediate();
      rest = SLICE_BYTES;
    }
    const text = textOfLine(bytes.subarray(start, end));
    if (text === '') continue;
    row++;
    const value = parseLine(text);
    if (value === undefined && bytes[end - 1] !== NEWLINE) {
      problems.push(tornRow(shown, line));
      break;
    }
    if (lost === undefined && text.includes(REPLACEMENT)) lost = line;
    if (!isJsonObject(value)) problems.push(notAnObject(shown, line, value === undefined));
    else lines.push({ line, row, value });
  }
  if (lost !== undefined) problems.push(notUtf8(shown, lost, isUtf8(bytes)));
  return { lines, problems: cutProblems(problems) };
}

/** The lines of a file, each with its newline, as offsets. */
export function* lineRanges(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    yield { start, end };
    start = end;
  }
}

/**
 * Looks at the end of a file and tells whether a line can be added behind it. Reads the last line alone, and the lines before it only to
 * count them when it is not whole.
 * @throws AtelierError `data.malformed` for UTF-16
 */
export async function inspectJsonEnds(handle: FileHandle, size: number, shown: string): Promise<JsonEnds> {
  const utf16 = utf16Error(await readRange(handle, 0, 2), shown);
  if (utf16 !== undefined) throw utf16;
  const tailStart = await lastLineStart(handle, size);
  if (tailStart === size) return { tail: 'whole', tailStart, tailLine: 1 };
  const text = textOfLine(await readRange(handle, tailStart, size));
  const tail = text === '' || parseLine(text) !== undefined ? 'no_newline' : 'torn';
  return { tail, tailStart, tailLine: (await countNewlines(handle, tailStart)) + 1 };
}

/** A file of JSON Lines that several processes append to. */
export class JsonLinesFile {
  readonly #file: string;
  readonly #shown: string;
  readonly #locks: Pick<Locks, 'withLock'>;
  readonly #lock: string;
  readonly #showPath: (file: string) => string;
  readonly #onProblem: (problem: Problem) => void;

  /** @param options `file` is absolute; `lock` is the name of its lock, default the path; `onProblem` is told what was repaired while appending */
  constructor(options: {
    file: string;
    workspaceFolder: string;
    locks: Pick<Locks, 'withLock'>;
    lock?: string;
    onProblem: (problem: Problem) => void;
  }) {
    this.#file = options.file;
    this.#shown = displayPath(options.workspaceFolder, options.file);
    this.#locks = options.locks;
    this.#lock = options.lock ?? this.#shown;
    this.#showPath = (file) => displayPath(options.workspaceFolder, path.resolve(file));
    this.#onProblem = options.onProblem;
  }

  /**
   * Adds objects at the end, and returns when they are on the disk. All are saved or none.
   * @param values a key whose value is undefined is left out
   * @throws AtelierError `data.not_writable`, `data.locked`, `data.malformed` (UTF-16), `cancelled`
   */
  async append(values: readonly object[], options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (values.length === 0) return;
    const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    await this.#locks.withLock(this.#lock, (lease) => this.#append(bytes, lease), options);
  }

  async #append(bytes: Buffer, lease: Lease): Promise<void> {
    try {
      const handle = await openToAppend(this.#file, this.#shown);
      if (handle === undefined) return await createDurably(this.#file, bytes, lease);
      try {
        const { size } = await handle.stat();
        const ends = await inspectJsonEnds(handle, size, this.#shown);
        lease.assertHeld();
        if (ends.tail === 'torn') await this.#moveTail(handle, ends, size);
        const newline = ends.tail === 'no_newline' ? '\n' : '';
        await appendDurably(handle, Buffer.concat([Buffer.from(newline), bytes]), ends.tail === 'torn' ? ends.tailStart : size);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw notWritable(error, this.#shown);
    }
  }

  async #moveTail(handle: FileHandle, { tailStart, tailLine }: JsonEnds, size: number): Promise<void> {
    const target = await moveTornTail(handle, this.#file, tailStart, size);
    this.#onProblem(movedTornRow(this.#shown, tailLine, this.#showPath(target)));
  }
}

function textOfLine(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return (text.startsWith(UTF8_MARK) ? text.slice(1) : text).trim();
}

/** The value of a line; undefined when it is not JSON. */
function parseLine(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function lastLineStart(handle: FileHandle, size: number): Promise<number> {
  // Mostly the last byte says it all.
  if (size === 0 || (await readRange(handle, size - 1, size))[0] === NEWLINE) return size;
  for (let end = size; end > 0; end -= BLOCK_BYTES) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const newline = (await readRange(handle, start, end)).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

async function countNewlines(handle: FileHandle, end: number): Promise<number> {
  let count = 0;
  for (let start = 0; start < end; start += BLOCK_BYTES) {
    const block = await readRange(handle, start, Math.min(end, start + BLOCK_BYTES));
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) count++;
  }
  return count;
}

function notAnObject(file: string, line: number, notJson: boolean): Problem {
  return {
    file,
    line,
    message: notJson ? 'The line is not JSON; it is skipped.' : 'The line is JSON, but not an object; it is skipped.',
    hint: 'Write one object a line, such as {"question": "...", "answer": "..."}.',
    severity: 'error',
  };
}
