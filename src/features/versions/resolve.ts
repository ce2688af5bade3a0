import { versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import { chooseSignature, signatureGiven } from './choose.js';

const TITLE = 'Resolve Merge of Versions';

/**
 * Resolves what git left of a merge in the files of a signature: two versions with one number, labels that both sides moved.
 * @throws AtelierError `label.conflict`, `version.*`, `data.*`
 */
export async function resolveConflict(services: Services, given: unknown): Promise<void> {
  services.requireTrust();
  const { vscode, settings, log } = services.host;
  const signature = signatureGiven(vscode, given) ?? (await chooseSignature(services, TITLE));
  if (signature === undefined) return;
  const store = await services.versions();
  const { versions, changes, labels, isClean } = await store.merge(signature);
  if (isClean) {
    void vscode.window.showInformationMessage(`Nothing is left of a merge in the versions of ${signature}.`);
    return;
  }
  const named = (number: number | null) => (number === null ? 'nowhere' : versionName(number));
  const choices: Record<string, number | null> = {};
  for (const { label, ours, theirs } of labels?.labels ?? []) {
    const sides = [
      { label: `${label} at ${named(ours)}`, description: labels?.oursName ?? 'ours', number: ours },
      { label: `${label} at ${named(theirs)}`, description: labels?.theirsName ?? 'theirs', number: theirs },
    ];
    const options = { title: TITLE, placeHolder: `Both sides moved ${label}: where shall it be?`, ignoreFocusOut: true };
    const picked = await vscode.window.showQuickPick(sides, options);
    if (picked === undefined) return;
    choices[label] = picked.number;
  }
  const renumbered = changes.map(({ from, to }) => `${versionName(from)} of the other side becomes ${versionName(to)}`);
  const detail = [...versions.map(({ ours }) => `Two versions are ${versionName(ours.number)}.`), ...renumbered].join('\n');
  const go = 'Resolve';
  const message = `Resolve the merge of ${signature}?`;
  if ((await vscode.window.showWarningMessage(message, { modal: true, ...(detail === '' ? {} : { detail }) }, go)) !== go) return;
  await store.resolveMerge(signature, { labels: choices, who: settings.userId, why: 'merge resolved' });
  log.info(`${signature}: the merge of versions is resolved`);
  vscode.window.setStatusBarMessage(`$(git-merge) The versions of ${signature} are one history again. Commit them.`, 8000);
}
