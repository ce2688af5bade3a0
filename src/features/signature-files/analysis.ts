import type * as vscode from 'vscode';
import type { SourceNode } from '../../core/text/source-tree.js';
import type { SignatureFile } from '../../store/signatures-file.js';
import type { Services } from '../services.js';

/** The ending of signature files. */
export const ENDING = '.signature.yaml';
/** The scheme of the built-in signatures, which have no file of the user's. */
export const BUILT_IN = 'promptAtelier-signature';
/** Documents of the user's own; those that other features of the editor make of them (`git:`, …) are left alone. */
const OWN = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-userdata', 'vscode-test-web'];
/** The files that people write by hand are small, in characters. */
export const MAX_LENGTH = 1 << 20;

/** All signature documents, for providers. */
export const SELECTOR: vscode.DocumentSelector = [...OWN, BUILT_IN].map((scheme) => ({ scheme, pattern: `**/*${ENDING}` }));

/** True for a signature that the user can change. */
export function isOwnSignature({ uri }: vscode.TextDocument): boolean {
  return OWN.includes(uri.scheme) && uri.path.endsWith(ENDING);
}

/** True for any signature document. */
export function isSignature(document: vscode.TextDocument): boolean {
  return isOwnSignature(document) || (document.uri.scheme === BUILT_IN && document.uri.path.endsWith(ENDING));
}

/** The name of a document's file, without its ending. */
export function baseName(uri: vscode.Uri): string {
  return (uri.path.split('/').at(-1) ?? '').slice(0, -ENDING.length);
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
    const analysis = this.read(document.getText(), `${baseName(document.uri)}${ENDING}`);
    this.known.set(document, { version, analysis });
    return analysis;
  }

  private async read(text: string, shown: string): Promise<Analysis> {
    if (text.length > MAX_LENGTH) {
      const message = `${shown} is larger than 1 MB.`;
      const problem = { file: shown, line: 1, column: 1, message, hint: 'Move examples into a CSV file.', severity: 'error' } as const;
      return { text, root: undefined, file: { definition: undefined, problems: [problem] } };
    }
    const { parseSignature, readSourceTree } = await import('../../store/index.js');
    return { text, root: readSourceTree(text), file: parseSignature(text, shown) };
  }

  /** The editor. */
  get host(): Services['host'] {
    return this.services.host;
  }
}
