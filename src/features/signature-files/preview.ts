import type * as vscode from 'vscode';
import { AtelierError, asAtelierError } from '../../core/errors.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { baseProgram } from '../../core/signature/find-signature.js';
import { placeholderInputs } from '../../core/signature/placeholders.js';
import { SIGNATURE_ENDING } from '../../core/signature/signature.js';
import type { ReadOnlyFiles } from '../../host/read-only-files.js';
import { PREVIEW } from '../documents.js';
import type { Services } from '../services.js';
import { type Analyses, type Analysis, baseName, isSignature } from './analysis.js';
import { brokenPreview, previewText } from './preview-text.js';
import { WhenQuiet } from './when-quiet.js';

/** Read-only documents of the messages that a signature sends. No model is called. */
export class PromptPreviews {
  private readonly quiet = new WhenQuiet();
  /** The last preview of each that worked, by address. */
  private readonly good = new Map<string, string>();

  constructor(
    private readonly services: Services,
    private readonly analyses: Analyses,
    private readonly files: ReadOnlyFiles,
  ) {
    files.serve((uri) => this.textAt(uri));
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
    const changed = (document: vscode.TextDocument) => {
      if (isSignature(document)) this.refresh((source) => source.path === document.uri.path);
    };
    return vscode.Disposable.from(
      this.quiet,
      vscode.workspace.onDidOpenTextDocument(asMarkdown),
      vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document)),
      vscode.workspace.onDidSaveTextDocument(changed),
      vscode.workspace.onDidCloseTextDocument(changed),
      this.services.host.settings.onChange(['run.mode'], () => this.refresh(() => true)),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) if (input instanceof vscode.TabInputText) this.forget(input.uri);
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
    if (source === undefined || !source.path.endsWith(SIGNATURE_ENDING)) {
      throw new AtelierError('signature.unknown', 'No signature is open.', { hint: `Open a file that ends in ${SIGNATURE_ENDING} first.` });
    }
    const address = vscode.Uri.from({ scheme: PREVIEW, path: `/${baseName(source)} prompt`, query: source.toString() });
    const document = await vscode.workspace.openTextDocument(address);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  private async textAt(uri: vscode.Uri): Promise<string> {
    const { vscode } = this.services.host;
    const source = vscode.Uri.parse(uri.query);
    // An address can be typed by anybody: only signatures are read for it.
    if (!source.path.endsWith(SIGNATURE_ENDING)) throw vscode.FileSystemError.FileNotFound(uri);
    const name = baseName(source);
    const key = uri.toString();
    try {
      const { file } = await this.analysisOf(source);
      const { definition, problems } = file;
      if (definition === undefined) {
        const problem = problems.find(({ severity }) => severity === 'error');
        const why = problem === undefined ? '' : `Line ${problem.line}: ${problem.message}\n${problem.hint}`;
        return brokenPreview(name, why, this.good.get(key));
      }
      const text = await this.render(definition, this.analyses.isRefused(file));
      this.good.set(key, text);
      return text;
    } catch (thrown) {
      // Thrown errors would leave an empty tab.
      this.services.host.log.error('Preview Prompt', thrown);
      const { message, hint } = asAtelierError(thrown);
      return brokenPreview(name, `${message}\n${hint}`, this.good.get(key));
    }
  }

  /** What the document says when it is open, else its file. An unsaved one goes on in the file that it was saved to, and is never made anew. */
  private async analysisOf(source: vscode.Uri): Promise<Analysis> {
    const { vscode } = this.services.host;
    const isUnsaved = source.scheme === 'untitled';
    const saved = isUnsaved ? source.with({ scheme: 'file' }) : source;
    for (const uri of [source, saved]) {
      const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
      if (open !== undefined) return this.analyses.of(open);
    }
    const bytes = await vscode.workspace.fs.readFile(saved).then(undefined, (cause: unknown) => {
      const what = isUnsaved ? 'was closed without being saved' : 'cannot be read';
      const hint = isUnsaved ? 'Close this tab.' : 'Close this tab, or put the file back.';
      throw new AtelierError('signature.unknown', `${baseName(source)}${SIGNATURE_ENDING} ${what}.`, { hint, cause });
    });
    return this.analyses.ofText(new TextDecoder().decode(bytes), saved);
  }

  private async render(definition: SignatureDefinition, isRefused: boolean): Promise<string> {
    const { signature, module } = definition;
    const program = baseProgram(definition);
    const { renderMessages, estimateTokens } = await import('../../engine/index.js');
    const messages = await renderMessages(program, placeholderInputs(signature));
    const tokens = estimateTokens(messages.map(({ content }) => content).join('\n'));
    return previewText({ name: signature.name, module, demos: program.demos.length, tokens, isRefused }, messages);
  }

  private refresh(isMeant: (source: vscode.Uri) => boolean): void {
    const { vscode } = this.services.host;
    const shown = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === PREVIEW && isMeant(vscode.Uri.parse(uri.query)));
    for (const { uri } of shown) this.quiet.ask(uri.toString(), () => this.files.refresh(uri));
  }

  private forget(uri: vscode.Uri): void {
    if (uri.scheme !== PREVIEW) return;
    this.good.delete(uri.toString());
    this.files.forget(uri);
  }
}
