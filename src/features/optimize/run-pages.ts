import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { progressOfRun, secondsLeft } from '../../core/optimizer/run-view.js';
import { webviewHtml, webviewRoot } from '../../host/webview-html.js';
import type { Services } from '../services.js';
import { WhenQuiet } from '../signature-files/when-quiet.js';
import { type CallsMessage, isPageMessage, type PageMessage, type RunMessage, type RunView } from './protocol.js';
import type { RunActions } from './run-actions.js';
import type { RunBook } from './run-book.js';

/** Named in `load-signatures.ts` and the manifest, too. */
const VIEW_TYPE = 'promptAtelier.run';

/** Calls that a page shows; all of them are in the journal. */
const SHOWN_CALLS = 200;

/** Shows runs in editor tabs, one for each run. They outlive a reload of the window. */
export class RunPages implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly watched: vscode.Disposable;
  private readonly quiet = new WhenQuiet();

  constructor(
    private readonly services: Services,
    private readonly book: RunBook,
    private readonly actions: RunActions,
  ) {
    this.watched = book.onDidChange((run) => this.quiet.ask(run, () => void services.host.guard('Run', () => this.send(run))));
  }

  /** @throws AtelierError `run.unknown` */
  async show(run: string): Promise<void> {
    const known = this.panels.get(run);
    if (known !== undefined) {
      known.reveal();
      return;
    }
    const view = await this.book.view(run);
    if (view === undefined) throw new AtelierError('run.unknown', `Nothing is kept of the run "${run}".`, { hint: 'Begin a new one.' });
    const { vscode } = this.services.host;
    this.fill(vscode.window.createWebviewPanel(VIEW_TYPE, titleOf(view), vscode.ViewColumn.Active), run);
  }

  /**
   * Fills a panel of before the window was reloaded.
   * @param state what the page kept: the run's name
   * @throws AtelierError `run.unknown`
   */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const run = typeof state === 'object' && state !== null && 'run' in state ? state.run : undefined;
    const view = typeof run === 'string' ? await this.book.view(run) : undefined;
    if (view === undefined || this.panels.has(view.run)) {
      panel.dispose();
      if (view !== undefined) this.panels.get(view.run)?.reveal();
      else
        throw new AtelierError('run.unknown', 'The run that was open here is not kept any more.', {
          hint: 'Open another one in the Runs view.',
        });
      return;
    }
    this.fill(panel, view.run);
  }

  dispose(): void {
    this.watched.dispose();
    this.quiet.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  private fill(panel: vscode.WebviewPanel, run: string): void {
    const { context, guard } = this.services.host;
    // Of a panel of before a reload they name the folder of the extension as it was then.
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(context.extensionUri)] };
    this.panels.set(run, panel);
    panel.onDidDispose(() => {
      if (this.panels.get(run) === panel) this.panels.delete(run);
    });
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (isPageMessage(message)) void guard('Run', () => this.act(run, message));
    });
    panel.webview.html = webviewHtml(panel.webview, context.extensionUri, 'run', 'Run');
  }

  private async act(run: string, message: PageMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.send(run);
      case 'pause':
        return this.book.pause(run);
      case 'stop':
        return this.book.finish(run);
      case 'resume':
        return this.book.resume(run);
      case 'promote':
        return this.actions.promote(run);
      case 'compare':
        return this.actions.compare(run);
      case 'discard':
        return this.actions.discard(run);
      case 'saveCandidate':
        return this.actions.saveCandidate(run, message.id);
      case 'openRow':
        return this.openRow(message.file, message.row);
      case 'calls':
        return this.sendCalls(run);
      case 'openJournal':
        return this.openJournal(run);
      case 'showLog':
        return this.services.host.log.show();
    }
  }

  private async send(run: string): Promise<void> {
    const panel = this.panels.get(run);
    const view = panel === undefined ? undefined : await this.book.view(run);
    if (panel === undefined || view === undefined) return;
    panel.title = titleOf(view);
    const isElsewhere = view.status === 'running' && !this.book.isLive(run);
    const message: RunMessage = {
      ...{ type: 'run', view, progress: progressOfRun(view), secondsLeft: secondsLeft(view) ?? null },
      canAct: this.services.host.vscode.workspace.isTrusted && !isElsewhere,
    };
    await panel.webview.postMessage(message);
  }

  private async sendCalls(run: string): Promise<void> {
    const message: CallsMessage = { type: 'calls', calls: await (await this.book.folders()).lastCalls(run, SHOWN_CALLS) };
    await this.panels.get(run)?.webview.postMessage(message);
  }

  /** All that was paid for, as the file that it is. */
  private async openJournal(run: string): Promise<void> {
    const { vscode } = this.services.host;
    const file = await (await this.book.folders()).journalFile(run);
    if (file !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: vscode.ViewColumn.Beside });
  }

  /** Shows a row of a data file of the workspace. */
  private async openRow(named: string, row: number): Promise<void> {
    const { vscode } = this.services.host;
    const folder = this.services.host.workspaceFolder() ?? '';
    const file = path.resolve(folder, named);
    // What is kept of a run is a file, too: it must not open others than those of the workspace.
    const inside = path.relative(folder, file);
    if (folder === '' || inside.startsWith('..') || path.isAbsolute(inside)) return;
    const { readDataset } = await import('../../store/index.js');
    const { rows } = await readDataset(file, folder);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const line = Math.min(Math.max(0, (rows.find((each) => each.row === row)?.line ?? 1) - 1), document.lineCount - 1);
    await vscode.window.showTextDocument(document, { selection: document.lineAt(line).range, viewColumn: vscode.ViewColumn.Beside });
  }
}

function titleOf({ signature, optimizer }: RunView): string {
  return `Optimize ${signature} · ${optimizer}`;
}
