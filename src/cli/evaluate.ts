import { existsSync } from 'node:fs';
import path from 'node:path';
import { asAtelierError, isCancellation } from '../core/errors.js';
import type { EvaluationDocument } from '../core/evaluation/document.js';
import { evaluationDocument } from '../core/evaluation/evaluation-document.js';
import { openScorer } from '../core/evaluation/open-scorer.js';
import { overriddenOutcome } from '../core/evaluation/overrides.js';
import type { EvaluationReport } from '../core/evaluation/report.js';
import { readScorerSpec } from '../core/evaluation/scorer-spec.js';
import { describeProgress } from '../core/program/batch-progress.js';
import { widthFor } from '../core/program/pool.js';
import { type SignatureDefinition, stateName } from '../core/signature/definition.js';
import { scoreOf } from '../core/version/score-record.js';
import type { ModelHub } from '../models/model-hub.js';
import { OVERRIDES_FILE } from '../store/table-names.js';
import { prepareJudgeCheck } from './check-judge.js';
import { type CommandContext, DATA_FOLDER, openStore, SIGNATURES_FOLDER, userOf, workspaceOf } from './context.js';
import { describeEvaluation } from './describe-evaluation.js';
import { type Rows, rowsOf } from './evaluation-rows.js';
import { modeOf, openExecutor, openRunHub } from './executor.js';
import { share, usage, wholeNumber } from './options.js';
import { type ReportFiles, reportFiles } from './report-files.js';
import { openScorerPorts } from './scorer-ports.js';
import { chosenDefinition, findDefinition, openVersions, stateOf } from './signature.js';
import { watched } from './watch.js';

/** `atelier evaluate <signature> --data FILE`. @returns the exit code: 1 when it ended early, or a gate is closed */
export async function run(context: CommandContext): Promise<number> {
  const { values, positionals } = context;
  if (values.against !== undefined || values.comparer !== undefined) return (await import('./rank.js')).rankContenders(context);
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage('evaluate takes one signature.', 'For example: atelier evaluate sentiment --data data/reviews.csv');
  }
  if (values.watch === true && values.json === true) {
    throw usage('--watch prints a result after each change, and --json is one document.', 'Leave one of them out, or add --report F.json.');
  }
  const reports = await reportFiles(values.report ?? []);
  if (values.watch !== true) return evaluateOnce(context, reference, reports, await openRunHub(context));
  return evaluateOnChange(context, reference, reports);
}

/**
 * Once more after each change of the signature, the rows, the metric or the tastes, until it is interrupted. The budget holds for all of
 * it; what did not change is not run again.
 */
async function evaluateOnChange(context: CommandContext, reference: string, reports: ReportFiles): Promise<number> {
  const { output, signal, values } = context;
  const { file } = await findDefinition(context, reference, modeOf(context));
  const hub = await openRunHub(context);
  const spec = readScorerSpec(values.metric);
  const workspace = workspaceOf(context);
  const signatures = path.join(workspace, SIGNATURES_FOLDER);
  const files = [
    ...[values.data, values.train, values['input-file']].flatMap((each) => (each === undefined ? [] : [path.resolve(each)])),
    path.join(workspace, 'tastes.yaml'),
    // A judge's rubric stands there, too.
    ...(existsSync(signatures) ? [path.join(signatures, '*.signature.yaml')] : []),
    ...(file === undefined ? [] : [file]),
    ...(existsSync(path.join(workspace, DATA_FOLDER)) ? [path.join(workspace, DATA_FOLDER, OVERRIDES_FILE)] : []),
    ...(spec?.kind === 'custom' ? [path.resolve(workspace, spec.file)] : []),
  ];
  for await (const changed of watched(files, signal)) {
    if (changed !== undefined) output.note(`${path.relative(workspace, changed)} changed`);
    try {
      await evaluateOnce(context, reference, reports, hub);
    } catch (thrown) {
      // What is half written now may be right after the next save.
      const error = asAtelierError(thrown);
      if (isCancellation(error)) break;
      // A wrong option stays wrong, whatever is saved.
      if (changed === undefined && error.code === 'usage.invalid') throw error;
      output.error(error);
    }
    if (!signal.aborted) output.note('Waiting for changes. Ctrl+C ends.');
  }
  return 0;
}

