import path from 'node:path';
import type * as vscode from 'vscode';
import type { VersionList } from '../../store/version-file.js';
import type { VersionStore } from '../../store/version-store.js';
import { diagnosticOf } from '../problems/diagnostic.js';
import type { Services } from '../services.js';

/** What is wrong with the files of versions, in the Problems view: of each signature that the tree has looked into. */
export class VersionProblems implements vscode.Disposable {
  private readonly diagnostics: vscode.DiagnosticCollection;
  /** The files of a signature that have problems now. */
  private readonly shown = new Map<string, readonly vscode.Uri[]>();

  constructor(private readonly services: Services) {
    this.diagnostics = services.host.vscode.languages.createDiagnosticCollection('promptAtelier.versions');
  }

  dispose(): void {
    this.diagnostics.dispose();
  }

  /** Shows what is wrong with versions that were just read, and between them, in place of what was before. */
  async show(store: VersionStore, list: VersionList): Promise<void> {
    const { vscode, workspaceFolder } = this.services.host;
    const folder = workspaceFolder();
    if (folder === undefined) return;
    const { problemOf } = await import('../../store/index.js');
    const problems = [
      ...list.broken.map(({ problem, number }) => problemOf(problem, store.fileOf(list.signature, number))),
      ...(await store.problems(list.signature, list)),
    ];
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const problem of problems) {
      const file = path.resolve(folder, problem.file);
      byFile.set(file, [...(byFile.get(file) ?? []), diagnosticOf(vscode, problem)]);
    }
    this.forget(list.signature);
    const found = [...byFile].map(([file, diagnostics]): [vscode.Uri, vscode.Diagnostic[]] => [vscode.Uri.file(file), diagnostics]);
    this.shown.set(
      list.signature,
      found.map(([uri]) => uri),
    );
    this.diagnostics.set(found);
  }

  /** Forgets the signatures that have no folder any more. */
  retain(signatures: readonly string[]): void {
    for (const signature of this.shown.keys()) if (!signatures.includes(signature)) this.forget(signature);
  }

  private forget(signature: string): void {
    for (const uri of this.shown.get(signature) ?? []) this.diagnostics.delete(uri);
    this.shown.delete(signature);
  }
}
