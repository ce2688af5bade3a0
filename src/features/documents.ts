import type * as vscode from 'vscode';
import type { HostServices } from '../host/host-services.js';
import type { ReadOnlyFiles } from '../host/read-only-files.js';

/** The scheme of previews of prompts. The address of one holds that of its signature, so that it can be made again at any later time. */
export const PREVIEW = 'promptAtelier-preview';
/** The scheme of the built-in signatures, which have no file of the user's. */
export const BUILT_IN = 'promptAtelier-signature';
/** The scheme of documents of versions. */
export const VERSION = 'promptAtelier-version';

/** Documents of ours that a window may open with. */
export interface Documents {
  readonly previews: ReadOnlyFiles;
  readonly builtIn: ReadOnlyFiles;
  readonly versions: ReadOnlyFiles;
}

/** @param load what serves them all; it is called when one of them is first asked for */
export function openDocuments({ vscode, readOnlyFiles }: HostServices, load: () => Promise<unknown>): Documents & vscode.Disposable {
  const previews = readOnlyFiles(PREVIEW, load, 'This is what a model is sent. Change the signature instead.');
  const builtIn = readOnlyFiles(BUILT_IN, load, 'This signature comes with Prompt Atelier. Copy it to the workspace to change it.');
  const why = 'A version never changes. [Create a new version from this](command:promptAtelier.createFromVersion).';
  const versions = readOnlyFiles(VERSION, load, why, ['promptAtelier.createFromVersion']);
  const all = vscode.Disposable.from(previews, builtIn, versions);
  return { previews, builtIn, versions, dispose: () => all.dispose() };
}
