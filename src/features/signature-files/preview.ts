import type * as vscode from 'vscode';
import { AtelierError, asAtelierError } from '../../core/errors.js';
import { baseProgram } from '../../core/signature/find-signature.js';
import { placeholderInputs } from '../../core/signature/placeholders.js';
import type { Services } from '../services.js';
import { type Analyses, baseName, ENDING, isSignature } from './analysis.js';
import { brokenPreview, previewText } from './preview-text.js';
import { WhenQuiet } from './when-quiet.js';

/** The scheme of previews. The address of one holds that of its signature, so that it can be made again at any later time. */
export const PREVIEW = 'promptAtelier-preview';

/** Read-only documents of the messages that a signature sends. No model is called. */
export class PromptPreviews implements vscode.TextDocumentContentProvider {
  private readonly changed: vscode.EventEmitter<vscode.Uri>;
  private readonly quiet = new WhenQuiet();
  /** The last preview of each that worked, by address. */
  private readonly good = new Map<string, string>();
  readonly onDidChange: vscode.Event<vscode.Uri>;

  constructor(
    private readonly services: Services,
    private readonly analyses: Analyses,
  ) {
    this.changed = new services.host.vscode.EventEmitter<vscode.Uri>();
    this.onDidChange = this.changed.event;
  }

  register(): vscode.Disposable {
    const { vscode } = this.services.host;
    // A document of no known ending: Markdown makes its headings and fences visible.
    const asMarkdown = (document: vscode.TextDocument) => {
      if (document.uri.scheme === PREVIEW && document.languageId !== 'markdown') {
        void vscode.languages.setTextDocumentLanguage(document, 'markdown');
      }
    };
    for (const document of vscode.workspace.textDocuments) asMarkdown(document);
    return vscode.Disposable.from(
      this.changed,
      this.quiet,
      vscode.workspace.registerTextDocumentContentProvider(PREVIEW, this),
      vscode.workspace.onDidOpenTextDocument(asMarkdown),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isSignature(document)) this.refresh(document.uri);
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) if (input instanceof vscode.TabInputText) this.good.delete(input.uri.toString());
      }),
    );
  }

  /**
   * Opens the preview of a signature beside it.
   * @param uri the document of the signature; the active one when absent
   * @throws AtelierError `signature.unknown` when that is no signature
   */
  async show(uri?: unknown): Promise<void> {
    const { vscode } = this.services.host;
    const source = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
    if (source === undefined || !source.path.endsWith(ENDING)) {
      throw new AtelierError('signature.unknown', 'No signature is open.', { hint: `Open a file that ends in ${ENDING} first.` });
    }
    const address = vscode.Uri.from({ scheme: PREVIEW, path: `/${baseName(source)} prompt`, query: source.toString() });
    const document = await vscode.workspace.openTextDocument(address);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { vscode } = this.services.host;
    const source = vscode.Uri.parse(uri.query, true);
    const name = baseName(source);
    const key = uri.toString();
    try {
      const document = await vscode.workspace.openTextDocument(source);
      const { file } = await this.analyses.of(document);
      if (file.definition === undefined) {
        const problem = file.problems.find(({ severity }) => severity === 'error') ?? file.problems[0];
        if (problem !== undefined) return brokenPreview(name, problem, this.good.get(key));
      }
      const text = file.definition === undefined ? '' : await this.render(file.definition);
      this.good.set(key, text);
      return text;
    } catch (thrown) {
      const { message, hint } = asAtelierError(thrown);
      return brokenPreview(name, { file: name, line: 1, message, hint, severity: 'error' }, this.good.get(key));
    }
  }

  private async render(definition: Parameters<typeof baseProgram>[0]): Promise<string> {
    const { signature, module } = definition;
    const program = baseProgram(definition);
    const { renderMessages, estimateTokens } = await import('../../engine/index.js');
    const messages = await renderMessages(program, placeholderInputs(signature));
    const tokens = estimateTokens(messages.map(({ content }) => content).join('\n'));
    return previewText({ name: signature.name, module, demos: program.demos.length, tokens }, messages);
  }

  private refresh(source: vscode.Uri): void {
    const { vscode } = this.services.host;
    const shown = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === PREVIEW && uri.query === source.toString());
    for (const { uri } of shown) this.quiet.ask(uri.toString(), () => this.changed.fire(uri));
  }
}
