import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { EvaluationOutcome } from '../../core/evaluation/document.js';
import { evaluationDocument } from '../../core/evaluation/evaluation-document.js';
import { overrideOf } from '../../core/evaluation/overrides.js';
import { webviewHtml, webviewRoot } from '../../host/webview-html.js';
import type { Services } from '../services.js';
import { openOverrides, withHandScores } from './hand-scores.js';
import { type EvaluationDocument, type HostMessage, isPageMessage, type PageMessage } from './protocol.js';

/** Named in `load-signatures.ts` and the manifest, too. */
const VIEW_TYPE = 'promptAtelier.evaluation';

/** A report that is shown. */
interface Report {
  readonly panel: vscode.WebviewPanel;
  /** As it was measured. */
  outcome: EvaluationOutcome;
}

/** Shows evaluations in an editor tab: one for each signature, which the next evaluation of it renews. They outlive a reload of the window. */
export class ReportPanels implements vscode.Disposable {
  private readonly reports = new Map<string, Report>();

  constructor(private readonly services: Services) {}

  /** @throws AtelierError `data.*` when the report, or what people set in it, cannot be kept or read; it is shown all the same */
  async show(outcome: EvaluationOutcome): Promise<void> {
    const { vscode } = this.services.host;
    const { name } = outcome.facts.signature;
    const known = this.reports.get(name);
    if (known === undefined) {
      this.fill(vscode.window.createWebviewPanel(VIEW_TYPE, name, vscode.ViewColumn.Active), outcome);
    } else {
      known.outcome = outcome;
      known.panel.reveal(undefined, true);
      await this.send(known);
    }
    const folder = this.services.host.workspaceFolder();
    if (folder === undefined) return;
    const { keepReport } = await import('../../store/index.js');
    await keepReport(folder, outcome);
  }

  /**
   * Fills a panel of before the window was reloaded.
   * @param state what the page kept: the signature's name
   * @throws AtelierError `data.unreadable`
   */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const folder = this.services.host.workspaceFolder();
    const name = typeof state === 'object' && state !== null && 'signature' in state ? state.signature : undefined;
    const { readKeptReport } = await import('../../store/index.js');
    const outcome = folder === undefined || typeof name !== 'string' ? undefined : await readKeptReport(folder, name);
    const known = typeof name === 'string' ? this.reports.get(name) : undefined;
    if (known !== undefined) {
      // It was evaluated again before this tab was looked at.
      panel.dispose();
      known.panel.reveal();
      return;
    }
    try {
      if (outcome !== undefined) {
        this.fill(panel, outcome);
        return;
      }
    } catch (error) {
      this.services.host.log.error('Evaluation Report', error);
    }
    panel.dispose();
    throw new AtelierError('data.unreadable', 'The evaluation that was open here is not kept any more.', {
      hint: 'Evaluate the signature again: what did not change is not asked again.',
    });
  }

  dispose(): void {
    for (const { panel } of [...this.reports.values()]) panel.dispose();
  }

  private fill(panel: vscode.WebviewPanel, outcome: EvaluationOutcome): void {
    const { context, guard } = this.services.host;
    const { name } = outcome.facts.signature;
    panel.title = titleOf(evaluationDocument(outcome));
    // Of a panel of before a reload they name the folder of the extension as it was then.
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(context.extensionUri)] };
    const report: Report = { panel, outcome };
    this.reports.set(name, report);
    panel.onDidDispose(() => {
      if (this.reports.get(name) === report) this.reports.delete(name);
    });
    panel.webview.onDidReceiveMessage((message: unknown) => {
      void guard('Evaluation Report', () => this.act(report, message));
    });
    panel.webview.html = webviewHtml(panel.webview, context.extensionUri, 'report', 'Evaluation');
  }

  private async act(report: Report, message: unknown): Promise<void> {
    if (!isPageMessage(message)) return;
    // A page that was hidden begins anew: it is given everything.
    if (message.type === 'ready') await this.send(report);
    else if (message.type === 'openRow') await this.openRow(report, message.line);
    else if (message.type === 'overrideScore') await this.override(report, message);
    else await this.saveCsv(message);
  }

  private async openRow({ outcome }: Report, line: number): Promise<void> {
    const { vscode } = this.services.host;
    const folder = this.services.host.workspaceFolder() ?? '';
    const file = path.resolve(folder, outcome.facts.data.file);
    // A kept report is a file, too: it must not open others than those of the workspace.
    const inside = path.relative(folder, file);
    if (inside.startsWith('..') || path.isAbsolute(inside)) return;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const shown = Math.min(Math.max(0, line - 1), document.lineCount - 1);
    await vscode.window.showTextDocument(document, {
      selection: document.lineAt(shown).range,
      viewColumn: vscode.ViewColumn.Beside,
    });
  }

  private async override(report: Report, { of, row, repeat, score, comment }: PageMessage & { type: 'overrideScore' }): Promise<void> {
    this.services.requireTrust();
    const { facts, report: measured } = report.outcome;
    if (of !== facts.created) {
      throw new AtelierError('selection.changed', 'The signature was evaluated again meanwhile: nothing was saved.', {
        hint: 'Look at the new answer, and score that one.',
      });
    }
    const result = measured.rows.find((each) => each.row === row && each.repeat === repeat);
    if (result === undefined) return;
    const override = overrideOf(result, {
      timestamp: new Date().toISOString(),
      signature: facts.signature.name,
      metric: measured.scorer,
      score: score ?? undefined,
      comment,
      userId: this.services.host.settings.userId,
    });
    await (await openOverrides(this.services, true)).append(override, result);
    this.services.host.log.info(
      `${facts.signature.name}, row ${row}: score ${score === null ? 'as it was measured' : `set to ${score}`} by hand`,
    );
    await this.send(report);
  }

  private async saveCsv({ name, text }: PageMessage & { type: 'saveCsv' }): Promise<void> {
    const { vscode } = this.services.host;
    const folder = this.services.host.workspaceFolder();
    const defaultUri = folder === undefined ? undefined : vscode.Uri.joinPath(vscode.Uri.file(folder), name.replace(/[\\/]/g, '_'));
    const target = await vscode.window.showSaveDialog({ ...(defaultUri === undefined ? {} : { defaultUri }), filters: { CSV: ['csv'] } });
    if (target !== undefined) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  }

  /** With the scores that people set. What another evaluation has replaced meanwhile is not sent any more. */
  private async send(report: Report): Promise<void> {
    const { panel, outcome } = report;
    const document = evaluationDocument(await withHandScores(this.services, outcome));
    if (report.outcome !== outcome) return;
    panel.title = titleOf(document);
    await panel.webview.postMessage({ type: 'document', document } satisfies HostMessage);
  }
}

function titleOf({ signature, score, interval: [low, high] }: EvaluationDocument): string {
  return score === null ? `${signature}: no score` : `${signature} (${score.toFixed(2)} ±${((high - low) / 2).toFixed(2)})`;
}
