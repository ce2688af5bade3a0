import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { errnoOf } from './io-errors.js';

/** SHA-256 of a file's bytes, in lower-case hex; null when it is not there, or cannot be read. @param file absolute path */
export async function sha256OfFile(file: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
  return hash.digest('hex');
}
