import type * as vscode from 'vscode';
import { asAtelierError } from '../../core/errors.js';
import { baseProgram } from '../../core/signature/find-signature.js';
import { placeholderInputs } from '../../core/signature/placeholders.js';
import { SIGNATURE_ENDING } from '../../core/signature/signature.js';
import type { Version } from '../../core/version/version.js';
import { versionDocument } from '../../core/version/version-document.js';
import { versionName } from '../../core/version/version-name.js';
import { definitionOfVersion } from '../../core/version/version-program.js';
import { versionOf } from '../../core/version/version-text.js';
import { writtenDraft } from '../../core/version/written-version.js';
import type { ReadOnlyFiles } from '../../host/read-only-files.js';
import { VERSION } from '../documents.js';
import type { Services } from '../services.js';
import { previewText } from '../signature-files/preview-text.js';
import { type VersionAddress, versionAddress, versionUri } from './address.js';

/** Versions as documents that a person can read, and as the messages that a model is sent. No model is called. */
export class VersionDocuments {
  constructor(
    private readonly services: Services,
    private readonly files: ReadOnlyFiles,
  ) {
    files.serve((uri) => this.textAt(uri));
  }

  register(): vscode.Disposable {
    const { vscode } = this.services.host;
    return vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        // Beside versions stands the signature as it is written.
        if (uri.path.endsWith(SIGNATURE_ENDING)) this.refresh();
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) {
          const uris =
            input instanceof vscode.TabInputText
              ? [input.uri]
              : input instanceof vscode.TabInputTextDiff
                ? [input.original, input.modified]
                : [];
          for (const uri of uris) if (uri.scheme === VERSION) this.files.forget(uri);
        }
      }),
    );
  }

  /** Scores are measured after a version was saved: what is open shows them. */
  refresh(): void {
    for (const { uri } of this.services.host.vscode.workspace.textDocuments) if (uri.scheme === VERSION) this.files.refresh(uri);
  }

  async open(address: VersionAddress): Promise<void> {
    const { vscode } = this.services.host;
    await vscode.window.showTextDocument(versionUri(vscode, address), { preview: true });
  }

  private async textAt(uri: vscode.Uri): Promise<string> {
    const address = versionAddress(uri);
    if (address === undefined) throw this.services.host.vscode.FileSystemError.FileNotFound(uri);
    try {
      const version = await this.versionAt(address);
      return address.view === 'document' ? versionDocument(version) : await this.asSent(version);
    } catch (thrown) {
      // Thrown errors would leave an empty tab.
      this.services.host.log.error('Version', thrown);
      const { message, hint, file, line } = asAtelierError(thrown);
      const place = file === undefined ? '' : `\n\n${file}:${line ?? 1}`;
      const name = address.version === undefined ? 'as written' : versionName(address.version);
      return `# ${address.signature} ${name}\n\n${message}\n${hint}${place}\n`;
    }
  }

  /** A saved version; for the signature as it is written one that is not saved. */
  private async versionAt({ signature, version }: VersionAddress): Promise<Version> {
    if (version !== undefined) return (await this.services.versions()).readScored(signature, version);
    // What is not saved has neither number nor time.
    return versionOf(writtenDraft(await this.services.signature(signature), { author: '', created: '' }), 0, []);
  }

  private async asSent(version: Version): Promise<string> {
    const { renderMessages, estimateTokens } = await import('../../engine/index.js');
    const definition = definitionOfVersion(version);
    const messages = await renderMessages(baseProgram(definition), placeholderInputs(version.signature));
    const tokens = estimateTokens(messages.map(({ content }) => content).join('\n'));
    const { name } = version.signature;
    return previewText({ name, module: version.module, demos: version.demos.length, tokens, isRefused: false }, messages);
  }
}
