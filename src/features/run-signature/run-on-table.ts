import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError, isCancellation } from '../../core/errors.js';
import { mapColumns } from '../../core/example/columns.js';
import { type BatchReport, runBatch } from '../../core/program/batch.js';
import { describeProgress } from '../../core/program/batch-progress.js';
import { requireSameOutputs } from '../../core/program/executor.js';
import { widthFor } from '../../core/program/pool.js';
import { runIdentity } from '../../core/program/run-identity.js';
import { labelOf } from '../../core/signature/labels.js';
import type { Field, Signature } from '../../core/signature/signature.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { askInputs } from './ask-inputs.js';
import { chooseSignature, rememberSignature } from './choose-signature.js';
import { openExecutor, SEED } from './open-executor.js';

/** Files of rows in a workspace. */
const TABLES = '**/*.{csv,jsonl,ndjson}';
const NOT_TABLES = '**/{node_modules,.git,.atelier}/**';

/**
 * Runs a signature on every row of a table; the results go into a file beside it, row by row. A run that was stopped goes on where it was.
 * @param uri of the table; undefined: a person chooses
 * @throws AtelierError `usage.invalid` (columns do not fit), `data.*`, `model.*`
 */
export async function runOnTable(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  services.requireTrust();
  const { vscode, log } = services.host;
  const workspaceFolder = services.host.workspaceFolder();
  if (workspaceFolder === undefined) throw services.host.noFolder('Open a folder: results are files of the workspace.');
  const table = uri ?? (await chooseTable(services));
  if (table === undefined) return;
  const chosen = await chooseSignature(services, `Run Signature on ${path.basename(table.fsPath)}`);
  if (chosen === undefined) return;
  const { definition, useCache } = chosen;
  const { signature } = definition;
  const { openBatchResults, readDataset, withImageFiles, withImagesOfTable } = await import('../../store/index.js');
  const dataset = await readDataset(table.fsPath, workspaceFolder);
  for (const problem of dataset.problems) services.report(problem);
  const sources = await askSources(services, signature, dataset.columns);
  if (sources === undefined) return;
  const { fixed, mapping } = sources;
  const fields = signature.inputs.filter((field) => !Object.hasOwn(fixed, field.name));
  const inputsOf = mapColumns(fields, dataset.columns, mapping, path.basename(table.fsPath));
  const fixedInputs = await withImageFiles(signature, fixed, workspaceFolder);
  const { executor, concurrency } = await openExecutor(services, definition, useCache);
  requireSameOutputs(executor);
  const target = await askTarget(services, table, signature.name);
  if (target === undefined) return;
  const results = await openBatchResults({
    file: target.file,
    input: table.fsPath,
    workspaceFolder,
    columns: dataset.columns,
    rows: dataset.rows,
    outputs: signature.outputs.map((field) => field.name),
    reasoning: false,
    program: runIdentity(executor.routes, { mapping, fixed, seed: SEED }),
    resume: target.resume,
    retryFailed: target.resume,
    onProblem: (problem) => services.report(problem),
  });
  let report: BatchReport;
  try {
    await rememberSignature(services, definition);
    const options = { location: vscode.ProgressLocation.Notification, title: signature.name, cancellable: true };
    report = await vscode.window.withProgress(options, (progress, token) => {
      let shown = 0;
      return runBatch({
        rows: dataset.rows,
        inputsOf: async ({ values }) => ({
          ...fixedInputs,
          ...(await withImagesOfTable(signature, inputsOf(values), table.fsPath, workspaceFolder)),
        }),
        executor,
        sink: results,
        concurrency: widthFor(concurrency),
        seed: SEED,
        signal: abortOn(token),
        now: () => performance.now(),
        onProgress: (state) => {
          const percent = (100 * state.done) / Math.max(1, state.rows);
          progress.report({ message: describeProgress(state), increment: percent - shown });
          shown = percent;
        },
      });
    });
    await results.finish();
  } finally {
    await results.close();
  }
  log.info(`${signature.name} on ${dataset.rows.length} rows: ${report.ran} ran, ${report.failed} failed, ${report.cached} from the cache`);
  await tell(services, report, target.file);
}

