import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import type { RecordedCall } from '../core/program/recorded-call.js';
import { GroupCommit } from './group-commit.js';
import { errnoOf, notWritable } from './io-errors.js';
import { JsonLinesFile, parseJsonLines } from './json-lines.js';
import type { Locks } from './lock.js';
import { displayPath, type Problem, problemOf } from './problem.js';
import { noCall, RECORDING_FORMAT, requireCall, startsRecording } from './recording-lines.js';
import { readRange } from './torn-tail.js';
import { readWholeFile } from './whole-file.js';

export interface RecordingFileOptions {
  /** Absolute path; created with its folder when it is missing, added to when it is there. */
  readonly file: string;
  readonly workspaceFolder: string;
  readonly locks: Locks;
  /** Told when an incomplete last line was moved away, and once when recording stopped. */
  readonly onProblem: (problem: Problem) => void;
}

/** So much of the start of a file tells whether it is a recording. */
const START_BYTES = 1024;

/**
 * Reads a recording: JSON Lines (UTF-8), one call a line. A last line that was cut off is left out and told as a problem.
 * @param file absolute path
 * @param workspaceFolder what messages name the file relative to
 * @throws AtelierError `data.unreadable` (missing, no permission, not a file, too large), `data.malformed` with the line (not a recorded
 *   call, or one of a newer version)
 */
export async function readRecording(
  file: string,
  workspaceFolder: string,
): Promise<{ calls: readonly RecordedCall[]; problems: readonly Problem[] }> {
  const shown = displayPath(workspaceFolder, file);
  const { lines, problems } = await parseJsonLines(await readWholeFile(file, shown), shown);
  // A call that is left out would be missed, or another one would be answered in its place.
  const broken = problems.find(({ severity }) => severity === 'error');
  const calls = lines.flatMap(({ line, value }) => (broken !== undefined && line > broken.line ? [] : requireCall(value, shown, line)));
  if (broken !== undefined) throw noCall('it is no JSON object', shown, broken.line);
  return { calls, problems };
}

/** A recording that calls are added to, also by several processes. It never fails: what cannot be written ends the recording. */
export class RecordingFile {
  /** The file as people read it. */
  readonly shown: string;
  readonly #options: RecordingFileOptions;
  readonly #lines: JsonLinesFile;
  readonly #writes = new GroupCommit<RecordedCall>((calls) => this.#write(calls));
  #writable = true;

  constructor(options: RecordingFileOptions) {
    this.#options = options;
    this.shown = displayPath(options.workspaceFolder, options.file);
    this.#lines = new JsonLinesFile({ ...options, lock: lockName(options.file) });
  }

  /** Adds a call, and resolves when it is on the disk or recording has stopped. Calls that wait for a write go into the next together. */
  record(call: RecordedCall): Promise<void> {
    return this.#writable ? this.#writes.push([call]) : Promise.resolve();
  }

  async #write(calls: readonly RecordedCall[]): Promise<void> {
    if (!this.#writable) return;
    try {
      await this.#requireRecording();
      await this.#lines.append(calls.map((call) => ({ format: RECORDING_FORMAT, ...call })));
    } catch (error) {
      this.#writable = false;
      const problem = problemOf(notWritable(error, this.shown), this.shown);
      this.#options.onProblem({ ...problem, message: `Recording has stopped: ${problem.message}` });
    }
  }

  /** What is no recording is somebody's data: nothing may be added to it. */
  async #requireRecording(): Promise<void> {
    const start = await startOf(this.#options.file);
    if (start === undefined || startsRecording(start)) return;
    throw new AtelierError('data.not_writable', `Nothing can be added to ${this.shown}, because it holds something else.`, {
      hint: 'Record into another file.',
      file: this.shown,
    });
  }
}

/** The first bytes of a file as text; undefined when there is none, or nothing in it. */
async function startOf(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      return (await readRange(handle, 0, START_BYTES)).toString('utf8') || undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A recording may be anywhere, and a whole path may be too long for the name of a lock. */
function lockName(file: string): string {
  return `recording-${createHash('sha256').update(path.resolve(file)).digest('hex').slice(0, 16)}`;
}
