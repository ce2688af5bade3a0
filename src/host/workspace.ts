import * as vscode from 'vscode';
import { AtelierError } from '../core/errors.js';

/** The folder that files are read from and written to; undefined when there is none on disk. */
export function workspaceFolder(): string | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.find((folder) => folder.uri.scheme === 'file')?.uri.fsPath;
}

/** Why there is no folder that files can be written to: none is open, or it is on a server that only the editor reaches. @param hint what to open */
export function noFolder(hint: string): AtelierError {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  if (first === undefined) return new AtelierError('workspace.none', 'No folder is open.', { hint });
  return new AtelierError('workspace.none', `The folder "${first.name}" is not on disk.`, {
    hint: 'Clone it, or open a folder that is on this computer.',
  });
}
