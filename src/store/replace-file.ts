import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { notWritable } from './io-errors.js';

/**
 * Writes a file anew: whoever reads it sees the old or the new one, never a part.
 * @param file absolute path; its folder exists
 * @param shown the file as people read it
 * @throws AtelierError `data.not_writable`
 */
export async function replaceFile(file: string, text: string, shown: string): Promise<void> {
  const draft = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = await open(draft, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw notWritable(error, shown);
  }
}
