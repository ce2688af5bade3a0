import { createHash } from 'node:crypto';
import { type EvaluateOptions, evaluate, withoutFailures } from '../core/evaluation/evaluate.js';
import type { EvaluationReport } from '../core/evaluation/report.js';
import { tasteContext } from '../core/evaluation/taste-context.js';
import type { Example } from '../core/example/example.js';
import type { Executor } from '../core/program/executor.js';
import { programHash } from '../core/program/program-hash.js';
import type { Taste } from '../core/taste/taste.js';
import { openEvaluationResults } from './evaluation-results.js';
import { withImagesOfTable } from './image-file.js';
import { Locks } from './lock.js';
import type { Problem } from './problem.js';

/** Which results of before count. */
export type Reuse = 'all' | 'without failures' | 'none';

export interface EvaluateTableOptions extends Omit<EvaluateOptions, 'known' | 'context' | 'behind' | 'now'> {
  /** Absolute path of the dataset: images are named relative to it. */
  readonly table: string;
  readonly workspaceFolder: string;
  readonly reuse: Reuse;
  /** Asked for only when the signature has an input for a taste: reading them takes a tenth of a second. */
  readonly tastes: () => Promise<readonly Taste[]>;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * Evaluates a program on rows of a file, and keeps each result in the workspace as it comes: a run that ended early goes on where it
 * ended. Images that rows name are read from beside the table or the workspace.
 * @throws AtelierError as `evaluate`; `data.*` when kept results cannot be read
 */
export async function evaluateTable(options: EvaluateTableOptions): Promise<EvaluationReport> {
  const { executor, examples, scorer, table, workspaceFolder, reuse, tastes, onRow, onProblem } = options;
  const [{ program, predictor }] = executor.routes;
  const results = await openEvaluationResults({
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    program: programHash(program),
    model: predictor.model,
    scorer: scorer.name,
    onProblem,
  });
  const takesTaste = program.signature.inputs.some(({ name }) => name === 'taste');
  const pictures = await picturesOf(executor, examples, table, workspaceFolder);
  return evaluate({
    ...options,
    executor: executorForTable(executor, table, workspaceFolder),
    known: reuse === 'none' ? undefined : reuse === 'all' ? results.known : withoutFailures(results.known),
    context: tasteContext(takesTaste ? await tastes() : []),
    behind: (example) => pictures.get(example),
    onRow: async (row) => {
      await onRow?.(row);
      await results.append(row);
    },
    now: () => performance.now(),
  });
}

/**
 * The executor for rows of a table, whose images are files beside it or in the workspace.
 * @param table absolute path
 */
export function executorForTable(executor: Executor, table: string, workspaceFolder: string): Executor {
  const { signature } = executor.routes[0].program;
  return {
    ...executor,
    run: async (given, options) => executor.run(await withImagesOfTable(signature, given, table, workspaceFolder), options),
  };
}

/** What the pictures of each row hold, as SHA-256: a file that was painted over is another input. One that cannot be read says so later. */
async function picturesOf(
  { routes }: Executor,
  examples: readonly Example[],
  table: string,
  workspaceFolder: string,
): Promise<ReadonlyMap<Example, string>> {
  const { signature } = routes[0].program;
  const found = new Map<Example, string>();
  const images = signature.inputs.filter(({ type }) => type === 'image');
  if (images.length === 0) return found;
  for (const example of examples) {
    const named = Object.fromEntries(images.map(({ name }) => [name, example.inputs[name] ?? null]));
    const read = await withImagesOfTable(signature, named, table, workspaceFolder).catch(() => undefined);
    if (read !== undefined) found.set(example, createHash('sha256').update(JSON.stringify(read)).digest('hex'));
  }
  return found;
}
