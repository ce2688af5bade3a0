import type * as vscode from 'vscode';
import { SIGNATURE_ENDING } from '../../core/signature/signature.js';
import type { SourceNode } from '../../core/text/source-tree.js';
import type { SignatureFile } from '../../store/signatures-file.js';
import { BUILT_IN } from '../documents.js';
import type { Services } from '../services.js';

/** Documents of the user's own; those that other features of the editor make of them (`git:`, …) are left alone. */
const OWN = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-userdata', 'vscode-test-web'];
/** The files that people write by hand are small, in bytes. */
const MAX_BYTES = 1 << 20;

/** All signature documents, for providers. */
export const SELECTOR: vscode.DocumentSelector = [...OWN, BUILT_IN].map((scheme) => ({ scheme, pattern: `**/*${SIGNATURE_ENDING}` }));

/** True for a signature that the user can change. */
export function isOwnSignature({ uri }: vscode.TextDocument): boolean {
  return OWN.includes(uri.scheme) && uri.path.endsWith(SIGNATURE_ENDING);
}

/** True for any signature document. */
export function isSignature(document: vscode.TextDocument): boolean {
  return isOwnSignature(document) || (document.uri.scheme === BUILT_IN && document.uri.path.endsWith(SIGNATURE_ENDING));
}

/** The name of a document's file, without its ending. */
export function baseName(uri: vscode.Uri): string {
  return (uri.path.split('/').at(-1) ?? '').slice(0, -SIGNATURE_ENDING.length);
}

/** What a text says, as far as it can be read. */
export interface Analysis {
  readonly text: string;
  readonly root: SourceNode | undefined;
  readonly file: SignatureFile;
}

/** Reads signature documents, each version once. */
export class Analyses {
  private readonly known = new WeakMap<vscode.TextDocument, { readonly version: number; readonly analysis: Promise<Analysis> }>();

  constructor(private readonly services: Services) {}

  of(document: vscode.TextDocument): Promise<Analysis> {
    const { version } = document;
    const known = this.known.get(document);
    if (known?.version === version) return known.analysis;
    const analysis = this.ofText(document.getText(), document.uri);
    this.known.set(document, { version, analysis });
    return analysis;
  }

  /** What a text says that is in no document. @param uri where it is from */
  async ofText(text: string, uri: vscode.Uri): Promise<Analysis> {
    const shown = `${baseName(uri)}${SIGNATURE_ENDING}`;
    if (Buffer.byteLength(text) > MAX_BYTES) {
      const message = `${shown} is larger than 1 MB.`;
      const problem = { file: shown, line: 1, column: 1, message, hint: 'Move examples into a CSV file.', severity: 'error' } as const;
      return { text, root: undefined, file: { definition: undefined, problems: [problem] } };
    }
    const { parseSignatureText } = await import('../../store/index.js');
    return { text, ...parseSignatureText(text, shown) };
  }

  /** True when a signature with these problems does not run, although it could: what is ignored may have been meant. */
  isRefused({ definition, problems }: SignatureFile): boolean {
    return definition !== undefined && problems.length > 0 && this.services.host.settings.runMode === 'production';
  }

  /** The editor. */
  get host(): Services['host'] {
    return this.services.host;
  }
}
