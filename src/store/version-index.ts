import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import type { VersionReading } from '../core/version/parse-version.js';
import { factsOf, type VersionFacts } from '../core/version/version-facts.js';
import { ATELIER_FOLDER, ensureAtelierFolder, ensureFolder } from './atelier-folder.js';
import { errnoOf } from './io-errors.js';
import { displayPath } from './problem.js';
import { type BrokenVersion, readLimitedText } from './version-file.js';

const FORMAT = 'atelier-versions/1';
const FOLDER = 'versions';
/** Files under way at a time. */
const WIDTH = 32;
/** A file that is younger may change again without another time: some file systems count in steps of two seconds. */
const SETTLED_MS = 2_000;
/** To read so few files takes no longer than to keep what was read. */
const WORTH_KEEPING = 20;

/** How the index gets at the files of a signature. */
export interface VersionFiles {
  /** Absolute path. */
  readonly folder: string;
  fileOf(number: number): string;
  read(number: number): Promise<VersionReading>;
}

interface Entry {
  readonly size: number;
  readonly mtime: number;
  readonly facts: VersionFacts;
}

/**
 * Facts of versions, so that only files that changed (by size and time) are read and checked again: 10,000 take 3 s to read, and a
 * fraction of that to look at. Kept in memory and, for other processes, in `.atelier/versions/`.
 */
export class VersionIndex {
  readonly #workspaceFolder: string;
  readonly #keeps: boolean;
  readonly #known = new Map<string, Map<number, Entry>>();
  /** The folder of the index is there. */
  #isReady = false;

  constructor(workspaceFolder: string, keeps: boolean) {
    this.#workspaceFolder = workspaceFolder;
    this.#keeps = keeps;
  }

  /** The facts of versions, the newest first, and those that cannot be used. */
  async read(
    signature: string,
    numbers: readonly number[],
    files: VersionFiles,
  ): Promise<{ facts: VersionFacts[]; broken: BrokenVersion[] }> {
    const entries = await this.#entriesOf(signature, files.folder);
    const found = new Map<number, VersionFacts>();
    const broken: BrokenVersion[] = [];
    let unread = 0;
    await eachOf(numbers, async (number) => {
      const identity = identityOf(files.fileOf(number));
      const known = entries.get(number);
      if (known !== undefined && identity?.size === known.size && identity.mtimeMs === known.mtime) {
        found.set(number, known.facts);
        return;
      }
      const { version, problem, conflict, edited } = await files.read(number);
      entries.delete(number);
      if (version === undefined) {
        broken.push({ number, problem, isConflict: conflict !== undefined, isEdited: edited !== undefined });
        return;
      }
      const facts = factsOf(version);
      found.set(number, facts);
      if (identity === undefined || Date.now() - identity.mtimeMs < SETTLED_MS) return;
      entries.set(number, { size: identity.size, mtime: identity.mtimeMs, facts });
      unread++;
    });
    if (unread >= WORTH_KEEPING) await this.#keep(signature, files.folder, entries);
    return {
      facts: [...numbers].sort((a, b) => b - a).flatMap((number) => found.get(number) ?? []),
      broken: broken.sort((a, b) => b.number - a.number),
    };
  }

  async #entriesOf(signature: string, folder: string): Promise<Map<number, Entry>> {
    let entries = this.#known.get(signature);
    if (entries === undefined) {
      entries = this.#keeps ? await this.#load(signature, folder) : new Map<number, Entry>();
      this.#known.set(signature, entries);
    }
    return entries;
  }

  async #load(signature: string, folder: string): Promise<Map<number, Entry>> {
    try {
      const file = this.#fileOf(signature);
      const value = JSON.parse((await readLimitedText(file, displayPath(this.#workspaceFolder, file))) ?? 'null') as JsonValue;
      if (isJsonObject(value) && value.format === FORMAT && value.folder === folder && Array.isArray(value.versions)) {
        const versions = value.versions as readonly JsonValue[];
        return new Map(versions.flatMap((item) => (isEntry(item) ? [[item.facts.number, item] as const] : [])));
      }
    } catch (error) {
      requireHarmless(error);
    }
    return new Map();
  }

  async #keep(signature: string, folder: string, entries: ReadonlyMap<number, Entry>): Promise<void> {
    if (!this.#keeps) return;
    const file = this.#fileOf(signature);
    try {
      if (!this.#isReady) {
        await ensureAtelierFolder(this.#workspaceFolder);
        await ensureFolder(path.dirname(file));
        this.#isReady = true;
      }
      replaceSoon(file, JSON.stringify({ format: FORMAT, folder, versions: [...entries.values()] }));
    } catch (error) {
      // An index that cannot be kept costs time, and nothing else.
      this.#isReady = false;
      if (errnoOf(error) === undefined) throw error;
    }
  }

  #fileOf(signature: string): string {
    return path.join(this.#workspaceFolder, ATELIER_FOLDER, FOLDER, `${signature}.json`);
  }
}

/** Does not wait for the disk, as others do that replace a file: what a crash takes of an index is made again. */
function replaceSoon(file: string, text: string): void {
  const draft = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** An index that cannot be read costs time, and nothing else. */
function requireHarmless(error: unknown): void {
  if (error instanceof SyntaxError || AtelierError.is(error)) return;
  throw error;
}

/** In one go, as small files are read. */
function identityOf(file: string): { size: number; mtimeMs: number } | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** What a hand or another program left here must not be taken for facts. */
function isEntry(value: unknown): value is Entry {
  if (!isJsonObject(value) || typeof value.size !== 'number' || typeof value.mtime !== 'number') return false;
  const { facts } = value;
  if (!isJsonObject(facts) || !isJsonObject(facts.scores) || !isJsonObject(facts.scope)) return false;
  const texts = [facts.hash, facts.created, facts.author, facts.module];
  const lists = [facts.parents, facts.parentHashes];
  const scores = [facts.scores.own, facts.scores.baseline].filter((score) => score !== undefined);
  return (
    Number.isSafeInteger(facts.number) &&
    texts.every((text) => typeof text === 'string') &&
    lists.every((list) => Array.isArray(list)) &&
    scores.every((score) => isJsonObject(score) && typeof score.score === 'number' && Array.isArray(score.interval))
  );
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, worker));
}
