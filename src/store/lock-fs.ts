import { randomUUID } from 'node:crypto';
import nodeFs from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { callbackify } from 'node:util';
import lockfile from 'proper-lockfile';
import { errnoOf } from './io-errors.js';

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  /** Where `pid` means something: see `processScope`. */
  readonly scope: string;
}

/** A lock that is being built or removed: the lock's name and a UUID. It lives for a moment. */
const DRAFT_NAME = /\.lock(\.takeover)?\.[0-9a-f-]{36}$/;
const DRAFT_AGE_MS = 60_000;
const HOLDER_FILE = 'holder.json';
/** What `rename` says when the target is there: by system and by what it is. */
const TAKEN = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'EBUSY', 'ENOTDIR'];

/** The calls that `proper-lockfile` makes, with callbacks as in `node:fs`. */
export interface LockFs {
  readonly mkdir: (folder: string, done: (error: Error | null) => void) => void;
  readonly rmdir: (folder: string, done: (error: Error | null) => void) => void;
  readonly rmdirSync: (folder: string) => void;
  readonly stat: typeof nodeFs.stat;
  readonly utimes: typeof nodeFs.utimes;
  readonly realpath: typeof nodeFs.realpath;
}

/**
 * A file system for `proper-lockfile` whose locks say who holds them, from their first moment to their last. A plain lock says only
 * "taken", and after a crash everyone waits until it is stale (10 s); here the next process sees that the holder is dead.
 * @param scope of this process, from `processScope`
 */
export function createLockFs(scope: string): LockFs {
  return {
    mkdir: callbackify((folder: string) => createLock(folder, scope)),
    rmdir: callbackify(removeLock),
    rmdirSync: (folder) => nodeFs.rmSync(folder, { recursive: true }),
    stat: nodeFs.stat,
    utimes: nodeFs.utimes,
    realpath: nodeFs.realpath,
  };
}

/**
 * Frees a lock whose holder is a dead process of this machine. One process at a time does this (under a lock of its own), and looks
 * again once it is alone: the lock that it frees is then the dead one's, never one that somebody took meanwhile.
 * @param staleMs after how long without a sign of life the lock of the takeover itself counts as abandoned
 * @returns whether the lock was freed
 */
export async function freeIfHolderIsDead(lockPath: string, scope: string, fs: LockFs, staleMs: number): Promise<boolean> {
  if (!(await holderIsDead(lockPath, scope))) return false;
  const takeover = `${lockPath}.takeover`;
  let release: () => Promise<void>;
  try {
    release = await lockfile.lock(takeover, { fs, realpath: false, lockfilePath: takeover, stale: staleMs, onCompromised: ignoreLoss });
  } catch (error) {
    if (isLocked(error)) return false;
    throw error;
  }
  try {
    if (!(await holderIsDead(lockPath, scope))) return false;
    await removeLock(lockPath);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    await release();
  }
}

/**
 * Removes what processes left that died while they built or removed a lock. It changes no lock, so whatever fails is left for the
 * next time.
 * @param folder of the locks; may be missing
 */
export async function sweepDrafts(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const draft = path.join(folder, name);
      if (DRAFT_NAME.test(name) && Date.now() - (await stat(draft)).mtimeMs > DRAFT_AGE_MS)
        await rm(draft, { recursive: true, force: true });
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** True for the error with which `proper-lockfile` says "somebody else has it". */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}

/** Where a process id of this process means something: the machine and, on Linux, the process namespace (a container has its own). */
export async function processScope(): Promise<string> {
  try {
    return `${hostname()} ${await readlink('/proc/self/ns/pid')}`;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return hostname();
  }
}

/** Builds the lock with its note elsewhere, then renames it into place: it is never there without the note. */
async function createLock(folder: string, scope: string): Promise<void> {
  // Mostly the lock is taken while one waits for it: that is seen without building anything.
  if (await exists(folder)) throw takenError(folder);
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft);
  try {
    const holder: Holder = { pid: process.pid, scope };
    await writeFile(path.join(draft, HOLDER_FILE), JSON.stringify(holder));
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (TAKEN.includes(errnoOf(error) ?? '')) throw takenError(folder, error);
    throw error;
  }
}

/** What `mkdir` would say: `proper-lockfile` then looks whether the lock is stale. */
function takenError(folder: string, cause?: unknown): Error {
  return Object.assign(new Error(`EEXIST: ${folder} exists`, { cause }), { code: 'EEXIST', syscall: 'mkdir' });
}

async function exists(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Moves the lock out of its place first: at no moment is it there without its note. */
async function removeLock(folder: string): Promise<void> {
  const gone = `${folder}.${randomUUID()}`;
  try {
    await rename(folder, gone);
  } catch (error) {
    // Windows refuses while another process reads the note; it is done in a moment.
    if (!['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error) ?? '')) throw error;
    await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 10 });
    return;
  }
  await rm(gone, { recursive: true, force: true, maxRetries: 10, retryDelay: 10 });
}

/** A takeover lasts a moment; losing its lock after ten seconds of standstill only means that another process may try too. */
function ignoreLoss(): undefined {
  return undefined;
}

async function holderIsDead(lockPath: string, scope: string): Promise<boolean> {
  let holder: unknown;
  try {
    holder = JSON.parse(await readFile(path.join(lockPath, HOLDER_FILE), 'utf8'));
  } catch (error) {
    // Released meanwhile, or a note that nobody can read: then the lock counts as held until it is stale.
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return false;
    throw error;
  }
  if (!isHolder(holder) || holder.scope !== scope) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('scope' in value)) return false;
  return typeof value.pid === 'number' && Number.isSafeInteger(value.pid) && value.pid > 0 && typeof value.scope === 'string';
}
