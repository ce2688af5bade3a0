import path from 'node:path';
import type { FeedbackRecord, HistoryRecord, TrainingRecord } from '../core/image-prompt/records.js';
import { CsvTable } from './csv-table.js';
import { Locks } from './lock.js';
import { type Problem, problemOf } from './problem.js';
import {
  FEEDBACK_COLUMNS,
  fromFeedback,
  fromHistory,
  fromTraining,
  HISTORY_COLUMNS,
  TRAINING_COLUMNS,
  toFeedback,
  toHistory,
  toTraining,
} from './record-columns.js';
import { type Records, RecordTable } from './record-table.js';
import { FEEDBACK_FILE, HISTORY_FILE, TRAINING_FILE } from './table-names.js';

export interface WorkspaceDataOptions {
  /** Absolute path. */
  readonly workspaceFolder: string;
  /** Relative to the workspace folder, or absolute; default `data`. */
  readonly dataFolder?: string | undefined;
  /** Told each problem of the tables once, when it is found or repaired. */
  readonly onProblem: (problem: Problem) => void;
}

/** Options of one write. */
export interface WriteOptions {
  /** Cancels while waiting for another process; a write that began is finished. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The image-prompt tables of one workspace. Reading never fails because of what is in a file: rows that cannot be used are skipped and
 * reported. All arrays are shared with a cache: never change them.
 */
export class WorkspaceData {
  readonly #options: WorkspaceDataOptions;
  readonly #tables: { readonly training: CsvTable; readonly history: CsvTable; readonly feedback: CsvTable };
  readonly #training: RecordTable<TrainingRecord>;
  readonly #history: RecordTable<HistoryRecord>;
  readonly #feedback: RecordTable<FeedbackRecord>;
  readonly #otherTraining = new Map<string, RecordTable<TrainingRecord>>();
  readonly #told = new WeakSet<readonly Problem[]>();
  readonly #toldTexts = new Set<string>();
  #historyIndex: { readonly records: readonly HistoryRecord[]; readonly byId: ReadonlyMap<string, HistoryRecord> } | undefined;

  constructor(options: WorkspaceDataOptions) {
    this.#options = options;
    const { workspaceFolder, dataFolder = 'data', onProblem } = options;
    const locks = new Locks(workspaceFolder);
    const table = (name: string, columns: readonly string[]): CsvTable =>
      new CsvTable({ file: path.resolve(workspaceFolder, dataFolder, name), columns, workspaceFolder, locks, onProblem });
    this.#tables = {
      training: table(TRAINING_FILE, TRAINING_COLUMNS),
      history: table(HISTORY_FILE, HISTORY_COLUMNS),
      feedback: table(FEEDBACK_FILE, FEEDBACK_COLUMNS),
    };
    this.#training = new RecordTable(this.#tables.training, toTraining, trainingKey);
    this.#history = new RecordTable(this.#tables.history, toHistory);
    this.#feedback = new RecordTable(this.#tables.feedback, toFeedback);
  }

  /**
   * The rated prompts, oldest first. Of rows with the same taste, input, final prompt and user the last one counts.
   * @throws AtelierError `data.unreadable`, or `data.malformed` for UTF-16
   */
  async training(): Promise<readonly TrainingRecord[]> {
    return this.#tell(await this.#training.read());
  }

  /**
   * The rated prompts of another file with the same columns, such as the packed starter file. The file is never written.
   * @param file absolute path
   * @throws AtelierError as `training`
   */
  async readTrainingFile(file: string): Promise<readonly TrainingRecord[]> {
    let table = this.#otherTraining.get(file);
    if (table === undefined) {
      const { workspaceFolder } = this.#options;
      table = new RecordTable(new CsvTable({ file, columns: TRAINING_COLUMNS, workspaceFolder }), toTraining, trainingKey);
      this.#otherTraining.set(file, table);
    }
    return this.#tell(await table.read());
  }

  /** Saved when it returns. @throws AtelierError see `CsvTable.append`; `usage.invalid` also for a score outside of 0..1 */
  async appendTraining(record: TrainingRecord, options: WriteOptions = {}): Promise<void> {
    await this.#tables.training.append([fromTraining(record)], options);
  }

  /** All generations, oldest first. A missing score reads as 0. @throws AtelierError as `training` */
  async history(): Promise<readonly HistoryRecord[]> {
    return this.#tell(await this.#history.read());
  }

  /** The generation with this id; the last one when an id is there twice. @throws AtelierError as `training` */
  async findHistory(id: string): Promise<HistoryRecord | undefined> {
    const records = await this.history();
    if (this.#historyIndex?.records !== records) {
      this.#historyIndex = { records, byId: new Map(records.map((record) => [record.id, record])) };
    }
    return this.#historyIndex.byId.get(id);
  }

  /**
   * Saved when it returns. A new generation has no score and no image: the columns are written empty and false.
   * @throws AtelierError see `CsvTable.append`
   */
  async appendHistory(record: HistoryRecord, options: WriteOptions = {}): Promise<void> {
    await this.#tables.history.append([fromHistory(record)], options);
  }

  /** All judgements, oldest first; the last one of a prompt counts, which is for the caller to apply. @throws AtelierError as `training` */
  async feedback(): Promise<readonly FeedbackRecord[]> {
    return this.#tell(await this.#feedback.read());
  }

  /** Saved when it returns. @throws AtelierError see `CsvTable.append` */
  async appendFeedback(record: FeedbackRecord, options: WriteOptions = {}): Promise<void> {
    await this.#tables.feedback.append([fromFeedback(record)], options);
  }

  /** What is wrong with the three tables right now, in the order training, history, feedback. One that cannot be read is a problem, too. */
  async problems(): Promise<readonly Problem[]> {
    const readings = [
      [this.#training.read(), TRAINING_FILE],
      [this.#history.read(), HISTORY_FILE],
      [this.#feedback.read(), FEEDBACK_FILE],
    ] as const;
    const problems = readings.map(([reading, name]) =>
      reading.then(
        (table) => [...table.problems],
        (thrown: unknown) => [problemOf(thrown, name)],
      ),
    );
    return (await Promise.all(problems)).flat();
  }

  #tell<T>({ records, problems }: Records<T>): readonly T[] {
    // Content that did not change comes with the same array: nothing new in it.
    if (this.#told.has(problems)) return records;
    this.#told.add(problems);
    for (const problem of problems) {
      const key = JSON.stringify([problem.file, problem.line, problem.message]);
      if (this.#toldTexts.has(key)) continue;
      this.#toldTexts.add(key);
      this.#options.onProblem(problem);
    }
    return records;
  }
}

function trainingKey(record: TrainingRecord): string {
  return JSON.stringify([record.taste, record.userInput, record.finalPrompt, record.userId]);
}
