import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { folder } from './support.js';

export const TEXT = `name: tone
description: Say how a text sounds.
instructions: |
  Listen to the words.
input_fields:
  - {name: passage, type: string, description: The text to listen to}
output_fields:
  - name: tone
    type: class
    options: [warm, cold]
    description: How it sounds
examples:
  - {passage: Dear friend, tone: warm}
`;

export const builtIn = (name: string) => vscode.Uri.from({ scheme: 'promptAtelier-signature', path: `/${name}.signature.yaml` });
export const file = (name: string) => vscode.Uri.file(path.join(folder(), 'signatures', `${name}.signature.yaml`));
export const problemsOf = (document: vscode.TextDocument) =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Prompt Atelier');

/** A command of ours, with a name in place of questions. */
export const run = async (name: string, argument?: string): Promise<void> =>
  vscode.commands.executeCommand(`promptAtelier.${name}`, argument);

/** An unsaved signature in the editor. */
export async function typed(name: string, text: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(file(name).with({ scheme: 'untitled' }));
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
  return editor;
}

export async function replace({ document }: vscode.TextEditor, before: string, after: string): Promise<void> {
  const at = document.getText().indexOf(before);
  assert.ok(at >= 0, before);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + before.length)), after);
  await vscode.workspace.applyEdit(edit);
}

/** The place behind the last character of a text. */
export function behind(document: vscode.TextDocument, text: string): vscode.Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, text);
  return document.positionAt(at + text.length);
}

export async function completed(document: vscode.TextDocument, position: vscode.Position, typed?: string): Promise<string[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    position,
    typed,
  );
  return list.items
    .filter(({ kind }) => kind !== vscode.CompletionItemKind.Text)
    .map(({ label }) => (typeof label === 'string' ? label : label.label));
}

export async function hovered(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position);
  return hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value)).join('\n');
}

export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor !== undefined) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}
