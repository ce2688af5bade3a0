import type * as vscode from 'vscode';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { isOneLine } from '../../core/signature/one-line.js';
import type { Services } from '../services.js';

/** What a person chose to run. */
export interface Chosen {
  readonly definition: SignatureDefinition;
  /** False: every model is asked anew. */
  readonly useCache: boolean;
}

interface Item extends vscode.QuickPickItem {
  readonly definition?: SignatureDefinition;
  /** A one-line form that was typed. */
  readonly line?: string;
}

/** The names of the signatures that ran last, the last one first. */
const RECENT = 'promptAtelier.run.recent';
const RECENT_COUNT = 5;

/**
 * Lets a person pick a signature: recent ones first, then the workspace's, then the built-in ones; a one-line form may be typed. A button
 * switches the cache off for this run.
 * @returns undefined when nothing was picked
 * @throws AtelierError `signature.invalid` for a broken one-line form, or a file with warnings in the mode `production`
 */
export async function chooseSignature(services: Services, title: string): Promise<Chosen | undefined> {
  const { vscode, settings } = services.host;
  const pick = vscode.window.createQuickPick<Item>();
  const items = itemsOf(services, (await services.signatures()).signatures);
  const hasCache = settings.cacheEnabled && settings.runMode === 'production';
  let useCache = hasCache;
  const cacheButton = (): vscode.QuickInputButton => ({
    iconPath: new vscode.ThemeIcon(useCache ? 'database' : 'circle-slash'),
    tooltip: useCache ? 'Answers may come from the cache. Click to ask anew this time.' : 'Asks anew, without the cache. Click to use it.',
  });
  pick.title = title;
  pick.placeholder = 'A signature, or one line such as: text -> mood: class "calm, tense"';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = items;
  pick.buttons = hasCache ? [cacheButton()] : [];
  const item = await new Promise<Item | undefined>((resolve) => {
    pick.onDidTriggerButton(() => {
      useCache = !useCache;
      pick.buttons = [cacheButton()];
    });
    pick.onDidChangeValue((value) => {
      const typed: Item = { label: `$(edit) ${value}`, description: 'Run this line', alwaysShow: true, line: value };
      pick.items = isOneLine(value) ? [typed, ...items] : items;
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  const reference = item?.line ?? item?.definition?.signature.name;
  return reference === undefined ? undefined : { definition: await services.runnable(reference), useCache };
}

/** Puts it first in the list of next time. */
export async function rememberSignature(services: Services, { signature, source }: SignatureDefinition): Promise<void> {
  if (source === 'one-line') return;
  const others = recent(services).filter((name) => name !== signature.name);
  await services.host.context.workspaceState.update(RECENT, [signature.name, ...others].slice(0, RECENT_COUNT));
}

function recent(services: Services): readonly string[] {
  return services.host.context.workspaceState.get<readonly string[]>(RECENT) ?? [];
}

function itemsOf(services: Services, library: readonly SignatureDefinition[]): Item[] {
  const { vscode } = services.host;
  const names = recent(services);
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const groups: [string, SignatureDefinition[]][] = [
    ['recently used', names.flatMap((name) => library.find(({ signature }) => signature.name === name) ?? [])],
    ['this workspace', library.filter(({ source, signature }) => source === 'workspace' && !names.includes(signature.name))],
    ['built in', library.filter(({ source, signature }) => source === 'built-in' && !names.includes(signature.name))],
  ];
  return groups
    .filter(([, group]) => group.length > 0)
    .flatMap(([label, group]) => [separator(label), ...group.map((definition) => itemOf(definition))]);
}

function itemOf(definition: SignatureDefinition): Item {
  const { signature } = definition;
  const names = (fields: readonly { readonly name: string }[]) => fields.map(({ name }) => name).join(', ');
  return {
    label: signature.name,
    description: `${names(signature.inputs)} → ${names(signature.outputs)}`,
    detail: signature.description,
    definition,
  };
}
