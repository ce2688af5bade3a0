import type * as vscode from 'vscode';
import { asAtelierError, isCancellation } from '../../core/errors.js';
import { abortOn } from '../../host/abort.js';
import { PRESETS, type Preset, requiresKey } from '../../models/presets.js';
import type { Services } from '../services.js';
import { askForKey } from './api-keys.js';

interface Choice extends vscode.QuickPickItem {
  readonly model?: string;
  readonly preset?: Preset;
}

/** Lets a person choose the model that runs everything. */
export async function chooseModel(services: Services): Promise<void> {
  const { settings, log } = services.host;
  const model = await pickModel(services, 'Choose Model', settings.model);
  if (model === undefined) return;
  await settings.setModel(model);
  log.info(`Model: ${model}`);
}

/** Embedded, a model of the editor, or a provider and then one of its models. @returns undefined when nothing was picked */
export async function pickModel(services: Services, title: string, current: string): Promise<string | undefined> {
  const chosen = await services.host.vscode.window.showQuickPick(await choices(services, current), {
    title,
    placeHolder: `Now: ${current}`,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.preset === undefined ? chosen?.model : chooseOf(services, chosen.preset);
}

async function choices(services: Services, current: string): Promise<Choice[]> {
  const { vscode } = services.host;
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const mark = (model: string) => (model === current ? { description: 'current' } : {});
  const editorModels = await services.host.listEditorModels();
  return [
    {
      label: '$(package) Embedded',
      detail: 'No key, no network: works from examples. Not a language model.',
      model: 'embedded',
      ...mark('embedded'),
    },
    ...(editorModels.length === 0 ? [] : [separator("The editor's models")]),
    ...editorModels.map((model): Choice => {
      const name = `vscode:${model.name}`;
      return { label: `$(hubot) ${model.label}`, detail: model.detail, model: name, ...mark(name) };
    }),
    separator('OpenAI-compatible'),
    ...PRESETS.map(
      (preset): Choice => ({
        label: `$(${preset.keyVariable === undefined ? 'vm' : 'cloud'}) ${preset.label}`,
        detail: services.host.settings.baseUrl(preset) ?? preset.baseUrl ?? 'You give the address',
        preset,
        ...(current.startsWith(`${preset.id}:`) ? { description: `current: ${current.slice(preset.id.length + 1)}` } : {}),
      }),
    ),
  ];
}

async function chooseOf(services: Services, preset: Preset): Promise<string | undefined> {
  const baseUrl = await requireAddress(services, preset);
  if (baseUrl === undefined) return undefined;
  if ((await services.host.keys.get(preset, baseUrl)) === undefined && preset.keyVariable !== undefined) {
    const answered = await askForKey(services, preset, baseUrl);
    if (!answered && requiresKey(preset)) return undefined;
  }
  const model = await pickOrType(services, preset);
  return model === undefined ? undefined : `${preset.id}:${model}`;
}

async function requireAddress(services: Services, preset: Preset): Promise<string | undefined> {
  const { vscode, settings } = services.host;
  if (preset.baseUrl !== undefined) return settings.baseUrl(preset) ?? preset.baseUrl;
  const typed = await vscode.window.showInputBox({
    title: preset.label,
    prompt: 'Address of the endpoint, up to and with /v1',
    placeHolder: 'http://127.0.0.1:8000/v1',
    value: settings.baseUrl(preset) ?? '',
    ignoreFocusOut: true,
    validateInput: checkAddress,
  });
  if (typed === undefined) return undefined;
  const baseUrl = typed.trim().replace(/\/+$/, '');
  await settings.setBaseUrl(preset, baseUrl);
  return baseUrl;
}

/** What is wrong with an address, or undefined. */
function checkAddress(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'An address starts with http:// or https:// and names a host';
  return url.username === '' ? undefined : 'Leave user name and password out: addresses are shown and logged. Set a key instead.';
}

/** The endpoint's own list of models; typed by hand when it gives none. */
async function pickOrType(services: Services, preset: Preset): Promise<string | undefined> {
  const { vscode, log } = services.host;
  const hub = await services.models();
  const options = { location: vscode.ProgressLocation.Notification, title: `Asking ${preset.label} for its models`, cancellable: true };
  const models = await vscode.window.withProgress(options, async (_, token) => {
    try {
      return await hub.listModels(preset.id, abortOn(token));
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error('List models', error);
      void vscode.window.showWarningMessage(`${asAtelierError(error).message} Type the model's name instead.`);
      return [];
    }
  });
  if (models.length > 0) {
    const typeIt = { label: '$(edit) Type a name…' };
    const items = [...models.map((model) => ({ label: model })), typeIt];
    const chosen = await vscode.window.showQuickPick(items, { title: `${preset.label}: model`, placeHolder: 'Type to filter' });
    if (chosen !== typeIt) return chosen?.label;
  }
  const typed = await vscode.window.showInputBox({
    title: `${preset.label}: model`,
    prompt: 'Name of the model, as the endpoint calls it',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'A name is needed' : undefined),
  });
  return typed?.trim();
}
