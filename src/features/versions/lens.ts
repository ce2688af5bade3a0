import type * as vscode from 'vscode';
import { PRODUCTION } from '../../core/version/labels.js';
import { versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import { baseName, SELECTOR } from '../signature-files/analysis.js';
import type { VersionTree } from './tree.js';

/** What is known of the versions of the signature in a document. */
interface Standing {
  readonly signature: string;
  readonly production: number | undefined;
  readonly newest: number | undefined;
}

/** Above a signature's first line, and in the status bar: which version runs, and the way to it. */
export function registerVersionLenses(services: Services, tree: VersionTree): vscode.Disposable {
  const { vscode, settings } = services.host;
  const changed = new vscode.EventEmitter<void>();
  const status = vscode.languages.createLanguageStatusItem('promptAtelier.version', SELECTOR);
  status.name = 'Version';
  const provideCodeLenses = async (document: vscode.TextDocument) => {
    const standing = settings.codeLens ? await standingOf(services, document) : undefined;
    if (standing === undefined) return [];
    const first = new vscode.Range(0, 0, 0, 0);
    const { signature, production, newest } = standing;
    const number = production ?? newest;
    const save = {
      title: 'Save Version',
      tooltip: 'Save it as a version that can be compared and promoted',
      command: 'promptAtelier.saveVersion',
    };
    const lenses = [new vscode.CodeLens(first, { ...save, arguments: [document.uri] })];
    if (number === undefined) return lenses;
    const title = `$(versions) ${versionName(number)}${production === undefined ? '' : ' production'}`;
    const tooltip = `${runs(standing, settings.runVersion)} Compare it with this file`;
    return [
      new vscode.CodeLens(first, { title, tooltip, command: 'promptAtelier.compareWithFile', arguments: [{ signature, number }] }),
      ...lenses,
    ];
  };
  const showStatus = async (editor: vscode.TextEditor | undefined) => {
    const standing = editor === undefined ? undefined : await standingOf(services, editor.document);
    if (standing === undefined) return;
    const { signature, production, newest } = standing;
    const number = production ?? newest;
    status.text = number === undefined ? 'no version' : `${versionName(number)}${production === undefined ? '' : ' production'}`;
    status.detail = runs(standing, settings.runVersion);
    status.command =
      number === undefined
        ? { title: 'Save Version', command: 'promptAtelier.saveVersion' }
        : { title: 'Open', command: 'promptAtelier.openVersion', arguments: [{ signature, number }] };
  };
  const refresh = () => {
    changed.fire();
    void services.host.guard('Versions', () => showStatus(vscode.window.activeTextEditor));
  };
  refresh();
  return vscode.Disposable.from(
    changed,
    status,
    tree.onDidChangeTreeData(refresh),
    settings.onChange(['codeLens', 'run.version'], refresh),
    vscode.window.onDidChangeActiveTextEditor((editor) => void services.host.guard('Versions', () => showStatus(editor))),
    vscode.languages.registerCodeLensProvider(SELECTOR, { provideCodeLenses, onDidChangeCodeLenses: changed.event }),
  );
}

function runs({ production }: Standing, setting: 'production' | 'file'): string {
  if (production === undefined) return 'No version is in production: runs what this file says.';
  return setting === 'file' ? 'Runs what this file says, by the setting.' : `Who names the signature runs ${versionName(production)}.`;
}

/** @returns undefined where there are no versions: outside of a folder, or in a document that is no signature of it */
async function standingOf(services: Services, document: vscode.TextDocument): Promise<Standing | undefined> {
  const { host } = services;
  if (document.uri.scheme !== 'file' && document.uri.scheme !== 'vscode-remote') return undefined;
  if (host.workspaceFolder() === undefined || host.vscode.languages.match(SELECTOR, document) === 0) return undefined;
  // A name in the text may be half typed; a file has the name of its signature.
  const signature = /^name:[ \t]*["']?([\p{L}_][\p{L}\p{M}\p{N}_-]*)/mu.exec(document.getText())?.[1] ?? baseName(document.uri);
  const store = await services.versions();
  const [[newest], { labels }] = await Promise.all([store.numbers(signature), store.inspectLabels(signature)]);
  return { signature, production: labels?.current.get(PRODUCTION), newest };
}
