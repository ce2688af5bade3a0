import path from 'node:path';
import type * as vscode from 'vscode';
import { SIGNATURE_ENDING } from '../../core/signature/signature.js';
import type { SignatureLibrary } from '../../store/signatures-file.js';
import { diagnosticOf } from '../problems/diagnostic.js';
import type { Services } from '../services.js';
import { isOwnSignature } from './analysis.js';
import { WhenQuiet } from './when-quiet.js';

/** Problems of signature files that nobody has open: a broken one leaves its name to a built-in signature. */
export function registerLibraryProblems(services: Services): vscode.Disposable {
  const { vscode, log, settings } = services.host;
  const collection = vscode.languages.createDiagnosticCollection('promptAtelier.signatures');
  const quiet = new WhenQuiet();
  let library: SignatureLibrary | undefined;
  const show = () => {
    const folder = services.host.workspaceFolder();
    const found = new Map<string, vscode.Diagnostic[]>();
    for (const problem of folder === undefined ? [] : (library?.problems ?? [])) {
      const uri = vscode.Uri.file(path.resolve(folder ?? '', problem.file));
      // An open document shows its own problems as they are typed; it does not know of a name that another file has.
      const isDuplicate = library?.leftOut.some((file) => file.isDuplicate && file.problem === problem);
      const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
      if (isOpen && isDuplicate !== true) continue;
      found.set(uri.toString(), [...(found.get(uri.toString()) ?? []), diagnosticOf(vscode, problem)]);
    }
    collection.clear();
    for (const [uri, diagnostics] of found) collection.set(vscode.Uri.parse(uri), diagnostics);
  };
  services.whenRead = (read) => {
    library = read;
    show();
    return read;
  };
  const readAgain = () => {
    quiet.ask('', () => {
      services.signatures().catch((error: unknown) => log.error('Check signatures', error));
    });
  };
  const watcher = vscode.workspace.createFileSystemWatcher(`**/*${SIGNATURE_ENDING}`);
  const ifSignature = (work: () => void) => (document: vscode.TextDocument) => {
    if (isOwnSignature(document)) work();
  };
  return vscode.Disposable.from(
    collection,
    quiet,
    watcher,
    watcher.onDidCreate(readAgain),
    watcher.onDidChange(readAgain),
    watcher.onDidDelete(readAgain),
    settings.onChange(['signatures.folder'], readAgain),
    vscode.workspace.onDidSaveTextDocument(ifSignature(readAgain)),
    vscode.workspace.onDidOpenTextDocument(ifSignature(show)),
    vscode.workspace.onDidCloseTextDocument(ifSignature(show)),
  );
}
