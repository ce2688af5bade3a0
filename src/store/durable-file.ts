import { constants, type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { ensureFolder } from './atelier-folder.js';
import { statIfExists } from './csv-reader.js';
import { errnoOf, notWritable } from './io-errors.js';
import type { Lease } from './lock.js';

/** Writing so that a crash at any moment leaves a file as it was or as it should be. Call all of this under the file's lock. */

/** Bytes that are collected before they are written. */
const WRITE_BYTES = 1 << 20;

/**
 * Opens a file for adding to its end.
 * @param shown the file as people read it
 * @returns undefined when there is no such file yet; its folder is there then
 * @throws AtelierError `data.not_writable` when something else has its name, or the file system's error
 */
export async function openToAppend(file: string, shown: string): Promise<FileHandle | undefined> {
  await ensureFolder(path.dirname(file));
  const stats = await statIfExists(file);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) {
    throw new AtelierError('data.not_writable', `${shown} is not a file.`, { hint: 'Rename or move what has this name.', file: shown });
  }
  return open(file, constants.O_RDWR | constants.O_APPEND);
}

/** Writes at the end and syncs; when that fails in the middle, the file is cut back to `size`, what it was. */
export async function appendDurably(handle: FileHandle, bytes: Buffer, size: number): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      // One write(2) as a rule; the system writes less only when it runs out of space.
      written += (await handle.write(bytes, written)).bytesWritten;
    }
    await handle.sync();
  } catch (error) {
    await handle.truncate(size);
    throw error;
  }
}

/** Writes a new file beside its place and links it there: nobody ever sees a part of it, and no other file is replaced. */
export async function createDurably(file: string, bytes: Buffer, lease: Lease): Promise<void> {
  await throughDraft(file, undefined, [bytes], async (draft) => {
    lease.assertHeld();
    await publish(draft, file);
  });
}

/**
 * Replaces a file by another content.
 * @param parts the new content, one behind the other
 */
export async function replaceDurably(file: string, parts: Iterable<Buffer>, lease: Lease): Promise<void> {
  const mode = Number((await statIfExists(file))?.mode ?? 0o666n) & 0o777;
  await throughDraft(file, mode, parts, async (draft) => {
    lease.assertHeld();
    await rename(draft, file);
  });
}

/**
 * Tries whether a file can be made here, and leaves nothing behind but its folder.
 * @param shown the file as people read it
 * @throws AtelierError `data.not_writable`
 */
export async function requireWritable(file: string, shown: string): Promise<void> {
  try {
    await ensureFolder(path.dirname(file));
    await withDraft(file, undefined, async () => undefined);
  } catch (error) {
    throw notWritable(error, shown);
  }
}

async function throughDraft(
  file: string,
  mode: number | undefined,
  parts: Iterable<Buffer>,
  place: (draft: string) => Promise<void>,
): Promise<void> {
  await withDraft(file, mode, async (draft, handle) => {
    for (const bytes of grouped(parts)) await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await place(draft);
  });
  await syncFolder(path.dirname(file));
}

/** Opens a draft beside the file, and removes what is left of it in the end. */
async function withDraft(
  file: string,
  mode: number | undefined,
  work: (draft: string, handle: FileHandle) => Promise<void>,
): Promise<void> {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.new`);
  // What is left of a crash, or a link that somebody put there to have another file overwritten.
  await rm(draft, { force: true });
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await work(draft, handle);
    } finally {
      await handle.close();
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function* grouped(parts: Iterable<Buffer>): Generator<Buffer> {
  let group: Buffer[] = [];
  let length = 0;
  for (const part of parts) {
    group.push(part);
    length += part.length;
    if (length < WRITE_BYTES) continue;
    yield Buffer.concat(group);
    group = [];
    length = 0;
  }
  yield Buffer.concat(group);
}

/** Gives the finished draft its name, unless a file got that name meanwhile. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    // Some file systems (FAT, network shares) have no links; under the lock nobody else creates the file.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(errnoOf(error) ?? '')) throw error;
    await rename(draft, file);
  }
}

/** Makes the name of a new file durable. Windows cannot and need not do this. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
