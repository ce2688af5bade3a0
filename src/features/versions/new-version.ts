import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { programHash } from '../../core/program/program-hash.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { baseProgram } from '../../core/signature/find-signature.js';
import { SIGNATURE_ENDING } from '../../core/signature/signature.js';
import { changesBetween, changesText } from '../../core/version/changes.js';
import { DESCRIBE_CHANGES, describeChanges } from '../../core/version/describe-changes.js';
import type { Version, VersionDraft } from '../../core/version/version.js';
import { versionName } from '../../core/version/version-name.js';
import { definitionOfVersion, programOf } from '../../core/version/version-program.js';
import { writtenDraft } from '../../core/version/written-version.js';
import type { VersionStore } from '../../store/version-store.js';
import { openExecutor, SEED } from '../run-signature/open-executor.js';
import type { Services } from '../services.js';
import { chooseVersion } from './choose.js';

/** The first line of a text that was made from a version: it says which one, also after a reload. */
const ORIGIN = /^# From v(\d{1,9}) of \S+\./;

/**
 * Saves a signature as a new version: an open file, as the editor shows it, or one that is picked.
 * @param given its document; the active one when absent
 * @throws AtelierError `signature.*`, `version.*`, `data.*`
 */
export async function saveVersion(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const { vscode, settings, log } = services.host;
  const source = await sourceOf(services, given);
  if (source === undefined) return;
  const { definition, from } = source;
  const { name } = definition.signature;
  const store = await services.versions();
  const { before, isEdited } = await parentOf(store, name, from);
  // What a hand wrote into the file of a version is in no version yet.
  if (before !== undefined && !isEdited && programHash(programOf(before).program) === programHash(baseProgram(definition))) {
    void vscode.window.showInformationMessage(`${versionName(before.number)} of ${name} says the same: nothing was saved.`);
    return;
  }
  const draft = writtenDraft(definition, { author: settings.userId, created: new Date().toISOString(), before });
  const changes = before === undefined ? undefined : changesText(changesBetween(before, draft));
  const prompt = `${changes === undefined ? 'Its first version.' : changes} Why? (may stay empty)`;
  const note = await askNote(services, `Save ${name} as a Version`, prompt, before === undefined ? undefined : { before, draft });
  if (note === undefined) return;
  const saved = await store.save(name, {
    ...draft,
    ...(note.trim() === '' ? {} : { note: note.trim() }),
    ...(changes === undefined ? {} : { changes }),
  });
  log.info(`Saved ${versionName(saved.number)} of ${name}`);
  const target = { signature: name, number: saved.number };
  const buttons = ['Evaluate', 'Promote', ...(before === undefined ? [] : ['Compare with Parent'])];
  void vscode.window.showInformationMessage(`Saved ${versionName(saved.number)} of ${name}.`, ...buttons).then((chosen) => {
    const commands: Readonly<Record<string, string>> = {
      Evaluate: 'promptAtelier.evaluateVersion',
      Promote: 'promptAtelier.promoteVersion',
      'Compare with Parent': 'promptAtelier.compareWithParent',
    };
    const command = chosen === undefined ? undefined : commands[chosen];
    if (command !== undefined) void vscode.commands.executeCommand(command, target);
  });
}

/** Opens the text of a version as an unsaved signature: what is changed in it can be saved as a new version. */
export async function createFromVersion(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const { vscode } = services.host;
  const version = await chooseVersion(services, 'Create New Version from', given);
  if (version === undefined) return;
  const { signature, number } = version;
  // One that was edited by hand can be read this way, too.
  const store = await services.versions();
  const { version: whole, edited, problem } = await store.inspect(signature, number);
  const found = whole ?? edited;
  if (found === undefined) throw problem;
  const { printSignature } = await import('../../store/index.js');
  const head = `# From ${versionName(number)} of ${signature}. Change it, and run "Prompt Atelier: Save Signature as Version".\n`;
  const content = `${head}${printSignature(definitionOfVersion(found))}`;
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document, { preview: false });
}

