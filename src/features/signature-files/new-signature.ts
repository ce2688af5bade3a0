import type * as vscode from 'vscode';
import { extractDefinition } from '../../core/signature/extract.js';
import { plain, signatureSnippet } from '../../core/signature/snippets.js';
import { BUILT_IN, PREVIEW } from '../documents.js';
import type { Services } from '../services.js';
import { askForName, fileOf, requireFreeName, signaturesFolder } from './places.js';

/** Opens a new signature, unsaved: it is saved where it belongs, or closed without a trace. @param given its name; asked for when absent */
export async function newSignature(services: Services, given?: string): Promise<void> {
  const { vscode } = services.host;
  services.requireTrust();
  const folder = signaturesFolder(services);
  const name = await nameFor(services, 'New Signature', folder, given);
  if (name === undefined) return;
  const editor = await openUnsaved(services, folder, name, vscode.ViewColumn.Active);
  await editor.insertSnippet(new vscode.SnippetString(signatureSnippet(plain(name))), new vscode.Position(0, 0));
}

/** Makes a new, unsaved signature of the selected text, which stays as it is. @param given its name; asked for when absent */
export async function extractSignature(services: Services, given?: string): Promise<void> {
  const { vscode } = services.host;
  services.requireTrust();
  const source = vscode.window.activeTextEditor;
  const selected = source?.document.getText(source.selection) ?? '';
  if (extractDefinition(selected, 'x') === undefined) {
    void vscode.window.showInformationMessage(
      'Select the text of a prompt first: it becomes the instructions, and its {placeholders} the inputs.',
    );
    return;
  }
  const folder = signaturesFolder(services);
  const name = await nameFor(services, 'Extract Selection to Signature', folder, given);
  const extraction = name === undefined ? undefined : extractDefinition(selected, name);
  if (name === undefined || extraction === undefined) return;
  const { printSignature } = await import('../../store/index.js');
  const text = printSignature(extraction.definition);
  const editor = await openUnsaved(services, folder, name, vscode.ViewColumn.Beside);
  await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), text));
  // In the document's own text: its line breaks may be longer than ours.
  const quote = 'description: "';
  const at = editor.document.positionAt(editor.document.getText().indexOf(quote) + quote.length);
  editor.selection = new vscode.Selection(at, at);
  if (extraction.left.length > 0) void vscode.window.showInformationMessage(leftMessage(extraction.left));
}

/** Which placeholders were none that can be told to be one. */
function leftMessage(left: readonly string[]): string {
  const shown = left.slice(0, 3).map((part) => (part.length > 40 ? `${part.slice(0, 39)}…` : part));
  const more = left.length > shown.length ? ` and ${left.length - shown.length} more` : '';
  return `${shown.join(', ')}${more} stayed as text. Where a value shall stand, write the name of an input in backticks.`;
}

/** Offers the extraction in the menu of refactorings, wherever text is selected. */
export function registerExtractAction({ host }: Services): vscode.Disposable {
  const { vscode } = host;
  const kind = vscode.CodeActionKind.RefactorExtract.append('signature');
  const provideCodeActions = ({ uri }: vscode.TextDocument, range: vscode.Range) => {
    if (range.isEmpty || uri.scheme === PREVIEW || uri.scheme === BUILT_IN || !vscode.workspace.isTrusted) return [];
    const action = new vscode.CodeAction('Extract Selection to Signature', kind);
    action.command = { title: action.title, command: 'promptAtelier.extractSignature' };
    return [action];
  };
  return vscode.languages.registerCodeActionsProvider('*', { provideCodeActions }, { providedCodeActionKinds: [kind] });
}

async function nameFor(services: Services, title: string, folder: vscode.Uri, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return askForName(services, title, folder);
  await requireFreeName(services, given, folder);
  return given;
}

async function openUnsaved(
  services: Services,
  folder: vscode.Uri,
  name: string,
  viewColumn: vscode.ViewColumn,
): Promise<vscode.TextEditor> {
  const { vscode } = services.host;
  const document = await vscode.workspace.openTextDocument(fileOf(folder, name).with({ scheme: 'untitled' }));
  return vscode.window.showTextDocument(document, { viewColumn, preview: false });
}
