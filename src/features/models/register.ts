import type * as vscode from 'vscode';
import { abortOn } from '../../host/abort.js';
import type { Services } from '../services.js';
import { removeAllKeys, setApiKey } from './api-keys.js';
import { chooseModel } from './choose-model.js';

/** Which model answers: choose it, give it a key, test it; the status bar says which one it is. */
export function register(services: Services): vscode.Disposable {
  const { vscode } = services.host;
  const command = (name: string, doing: string, work: () => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, () => services.host.guard(doing, work));
  return vscode.Disposable.from(
    statusItem(services),
    command('chooseModel', 'Choose Model', () => chooseModel(services)),
    command('setApiKey', 'Set API Key', () => setApiKey(services)),
    command('testConnection', 'Test Connection', () => testConnection(services)),
    command('removeAllKeys', 'Remove All Keys', () => removeAllKeys(services)),
    command('showLog', 'Show Log', async () => services.host.log.show()),
  );
}

/** One short request to the chosen model: does it answer, and how fast. */
async function testConnection(services: Services): Promise<void> {
  const { vscode, settings, log } = services.host;
  const name = settings.model;
  const options = { location: vscode.ProgressLocation.Notification, title: `Testing ${name}`, cancellable: true };
  const ms = await vscode.window.withProgress(options, async (_, token) => {
    const hub = await services.models();
    const open = await hub.open(name);
    const started = performance.now();
    // The embedded model cannot chat, and cannot be unreachable.
    if (name !== 'embedded') {
      const messages = [{ role: 'user' as const, content: 'Answer with the word OK.' }];
      await open.port.chat({ model: open.model, messages, signal: abortOn(token) });
    }
    return Math.round(performance.now() - started);
  });
  log.info(`Test Connection: ${name} answered in ${ms} ms`);
  void vscode.window.showInformationMessage(`${name} answers (${ms} ms).`);
}

function statusItem(services: Services): vscode.Disposable {
  const { vscode, settings } = services.host;
  const item = vscode.window.createStatusBarItem('promptAtelier.model', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Prompt Atelier: Model';
  item.command = 'promptAtelier.chooseModel';
  const update = () => {
    const { model } = settings;
    item.text = `$(symbol-color) ${model.length > 32 ? `${model.slice(0, 31)}…` : model}`;
    item.tooltip = `Prompt Atelier answers with ${model}. Click to choose another model.`;
    item.accessibilityInformation = { label: `Prompt Atelier model: ${model}`, role: 'button' };
  };
  update();
  item.show();
  return vscode.Disposable.from(item, settings.onChange(['model'], update));
}
