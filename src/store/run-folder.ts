import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import type { JournalEntry, RunJournal } from '../core/optimizer/journal.js';
import { type RunCall, runCallOf } from '../core/optimizer/run-call.js';
import type { RunFile, RunSpec } from '../core/optimizer/run-spec.js';
import type { RunView } from '../core/optimizer/run-view.js';
import { isJsonObject, type JsonValue } from '../core/text/json-schema.js';
import type { VersionDraft } from '../core/version/version.js';
import { ATELIER_FOLDER, ensureAtelierFolder } from './atelier-folder.js';
import { type Cell, formatRows } from './csv-format.js';
import { statIfExists } from './csv-reader.js';
import { GroupCommit } from './group-commit.js';
import { errnoOf, unreadable } from './io-errors.js';
import { JsonLinesFile, type JsonObject, lineRanges, parseJsonLines } from './json-lines.js';
import type { HeldLock, Lease, Locks } from './lock.js';
import { displayPath, type Problem } from './problem.js';
import { replaceFile } from './replace-file.js';
import { readRange } from './torn-tail.js';
import { readWholeFile } from './whole-file.js';

const FOLDER = 'runs';
const SPEC_FORMAT = 'atelier-run/1';
const VIEW_FORMAT = 'atelier-run-view/1';
const CANDIDATES_FORMAT = 'atelier-candidates/1';
/** Named in the manifest and in `load-signatures.ts`, too. */
const UNDER_WAY_FILE = `${ATELIER_FOLDER}/${FOLDER}/under-way`;
const RUN_NAME = /^[\p{L}\p{M}\p{N}_.-]{1,200}$/u;
/** Bytes at the end of a journal that are read to show its last calls: most are a few hundred long. */
const LAST_BYTES = 512 << 10;
/** How long a run that is looked at may wait for its lock: whoever has it is at work. */
const LOCK_MS = 50;

export interface RunFoldersOptions {
  readonly workspaceFolder: string;
  readonly locks: Locks;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * The runs of a workspace, in `.atelier/runs/<run>/`: `run.json` says what it does, `journal.jsonl` what was paid for, `view.json` what
 * there is to see of it; `train.csv` are its rows, where they were made for it.
 */
export class RunFolders {
  constructor(private readonly options: RunFoldersOptions) {}

