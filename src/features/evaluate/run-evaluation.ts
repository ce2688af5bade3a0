import path from 'node:path';
import type { EvaluationOutcome } from '../../core/evaluation/document.js';
import type { EvaluationProgress } from '../../core/evaluation/evaluate.js';
import { type OpenScorer, openScorer } from '../../core/evaluation/open-scorer.js';
import { type EvaluationPlan, planEvaluation } from '../../core/evaluation/plan.js';
import type { EvaluatedRow, EvaluationReport } from '../../core/evaluation/report.js';
import type { Scorer } from '../../core/evaluation/scorer.js';
import type { Example } from '../../core/example/example.js';
import { widthFor } from '../../core/program/pool.js';
import { type SignatureDefinition, stateName } from '../../core/signature/definition.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import type { Dataset } from '../../store/dataset.js';
import { openExecutor, SEED } from '../run-signature/open-executor.js';
import type { Services } from '../services.js';

/** What is evaluated on what. */
export interface Evaluation {
  readonly definition: SignatureDefinition;
  /** Absolute path of the dataset. */
  readonly file: string;
  /** Name of a split; undefined: all rows. */
  readonly split?: string | undefined;
  /** A metric, a judge or a module of the workspace; undefined: what the signature's file names. */
  readonly metric?: JsonValue | undefined;
  /** How often each row runs; once when absent. */
  readonly repeats?: number | undefined;
  /** Another state of the signature to compare with, and what people call it. */
  readonly baseline?: { readonly with: string; readonly definition: SignatureDefinition } | undefined;
}

export interface EvaluationRunOptions {
  /** Takes some of the rows; all when absent. */
  readonly only?: ((example: Example) => boolean) | undefined;
  readonly signal: AbortSignal;
  readonly onRow?: ((row: EvaluatedRow) => void) | undefined;
  /** @param doing what runs, when there are two */
  readonly onProgress?: ((progress: EvaluationProgress, doing: string | undefined) => void) | undefined;
}

/**
 * Evaluates a signature with the model of the settings. Results are kept: what did not change since the last time is not run again.
 * Rows that the program has seen are marked.
 * @throws AtelierError `workspace.*`, `usage.invalid`, `data.*`, `model.*`, before anything is paid
 */
export async function runEvaluation(services: Services, evaluation: Evaluation, options: EvaluationRunOptions): Promise<EvaluationOutcome> {
  services.requireTrust();
  const workspaceFolder = services.host.workspaceFolder();
  if (workspaceFolder === undefined) throw services.host.noFolder('Open a folder: results are kept in the workspace.');
  const { definition, baseline } = evaluation;
  const opened = await openScorerOf(services, evaluation, workspaceFolder);
  try {
    const { plan, dataset, shown } = await planOf(evaluation, workspaceFolder, opened.scorer);
    for (const problem of [...dataset.problems, ...plan.problems.map((each) => ({ ...each, file: shown, severity: 'error' as const }))])
      services.report(problem);
    const examples = options.only === undefined ? plan.examples : plan.examples.filter(options.only);
    const evaluateOn = (each: SignatureDefinition, name: string | undefined) =>
      evaluateDefinition(services, { ...evaluation, definition: each }, { ...plan, examples }, workspaceFolder, {
        ...options,
        onProgress: (progress) => options.onProgress?.(progress, name),
      });
    const report = await evaluateOn(definition, baseline === undefined ? undefined : 'now');
    const before =
      baseline === undefined ? undefined : { with: baseline.with, report: await evaluateOn(baseline.definition, baseline.with) };
    const leftOut = dataset.problems.length + plan.problems.length;
    const data = { file: shown, sha256: dataset.sha256, rows: examples.length, split: plan.split ?? null, left_out: leftOut };
    const facts = { signature: definition.signature, version: stateName(definition), data, created: new Date().toISOString() };
    return { facts, report, baseline: before };
  } finally {
    await opened.dispose();
  }
}

/**
 * The rows of an evaluation, and what scores them.
 * @param scorer in place of a metric
 * @throws AtelierError `usage.invalid`, `data.*`
 */
export async function planOf(
  { definition, file, split, metric }: Evaluation,
  workspaceFolder: string,
  scorer?: Scorer,
): Promise<{ readonly plan: EvaluationPlan; readonly dataset: Dataset; readonly shown: string }> {
  const { readDataset } = await import('../../store/index.js');
  const dataset = await readDataset(file, workspaceFolder);
  const { columns, rows } = dataset;
  const shown = path.relative(workspaceFolder, file).replaceAll('\\', '/');
  return { plan: planEvaluation({ definition, file: shown, columns, rows, split, metric, seed: SEED, scorer }), dataset, shown };
}

async function evaluateDefinition(
  services: Services,
  { definition, file, repeats }: Evaluation,
  { examples, scorer, trainKeys }: EvaluationPlan,
  workspaceFolder: string,
  { signal, onRow, onProgress }: Omit<EvaluationRunOptions, 'onProgress'> & { onProgress: (progress: EvaluationProgress) => void },
): Promise<EvaluationReport> {
  const { evaluateTable } = await import('../../store/index.js');
  const { executor, concurrency } = await openExecutor(services, definition, services.host.settings.cacheEnabled);
  return evaluateTable({
    ...{ examples, executor, scorer, trainKeys, repeats, signal, onRow, onProgress, workspaceFolder },
    ...{ table: file, concurrency: widthFor(concurrency), seed: SEED, leakage: 'mark', reuse: 'without failures' },
    tastes: async () => (await services.generations()).tastes(),
    onProblem: (problem) => services.report(problem),
  });
}

/** A judge asks the model of the settings, too; a module of the workspace runs only where the workspace is trusted. */
function openScorerOf(services: Services, { definition, metric }: Evaluation, workspaceFolder: string): Promise<OpenScorer> {
  return openScorer(metric, definition, {
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
