import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { errnoOf } from './io-errors.js';
import { readRange } from './torn-tail.js';

/** Largest file that people write by hand, in bytes. */
const MAX_BYTES = 1 << 20;

/** Why a file that people write by hand cannot be used. */
export interface UnusableFile {
  /** `ENOENT` and its kin, when the file could not be read at all. */
  readonly errno?: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * Reads a text file that people write by hand: at most 1 MB, UTF-8.
 * @param shown the file's name in messages
 * @param tooLargeHint what to do when it is larger
 * @returns its text, or why there is none
 */
export async function readSmallTextFile(file: string, shown: string, tooLargeHint: string): Promise<string | UnusableFile> {
  let bytes: Buffer;
  try {
    const handle = await open(file, 'r');
    try {
      bytes = await readRange(handle, 0, MAX_BYTES + 1);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { errno, message: `${shown} cannot be read (${errno}).`, hint: 'Check that it is a file and that you may read it.' };
  }
  if (bytes.length > MAX_BYTES) return { message: `${shown} is larger than 1 MB.`, hint: tooLargeHint };
  if (!isUtf8(bytes)) return { message: `${shown} is not UTF-8.`, hint: 'Save it again with the encoding UTF-8.' };
  return bytes.toString('utf8');
}
