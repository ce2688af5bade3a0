import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { beforeOf, labelsOf, PROTECTED_LABELS } from '../../core/version/labels.js';
import { checkPromotion } from '../../core/version/promotion.js';
import { labelNameProblem, versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import { chooseSignature, chooseVersion, signatureGiven } from './choose.js';

const USUAL = ['production', 'staging'];

/**
 * Gives a label to a version. A protected one asks for a reason when something speaks against it.
 * @throws AtelierError `label.*`, `version.*`, `data.*`
 */
export async function promoteVersion(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const version = await chooseVersion(services, 'Promote Version', given);
  if (version === undefined) return;
  const { signature, number } = version;
  const store = await services.versions();
  const labels = await store.labels(signature);
  const label = await chooseLabel(services, [...new Set([...USUAL, ...labels.current.keys()])], (name) => {
    const at = labels.current.get(name);
    return at === undefined ? 'no version yet' : `${versionName(at)} now`;
  });
  if (label === undefined) return;
  const at = labels.current.get(label);
  if (at === number) {
    services.host.vscode.window.setStatusBarMessage(`${label} is ${versionName(number)} already.`, 5000);
    return;
  }
  const candidate = await store.readScored(signature, number);
  const current = at === undefined ? undefined : await store.readScored(signature, at).catch(() => undefined);
  const concerns = checkPromotion(candidate, { label, current });
  const why = await askReason(
    services,
    `Move ${label} to ${versionName(number)}`,
    concerns.map(({ message }) => message),
  );
  if (why === undefined) return;
  const who = services.host.settings.userId;
  await store.promote(signature, { label, to: number, who, why, expected: at ?? null });
  services.host.log.info(`${signature}: ${label} moved from ${at === undefined ? 'nowhere' : versionName(at)} to ${versionName(number)}`);
  const undo = at === undefined ? undefined : { signature, label, from: number };
  offerUndo(services, `${label} of ${signature} is ${versionName(number)} now.`, undo);
}

/** Moves a label back to where it was before, one step, with a reason. @throws AtelierError `label.*`, `version.*`, `data.*` */
export async function rollBackVersion(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const { vscode, settings, log } = services.host;
  const signature = signatureGiven(vscode, given) ?? (await chooseSignature(services, 'Roll Back Version'));
  if (signature === undefined) return;
  const store = await services.versions();
  const labels = await store.labels(signature);
  const movable = [...labels.current.keys()].filter((name) => beforeOf(labels, name) !== undefined);
  if (movable.length === 0) {
    throw new AtelierError('usage.invalid', `No label of ${signature} was ever anywhere else.`, {
      hint: 'Promote another version instead.',
    });
  }
  const number = typeof given === 'object' && given !== null && 'facts' in given ? (given.facts as { number: number }).number : undefined;
  const undo = isUndo(given) ? given : undefined;
  const isWanted = (name: string) => name === (undo?.label ?? name) && (number === undefined || labelsOf(labels, number).includes(name));
  const wanted = movable.filter(isWanted);
  const names = wanted.length === 0 ? movable : wanted;
  const label =
    names.length === 1
      ? names[0]
      : await chooseLabel(services, names, (name) => {
          const [from, to] = [labels.current.get(name) ?? 0, beforeOf(labels, name)?.number ?? 0];
          return `${versionName(from)}, back to ${versionName(to)}`;
        });
  if (label === undefined) return;
  const from = labels.current.get(label) ?? null;
  if (undo !== undefined && from !== undo.from) {
    throw new AtelierError('label.conflict', `${label} moved meanwhile: it is ${versionName(from ?? 0)} now.`, {
      hint: 'Roll it back from the Prompts view if you still want to.',
    });
  }
  const title = `Roll ${label} back from ${versionName(from ?? 0)} to ${versionName(beforeOf(labels, label)?.number ?? 0)}`;
  const why = await vscode.window.showInputBox({
    ...{ title, prompt: 'Why? It is kept in the history.', ignoreFocusOut: true },
    validateInput: (text) => (text.trim() === '' ? 'A reason is needed.' : undefined),
  });
  if (why === undefined) return;
  const moved = await store.rollBack(signature, label, { who: settings.userId, why, expected: from });
  const to = versionName(moved.current.get(label) ?? 0);
  log.info(`${signature}: ${label} rolled back to ${to}`);
  vscode.window.setStatusBarMessage(`$(history) ${label} of ${signature} is ${to} again.`, 8000);
}

/** Takes a label away from a version. @throws AtelierError `label.*`, `data.*` */
export async function removeLabel(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const version = await chooseVersion(services, 'Remove Label', given);
  if (version === undefined) return;
  const { signature, number } = version;
  const store = await services.versions();
  const names = labelsOf(await store.labels(signature), number);
  const label = names.length === 1 ? names[0] : await chooseLabel(services, names, () => versionName(number));
  if (label === undefined) return;
  const concerns = PROTECTED_LABELS.has(label) ? [`${label} is protected: without it, the signature runs as its file says.`] : [];
  const why = await askReason(services, `Take ${label} away from ${versionName(number)}`, concerns);
  if (why === undefined) return;
  await store.moveLabel(signature, { label, to: null, who: services.host.settings.userId, why, expected: number });
  offerUndo(services, `${versionName(number)} of ${signature} is not ${label} any more.`, undefined);
}

async function chooseLabel(services: Services, names: readonly string[], about: (name: string) => string): Promise<string | undefined> {
  const { vscode } = services.host;
  const items: (vscode.QuickPickItem & { readonly isNew?: true })[] = [
    ...names.map((label) => ({ label, description: about(label) })),
    { label: 'another label…', isNew: true },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: 'Label', placeHolder: 'A label is a name that can move' });
  if (picked?.isNew !== true) return picked?.label;
  const validateInput = (text: string) => labelNameProblem(text.trim());
  return (await vscode.window.showInputBox({ title: 'Label', prompt: 'For example candidate', validateInput }))?.trim();
}

/** @param against what speaks against it, in sentences: then a reason is needed. @returns undefined when it shall not be done */
async function askReason(services: Services, title: string, against: readonly string[]): Promise<string | undefined> {
  const { vscode } = services.host;
  if (against.length > 0) {
    const go = 'Go On with a Reason';
    const options = { modal: true, detail: against.join('\n') };
    if ((await vscode.window.showWarningMessage(`${title}?`, options, go)) !== go) return undefined;
  }
  return vscode.window.showInputBox({
    ...{
      title,
      prompt: against.length > 0 ? 'Why nevertheless? It is kept in the history.' : 'Why? (may stay empty)',
      ignoreFocusOut: true,
    },
    validateInput: (text) => (against.length > 0 && text.trim() === '' ? 'A reason is needed.' : undefined),
  });
}

/** A move of a label that its notification offers to take back. */
interface Undo {
  readonly signature: string;
  readonly label: string;
  /** Where the move left it. */
  readonly from: number;
}

function isUndo(given: unknown): given is Undo {
  return typeof given === 'object' && given !== null && 'label' in given && 'from' in given;
}

function offerUndo(services: Services, said: string, undo: Undo | undefined): void {
  const { vscode, guard } = services.host;
  const buttons = undo === undefined ? [] : ['Roll Back'];
  void vscode.window.showInformationMessage(said, ...buttons).then((chosen) => {
    if (chosen === 'Roll Back') void guard('Roll Back Version', () => rollBackVersion(services, undo));
  });
}
