import * as vscode from 'vscode';

/** The folder that files are read from and written to; undefined when there is none on disk. */
export function workspaceFolder(): string | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.find((folder) => folder.uri.scheme === 'file')?.uri.fsPath;
}
