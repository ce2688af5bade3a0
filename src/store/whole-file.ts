import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { AtelierError } from '../core/errors.js';
import { errnoOf, unreadable } from './io-errors.js';
import { readRange, utf16Error } from './torn-tail.js';

/** Largest file in bytes that is read into memory. */
const MAX_FILE_BYTES = 256 << 20;

/**
 * Reads all bytes of a file of data.
 * @param shown the file as people read it
 * @throws AtelierError `data.unreadable` (missing, no permission, not a file, larger than 256 MB), `data.malformed` (UTF-16)
 */
export async function readWholeFile(file: string, shown: string): Promise<Buffer> {
  try {
    // Looked at before it is opened: to open a pipe would wait for ever.
    requireReadable(await stat(file, { bigint: true }), shown);
    const handle = await open(file, 'r');
    try {
      const bytes = await readRange(handle, 0, (await handle.stat()).size);
      const utf16 = utf16Error(bytes, shown);
      if (utf16 !== undefined) throw utf16;
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unreadable(error, shown);
    throw new AtelierError('data.unreadable', `There is no file ${shown}.`, { hint: 'Check its name and folder.', file: shown });
  }
}

/** @throws AtelierError `data.unreadable` for what is no file, or larger than 256 MB */
export function requireReadable(stats: BigIntStats, shown: string): void {
  if (!stats.isFile()) {
    throw new AtelierError('data.unreadable', `${shown} is not a file.`, { hint: 'Rename or move what has this name.', file: shown });
  }
  if (stats.size > MAX_FILE_BYTES) {
    throw new AtelierError('data.unreadable', `${shown} is larger than ${MAX_FILE_BYTES >> 20} MB.`, {
      hint: 'Move its older rows into another file.',
      file: shown,
    });
  }
}
