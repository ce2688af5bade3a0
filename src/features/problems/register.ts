import path from 'node:path';
import type * as vscode from 'vscode';
import type { Services } from '../services.js';
import { diagnosticOf } from './diagnostic.js';

/** Files whose problems are shown, below the workspace folder. */
const WATCHED = '**/{tastes.yaml,training_data.csv,prompt_history.csv,user_feedback.csv,prices.csv}';

/** Problems in the workspace's tastes and tables, in the Problems view; and the start of a new taste. */
export function register(services: Services): vscode.Disposable {
  const { vscode } = services.host;
  const diagnostics = vscode.languages.createDiagnosticCollection('promptAtelier');
  // One look at a time, and one more when something changed meanwhile: an older look must not overwrite a newer one.
  let looking: Promise<void> | undefined;
  let again = false;
  const check = (): void => {
    if (looking !== undefined) {
      again = true;
      return;
    }
    looking = refresh(services, diagnostics).finally(() => {
      looking = undefined;
      if (!again) return;
      again = false;
      check();
    });
  };
  const watcher = vscode.workspace.createFileSystemWatcher(WATCHED);
  return vscode.Disposable.from(
    diagnostics,
    watcher,
    watcher.onDidChange(check),
    watcher.onDidCreate(check),
    watcher.onDidDelete(check),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (path.basename(document.uri.path) === 'tastes.yaml') check();
    }),
    services.onProblem(check),
    vscode.workspace.onDidGrantWorkspaceTrust(check),
    vscode.commands.registerCommand('promptAtelier.newTaste', () => services.host.guard('New Taste', () => newTaste(services))),
  );
}

async function refresh(services: Services, diagnostics: vscode.DiagnosticCollection): Promise<void> {
  const { vscode, log } = services.host;
  const folder = services.host.workspaceFolder();
  if (folder === undefined) return;
  try {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const problem of await (await services.generations()).problems(vscode.workspace.isTrusted)) {
      const file = path.resolve(folder, problem.file);
      byFile.set(file, [...(byFile.get(file) ?? []), diagnosticOf(vscode, problem)]);
    }
    diagnostics.clear();
    for (const [file, found] of byFile) diagnostics.set(vscode.Uri.file(file), found);
  } catch (error) {
    log.error('Check files', error);
  }
}

const TASTE_TEMPLATE = `  my taste:
    description: In one or two sentences, what this style looks like.
    swatch: ["#8f5fbf", "#f2c14e"]
    leads:
      - "my taste picture of {subject}"
    vocabulary:
      technique: [broad confident strokes]
      composition: [strong central silhouette]
      lighting: [soft light from one side]
      palette: [violet and gold palette]
      mood: [calm and mysterious mood]
      detail: [fine grain in the shadows]
    avoid: [photorealistic]
`;

/** Opens tastes.yaml with a new taste at its end, unsaved: the user names it and saves, or closes it. */
async function newTaste(services: Services): Promise<void> {
  const { vscode } = services.host;
  const folder = services.host.workspaceFolder();
  const uri = folder === undefined ? undefined : vscode.Uri.file(path.join(folder, 'tastes.yaml'));
  const exists =
    uri !== undefined &&
    (await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    ));
  const document = await (uri === undefined
    ? vscode.workspace.openTextDocument({ language: 'yaml' })
    : vscode.workspace.openTextDocument(exists ? uri : uri.with({ scheme: 'untitled' })));
  const editor = await vscode.window.showTextDocument(document);
  const text = document.getText();
  const start = `${text === '' || text.endsWith('\n') ? '' : '\n'}${/^tastes:/m.test(text) ? '' : 'tastes:\n'}`;
  const line = document.lineCount - 1;
  await editor.edit((edit) => edit.insert(document.lineAt(line).range.end, `${start}${TASTE_TEMPLATE}`));
  const name = editor.document.getText().lastIndexOf('my taste:');
  const at = document.positionAt(name);
  editor.selection = new vscode.Selection(at, at.translate(0, 'my taste'.length));
  editor.revealRange(editor.selection);
}
