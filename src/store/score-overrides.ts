import path from 'node:path';
import type { ScoreOverride } from '../core/evaluation/overrides.js';
import type { EvaluatedRow } from '../core/evaluation/report.js';
import { canonicalJson } from '../core/text/json-schema.js';
import { CsvTable } from './csv-table.js';
import type { Locks } from './lock.js';
import type { Problem } from './problem.js';
import { RecordTable } from './record-table.js';
import { number, required, text } from './record-values.js';
import { OVERRIDES_FILE } from './table-names.js';

/** In order. The last two are for people who read the table; what a row and an answer are is in the hashes. */
const COLUMNS = ['timestamp', 'signature', 'metric', 'score', 'comment', 'user_id', 'example', 'answer', 'inputs', 'outputs'] as const;

/** Characters of a value that people see in the table. */
const SHOWN = 2000;

export interface ScoreOverridesOptions {
  readonly workspaceFolder: string;
  /** Relative to the workspace folder, or absolute. */
  readonly dataFolder: string;
  /** Without them the table is only read. */
  readonly locks?: Locks;
  readonly onProblem: (problem: Problem) => void;
}

/** The scores that people set, in `data/score_overrides.csv`: rows are added, and the last one of an answer counts. */
export class ScoreOverrides {
  private readonly table: CsvTable;
  private readonly records: RecordTable<ScoreOverride>;

  constructor(private readonly options: ScoreOverridesOptions) {
    const { workspaceFolder, dataFolder, locks, onProblem } = options;
    const file = path.resolve(workspaceFolder, dataFolder, OVERRIDES_FILE);
    this.table = new CsvTable({ file, columns: COLUMNS, workspaceFolder, locks, onProblem });
    this.records = new RecordTable(this.table, toOverride);
  }

  /** Oldest first. Rows that cannot be used are left out and reported. @throws AtelierError `data.unreadable`, `data.malformed` */
  async read(): Promise<readonly ScoreOverride[]> {
    const { records, problems } = await this.records.read();
    for (const problem of problems) this.options.onProblem(problem);
    return records;
  }

  /**
   * Saved when it returns.
   * @param row what the score is of
   * @throws AtelierError see `CsvTable.append`
   */
  async append(override: ScoreOverride, row: Pick<EvaluatedRow, 'inputs' | 'outputs'>): Promise<void> {
    const { timestamp, signature, metric, score, comment, userId, example, answer } = override;
    const shown = { inputs: canonicalJson(row.inputs).slice(0, SHOWN), outputs: canonicalJson(row.outputs ?? {}).slice(0, SHOWN) };
    await this.table.append([{ timestamp, signature, metric, score, comment, user_id: userId, example, answer, ...shown }]);
  }
}

/** @throws BadValue when a value cannot be used */
function toOverride(cells: Readonly<Record<string, string>>): ScoreOverride {
  return {
    timestamp: text(cells, 'timestamp'),
    signature: required(cells, 'signature').trim(),
    metric: required(cells, 'metric').trim(),
    score: text(cells, 'score').trim() === '' ? undefined : number(cells, 'score', { min: 0, max: 1 }),
    comment: text(cells, 'comment'),
    userId: text(cells, 'user_id'),
    example: required(cells, 'example').trim(),
    answer: required(cells, 'answer').trim(),
  };
}
