import type * as vscode from 'vscode';
import { BUILT_IN } from '../documents.js';
import type { Services } from '../services.js';
import { SELECTOR } from './analysis.js';

/** A lens on the first line. */
interface Lens {
  readonly title: string;
  readonly tooltip: string;
  readonly command: string;
  readonly on: 'all' | 'built-in';
}

/** In the order in which they are shown. */
const LENSES: readonly Lens[] = [
  { title: '$(play) Run', tooltip: 'Run this signature', command: 'promptAtelier.runSignature', on: 'all' },
  { title: 'Evaluate', tooltip: 'Score it on the rows of a table', command: 'promptAtelier.evaluateSignature', on: 'all' },
  { title: 'Optimize', tooltip: 'Look for a better prompt, and prove it', command: 'promptAtelier.optimizeSignature', on: 'all' },
  { title: 'Preview Prompt', tooltip: 'Show the messages that a model would be sent', command: 'promptAtelier.previewPrompt', on: 'all' },
  { title: 'Copy to Workspace', tooltip: 'Make a copy that you can change', command: 'promptAtelier.copySignature', on: 'built-in' },
];

/** What can be done with a signature, above its first line. */
export function registerLenses({ host }: Services): vscode.Disposable {
  const { vscode, settings } = host;
  const changed = new vscode.EventEmitter<void>();
  const provideCodeLenses = ({ uri }: vscode.TextDocument) => {
    if (!settings.codeLens) return [];
    const first = new vscode.Range(0, 0, 0, 0);
    return LENSES.filter(({ on }) => on === 'all' || uri.scheme === BUILT_IN).map(
      ({ title, tooltip, command }) => new vscode.CodeLens(first, { title, tooltip, command, arguments: [uri] }),
    );
  };
  return vscode.Disposable.from(
    changed,
    settings.onChange(['codeLens'], () => changed.fire()),
    vscode.languages.registerCodeLensProvider(SELECTOR, { provideCodeLenses, onDidChangeCodeLenses: changed.event }),
  );
}
