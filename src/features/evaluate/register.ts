import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { describeProgress } from '../../core/program/batch-progress.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { findDatasets, type LabeledDataset } from './datasets.js';
import { ReportPanels } from './report-panel.js';
import { runEvaluation } from './run-evaluation.js';
import { EvaluationTests } from './test-explorer.js';

/** Evaluates signatures on tables: a command with a report, and the Test Explorer. */
export function register(services: Services): vscode.Disposable {
  const { vscode, guard } = services.host;
  const panels = new ReportPanels(services);
  return vscode.Disposable.from(
    panels,
    new EvaluationTests(services, panels),
    vscode.commands.registerCommand('promptAtelier.evaluateSignature', (uri?: unknown) =>
      guard('Evaluate Signature', () => evaluateSignature(services, panels, uri instanceof vscode.Uri ? uri : undefined)),
    ),
  );
}

async function evaluateSignature(services: Services, panels: ReportPanels, uri: vscode.Uri | undefined): Promise<void> {
  services.requireTrust();
  const { vscode, log } = services.host;
  const chosen = await chooseDataset(services, uri);
  if (chosen === undefined) return;
  const { definition, uri: data } = chosen;
  const { name } = definition.signature;
  const options = { location: vscode.ProgressLocation.Notification, title: `Evaluating ${name}`, cancellable: true };
  const { report, document } = await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    return runEvaluation(
      services,
      { definition: await services.signature(name), file: data.fsPath },
      {
        signal: abortOn(token),
        onProgress: (state) => {
          const percent = (100 * state.done) / Math.max(1, state.rows);
          const score = state.score === undefined ? '' : ` · ${state.score.toFixed(3)} so far`;
          progress.report({ message: `${describeProgress(state)}${score}`, increment: percent - shown });
          shown = percent;
        },
      },
    );
  });
  log.info(
    `Evaluated ${name} on ${document.data.file}: ${report.score?.toFixed(3) ?? 'no score'}, n = ${report.n}, ${report.failures} failed, ${report.reused} from before`,
  );
  // What was paid is shown, also when it ended early.
  panels.show(document, data.fsPath);
  if (report.stopped !== undefined) throw report.stopped;
}

/** A signature with a file that has its labels. @throws AtelierError `data.unreadable` when there is none */
async function chooseDataset(services: Services, uri: vscode.Uri | undefined): Promise<LabeledDataset | undefined> {
  const { vscode } = services.host;
  const { signatures, files } = await services.signatures();
  const wanted = uri === undefined ? signatures : signatures.filter(({ signature }) => isFile(files.get(signature.name), uri));
  const datasets = await findDatasets(services, wanted);
  if (datasets.length === 0) {
    throw new AtelierError('data.unreadable', 'No table of this workspace has the labels of a signature.', {
      hint: 'Add a .csv or .jsonl file with a column for each input and each output of the signature.',
    });
  }
  const items = datasets.map((dataset) => ({
    label: dataset.definition.signature.name,
    description: dataset.shown,
    detail: dataset.definition.signature.description,
    dataset,
  }));
  const options = { title: 'Evaluate Signature', placeHolder: 'A signature, and the rows to evaluate it on', matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.dataset;
}

function isFile(file: string | undefined, uri: vscode.Uri): boolean {
  return (
    file !== undefined &&
    (uri.scheme === 'file' || uri.scheme === 'vscode-remote'
      ? path.resolve(file) === path.resolve(uri.fsPath)
      : path.basename(file) === path.posix.basename(uri.path))
  );
}
