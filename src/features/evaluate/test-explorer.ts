import type * as vscode from 'vscode';
import { asAtelierError, isCancellation } from '../../core/errors.js';
import type { EvaluatedRow } from '../../core/evaluation/report.js';
import { type FieldValues, textOf } from '../../core/program/program.js';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { findDatasets, type LabeledDataset } from './datasets.js';
import { withHandScores } from './hand-scores.js';
import type { ReportPanels } from './report-panel.js';
import { runEvaluation } from './run-evaluation.js';

/** The least score with which a row passes. */
const PASS_AT = 0.5;
/** Characters of a row's inputs that its item shows. */
const SHOWN = 60;

/** Evaluations in the Test Explorer: datasets of the workspace's signatures, and their rows. */
export class EvaluationTests implements vscode.Disposable {
  private readonly controller: vscode.TestController;
  private readonly datasets = new WeakMap<vscode.TestItem, LabeledDataset>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly services: Services,
    private readonly panels: ReportPanels,
  ) {
    const { vscode } = services.host;
    this.controller = vscode.tests.createTestController('promptAtelier.evaluations', 'Prompt Evaluations');
    this.controller.resolveHandler = (item) => services.host.guard('Evaluations', () => this.resolve(item));
    this.controller.refreshHandler = () => services.host.guard('Evaluations', () => this.resolve(undefined));
    const profile = this.controller.createRunProfile(
      'Evaluate',
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
    profile.supportsContinuousRun = true;
    this.subscriptions = vscode.Disposable.from(this.controller, profile);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async resolve(item: vscode.TestItem | undefined): Promise<void> {
    if (item !== undefined) return this.resolveRows(item);
    const { signatures } = await this.services.signatures();
    const own = signatures.filter(({ source }) => source === 'workspace');
    const items = (await findDatasets(this.services, own)).map((dataset) => {
      const { signature } = dataset.definition;
      const child = this.controller.createTestItem(`${signature.name}:${dataset.shown}`, signature.name, dataset.uri);
      child.description = dataset.shown;
      child.canResolveChildren = true;
      this.datasets.set(child, dataset);
      return child;
    });
    this.controller.items.replace(items);
  }

  private async resolveRows(item: vscode.TestItem): Promise<void> {
    const { vscode } = this.services.host;
    const dataset = this.datasets.get(item);
    const folder = this.services.host.workspaceFolder();
    if (dataset === undefined || folder === undefined) return;
    const { readDataset } = await import('../../store/index.js');
    const { rows } = await readDataset(dataset.uri.fsPath, folder);
    const { inputs } = dataset.definition.signature;
    item.children.replace(
      rows.map(({ row, line, values }) => {
        const text = inputs.flatMap(({ name }) => (values[name] === undefined ? [] : [textOf(values[name])])).join(' · ');
        const child = this.controller.createTestItem(String(row), `${row}  ${text.replace(/\s+/g, ' ').slice(0, SHOWN)}`, dataset.uri);
        child.range = new vscode.Range(line - 1, 0, line - 1, 0);
        child.sortText = String(row).padStart(9, '0');
        return child;
      }),
    );
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (this.controller.items.size === 0) await this.services.host.guard('Evaluations', () => this.resolve(undefined));
    if (request.continuous !== true) return this.runOnce(request, token);
    // One at a time, and once more when something was saved meanwhile: what did not change is not run again.
    let running: Promise<void> | undefined;
    let again = false;
    const go = (): void => {
      if (running !== undefined) {
        again = true;
        return;
      }
      running = this.runOnce(request, token).finally(() => {
        running = undefined;
        if (again && !token.isCancellationRequested) go();
        again = false;
      });
    };
    const saved = this.services.host.vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (this.wanted(request).some(([dataset]) => uri.path === dataset.uri.path || uri.path.endsWith('.signature.yaml'))) go();
    });
    token.onCancellationRequested(() => saved.dispose());
  }

  private async runOnce(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const signal = abortOn(token);
    for (const wanted of this.wanted(request)) {
      try {
        await this.runDataset(run, wanted, signal, request.continuous === true);
      } catch (thrown) {
        // The other datasets can be evaluated all the same.
        const error = asAtelierError(thrown);
        this.services.host.log.error('Evaluate', error);
        if (!isCancellation(error)) run.errored(wanted[1], new this.services.host.vscode.TestMessage(`${error.message} ${error.hint}`));
      }
    }
    run.end();
  }

  private async runDataset(
    run: vscode.TestRun,
    [{ definition, uri }, item, wanted]: Wanted,
    signal: AbortSignal,
    quiet: boolean,
  ): Promise<void> {
    // As the files say now, not as they were when the tree was opened.
    const current = await this.services.signature(definition.signature.name);
    await this.resolveRows(item);
    item.children.forEach((child) => {
      if (wanted(child.id)) run.enqueued(child);
    });
    const measured = await runEvaluation(
      this.services,
      { definition: current, file: uri.fsPath },
      { only: ({ row }) => wanted(String(row.row)), signal },
    );
    const { report, facts } = await withHandScores(this.services, measured);
    for (const row of report.rows) this.tell(run, item.children.get(String(row.row)), row);
    const [low, high] = report.interval;
    const score =
      report.score === undefined
        ? 'no score'
        : `${report.score.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, n = ${report.n})`;
    run.appendOutput(
      `${current.signature.name} on ${facts.data.file}: ${score}, ${report.failures} failed, ${report.reused} from before\r\n`,
    );
    if (report.rows.length === item.children.size && !quiet) await this.panels.show(measured);
    if (report.stopped !== undefined) throw report.stopped;
  }

  private tell(run: vscode.TestRun, child: vscode.TestItem | undefined, row: EvaluatedRow): void {
    if (child === undefined) return;
    const { vscode } = this.services.host;
    if (row.score === undefined) {
      run.errored(child, new vscode.TestMessage(`${row.error?.message ?? 'There is no score.'} ${row.error?.hint ?? ''}`), row.latencyMs);
      return;
    }
    if (row.score >= PASS_AT) {
      run.passed(child, row.latencyMs);
      return;
    }
    const message = vscode.TestMessage.diff(row.feedback ?? `The score is ${row.score}.`, lines(row.expected), lines(row.outputs ?? {}));
    if (child.uri !== undefined && child.range !== undefined) message.location = new vscode.Location(child.uri, child.range);
    run.failed(child, message, row.latencyMs);
  }

  /** The datasets that are asked for, each with its rows. By ids: a refresh makes the items anew. */
  private wanted({ include, exclude = [] }: vscode.TestRunRequest): Wanted[] {
    const wanted: Wanted[] = [];
    this.controller.items.forEach((item) => {
      const dataset = this.datasets.get(item);
      if (dataset === undefined || exclude.some(({ id }) => id === item.id)) return;
      const rowsOf = (items: readonly vscode.TestItem[]) =>
        new Set(items.filter(({ parent }) => parent?.id === item.id).map(({ id }) => id));
      const left = rowsOf(exclude);
      const rows = rowsOf(include ?? []);
      const isWhole = include === undefined || include.some(({ id }) => id === item.id);
      if (isWhole || rows.size > 0) wanted.push([dataset, item, (row) => (isWhole || rows.has(row)) && !left.has(row)]);
    });
    return wanted;
  }
}

type Wanted = [dataset: LabeledDataset, item: vscode.TestItem, isWanted: (row: string) => boolean];

function lines(values: FieldValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join('\n');
}
