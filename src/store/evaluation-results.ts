import { createHash } from 'node:crypto';
import path from 'node:path';
import type { EvaluatedRow } from '../core/evaluation/report.js';
import { ATELIER_FOLDER, ensureAtelierFolder } from './atelier-folder.js';
import { statIfExists } from './csv-reader.js';
import { GroupCommit } from './group-commit.js';
import { JsonLinesFile, type JsonObject, parseJsonLines } from './json-lines.js';
import type { Locks } from './lock.js';
import { displayPath, type Problem } from './problem.js';
import { readWholeFile } from './whole-file.js';

const FORMAT = 'atelier-evaluation/1';
const FOLDER = 'evaluations';

export interface EvaluationResultsOptions {
  readonly workspaceFolder: string;
  readonly locks: Locks;
  /** What results are kept under: other programs, models and scorers have files of their own. */
  readonly program: string;
  readonly model: string;
  readonly scorer: string;
  readonly onProblem: (problem: Problem) => void;
}

/** The results of evaluations that are kept between runs, in `.atelier/evaluations/`: what did not change need not run again. */
export interface EvaluationResults {
  /** By key; of a key that is there twice the later result counts. */
  readonly known: ReadonlyMap<string, EvaluatedRow>;
  /** Saved when it returns. @throws AtelierError `data.*` */
  append(row: EvaluatedRow): Promise<void>;
}

/** Lines that cannot be used are skipped and reported: their rows run again. @throws AtelierError `data.unreadable`, `data.not_writable` */
export async function openEvaluationResults(options: EvaluationResultsOptions): Promise<EvaluationResults> {
  const { workspaceFolder, locks, program, model, scorer, onProblem } = options;
  const name = createHash('sha256')
    .update(JSON.stringify([program, model, scorer]))
    .digest('hex')
    .slice(0, 32);
  const file = path.join(workspaceFolder, ATELIER_FOLDER, FOLDER, `${name}.jsonl`);
  const shown = displayPath(workspaceFolder, file);
  const known = new Map<string, EvaluatedRow>();
  if ((await statIfExists(file)) !== undefined) {
    const { lines, problems } = await parseJsonLines(await readWholeFile(file, shown), shown);
    for (const problem of problems) onProblem(problem);
    for (const { value } of lines) if (isResult(value)) known.set(value.key, value);
  }
  const lines = new JsonLinesFile({ file, workspaceFolder, locks, onProblem });
  const writes = new GroupCommit<EvaluatedRow>(async (rows) => {
    await ensureAtelierFolder(workspaceFolder);
    await lines.append(rows.map((row) => ({ format: FORMAT, ...row })));
  });
  return { known, append: (row) => writes.push([row]) };
}

/** What a newer version wrote, or a hand changed, is as good as missing. */
function isResult(value: JsonObject): value is JsonObject & EvaluatedRow {
  const { format, key, row, repeat, model, spent } = value;
  return (
    format === FORMAT &&
    typeof key === 'string' &&
    typeof row === 'number' &&
    typeof repeat === 'number' &&
    typeof model === 'string' &&
    spent !== undefined
  );
}
