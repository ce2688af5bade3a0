import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { ATELIER_FOLDER, ensureAtelierFolder, ensureFolder } from './atelier-folder.js';
import { errnoOf } from './io-errors.js';
import { displayPath, type Problem } from './problem.js';

export interface DiskResponseCacheOptions {
  /** Absolute path; the cache is in its `.atelier/cache/`. */
  readonly workspaceFolder: string;
  /** How long an answer counts, in milliseconds; default 7 days. */
  readonly ttlMs?: number | undefined;
  /** Total size in bytes, above which the oldest answers are removed; default 50 MB. */
  readonly maxBytes?: number | undefined;
  /** Told once when the cache cannot be written. */
  readonly onProblem: (problem: Problem) => void;
}

const TTL_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_BYTES = 50 << 20;
/** How full the cache is after trimming: it must not be full again with the next answer. */
const TRIMMED_SHARE = 0.8;
const KEY = /^[0-9a-f]{64}$/;

interface Entry {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly stored: number;
  readonly value: string;
}

/** Answers of models, one file each. It never fails: what cannot be read is a miss, and what cannot be written is not cached. */
export class DiskResponseCache {
  readonly #options: DiskResponseCacheOptions;
  readonly #folder: string;
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  #writable = true;
  #trimming: Promise<void> | undefined;

  constructor(options: DiskResponseCacheOptions) {
    this.#options = options;
    this.#folder = path.join(options.workspaceFolder, ATELIER_FOLDER, 'cache');
    this.#ttlMs = options.ttlMs ?? TTL_MS;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  /**
   * The answer; undefined when there is none, or it is too old. A damaged or old entry is removed.
   * @param key SHA-256 in lower-case hex
   * @throws AtelierError `internal` for another key (a mistake of the caller)
   */
  async get(key: string): Promise<string | undefined> {
    const file = this.#fileOf(key);
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
    const entry = parseEntry(text, key);
    // An entry from the future (the clock was set back) must not live for ever.
    if (entry !== undefined && Math.abs(Date.now() - entry.stored) <= this.#ttlMs) return entry.value;
    await this.#attempt(() => rm(file, { force: true }));
    return undefined;
  }

  /**
   * Keeps an answer; replaces an earlier one.
   * @param key SHA-256 in lower-case hex
   * @throws AtelierError `internal` for another key (a mistake of the caller)
   */
  async set(key: string, value: string): Promise<void> {
    const file = this.#fileOf(key);
    if (!this.#writable) return;
    const entry: Entry = { key, stored: Date.now(), value };
    const draft = `${file}.${randomUUID()}.tmp`;
    const saved = await this.#attempt(async () => {
      await ensureAtelierFolder(this.#options.workspaceFolder);
      await ensureFolder(path.dirname(file));
      try {
        await writeFile(draft, JSON.stringify(entry));
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    });
    if (saved) this.#trimming ??= this.#attempt(() => this.#trim()).then(() => undefined);
  }

  /** Waits for work in the background: trimming, which the first `set` starts. */
  async settled(): Promise<void> {
    await this.#trimming;
  }

  #fileOf(key: string): string {
    if (KEY.test(key)) return path.join(this.#folder, key.slice(0, 2), `${key}.json`);
    throw new AtelierError('internal', `"${key}" is not a key of the response cache.`, {
      hint: 'Report this with the steps that led here.',
    });
  }

  /** Removes old entries and drafts that a crash left, then the oldest entries until the size is right. */
  async #trim(): Promise<void> {
    const files: { file: string; size: number; modified: number }[] = [];
    for (const name of await readdir(this.#folder, { recursive: true })) {
      const file = path.join(this.#folder, name);
      const stats = await statOf(file);
      if (stats === undefined || !stats.isFile()) continue;
      const age = Date.now() - stats.mtimeMs;
      const abandoned = name.endsWith('.tmp') && age > 60 * 60 * 1000;
      if (abandoned || age > this.#ttlMs) await rm(file, { force: true });
      else files.push({ file, size: stats.size, modified: stats.mtimeMs });
    }
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total <= this.#maxBytes) return;
    files.sort((a, b) => a.modified - b.modified);
    for (const { file, size } of files) {
      if (total <= this.#maxBytes * TRIMMED_SHARE) return;
      await rm(file, { force: true });
      total -= size;
    }
  }

  /** Does what changes files; the first failure is told, and ends all writing. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    if (!this.#writable) return false;
    try {
      await work();
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      // Asked again: another call may have failed and said so in the meantime.
      if (this.#writable) {
        this.#writable = false;
        this.#options.onProblem({
          file: displayPath(this.#options.workspaceFolder, this.#folder),
          line: 1,
          message: `Answers of models are not cached, because the folder cannot be written (${errno}).`,
          hint: 'Make the folder writable, or switch the cache off. Everything else works.',
          severity: 'warning',
        });
      }
      return false;
    }
  }
}

function parseEntry(text: string, key: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) && value.key === key ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('stored' in value) || !('value' in value)) return false;
  return typeof value.key === 'string' && typeof value.stored === 'number' && typeof value.value === 'string';
}

/** Undefined when another process removed it meanwhile. */
async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
