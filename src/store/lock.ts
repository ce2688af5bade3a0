import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { AtelierError, cancelled } from '../core/errors.js';
import { ensureAtelierFolder, ensureFolder } from './atelier-folder.js';
import { errnoOf, notWritable } from './io-errors.js';
import { createLockFs, freeIfHolderIsDead, isLocked, type LockFs, processScope, sweepDrafts } from './lock-fs.js';
import { displayPath } from './problem.js';

/** A lock that was not refreshed for so long belongs to a process that stands still or is gone. */
const STALE_MS = 10_000;
/** Longer than a lock takes to go stale (`proper-lockfile` may date it one second ahead): any crash heals within one wait. */
const TIMEOUT_MS = 12_000;
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 40;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for another process, in milliseconds; default 12,000. */
  readonly timeoutMs?: number | undefined;
}

/** What the holder of a lock can ask. */
export interface Lease {
  /**
   * Call it right before a write that must not overlap with another's.
   * @throws AtelierError `data.locked` when this process stood still so long (sleep, debugger) that another took the lock
   */
  assertHeld(): void;
}

/** A lock that is held until it is released. */
export interface HeldLock extends Lease {
  /** Gives the lock back; again does nothing. */
  release(): Promise<void>;
}

/**
 * The locks of one workspace, in `<workspace>/.atelier/locks/`: each is held by one process at a time, and by one caller at a time
 * inside this instance. The lock of a dead process is taken over at once where its death can be seen, else after 10 s.
 */
export class Locks {
  readonly #workspaceFolder: string;
  readonly #folder: string;
  #system: Promise<{ readonly scope: string; readonly fs: LockFs }> | undefined;
  readonly #last = new Map<string, Promise<undefined>>();

  constructor(workspaceFolder: string) {
    this.#workspaceFolder = workspaceFolder;
    this.#folder = path.join(workspaceFolder, '.atelier', 'locks');
  }

  /**
   * Runs `work` while this process alone holds the lock `name`.
   * @param name a path or a word; characters that a file name cannot have are replaced
   * @throws AtelierError `data.locked` when another process kept it for the whole time limit, `data.not_writable` when the lock
   *   cannot be created, `cancelled` by the signal (only while waiting: once begun, `work` is not interrupted)
   */
  async withLock<T>(name: string, work: (lease: Lease) => Promise<T>, options: LockOptions = {}): Promise<T> {
    const key = name.replace(/[^A-Za-z0-9._-]+/g, '_');
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(() => this.#hold(key, work, options));
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }

  /**
   * Takes the lock `name` for longer than one piece of work.
   * @throws AtelierError as `withLock`
   */
  hold(name: string, options: LockOptions = {}): Promise<HeldLock> {
    return new Promise((resolve, reject) => {
      const held = this.withLock(
        name,
        ({ assertHeld }) =>
          new Promise<void>((done) => {
            const release = (): Promise<void> => {
              done();
              return held;
            };
            resolve({ assertHeld, release });
          }),
        options,
      );
      held.catch(reject);
    });
  }

  async #hold<T>(key: string, work: (lease: Lease) => Promise<T>, options: LockOptions): Promise<T> {
    const lockPath = path.join(this.#folder, `${key}.lock`);
    const shown = displayPath(this.#workspaceFolder, lockPath);
    this.#system ??= this.#prepare();
    const { scope, fs } = await this.#system;
    let lost: Error | undefined;
    const release = await this.#acquire(lockPath, scope, fs, options, (error) => {
      lost = error;
    });
    try {
      return await work({
        assertHeld: () => {
          if (lost !== undefined) throw lockedError(shown, lost);
        },
      });
    } finally {
      // A lost lock is another process's by now, and not ours to remove.
      if (lost === undefined) await release().catch(leaveToGoStale);
    }
  }

  async #prepare(): Promise<{ readonly scope: string; readonly fs: LockFs }> {
    await sweepDrafts(this.#folder);
    const scope = await processScope();
    return { scope, fs: createLockFs(scope) };
  }

  async #acquire(
    lockPath: string,
    scope: string,
    fs: LockFs,
    options: LockOptions,
    onLost: (error: Error) => void,
  ): Promise<() => Promise<void>> {
    const shown = displayPath(this.#workspaceFolder, lockPath);
    const deadline = Date.now() + (options.timeoutMs ?? TIMEOUT_MS);
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
      if (options.signal?.aborted) throw cancelled(options.signal.reason);
      try {
        return await lockfile.lock(lockPath, { fs, realpath: false, lockfilePath: lockPath, stale: STALE_MS, onCompromised: onLost });
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') await this.#createFolder(shown);
        else if (!isLocked(error)) throw notWritable(error, shown);
        else if (await this.#freed(lockPath, scope, fs, shown)) continue;
        if (Date.now() >= deadline) throw lockedError(shown, error);
      }
      // Jitter, so that processes that wait for each other do not knock in step.
      await delay(wait * (0.5 + Math.random()), undefined, { signal: options.signal }).catch((error: unknown) => {
        throw cancelled(error);
      });
    }
  }

  async #freed(lockPath: string, scope: string, fs: LockFs, shown: string): Promise<boolean> {
    try {
      return await freeIfHolderIsDead(lockPath, scope, fs, STALE_MS);
    } catch (error) {
      throw notWritable(error, shown);
    }
  }

  async #createFolder(shown: string): Promise<void> {
    try {
      await ensureAtelierFolder(this.#workspaceFolder);
      await ensureFolder(this.#folder);
    } catch (error) {
      throw notWritable(error, shown);
    }
  }
}

/** The work is done: a lock that the system does not let us remove is no reason to say that it failed. It goes stale by itself. */
function leaveToGoStale(error: unknown): undefined {
  if (errnoOf(error) === undefined) throw error;
  return undefined;
}

function lockedError(shown: string, cause: unknown): AtelierError {
  return new AtelierError('data.locked', 'Another Prompt Atelier process is writing this file, and did not finish in time.', {
    hint: `Try again when it is done. If no other editor or terminal command is running, delete ${shown}.`,
    file: shown,
    cause,
  });
}
