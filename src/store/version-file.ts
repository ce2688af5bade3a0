import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { AtelierError } from '../core/errors.js';
import { parseVersion, type VersionReading } from '../core/version/parse-version.js';
import type { VersionFacts } from '../core/version/version-facts.js';
import { numberOfFile, versionFileName, versionName } from '../core/version/version-name.js';
import { errnoOf, unreadable } from './io-errors.js';

/** The versions of a signature, the newest first. */
export interface VersionList {
  readonly signature: string;
  readonly versions: readonly VersionFacts[];
  /** Those that cannot be used. */
  readonly broken: readonly BrokenVersion[];
}

/** A version whose file cannot be used. */
export interface BrokenVersion {
  readonly number: number;
  readonly problem: AtelierError;
  /** Two branches gave the number to two versions: the merge can be resolved. */
  readonly isConflict: boolean;
  /** It was changed by hand: a new version can be made of what it says. */
  readonly isEdited: boolean;
}

/** Largest file of a version or of labels, in bytes: 10 MB of demos are fine, a table that got its name is not. */
export const MAX_VERSION_BYTES = 32 << 20;

/**
 * Reads the file of a version. Never throws because of what is in it, or because it cannot be read.
 * @param shown the file as people read it
 * @param number that its name gives it
 */
export async function readVersionFile(file: string, shown: string, number: number): Promise<VersionReading> {
  let text: string | undefined;
  try {
    text = await readLimitedText(file, shown);
  } catch (error) {
    if (!AtelierError.is(error)) throw error;
    return { problem: error };
  }
  if (text === undefined) return { problem: unknownVersion(shown, number) };
  const reading = parseVersion(text, shown, (content) => createHash('sha256').update(content).digest('hex'));
  if (reading.version === undefined || reading.version.number === number) return reading;
  const { version } = reading;
  const problem = new AtelierError('version.edited', `${shown} holds ${versionName(version.number)}, not ${versionName(number)}.`, {
    hint: `Give it back its name ${versionFileName(version.number)}, or create a new version from it.`,
    file: shown,
    line: 1,
  });
  return { problem, edited: version };
}

/**
 * The text of a file, at most 32 MB of UTF-8.
 * @returns undefined when there is no such file
 * @throws AtelierError `version.invalid`, `data.unreadable`
 */
export async function readLimitedText(file: string, shown: string): Promise<string | undefined> {
  try {
    const bytes = readFile(file, shown);
    if (!isUtf8(bytes)) throw refused(`${shown} is not UTF-8.`, 'Restore the file from git.', shown);
    return bytes.toString('utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(error, shown);
  }
}

/** In one go: a promise for each step costs more than all the steps of a small file, and a list reads thousands of them. */
function readFile(file: string, shown: string): Buffer {
  // Or a pipe that has this name would be waited for.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refused(`${shown} is not a file.`, 'Rename or move what has this name.', shown);
    if (stats.size > MAX_VERSION_BYTES) {
      const message = `${shown} is larger than ${MAX_VERSION_BYTES >> 20} MB (${Math.ceil(stats.size / (1 << 20))} MB).`;
      throw refused(message, 'A prompt with so many demos fits no model: keep fewer.', shown);
    }
    const bytes = Buffer.allocUnsafe(stats.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The names in a folder; none when it is not there.
 * @throws AtelierError `data.unreadable`
 */
export async function namesIn(folder: string, shown: string): Promise<string[]> {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw unreadable(error, shown);
  }
}

/** The numbers of the versions whose files are in a folder, the newest first. */
export function numbersIn(names: readonly string[]): number[] {
  return names.flatMap((name) => numberOfFile(name) ?? []).sort((a, b) => b - a);
}

function unknownVersion(shown: string, number: number): AtelierError {
  return new AtelierError('version.unknown', `There is no version ${versionName(number)}: no file ${shown}.`, {
    hint: 'List the versions of the signature to see which there are.',
    file: shown,
  });
}

function refused(message: string, hint: string, file: string): AtelierError {
  return new AtelierError('version.invalid', message, { hint, file, line: 1 });
}
