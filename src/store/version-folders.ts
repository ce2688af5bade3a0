import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { signatureNameProblem } from '../core/signature/signature.js';
import { type Labels, NO_LABELS } from '../core/version/labels.js';
import { type LabelsReading, labelsText, parseLabels } from '../core/version/labels-text.js';
import { parseVersion, type VersionReading } from '../core/version/parse-version.js';
import type { Version } from '../core/version/version.js';
import { versionFileName } from '../core/version/version-name.js';
import { versionText } from '../core/version/version-text.js';
import { ensureFolder } from './atelier-folder.js';
import { createDurably, replaceDurably } from './durable-file.js';
import { errnoOf, notWritable } from './io-errors.js';
import type { Lease, Locks } from './lock.js';
import { displayPath } from './problem.js';
import { MAX_VERSION_BYTES, namesIn, readLimitedText, readVersionFile } from './version-file.js';

/** The default of the setting. */
const PROMPTS_FOLDER = 'prompts';
const LABELS_FILE = 'labels.json';

/** Where versions are kept. */
export interface VersionPlace {
  /** Absolute path. */
  readonly workspaceFolder: string;
  /** Relative to the workspace folder, or absolute; `prompts` when absent. */
  readonly promptsFolder?: string | undefined;
  readonly locks: Locks;
}

/** The files of versions and labels, one by one: names, reading, writing. What they mean to each other is not its business. */
export class VersionFolders {
  readonly #place: VersionPlace;
  readonly root: string;

  constructor(place: VersionPlace) {
    this.#place = place;
    this.root = path.resolve(place.workspaceFolder, place.promptsFolder ?? PROMPTS_FOLDER);
  }

  /** A file as people read it. */
  shown(file: string): string {
    return displayPath(this.#place.workspaceFolder, file);
  }

  /** The folder of a signature. @throws AtelierError `signature.invalid` for what is no name, such as one with parts of a path */
  folderOf(signature: string): string {
    const hint = signatureNameProblem(signature);
    if (hint === undefined) return path.join(this.root, signature);
    throw new AtelierError('signature.invalid', `${JSON.stringify(signature)} is no name of a signature.`, { hint });
  }

  fileOf(signature: string, number: number): string {
    return path.join(this.folderOf(signature), versionFileName(number));
  }

  labelsFileOf(signature: string): string {
    return path.join(this.folderOf(signature), LABELS_FILE);
  }

  /** The names of what is in the folder of a signature. @throws AtelierError `signature.invalid`, `data.unreadable` */
  names(signature: string): Promise<string[]> {
    const folder = this.folderOf(signature);
    return namesIn(folder, this.shown(folder));
  }

  /** What is in the file of a version, also when it cannot be used. @throws AtelierError `signature.invalid` */
  inspect(signature: string, number: number): Promise<VersionReading> {
    const file = this.fileOf(signature, number);
    return readVersionFile(file, this.shown(file), number);
  }

  /** What is in the file of labels, also when it cannot be used; no labels without a file. @throws AtelierError `signature.invalid` */
  async inspectLabels(signature: string): Promise<LabelsReading> {
    const file = this.labelsFileOf(signature);
    try {
      const text = await readLimitedText(file, this.shown(file));
      return text === undefined ? { labels: NO_LABELS } : parseLabels(text, this.shown(file));
    } catch (error) {
      if (!AtelierError.is(error)) throw error;
      return { problem: error };
    }
  }

  /** Runs `work` while nobody else changes the files of a signature. */
  locked<T>(signature: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    return this.#place.locks.withLock(`${PROMPTS_FOLDER}/${path.basename(this.folderOf(signature))}`, work);
  }

  /** Writes the file of a version that is not there yet; call it under the lock. @throws the file system's `EEXIST` when it is */
  async create(signature: string, version: Version, lease: Lease): Promise<void> {
    await this.#write(signature, version, (file, bytes) => createDurably(file, bytes, lease));
  }

  /** Writes the file of a version in place of what a merge left there; call it under the lock. */
  async replace(signature: string, version: Version, lease: Lease): Promise<void> {
    await this.#write(signature, version, (file, bytes) => replaceDurably(file, [bytes], lease));
  }

  /** Writes the labels; call it under the lock. @throws AtelierError `data.not_writable` */
  async writeLabels(signature: string, labels: Labels, lease: Lease): Promise<void> {
    const file = this.labelsFileOf(signature);
    try {
      await ensureFolder(path.dirname(file));
      await replaceDurably(file, [Buffer.from(labelsText(labels))], lease);
    } catch (error) {
      throw notWritable(error, this.shown(file));
    }
  }

  async #write(signature: string, version: Version, write: (file: string, bytes: Buffer) => Promise<void>): Promise<void> {
    const file = this.fileOf(signature, version.number);
    const shown = this.shown(file);
    const text = versionText(version);
    const bytes = Buffer.from(text);
    const { problem } = parseVersion(text, shown);
    const why =
      bytes.length > MAX_VERSION_BYTES ? `${bytes.length >> 20} MB are more than ${MAX_VERSION_BYTES >> 20} MB.` : problem?.message;
    if (why !== undefined) {
      throw new AtelierError('version.invalid', `This version cannot be saved: ${why}`, {
        hint: problem === undefined ? 'Keep fewer demos.' : 'Correct what is named, and save it again.',
      });
    }
    try {
      await ensureFolder(path.dirname(file));
      await write(file, bytes);
    } catch (error) {
      throw errnoOf(error) === 'EEXIST' ? error : notWritable(error, shown);
    }
  }
}