/**
 * Asks for the reason of a version. Where there is one before it, a button lets the model of the settings say what changed.
 * @returns undefined when it shall not be saved
 */
async function askNote(
  services: Services,
  title: string,
  prompt: string,
  versions: { readonly before: Version; readonly draft: VersionDraft } | undefined,
): Promise<string | undefined> {
  const { vscode, settings } = services.host;
  const input = vscode.window.createInputBox();
  Object.assign(input, { title, prompt, ignoreFocusOut: true });
  const abort = new AbortController();
  if (versions !== undefined) {
    input.buttons = [{ iconPath: new vscode.ThemeIcon('sparkle'), tooltip: `Let ${settings.model} say what changed` }];
  }
  const describe = async () => {
    if (versions === undefined) return;
    Object.assign(input, { busy: true, enabled: false });
    try {
      const definition = await services.runnable(DESCRIBE_CHANGES);
      const { executor } = await openExecutor(services, definition, settings.cacheEnabled);
      const text = await describeChanges(executor, versions.before, versions.draft, { seed: SEED, signal: abort.signal });
      input.value = [input.value.trim(), text.replace(/\s+/g, ' ')].filter((part) => part !== '').join(' ');
    } finally {
      Object.assign(input, { busy: false, enabled: true });
    }
  };
  try {
    return await new Promise<string | undefined>((resolve) => {
      input.onDidTriggerButton(() => void describe().catch((error: unknown) => services.host.tell('Save Signature as Version', error)));
      input.onDidAccept(() => resolve(input.value));
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
  } finally {
    abort.abort();
    input.dispose();
  }
}

/** The version that a new one is made from; of one that was edited by hand what it says now. @throws AtelierError `version.*` */
async function parentOf(
  store: VersionStore,
  name: string,
  from: number | undefined,
): Promise<{ readonly before: Version | undefined; readonly isEdited: boolean }> {
  if (from === undefined) return { before: await store.newest(name), isEdited: false };
  const { version, edited, problem } = await store.inspect(name, from);
  const before = version ?? edited;
  if (before === undefined) throw problem;
  return { before, isEdited: version === undefined };
}

interface Source {
  readonly definition: SignatureDefinition;
  /** The version that it was made from. */
  readonly from: number | undefined;
}

async function sourceOf(services: Services, given: unknown): Promise<Source | undefined> {
  const { vscode } = services.host;
  const active = vscode.window.activeTextEditor?.document;
  const uri = given instanceof vscode.Uri ? given : active !== undefined && isSource(active) ? active.uri : undefined;
  if (uri === undefined) {
    const { signatures } = await services.signatures();
    // The person's own first.
    const sorted = signatures.toSorted((a, b) => Number(b.source === 'workspace') - Number(a.source === 'workspace'));
    const items = sorted.map(({ signature, source }) => ({ label: signature.name, description: source }));
    const picked = await vscode.window.showQuickPick(items, { title: 'Save Signature as Version', placeHolder: 'A signature' });
    return picked === undefined ? undefined : { definition: await services.signature(picked.label), from: undefined };
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const { parseSignature, requireDefinition } = await import('../../store/index.js');
  const shown = uri.scheme === 'untitled' ? 'the open text' : vscode.workspace.asRelativePath(uri);
  const definition = requireDefinition(parseSignature(text, shown), services.host.settings.runMode === 'production');
  const from = ORIGIN.exec(text)?.[1];
  if (from === undefined && !uri.path.endsWith(SIGNATURE_ENDING)) {
    throw new AtelierError('signature.unknown', 'No signature is open.', { hint: `Open a file that ends in ${SIGNATURE_ENDING} first.` });
  }
  return { definition, from: from === undefined ? undefined : Number(from) };
}

function isSource(document: vscode.TextDocument): boolean {
  return document.uri.path.endsWith(SIGNATURE_ENDING) || (document.isUntitled && ORIGIN.test(document.getText()));
}
