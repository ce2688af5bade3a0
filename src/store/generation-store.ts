import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { TrainingIndex } from '../core/example/training-index.js';
import type { GenerationPorts, ImagePromptEngine } from '../core/image-prompt/generate.js';
import { IMAGE_PROMPT } from '../core/image-prompt/programs.js';
import { newPromptId } from '../core/image-prompt/prompt-id.js';
import type { RatingPorts } from '../core/image-prompt/rate.js';
import type { HistoryRecord, TrainingRecord } from '../core/image-prompt/records.js';
import { type ApprovedPrompts, approvedPrompts, type RetrainingOptions, ratingsSince } from '../core/optimizer/retraining.js';
import type { Price } from '../core/program/price.js';
import { tasteKey } from '../core/taste/parse-taste.js';
import type { Taste } from '../core/taste/taste.js';
import { PRODUCTION } from '../core/version/labels.js';
import { readPrices } from './prices-file.js';
import { type Problem, problemOf } from './problem.js';
import { TRAINING_FILE } from './table-names.js';
import { loadTastes } from './tastes-file.js';
import type { VersionStore } from './version-store.js';
import { WorkspaceData } from './workspace-data.js';

/** Names of the files that come with the product and that a workspace may have, too. */
const TASTES_FILE = 'tastes.yaml';
const PRICES_FILE = 'prices.csv';

export interface GenerationStoreOptions {
  /** The product's own data: starter rows, built-in tastes, prices. Absolute. */
  readonly packedFolder: string;
  /** Undefined: no folder is open, nothing can be saved. Absolute. */
  readonly workspaceFolder: string | undefined;
  /** Relative to the workspace folder. */
  readonly dataFolder: string;
  readonly onProblem: (problem: Problem) => void;
}

/** One object, as rows are compared by identity. */
const NO_ROWS: readonly TrainingRecord[] = [];

/** A value made from files, kept until one of them changes. */
interface Kept<T> {
  readonly stamp: string;
  readonly value: T;
}

/** What the image-prompt features read and write: the workspace's files over those that come with the product. */
export class GenerationStore {
  private readonly data: WorkspaceData | undefined;
  /** The packed starter rows. */
  private readonly starter: WorkspaceData;
  private tastesRead: Kept<{ readonly tastes: readonly Taste[]; readonly problems: readonly Problem[] }> | undefined;
  private pricesRead: Kept<{ readonly prices: readonly Price[]; readonly problems: readonly Problem[] }> | undefined;
  private rows: { readonly starter: unknown; readonly own: unknown; readonly indexes: Map<string, TrainingIndex> } | undefined;

  constructor(private readonly options: GenerationStoreOptions) {
    const { packedFolder, workspaceFolder, dataFolder, onProblem } = options;
    this.starter = new WorkspaceData({ workspaceFolder: path.dirname(packedFolder), dataFolder: path.basename(packedFolder), onProblem });
    this.data = workspaceFolder === undefined ? undefined : new WorkspaceData({ workspaceFolder, dataFolder, onProblem });
  }

  /** Where the tables are; undefined when no folder is open. */
  get dataFolder(): string | undefined {
    const { workspaceFolder, dataFolder } = this.options;
    return workspaceFolder === undefined ? undefined : path.resolve(workspaceFolder, dataFolder);
  }

  /** The built-in tastes with the workspace's on top. The same objects until a file changes. */
  async tastes(): Promise<readonly Taste[]> {
    return (await this.readTastes()).tastes;
  }

  /** The price list of the product with the workspace's after it. A list that cannot be read is left out: it must not stop a prompt. */
  async prices(): Promise<readonly Price[]> {
    return (await this.readPrices()).prices;
  }

  private async readPrices() {
    const folders = [this.options.packedFolder, ...(this.dataFolder === undefined ? [] : [this.dataFolder])];
    const files = folders.map((folder) => path.join(folder, PRICES_FILE));
    const stamp = await stampOf(files);
    if (this.pricesRead?.stamp !== stamp) {
      const lists = await Promise.all(files.map((file) => this.readPriceFile(file)));
      const problems = lists.flatMap((list) => list.problems);
      for (const problem of problems) this.options.onProblem(problem);
      this.pricesRead = { stamp, value: { prices: lists.flatMap((list) => list.prices), problems } };
    }
    return this.pricesRead.value;
  }

  private async readPriceFile(file: string): Promise<{ prices: readonly Price[]; problems: readonly Problem[] }> {
    try {
      return await readPrices(file, this.options.workspaceFolder);
    } catch (thrown) {
      return { prices: [], problems: [problemOf(thrown, PRICES_FILE)] };
    }
  }