async function chooseTable(services: Services): Promise<vscode.Uri | undefined> {
  const { vscode } = services.host;
  const files = await vscode.workspace.findFiles(TABLES, NOT_TABLES, 500);
  const items = files
    .map((file) => ({ label: vscode.workspace.asRelativePath(file), file }))
    .sort((a, b) => a.label.localeCompare(b.label));
  if (items.length === 0) {
    throw new AtelierError('data.unreadable', 'There is no table in this workspace.', {
      hint: 'Add a .csv or .jsonl file with a column per input.',
    });
  }
  const chosen = await vscode.window.showQuickPick(items, { title: 'Run Signature on Table', placeHolder: 'A file with one row per run' });
  return chosen?.file;
}

/** Where inputs come from that no column is named after: another column, or one value for all rows. */
async function askSources(
  services: Services,
  signature: Signature,
  columns: readonly string[],
): Promise<{ readonly fixed: Readonly<Record<string, JsonValue>>; readonly mapping: Readonly<Record<string, string>> } | undefined> {
  const open = signature.inputs.filter((field) => field.optional !== true && !columns.includes(field.name));
  const mapping: Record<string, string> = {};
  const typed: Field[] = [];
  for (const field of open) {
    const items = [
      ...columns.map((column) => ({ label: column, description: 'column', column })),
      { label: '$(edit) One value for all rows…', description: '', column: undefined },
    ];
    const title = `${signature.name}: where does ${labelOf(field.name)} come from?`;
    const chosen = await services.host.vscode.window.showQuickPick(items, { title, placeHolder: field.description, ignoreFocusOut: true });
    if (chosen === undefined) return undefined;
    if (chosen.column === undefined) typed.push(field);
    else mapping[field.name] = chosen.column;
  }
  const fixed = await askInputs(services, signature, typed, {});
  return fixed === undefined ? undefined : { fixed, mapping };
}

/** Where the results go. Results of before are gone on with, never overwritten. */
async function askTarget(
  services: Services,
  table: vscode.Uri,
  signature: string,
): Promise<{ readonly file: string; readonly resume: boolean } | undefined> {
  const { vscode } = services.host;
  const { dir, name, ext } = path.parse(table.fsPath);
  const typed = await vscode.window.showInputBox({
    title: `${signature}: results`,
    prompt: `Name of the file for the results, beside ${name}${ext}`,
    value: `${name}.${signature}${ext}`,
    valueSelection: [0, name.length + 1 + signature.length],
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[^/\\]+\.(?:csv|jsonl|ndjson)$/i.test(text.trim()) ? undefined : 'A file name that ends in .csv, .jsonl or .ndjson',
  });
  if (typed === undefined) return undefined;
  const file = path.join(dir, typed.trim());
  const exists = await vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    () => true,
    () => false,
  );
  if (!exists) return { file, resume: false };
  const goOn = 'Run Missing and Failed Rows';
  const answer = await vscode.window.showInformationMessage(
    `${path.basename(file)} has results already.`,
    { modal: true, detail: 'They stay as they are. Only rows without a result, and rows that failed, are run.' },
    goOn,
  );
  return answer === goOn ? { file, resume: true } : undefined;
}

async function tell(services: Services, report: BatchReport, file: string): Promise<void> {
  const { vscode, log } = services.host;
  const { rows, ran, skipped, failed, cached, stopped } = report;
  const parts = [
    `${ran + skipped} of ${rows} rows are in ${path.basename(file)}`,
    ...(failed === 0 ? [] : [`${failed} of them failed: the column _error says why`]),
    ...(cached === 0 ? [] : [`${cached} came from the cache`]),
  ];
  const open = 'Open Results';
  let text = `${parts.join('; ')}.`;
  if (stopped !== undefined && !isCancellation(stopped)) {
    log.error('Run Signature on Table', stopped);
    text = `${stopped.message} ${stopped.hint} ${text}`;
  }
  if (stopped !== undefined) text += ' Run it again with the same file to go on.';
  const show = stopped === undefined && failed === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  // The work is done: nobody waits until the message is closed.
  void Promise.resolve(show(text, ...(ran + skipped === 0 ? [] : [open]))).then(async (answer) => {
    if (answer === open) await vscode.window.showTextDocument(vscode.Uri.file(file));
  });
}
