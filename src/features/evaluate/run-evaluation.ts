import path from 'node:path';
import { evaluationDocument } from '../../core/evaluation/document.js';
import { type EvaluationProgress, evaluate, withoutFailures } from '../../core/evaluation/evaluate.js';
import { type OpenScorer, openScorer } from '../../core/evaluation/open-scorer.js';
import { planEvaluation } from '../../core/evaluation/plan.js';
import type { EvaluatedRow, EvaluationReport } from '../../core/evaluation/report.js';
import { tasteContext } from '../../core/evaluation/taste-context.js';
import type { Example } from '../../core/example/example.js';
import type { Executor } from '../../core/program/executor.js';
import { widthFor } from '../../core/program/pool.js';
import { programHash } from '../../core/program/program-hash.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { openExecutor, SEED } from '../run-signature/open-executor.js';
import type { Services } from '../services.js';
import type { EvaluationDocument } from './protocol.js';

/** What is evaluated on what. */
export interface Evaluation {
  readonly definition: SignatureDefinition;
  /** Absolute path of the dataset. */
  readonly file: string;
  /** Name of a split; undefined: all rows. */
  readonly split?: string | undefined;
}

export interface EvaluationRunOptions {
  /** Takes some of the rows; all when absent. */
  readonly only?: ((example: Example) => boolean) | undefined;
  readonly signal: AbortSignal;
  readonly onRow?: ((row: EvaluatedRow) => void) | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** What came of it. */
export interface EvaluationResult {
  readonly report: EvaluationReport;
  readonly document: EvaluationDocument;
}

/**
 * Evaluates a signature with the model of the settings. Results are kept: what did not change since the last time is not run again.
 * Rows that the program has seen are marked.
 * @throws AtelierError `workspace.*`, `usage.invalid`, `data.*`, `model.*`, before anything is paid
 */
export async function runEvaluation(
  services: Services,
  { definition, file, split }: Evaluation,
  options: EvaluationRunOptions,
): Promise<EvaluationResult> {
  services.requireTrust();
  const workspaceFolder = services.host.workspaceFolder();
  if (workspaceFolder === undefined) throw services.host.noFolder('Open a folder: results are kept in the workspace.');
  const { Locks, openEvaluationResults, readDataset, withImagesOfTable } = await import('../../store/index.js');
  const { columns, rows, sha256, problems } = await readDataset(file, workspaceFolder);
  const shown = path.relative(workspaceFolder, file).replaceAll('\\', '/');
  const opened = await openScorerOf(services, definition, workspaceFolder);
  try {
    const plan = planEvaluation({ definition, file: shown, columns, rows, split, seed: SEED, scorer: opened.scorer });
    for (const problem of [...problems, ...plan.problems.map((each) => ({ ...each, file: shown, severity: 'error' as const }))])
      services.report(problem);
    const examples = options.only === undefined ? plan.examples : plan.examples.filter(options.only);
    const { executor, concurrency } = await openExecutor(services, definition, services.host.settings.cacheEnabled);
    const [{ program, predictor }] = executor.routes;
    const results = await openEvaluationResults({
      workspaceFolder,
      locks: new Locks(workspaceFolder),
      program: programHash(program),
      model: predictor.model,
      scorer: plan.scorer.name,
      onProblem: (problem) => services.report(problem),
    });
    const tastes = await (await services.generations()).tastes();
    const withImages: Executor = {
      ...executor,
      run: async (given, more) => executor.run(await withImagesOfTable(definition.signature, given, file, workspaceFolder), more),
    };
    const report = await evaluate({
      ...{ examples, executor: withImages, context: tasteContext(tastes), scorer: plan.scorer, trainKeys: plan.trainKeys },
      ...{ concurrency: widthFor(concurrency), seed: SEED, signal: options.signal, leakage: 'mark' },
      known: withoutFailures(results.known),
      onRow: async (row) => {
        options.onRow?.(row);
        await results.append(row);
      },
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      now: () => performance.now(),
    });
    const data = {
      file: shown,
      sha256,
      rows: examples.length,
      split: plan.split ?? null,
      left_out: problems.length + plan.problems.length,
    };
    const facts = { signature: definition.signature, version: 'unsaved', data, created: new Date().toISOString() };
    return { report, document: evaluationDocument(facts, report) };
  } finally {
    await opened.dispose();
  }
}

/** A judge asks the model of the settings, too; a module of the workspace runs only where the workspace is trusted. */
function openScorerOf(services: Services, definition: SignatureDefinition, workspaceFolder: string): Promise<OpenScorer> {
  return openScorer(undefined, definition, {
    trustsFiles: services.host.vscode.workspace.isTrusted,
    judge: async (rubric) => {
      const judge = await services.signature(rubric);
      return { definition: judge, executor: (await openExecutor(services, judge, services.host.settings.cacheEnabled)).executor };
    },
    custom: async (file) => {
      services.requireTrust();
      const { customMetricScorer } = await import('../../engine/index.js');
      const workerFile = services.host.context.asAbsolutePath('dist/metric-worker.js');
      return customMetricScorer({ file: path.resolve(workspaceFolder, file), workspaceFolder, workerFile });
    },
  });
}
