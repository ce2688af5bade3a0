import * as vscode from 'vscode';
import { ContextKeys } from './context-keys.js';
import { listEditorModels, openEditorModel } from './editor-provider.js';
import { KeyStore } from './key-store.js';
import { Log } from './log.js';
import { notifyError } from './notify.js';
import { ReadOnlyFiles } from './read-only-files.js';
import { Settings } from './settings.js';
import { noFolder, workspaceFolder } from './workspace.js';

/** The parts of the editor that features may need, built once at activation. */
export function createHostServices(context: vscode.ExtensionContext) {
  const channel = vscode.window.createOutputChannel('Prompt Atelier', { log: true });
  context.subscriptions.push(channel);
  const log = new Log(channel);
  return {
    /** The editor's API: features get it, they do not import it. */
    vscode,
    context,
    log,
    settings: new Settings(),
    keys: new KeyStore(context.secrets, log),
    contextKeys: new ContextKeys(),
    /** Runs what a person asked for; an error is shown and logged. */
    guard: async (doing: string, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        await notifyError(doing, error, log);
      }
    },
    /** Shows and logs an error, and does not wait until it was read. */
    tell: (doing: string, error: unknown): void => void notifyError(doing, error, log),
    workspaceFolder,
    noFolder,
    /** Documents of our own. */
    readOnlyFiles: (...given: ConstructorParameters<typeof ReadOnlyFiles>) => new ReadOnlyFiles(...given),
    openEditorModel,
    listEditorModels,
  };
}

export type HostServices = ReturnType<typeof createHostServices>;
