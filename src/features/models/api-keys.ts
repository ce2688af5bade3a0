import { PRESETS, type Preset } from '../../models/presets.js';
import type { Services } from '../services.js';

/** Asks for the key of a provider; that of the chosen model when it is missing. */
export async function setApiKey(services: Services): Promise<void> {
  const { vscode, settings } = services.host;
  const current = settings.model.split(':')[0];
  const items = PRESETS.filter((preset) => preset.keyVariable !== undefined).map((preset) => ({
    label: `$(key) ${preset.label}`,
    ...(preset.id === current ? { description: 'current model' } : {}),
    detail: settings.baseUrl(preset) ?? preset.baseUrl ?? 'No address yet: choose the model first',
    preset,
  }));
  items.sort((a, b) => Number(b.preset.id === current) - Number(a.preset.id === current));
  const chosen = await vscode.window.showQuickPick(items, { title: 'Set API Key', placeHolder: 'For which provider?' });
  if (chosen === undefined) return;
  const baseUrl = settings.baseUrl(chosen.preset) ?? chosen.preset.baseUrl;
  if (baseUrl === undefined) {
    await vscode.commands.executeCommand('promptAtelier.chooseModel');
    return;
  }
  await askForKey(services, chosen.preset, baseUrl);
}

/** Asks for a key and stores it for this address alone. @returns false when nothing was typed */
export async function askForKey(services: Services, preset: Preset, baseUrl: string): Promise<boolean> {
  const { vscode, keys, log } = services.host;
  const key = await vscode.window.showInputBox({
    title: `${preset.label}: API key`,
    prompt: `Kept in the editor's secret storage, sent to ${new URL(baseUrl).host} only.${preset.keyUrl === undefined ? '' : ` Get one at ${preset.keyUrl}`}`,
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined || key.trim() === '') return false;
  await keys.set(preset, baseUrl, key.trim());
  log.info(`Key stored for ${preset.label}`);
  vscode.window.setStatusBarMessage(`$(check) Key stored for ${preset.label}`, 3000);
  return true;
}

/** Removes every key after asking. */
export async function removeAllKeys(services: Services): Promise<void> {
  const { vscode, keys, log } = services.host;
  const sure = await vscode.window.showWarningMessage('Remove all API keys of Prompt Atelier?', { modal: true }, 'Remove');
  if (sure !== 'Remove') return;
  const removed = await keys.removeAll();
  const message = removed.length === 0 ? 'There were no keys.' : `Removed the keys of ${removed.join(', ')}.`;
  log.info(message);
  void vscode.window.showInformationMessage(message);
}
