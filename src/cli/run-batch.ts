import path from 'node:path';
import { mapColumns } from '../core/example/columns.js';
import { type BatchReport, runBatch } from '../core/program/batch.js';
import { type BatchProgress, describeProgress } from '../core/program/batch-progress.js';
import { checkInputs } from '../core/program/check-inputs.js';
import { requireSameOutputs } from '../core/program/executor.js';
import { widthFor } from '../core/program/pool.js';
import { runIdentity } from '../core/program/run-identity.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { Problem } from '../store/problem.js';
import { type CommandContext, workspaceOf } from './context.js';
import { openExecutor } from './executor.js';
import { givenInputs } from './inputs.js';
import { mappingOf, usage } from './options.js';

/**
 * `atelier run <signature> --batch FILE --out FILE`. Rows that fail are in the results, with their reason.
 * @returns the exit code: 1 when a row failed, or it ended before the last row
 */
export async function runBatchFile(context: CommandContext, definition: SignatureDefinition, batch: string, seed: number): Promise<number> {
  const { values, output, signal } = context;
  if (values.out === undefined) throw usage('--batch needs a file for the results.', 'Add --out FILE.csv or FILE.jsonl.');
  if (values['retry-failed'] === true && values.resume !== true) throw usage('--retry-failed needs --resume.', 'Add --resume.');
  const workspaceFolder = workspaceOf(context);
  const { openBatchResults, readDataset, withImageFiles, withImagesOfTable } = await import('../store/index.js');
  const input = path.resolve(batch);
  const dataset = await readDataset(input, workspaceFolder);
  const onProblem = (problem: Problem) => output.warn(`${problem.file}:${problem.line}: ${problem.message} ${problem.hint}`);
  for (const problem of dataset.problems) onProblem(problem);
  const { signature } = definition;
  // The same in every row; the other inputs come from columns.
  const fixed = await givenInputs(values.input ?? [], values['input-file'], signature);
  checkInputs({ ...signature, inputs: signature.inputs.map((field) => ({ ...field, optional: true })) }, fixed);
  const mapping = mappingOf(values.map ?? []);
  const fields = signature.inputs.filter((field) => !Object.hasOwn(fixed, field.name));
  const hint = `Rename one, say which holds what with --map ${fields[0]?.name ?? 'field'}=COLUMN, or give one value for all rows with --input.`;
  const inputsOf = mapColumns(fields, dataset.columns, mapping, batch, hint);
  const fixedInputs = await withImageFiles(signature, fixed, process.cwd());
  const { executor, concurrency } = await openExecutor(context, definition);
  requireSameOutputs(executor);
  const started = performance.now();
  const results = await openBatchResults({
    file: path.resolve(values.out),
    input,
    workspaceFolder,
    columns: dataset.columns,
    rows: dataset.rows,
    outputs: signature.outputs.map((field) => field.name),
    reasoning: values.reasoning === true,
    program: runIdentity(executor.routes, { mapping, fixed, seed }),
    resume: values.resume === true,
    retryFailed: values['retry-failed'] === true,
    onProblem,
  });
  let report: BatchReport;
  try {
    report = await runBatch({
      rows: dataset.rows,
      inputsOf: async ({ values: cells }) => ({
        ...fixedInputs,
        ...(await withImagesOfTable(signature, inputsOf(cells), input, workspaceFolder)),
      }),
      executor,
      sink: results,
      concurrency: widthFor(concurrency),
      seed,
      signal,
      now: () => performance.now(),
      onProgress: (progress: BatchProgress) => output.progress(describeProgress(progress)),
    });
    await results.finish();
  } finally {
    output.endProgress();
    await results.close();
  }
  const { spent, stopped } = report;
  // Failures of before are failures still, unless they were run again.
  const failed = report.failed + (values['retry-failed'] === true ? 0 : results.found.failed);
  const document = {
    signature: signature.name,
    model: executor.routes[0].predictor.model,
    rows: report.rows,
    done: report.skipped + report.ran,
    skipped: report.skipped,
    failed,
    calls: spent.calls,
    cached: report.cached,
    usage: { prompt_tokens: spent.usage.promptTokens, completion_tokens: spent.usage.completionTokens },
    cost_usd: spent.costUsd ?? null,
    latency_ms: Math.round(performance.now() - started),
    file: results.shown,
    ...(stopped === undefined ? {} : { error: stopped.toJSON() }),
  };
  output.result(document, summaryOf({ ...report, failed }, results.shown));
  if (stopped !== undefined && !output.json) output.error(stopped);
  return failed === 0 && stopped === undefined ? 0 : 1;
}

function summaryOf({ rows, ran, skipped, failed, cached, stopped }: BatchReport, file: string): string {
  const parts = [
    `${ran + skipped} of ${rows} rows in ${file}`,
    ...(skipped === 0 ? [] : [`${skipped} were there already`]),
    ...(failed === 0 ? [] : [`${failed} failed (column _error)`]),
    ...(cached === 0 ? [] : [`${cached} from the cache`]),
    ...(stopped === undefined ? [] : ['run it again with --resume for the rest']),
  ];
  return parts.join(', ');
}
