import path from 'node:path';
import { chooseRows } from '../core/evaluation/choose-rows.js';
import { type EvaluateOptions, evaluate } from '../core/evaluation/evaluate.js';
import type { EvaluationReport } from '../core/evaluation/report.js';
import { type Scorer, scorerOf } from '../core/evaluation/scorer.js';
import { readExamples } from '../core/example/example.js';
import type { Fractions } from '../core/example/splits.js';
import { defaultMetric, parseMetric } from '../core/metric/catalog.js';
import { describeProgress } from '../core/program/batch-progress.js';
import { widthFor } from '../core/program/pool.js';
import { programHash } from '../core/program/program-hash.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { JsonValue } from '../core/text/json-schema.js';
import { type CommandContext, openStore, workspaceOf } from './context.js';
import { describeEvaluation } from './describe-evaluation.js';
import { modeOf, openExecutor } from './executor.js';
import { givenInputs } from './inputs.js';
import { mappingOf, share, usage, wholeNumber } from './options.js';
import { definitionOf } from './signature.js';

/** `atelier evaluate <signature> --data FILE`. @returns the exit code: 1 when it ended early, or the score is below `--fail-under` */
export async function run(context: CommandContext): Promise<number> {
  const { values, output, positionals } = context;
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage('evaluate takes one signature.', 'For example: atelier evaluate sentiment --data data/reviews.csv');
  }
  const failUnder = share(values, 'fail-under');
  const definition = await definitionOf(context, reference, modeOf(context));
  const { report, document } = await evaluateDefinition(context, definition);
  const gate =
    failUnder === undefined ? undefined : report.score !== undefined && report.stopped === undefined && report.score >= failUnder;
  output.result(document, describeEvaluation(report, definition.signature));
  if (report.stopped !== undefined && !output.json) output.error(report.stopped);
  if (gate === false) output.warn(`The score is below ${failUnder}.`);
  return report.stopped === undefined && gate !== false ? 0 : 1;
}

async function evaluateDefinition(
  context: CommandContext,
  definition: SignatureDefinition,
): Promise<{ readonly report: EvaluationReport; readonly document: object }> {
  const { values, output, signal } = context;
  const { signature } = definition;
  if (values.data === undefined) throw usage('evaluate needs rows.', 'Add --data FILE.csv, with a column per input and per label.');
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const repeats = wholeNumber(values, 'repeats', 1, 100) ?? 1;
  const workspaceFolder = workspaceOf(context);
  const { Locks, openEvaluationResults, readDataset } = await import('../store/index.js');
  const file = path.resolve(values.data);
  const dataset = await readDataset(file, workspaceFolder);
  for (const problem of dataset.problems) output.warn(`${problem.file}:${problem.line}: ${problem.message} ${problem.hint}`);
  const fixed = await givenInputs(values.input ?? [], values['input-file'], signature);
  const { columns, rows } = dataset;
  const read = (needsLabels: boolean) =>
    readExamples({ signature, columns, rows, file: values.data ?? '', mapping: mappingOf(values.map ?? []), fixed, needsLabels });
  const { labels } = read(false);
  const scorer = scorerFor(definition, values.metric, labels.length > 0);
  const { examples, problems } = read(scorer.needsLabels);
  for (const problem of problems) output.warn(`${values.data}:${problem.line}: ${problem.message} ${problem.hint}`);
  const chosen = chooseRows(examples, {
    signature,
    file: values.data,
    columns,
    split: values.split,
    column: values['split-column'],
    fractions: fractionsOf(values.fractions),
    seed,
  });
  const { executor, concurrency } = await openExecutor(context, definition);
  const [{ program, predictor }] = executor.routes;
  const results = await openEvaluationResults({
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    program: programHash(program),
    model: predictor.model,
    scorer: scorer.name,
    onProblem: (problem) => output.warn(`${problem.message} ${problem.hint}`),
  });
  const tastes = await (await openStore(context)).tastes();
  const options: EvaluateOptions = {
    examples: chosen.examples,
    executor,
    scorer,
    concurrency: widthFor(concurrency),
    repeats,
    seed,
    signal,
    trainKeys: chosen.trainKeys,
    leakage: values['allow-seen'] === true ? 'mark' : 'refuse',
    known: values['no-cache'] === true ? undefined : knownOf(results.known, values['retry-failed'] === true),
    context: ({ inputs }) => {
      const taste = tastes.find(({ name }) => name === inputs.taste);
      return taste === undefined ? {} : { taste };
    },
    onRow: (row) => results.append(row),
    onProgress: (progress) => {
      const score = progress.score === undefined ? '' : ` · ${progress.score.toFixed(3)} so far`;
      output.progress(`${describeProgress(progress)}${score}`);
    },
    now: () => performance.now(),
  };
  try {
    const report = await evaluate(options);
    const data = {
      file: values.data,
      sha256: dataset.sha256,
      rows: chosen.examples.length,
      split: chosen.split ?? 'all',
      left_out: problems.length,
    };
    return { report, document: documentOf(definition, report, data) };
  } finally {
    output.endProgress();
  }
}

function knownOf<Row extends { readonly error?: unknown }>(known: ReadonlyMap<string, Row>, retryFailed: boolean) {
  return {
    get: (key: string) => {
      const row = known.get(key);
      return retryFailed && row?.error !== undefined ? undefined : row;
    },
  };
}

/** The metric of the command line, else the one that the signature's file names, else one that suits its outputs. */
function scorerFor({ signature, optimization }: SignatureDefinition, asked: string | undefined, hasLabels: boolean): Scorer {
  const spec: JsonValue | undefined = asked ?? optimization?.metric;
  return scorerOf(spec === undefined ? defaultMetric(signature, hasLabels) : parseMetric(spec, signature));
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