  /** Names of all runs, the newest first. @throws AtelierError `data.unreadable` */
  async names(): Promise<readonly string[]> {
    const folder = path.join(this.options.workspaceFolder, ATELIER_FOLDER, FOLDER);
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isDirectory() && RUN_NAME.test(entry.name)).map(({ name }) => name);
      return names.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw unreadable(error, displayPath(this.options.workspaceFolder, folder));
    }
  }

  /** Keeps what a run does, before it begins. @throws AtelierError `data.not_writable` */
  async create(spec: RunSpec): Promise<void> {
    await ensureAtelierFolder(this.options.workspaceFolder);
    const file = this.fileOf(spec.run, 'run.json');
    await mkdir(path.dirname(file), { recursive: true });
    await replaceFile(file, JSON.stringify({ format: SPEC_FORMAT, ...spec }), this.shown(file));
  }

  /**
   * Keeps the rows of a run in its own folder, before it begins: no later change of the tables that they came from changes them.
   * @throws AtelierError `data.not_writable`
   */
  async keepRows(run: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<RunFile> {
    await ensureAtelierFolder(this.options.workspaceFolder);
    const file = this.fileOf(run, 'train.csv');
    const text = formatRows([columns, ...rows]);
    await mkdir(path.dirname(file), { recursive: true });
    await replaceFile(file, text, this.shown(file));
    return { file: this.shown(file), sha256: createHash('sha256').update(text).digest('hex') };
  }

  /** Takes away what was kept of a run that did not begin; of one that did, nothing. */
  async discard(run: string): Promise<void> {
    if ((await statIfExists(this.fileOf(run, 'run.json'))) !== undefined) return;
    await rm(path.dirname(this.fileOf(run, 'run.json')), { recursive: true, force: true });
  }

  /** What a run does. @throws AtelierError `run.unknown`, `run.invalid`, `data.unreadable` */
  async spec(run: string): Promise<RunSpec> {
    const value = await this.read(run, 'run.json');
    if (value === undefined) {
      throw new AtelierError('run.unknown', `There is no run "${run}".`, { hint: `Runs are kept in ${ATELIER_FOLDER}/${FOLDER}.` });
    }
    if (value.format === SPEC_FORMAT && isJsonObject(value.definition) && isJsonObject(value.data)) return value as unknown as RunSpec;
    throw new AtelierError('run.invalid', `The run "${run}" cannot go on: its file is damaged, or of another version.`, {
      hint: 'Begin it anew: answers that the cache still has are not paid again.',
      file: this.shown(this.fileOf(run, 'run.json')),
      line: 1,
    });
  }

  /** What there is to see of a run; undefined when nothing was kept that can be used. @throws AtelierError `data.unreadable` */
  async view(run: string): Promise<RunView | undefined> {
    const value = await this.read(run, 'view.json');
    return value?.format === VIEW_FORMAT && typeof value.status === 'string' ? (value as unknown as RunView) : undefined;
  }

  /** @throws AtelierError `data.not_writable` */
  async keepView(view: RunView): Promise<void> {
    const file = this.fileOf(view.run, 'view.json');
    await replaceFile(file, JSON.stringify({ format: VIEW_FORMAT, ...view }), this.shown(file));
  }

  /** Takes a run for this process: two must not go on with one. @throws AtelierError `data.locked` when another one is at it */
  async hold(run: string): Promise<HeldLock> {
    try {
      return await this.options.locks.hold(`run-${run}`, { timeoutMs: LOCK_MS });
    } catch (error) {
      if (!AtelierError.is(error, 'data.locked')) throw error;
      throw new AtelierError('data.locked', `Another window or process is at work on the run "${run}".`, {
        hint: 'Watch it there, or wait until it has ended.',
        cause: error,
      });
    }
  }

  /** Whether some process is at work on a run. */
  async isHeld(run: string): Promise<boolean> {
    try {
      await (await this.hold(run)).release();
      return false;
    } catch (error) {
      if (AtelierError.is(error, 'data.locked')) return true;
      throw error;
    }
  }

  /** Runs that a window was at work on when it was last heard of. */
  async underWay(): Promise<readonly string[]> {
    const file = path.join(this.options.workspaceFolder, UNDER_WAY_FILE);
    if ((await statIfExists(file)) === undefined) return [];
    return (await readWholeFile(file, this.shown(file)))
      .toString('utf8')
      .split('\n')
      .filter((name) => RUN_NAME.test(name));
  }

  /** Says which runs a window is at work on: after a crash the next window looks here. @throws AtelierError `data.not_writable` */
  async setUnderWay(names: readonly string[]): Promise<void> {
    const file = path.join(this.options.workspaceFolder, UNDER_WAY_FILE);
    if (names.length > 0) await replaceFile(file, `${names.join('\n')}\n`, this.shown(file));
    else await rm(file, { force: true });
  }

  /** Programs of candidates as versions that nobody saved yet, by name. @throws AtelierError `data.not_writable` */
  async keepCandidates(run: string, drafts: Readonly<Record<string, VersionDraft>>): Promise<void> {
    const file = this.fileOf(run, 'candidates.json');
    await replaceFile(file, JSON.stringify({ format: CANDIDATES_FORMAT, drafts }), this.shown(file));
  }

  /** @throws AtelierError `run.invalid`, `data.unreadable` */
  async candidate(run: string, id: string): Promise<VersionDraft> {
    const value = await this.read(run, 'candidates.json');
    const drafts = value?.format === CANDIDATES_FORMAT && isJsonObject(value.drafts) ? value.drafts : {};
    const draft = Object.hasOwn(drafts, id) ? drafts[id] : undefined;
    if (isJsonObject(draft)) return draft as unknown as VersionDraft;
    throw new AtelierError('run.invalid', `The candidate "${id}" of the run "${run}" is not kept.`, {
      hint: 'Choose another one, or run it again.',
    });
  }

  /** What was paid for; lines that cannot be used are reported, and done again. @param held the run, when it is held. @throws AtelierError `data.unreadable` */
  async journal(run: string, held?: HeldLock): Promise<RunJournal> {
    const file = this.fileOf(run, 'journal.jsonl');
    const { workspaceFolder, locks, onProblem } = this.options;
    const known = new Map<string, JournalEntry>();
    if ((await statIfExists(file)) !== undefined) {
      const { lines, problems } = await parseJsonLines(await readWholeFile(file, this.shown(file)), this.shown(file));
      for (const problem of problems) onProblem(problem);
      for (const { value } of lines) if (isEntry(value)) known.set(value.key, value);
    }
    // Who has the run has its journal, too: a lock for each write would cost more than the write.
    const own = held === undefined ? locks : { withLock: <T>(_: string, work: (lease: Lease) => Promise<T>) => work(held) };
    const lines = new JsonLinesFile({ file, workspaceFolder, locks: own, onProblem });
    const writes = new GroupCommit<JournalEntry>((entries) => lines.append(entries));
    return { known, append: (entry) => writes.push([entry]) };
  }

  /** The file of what was paid for, absolute; undefined when nothing was yet. @throws AtelierError `run.unknown` */
  async journalFile(run: string): Promise<string | undefined> {
    const file = this.fileOf(run, 'journal.jsonl');
    return (await statIfExists(file)) === undefined ? undefined : file;
  }

  /**
   * The last calls of a run, the newest first; only the end of its journal is read. Lines that cannot be used are left out: who goes on
   * with the run is told about them.
   * @param most 1 or more
   * @throws AtelierError `run.unknown`, `data.unreadable`
   */
  async lastCalls(run: string, most: number): Promise<readonly RunCall[]> {
    const file = await this.journalFile(run);
    if (file === undefined) return [];
    const { lines } = await parseJsonLines(await this.endOf(file), this.shown(file));
    return lines
      .slice(-most)
      .reverse()
      .flatMap(({ value }) => (isEntry(value) ? [runCallOf(value)] : []));
  }

  /** The whole lines at the end of a file. */
  private async endOf(file: string): Promise<Buffer> {
    try {
      const handle = await open(file, 'r');
      try {
        const { size } = await handle.stat();
        const start = Math.max(0, size - LAST_BYTES);
        const bytes = await readRange(handle, start, size);
        const [cut] = start === 0 ? [] : lineRanges(bytes);
        return bytes.subarray(cut?.end ?? 0);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw unreadable(error, this.shown(file));
    }
  }

  private async read(run: string, name: string): Promise<JsonObject | undefined> {
    const file = this.fileOf(run, name);
    if ((await statIfExists(file)) === undefined) return undefined;
    const bytes = await readWholeFile(file, this.shown(file));
    try {
      const value = JSON.parse(bytes.toString('utf8')) as JsonValue;
      return isJsonObject(value) ? value : {};
    } catch (error) {
      if (error instanceof SyntaxError) return {};
      throw error;
    }
  }

  private fileOf(run: string, name: string): string {
    if (!RUN_NAME.test(run) || /^\.+$/.test(run)) {
      throw new AtelierError('run.unknown', `"${run}" is no name of a run.`, {
        hint: 'Names of runs look like sentiment-20260131-093000-k3f.',
      });
    }
    return path.join(this.options.workspaceFolder, ATELIER_FOLDER, FOLDER, run, name);
  }

  private shown(file: string): string {
    return displayPath(this.options.workspaceFolder, file);
  }
}

/** The part of a run's name that sorts by time. */
function timeOf(name: string): string {
  return /\d{8}-\d{6}-\w+$/.exec(name)?.[0] ?? name;
}

function isEntry(value: JsonObject): value is JsonObject & JournalEntry {
  return typeof value.key === 'string' && value.value !== undefined && isJsonObject(value.spent);
}