  /** The best and nearest rated rows of a taste, at most `count`, the best last: the starter rows and the workspace's own. */
  private async demos(taste: Taste, description: string, count: number): Promise<readonly TrainingRecord[]> {
    const starter = (await this.isStarterItself()) ? NO_ROWS : await this.starter.training();
    const own = await this.ownRows();
    if (this.rows?.starter !== starter || this.rows.own !== own) this.rows = { starter, own, indexes: new Map() };
    let index = this.rows.indexes.get(taste.name);
    if (index === undefined) {
      index = new TrainingIndex([...starter, ...own].filter((row) => tasteKey(row.taste) === tasteKey(taste.name)));
      this.rows.indexes.set(taste.name, index);
    }
    return index.select(description, count);
  }

  /**
   * What a generation needs, over these files and the given engine.
   * @param versions where the version that shall run is; without it none is looked for
   */
  async generationPorts(engine: ImagePromptEngine, versions?: Pick<VersionStore, 'labeled'>): Promise<GenerationPorts> {
    return {
      engine,
      tastes: await this.tastes(),
      demos: (taste, description, count) => this.demos(taste, description, count),
      production: async () => versions?.labeled(IMAGE_PROMPT.name, PRODUCTION),
      save: async (record) => this.requireData().appendHistory(record),
      now: () => new Date(),
      newId: newPromptId,
    };
  }

  /** What a rating needs, over these files. @throws AtelierError `workspace.none` */
  ratingPorts(): RatingPorts {
    const data = this.requireData();
    return {
      findHistory: (id) => data.findHistory(id),
      feedback: () => data.feedback(),
      training: () => data.training(),
      appendFeedback: (record) => data.appendFeedback(record),
      appendTraining: (record) => data.appendTraining(record),
      now: () => new Date(),
    };
  }

  /** The prompts that a retraining learns from. @throws AtelierError `workspace.none`, `data.*` */
  async approvedPrompts(options: RetrainingOptions): Promise<ApprovedPrompts> {
    const data = this.requireData();
    const [history, feedback] = await Promise.all([data.history(), data.feedback()]);
    return approvedPrompts(history, feedback, options);
  }

  /** How many ratings came after a version was made: see `ratingsSince`. @throws AtelierError `workspace.none`, `data.*` */
  async ratingsSince(lastVersionCreated: string | undefined): Promise<number> {
    return ratingsSince(await this.requireData().feedback(), lastVersionCreated);
  }

  /** @throws AtelierError `workspace.none`, `data.*` */
  async findHistory(id: string): Promise<HistoryRecord | undefined> {
    return this.requireData().findHistory(id);
  }

  /**
   * What is wrong with the workspace's files now.
   * @param withTables false: tastes alone. Looking into a damaged table takes a lock, which writes; in Restricted Mode nothing may
   */
  async problems(withTables: boolean): Promise<readonly Problem[]> {
    const { problems } = await this.readTastes();
    if (!withTables) return problems;
    return [...problems, ...(await this.readPrices()).problems, ...((await this.data?.problems()) ?? [])];
  }

  /** The workspace's own training rows; none when they cannot be read, which must not keep a prompt from being made. */
  private async ownRows(): Promise<readonly TrainingRecord[]> {
    try {
      return (await this.data?.training()) ?? NO_ROWS;
    } catch (thrown) {
      this.options.onProblem(problemOf(thrown, TRAINING_FILE));
      return NO_ROWS;
    }
  }

  private async readTastes() {
    const builtIn = path.join(this.options.packedFolder, TASTES_FILE);
    const own = path.join(this.options.workspaceFolder ?? this.options.packedFolder, TASTES_FILE);
    const stamp = await stampOf([builtIn, own]);
    if (this.tastesRead?.stamp !== stamp) {
      const value = await loadTastes(builtIn, own, this.options.workspaceFolder);
      this.tastesRead = { stamp, value };
      for (const problem of value.problems) this.options.onProblem(problem);
    }
    return this.tastesRead.value;
  }

  /** True in the product's own repository, where the workspace's training rows are the starter rows. */
  private async isStarterItself(): Promise<boolean> {
    if (this.dataFolder === undefined) return false;
    const [packed, own] = await Promise.all([this.options.packedFolder, this.dataFolder].map(realFile));
    return packed !== undefined && packed === own;
  }

  private requireData(): WorkspaceData {
    if (this.data !== undefined) return this.data;
    throw new AtelierError('workspace.none', 'Not saved: no folder is open.', { hint: 'Open a folder to keep prompts and ratings.' });
  }
}

function realFile(folder: string): Promise<string | undefined> {
  return realpath(path.join(folder, TRAINING_FILE)).catch(() => undefined);
}

/** Changes whenever one of the files does. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map(async (file) => {
    const stats = await stat(file, { bigint: true }).catch(() => undefined);
    return stats === undefined ? 'none' : `${stats.mtimeNs}:${stats.size}:${stats.ino}`;
  });
  return (await Promise.all(stamps)).join('|');
}
