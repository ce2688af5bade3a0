import path from 'node:path';
import { evaluationDocument } from '../core/evaluation/document.js';
import { evaluate, withoutFailures } from '../core/evaluation/evaluate.js';
import { type OpenScorer, openScorer } from '../core/evaluation/open-scorer.js';
import type { EvaluationReport } from '../core/evaluation/report.js';
import { tasteContext } from '../core/evaluation/taste-context.js';
import { describeProgress } from '../core/program/batch-progress.js';
import { widthFor } from '../core/program/pool.js';
import { programHash } from '../core/program/program-hash.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { ModelHub } from '../models/model-hub.js';
import { definitionAt } from './baseline.js';
import { prepareJudgeCheck } from './check-judge.js';
import { type CommandContext, openStore, workspaceOf } from './context.js';
import { describeEvaluation } from './describe-evaluation.js';
import { onTable, type Rows, rowsOf } from './evaluation-rows.js';
import { modeOf, openExecutor, openRunHub } from './executor.js';
import { share, usage, wholeNumber } from './options.js';
import { reportFiles } from './report-files.js';
import { definitionOf, findDefinition } from './signature.js';

/** `version` of what is not saved as a version yet: the signature as it is written. */
const UNSAVED = 'unsaved';

/** `atelier evaluate <signature> --data FILE`. @returns the exit code: 1 when it ended early, or a gate is closed */
export async function run(context: CommandContext): Promise<number> {
  const { values, output, positionals } = context;
  if (values.against !== undefined || values.comparer !== undefined) return (await import('./rank.js')).rankContenders(context);
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage('evaluate takes one signature.', 'For example: atelier evaluate sentiment --data data/reviews.csv');
  }
  const mode = modeOf(context);
  const failUnder = share(values, 'fail-under');
  const reports = await reportFiles(values.report ?? []);
  const found = await findDefinition(context, reference, mode);
  // Looked for before anything is paid.
  const earlier = values.baseline === undefined ? undefined : await definitionAt(context, found.file, values.baseline);
  const hub = await openRunHub(context);
  const opened = await openScorerOf(context, hub, found.definition);
  try {
    const check = await prepareJudgeCheck(context, found.definition.signature, opened.judge);
    const rows = await rowsOf(context, found.definition, opened.scorer);
    const report = await evaluateOn(context, hub, found.definition, rows);
    const baseline =
      earlier === undefined ? undefined : { with: values.baseline ?? '', report: await evaluateOn(context, hub, earlier, rows) };
    const judge = report.stopped === undefined ? await check?.() : undefined;
    const facts = {
      signature: found.definition.signature,
      version: UNSAVED,
      data: rows.data,
      created: new Date().toISOString(),
      failUnder,
      judge,
    };
    const document = evaluationDocument(facts, report, baseline);
    await reports.write(document);
    output.result(document, describeEvaluation(document));
    if (!output.json && report.stopped !== undefined) output.error(report.stopped);
    // A comparison that shows nothing must not pass as one that shows no harm.
    const isOpen = baseline !== undefined && (baseline.report.stopped !== undefined || document.compare?.n === 0);
    if (isOpen)
      output.warn(`Nothing can be said about ${values.baseline}: ${baseline.report.stopped?.message ?? 'no row has a score in both.'}`);
    return report.stopped !== undefined ||
      judge?.stopped !== undefined ||
      isOpen ||
      document.gate?.passed === false ||
      document.compare?.verdict === 'worse'
      ? 1
      : 0;
  } finally {
    await opened.dispose();
  }
}

/** A judge with its model, or a module of the workspace: who names one on the command line trusts it. */
function openScorerOf(context: CommandContext, hub: ModelHub, definition: SignatureDefinition): Promise<OpenScorer> {
  const { values } = context;
  return openScorer(values.metric, definition, {
    trustsFiles: false,
    judge: async (rubric) => {
      const judge = await definitionOf(context, rubric, modeOf(context));
      return {
        definition: judge,
        executor: (await openExecutor(context, judge, { hub, model: values['judge-model'], plain: true })).executor,
      };
    },
    custom: async (file) => {
      const { customMetricScorer } = await import('../engine/index.js');
      const workspaceFolder = workspaceOf(context);
      const workerFile = path.join(__dirname, 'metric-worker.js');
      return customMetricScorer({ file: path.resolve(workspaceFolder, file), workspaceFolder, workerFile });
    },
  });
}

async function evaluateOn(
  context: CommandContext,
  hub: ModelHub,
  definition: SignatureDefinition,
  { plan, seed, data }: Rows,
): Promise<EvaluationReport> {
  const { values, output, signal } = context;
  const repeats = wholeNumber(values, 'repeats', 1, 100) ?? 1;
  const workspaceFolder = workspaceOf(context);
  const { Locks, openEvaluationResults } = await import('../store/index.js');
  const { executor, concurrency } = await openExecutor(context, definition, { hub });
  const [{ program, predictor }] = executor.routes;
  const results = await openEvaluationResults({
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    program: programHash(program),
    model: predictor.model,
    scorer: plan.scorer.name,
    onProblem: (problem) => output.warn(`${problem.message} ${problem.hint}`),
  });
  const tastes = await (await openStore(context)).tastes();
  try {
    return await evaluate({
      examples: plan.examples,
      executor: await onTable(context, executor, data.file),
      scorer: plan.scorer,
      concurrency: widthFor(concurrency),
      repeats,
      seed,
      signal,
      trainKeys: plan.trainKeys,
      leakage: values['allow-seen'] === true ? 'mark' : 'refuse',
      known: values['no-cache'] === true ? undefined : values['retry-failed'] === true ? withoutFailures(results.known) : results.known,
      context: tasteContext(tastes),
      onRow: (row) => results.append(row),
      onProgress: (progress) => {
        const score = progress.score === undefined ? '' : ` · ${progress.score.toFixed(3)} so far`;
        output.progress(`${describeProgress(progress)}${score}`);
      },
      now: () => performance.now(),
    });
  } finally {
    output.endProgress();
  }
}
