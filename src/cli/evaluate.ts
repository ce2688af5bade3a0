import path from 'node:path';
import { evaluationDocument } from '../core/evaluation/document.js';
import { evaluate, withoutFailures } from '../core/evaluation/evaluate.js';
import { type OpenScorer, openScorer } from '../core/evaluation/open-scorer.js';
import { type EvaluationPlan, planEvaluation } from '../core/evaluation/plan.js';
import type { EvaluationReport } from '../core/evaluation/report.js';
import type { Scorer } from '../core/evaluation/scorer.js';
import { tasteContext } from '../core/evaluation/taste-context.js';
import type { Fractions } from '../core/example/splits.js';
import { describeProgress } from '../core/program/batch-progress.js';
import type { Executor } from '../core/program/executor.js';
import { widthFor } from '../core/program/pool.js';
import { programHash } from '../core/program/program-hash.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { ModelHub } from '../models/model-hub.js';
import { definitionAt } from './baseline.js';
import { type CommandContext, openStore, workspaceOf } from './context.js';
import { describeEvaluation } from './describe-evaluation.js';
import { modeOf, openExecutor, openRunHub } from './executor.js';
import { givenInputs } from './inputs.js';
import { mappingOf, share, usage, wholeNumber } from './options.js';
import { reportFiles } from './report-files.js';
import { definitionOf, findDefinition } from './signature.js';

/** `version` of what is not saved as a version yet: the signature as it is written. */
const UNSAVED = 'unsaved';

/** `atelier evaluate <signature> --data FILE`. @returns the exit code: 1 when it ended early, or a gate is closed */
export async function run(context: CommandContext): Promise<number> {
  const { values, output, positionals } = context;
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
    const rows = await rowsOf(context, found.definition, opened.scorer);
    const report = await evaluateOn(context, hub, found.definition, rows);
    const baseline =
      earlier === undefined ? undefined : { with: values.baseline ?? '', report: await evaluateOn(context, hub, earlier, rows) };
    const facts = {
      signature: found.definition.signature,
      version: UNSAVED,
      data: rows.data,
      created: new Date().toISOString(),
      failUnder,
    };
    const document = evaluationDocument(facts, report, baseline);
    await reports.write(document);
    output.result(document, describeEvaluation(document));
    if (!output.json && report.stopped !== undefined) output.error(report.stopped);
    // A comparison that shows nothing must not pass as one that shows no harm.
    const isOpen = baseline !== undefined && (baseline.report.stopped !== undefined || document.compare?.n === 0);
    if (isOpen)
      output.warn(`Nothing can be said about ${values.baseline}: ${baseline.report.stopped?.message ?? 'no row has a score in both.'}`);
    return report.stopped !== undefined || isOpen || document.gate?.passed === false || document.compare?.verdict === 'worse' ? 1 : 0;
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

/** What is evaluated on: chosen once, and the same for both sides of a comparison. */
interface Rows {
  readonly plan: EvaluationPlan;
  readonly seed: number;
  readonly data: {
    readonly file: string;
    readonly sha256: string;
    readonly rows: number;
    readonly split: string | null;
    readonly left_out: number;
  };
}

async function rowsOf(context: CommandContext, definition: SignatureDefinition, scorer: Scorer | undefined): Promise<Rows> {
  const { values, output } = context;
  const file = values.data;
  if (file === undefined) throw usage('evaluate needs rows.', 'Add --data FILE.csv, with a column per input and per label.');
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const { readDataset } = await import('../store/index.js');
  const { columns, rows, sha256, problems } = await readDataset(path.resolve(file), workspaceOf(context));
  const plan = planEvaluation({
    ...{ definition, file, columns, rows, seed },
    metric: values.metric,
    scorer,
    mapping: mappingOf(values.map ?? []),
    fixed: await givenInputs(values.input ?? [], values['input-file'], definition.signature),
    split: values.split,
    splitColumn: values['split-column'],
    fractions: fractionsOf(values.fractions),
  });
  const leftOut = [...problems, ...plan.problems];
  for (const { line, message, hint } of leftOut) output.warn(`${file}:${line}: ${message} ${hint}`);
  const data = { file, sha256, rows: plan.examples.length, split: plan.split ?? null, left_out: leftOut.length };
  return { plan, seed, data };
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
  const { Locks, openEvaluationResults, withImagesOfTable } = await import('../store/index.js');
  const { executor, concurrency } = await openExecutor(context, definition, { hub });
  const table = path.resolve(data.file);
  const withImages: Executor = {
    ...executor,
    run: async (given, options) => executor.run(await withImagesOfTable(definition.signature, given, table, workspaceFolder), options),
  };
  const [{ program, predictor }] = executor.routes;
  const results = await openEvaluationResults({
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    program: programHash(program),
    model: predictor.model,
    scorer: plan.scorer.name,
    onProblem: (problem) => output.warn(`${problem.message} ${problem.hint}`),
  });
  // Reading tastes takes a tenth of a second, which a program without an input for one need not wait.
  const takesTaste = definition.signature.inputs.some(({ name }) => name === 'taste');
  const tastes = takesTaste ? await (await openStore(context)).tastes() : [];
  try {
    return await evaluate({
      examples: plan.examples,
      executor: withImages,
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

/** `0.5,0.25,0.25`: shares of train, validation and test. @throws AtelierError `usage.invalid` */
function fractionsOf(text: string | undefined): Fractions | undefined {
  if (text === undefined) return undefined;
  const [train, validation, test, ...more] = text.split(',').map(Number);
  if (train === undefined || validation === undefined || test === undefined || more.length > 0 || Number.isNaN(train + validation + test)) {
    throw usage(`--fractions takes three shares, not "${text}".`, 'For example --fractions 0.5,0.25,0.25 for train, validation and test.');
  }
  return { train, validation, test };
}
