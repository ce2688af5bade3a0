import type * as vscode from 'vscode';
import { VERSION } from '../documents.js';

/** What a document shows: the version for a person, or the messages that a model is sent. */
export type VersionView = 'document' | 'sent';

/** A document of a version. The whole of it is in its address: a tab can be made again at any later time. */
export interface VersionAddress {
  readonly signature: string;
  /** Undefined: the signature as its file says now. */
  readonly version: number | undefined;
  readonly view: VersionView;
}

/** The address of a document; its last part is what a tab says. */
export function versionUri({ Uri }: Pick<typeof vscode, 'Uri'>, { signature, version, view }: VersionAddress): vscode.Uri {
  const state = version === undefined ? 'as written' : `v${version}`;
  const name = `${signature} ${state}${view === 'sent' ? ' as sent' : ''}.md`;
  return Uri.from({ scheme: VERSION, path: `/${signature}/${version === undefined ? 'file' : `v${version}`}/${view}/${name}` });
}

/** @returns undefined for an address that is none of ours: anybody can type one */
export function versionAddress({ scheme, path }: Pick<vscode.Uri, 'scheme' | 'path'>): VersionAddress | undefined {
  const [empty, signature, state = '', view, name, ...more] = path.split('/');
  const version = /^v(\d{1,9})$/.exec(state)?.[1];
  const isOurs =
    scheme === VERSION && empty === '' && name !== undefined && more.length === 0 && (state === 'file' || version !== undefined);
  if (!isOurs || signature === undefined || signature === '' || (view !== 'document' && view !== 'sent')) return undefined;
  return { signature, version: version === undefined ? undefined : Number(version), view };
}