async function evaluateOnce(given: CommandContext, reference: string, reports: ReportFiles, hub: ModelHub): Promise<number> {
  const { values, output } = given;
  const failUnder = share(values, 'fail-under');
  const { context, ...found } = await chosenDefinition(given, reference, modeOf(given));
  const { ScoreOverrides } = await import('../store/index.js');
  const workspaceFolder = workspaceOf(context);
  // Looked for before anything is paid.
  const earlier = values.baseline === undefined ? undefined : await stateOf(context, found, values.baseline);
  const onProblem = ({ message, hint }: { readonly message: string; readonly hint: string }) => output.warn(`${message} ${hint}`);
  const overrides =
    values['no-overrides'] === true ? [] : await new ScoreOverrides({ workspaceFolder, dataFolder: DATA_FOLDER, onProblem }).read();
  const opened = await openScorer(context.values.metric, found.definition, openScorerPorts(context, hub));
  try {
    const check = await prepareJudgeCheck(context, found.definition.signature, opened.judge);
    const rows = await rowsOf(context, found.definition, opened.scorer);
    const report = await evaluateOn(context, hub, found.definition, rows);
    const baseline =
      earlier === undefined ? undefined : { with: values.baseline ?? '', report: await evaluateOn(context, hub, earlier, rows) };
    const judge = report.stopped === undefined ? await check?.() : undefined;
    const { signature } = found.definition;
    const facts = { signature, version: stateName(found.definition), data: rows.data, created: new Date().toISOString(), failUnder, judge };
    const document = evaluationDocument(overriddenOutcome({ facts, report, baseline }, overrides));
    await reports.write(document);
    await keepScore(context, found.definition, document);
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

/**
 * Compares two states of a signature on the rows that the options name.
 * @throws AtelierError as an evaluation; `evaluation.leaked` when one of them has seen rows, unless `--allow-seen` leaves these out
 */
export async function compareOnRows(
  context: CommandContext,
  definition: SignatureDefinition,
  baseline: { readonly with: string; readonly definition: SignatureDefinition },
): Promise<{ readonly compare: EvaluationDocument['compare']; readonly text: string }> {
  const hub = await openRunHub(context);
  const opened = await openScorer(context.values.metric, definition, openScorerPorts(context, hub));
  try {
    const rows = await rowsOf(context, definition, opened.scorer);
    const report = await evaluateOn(context, hub, definition, rows);
    const before = { with: baseline.with, report: await evaluateOn(context, hub, baseline.definition, rows) };
    const stopped = report.stopped ?? before.report.stopped;
    if (stopped !== undefined) throw stopped;
    const facts = { signature: definition.signature, version: stateName(definition), data: rows.data };
    const document = evaluationDocument({ facts, report, baseline: before });
    return { compare: document.compare, text: describeEvaluation(document) };
  } finally {
    await opened.dispose();
  }
}

async function evaluateOn(
  context: CommandContext,
  hub: ModelHub,
  definition: SignatureDefinition,
  { plan, seed, table }: Rows,
): Promise<EvaluationReport> {
  const { values, output, signal } = context;
  const { evaluateTable } = await import('../store/index.js');
  const { executor, concurrency } = await openExecutor(context, definition, { hub });
  try {
    return await evaluateTable({
      ...{ examples: plan.examples, executor, scorer: plan.scorer, trainKeys: plan.trainKeys, table, seed, signal },
      workspaceFolder: workspaceOf(context),
      concurrency: widthFor(concurrency),
      repeats: wholeNumber(values, 'repeats', 1, 100) ?? 1,
      leakage: values['allow-seen'] === true ? 'mark' : 'refuse',
      reuse: values['no-cache'] === true ? 'none' : values['retry-failed'] === true ? 'without failures' : 'all',
      tastes: async () => (await openStore(context)).tastes(),
      onProblem: ({ message, hint }) => output.warn(`${message} ${hint}`),
      onProgress: (progress) => {
        const score = progress.score === undefined ? '' : ` · ${progress.score.toFixed(3)} so far`;
        output.progress(`${describeProgress(progress)}${score}`);
      },
    });
  } finally {
    output.endProgress();
  }
}

/** Keeps what was measured of a version beside it. */
async function keepScore(
  context: CommandContext,
  { signature, version }: SignatureDefinition,
  document: EvaluationDocument,
): Promise<void> {
  const score = version === undefined ? undefined : scoreOf(document);
  if (version === undefined || score === undefined) return;
  const when = document.created ?? new Date().toISOString();
  await (await openVersions(context)).recordScore(signature.name, version, { score, when, who: userOf(context) });
}
