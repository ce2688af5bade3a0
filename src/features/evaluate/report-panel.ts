import type * as vscode from 'vscode';
import { webviewHtml, webviewRoot } from '../../host/webview-html.js';
import type { Services } from '../services.js';
import type { EvaluationDocument, HostMessage, PageMessage } from './protocol.js';

const VIEW_TYPE = 'promptAtelier.evaluation';

/** Shows evaluations in an editor tab: one for each signature, which the next evaluation of it renews. */
export class ReportPanels implements vscode.Disposable {
  private readonly panels = new Map<string, { readonly panel: vscode.WebviewPanel; document: EvaluationDocument; file: string }>();

  constructor(private readonly services: Services) {}

  /** @param file absolute path of the dataset */
  show(document: EvaluationDocument, file: string): void {
    const { vscode, context } = this.services.host;
    const known = this.panels.get(document.signature);
    if (known !== undefined) {
      known.document = document;
      known.file = file;
      known.panel.title = titleOf(document);
      known.panel.reveal(undefined, true);
      this.send(known.panel, document);
      return;
    }
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, titleOf(document), vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [webviewRoot(context.extensionUri)],
    });
    const entry = { panel, document, file };
    this.panels.set(document.signature, entry);
    panel.onDidDispose(() => this.panels.delete(document.signature));
    panel.webview.onDidReceiveMessage((message: unknown) => {
      void this.services.host.guard('Evaluation Report', () => this.act(entry, message));
    });
    panel.webview.html = webviewHtml(panel.webview, context.extensionUri, 'report', 'Evaluation');
  }

  dispose(): void {
    for (const { panel } of [...this.panels.values()]) panel.dispose();
  }

  private async act(entry: { panel: vscode.WebviewPanel; document: EvaluationDocument; file: string }, message: unknown): Promise<void> {
    const { vscode } = this.services.host;
    if (!isPageMessage(message)) return;
    // A page that was hidden begins anew: it is given everything.
    if (message.type === 'ready') this.send(entry.panel, entry.document);
    else if (message.type === 'openRow') {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(entry.file));
      const line = Math.min(Math.max(0, message.line - 1), document.lineCount - 1);
      await vscode.window.showTextDocument(document, { selection: document.lineAt(line).range, viewColumn: vscode.ViewColumn.Beside });
    } else {
      const folder = this.services.host.workspaceFolder();
      const defaultUri =
        folder === undefined ? undefined : vscode.Uri.joinPath(vscode.Uri.file(folder), message.name.replace(/[\\/]/g, '_'));
      const target = await vscode.window.showSaveDialog({ ...(defaultUri === undefined ? {} : { defaultUri }), filters: { CSV: ['csv'] } });
      if (target !== undefined) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(message.text));
    }
  }

  private send(panel: vscode.WebviewPanel, document: EvaluationDocument): void {
    void panel.webview.postMessage({ type: 'document', document } satisfies HostMessage);
  }
}

function titleOf({ signature, score, interval: [low, high] }: EvaluationDocument): string {
  return score === null ? `${signature}: no score` : `${signature} (${score.toFixed(2)} ±${((high - low) / 2).toFixed(2)})`;
}

/** What comes from a page is data until it is looked at. */
function isPageMessage(message: unknown): message is PageMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type, line, name, text } = message as Readonly<Record<string, unknown>>;
  if (type === 'ready') return true;
  if (type === 'openRow') return typeof line === 'number' && Number.isInteger(line);
  return type === 'saveCsv' && typeof name === 'string' && typeof text === 'string';
}
