import { AtelierError } from '../../core/errors.js';
import { titleOf } from '../../core/version/promotion.js';
import { versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import { type VersionAddress, type VersionView, versionUri } from './address.js';
import { type ChosenVersion, chooseSignature, chooseVersion, signatureGiven, versionGiven } from './choose.js';

const TITLE = 'Compare Prompt Versions';
/** More diffs at once nobody reads. */
const MOST_DIFFS = 30;

/**
 * Opens the native diff of two versions.
 * @param given what the command was called on
 * @param selected all that is selected in the tree: two versions are compared with each other
 * @throws AtelierError `version.*`
 */
export async function compareVersions(services: Services, given: unknown, selected: unknown): Promise<void> {
  const { vscode } = services.host;
  const chosen = (Array.isArray(selected) ? selected : []).flatMap((each) => versionGiven(vscode, each) ?? []);
  const [first, second, ...more] = chosen;
  if (first !== undefined && second !== undefined && more.length === 0 && first.signature === second.signature) {
    const [older, newer] = first.number < second.number ? [first, second] : [second, first];
    return showDiff(services, older, newer, 'document');
  }
  const right = await chooseVersion(services, TITLE, given);
  if (right === undefined) return;
  const offered = (version: ChosenVersion) => version.number !== right.number;
  const left = await chooseVersion(services, `${TITLE}: ${versionName(right.number)} with`, { signature: right.signature }, offered);
  if (left !== undefined) await showDiff(services, left, right, 'document');
}

/** The diff of a version with the one that it was made from. @throws AtelierError `version.unknown` when it was made from none */
export async function compareWithParent(services: Services, given: unknown, view: VersionView = 'document'): Promise<void> {
  const version = await chooseVersion(services, 'Compare with Parent', given);
  if (version === undefined) return;
  const { signature, number } = version;
  const [parent] = (await (await services.versions()).read(signature, number)).parents;
  if (parent === undefined) {
    throw new AtelierError('version.unknown', `${versionName(number)} was made from no other version.`, {
      hint: 'Compare it with another one: Compare Prompt Versions.',
    });
  }
  await showDiff(services, { signature, number: parent }, version, view);
}

/** The diff of what has the label `production` with a candidate. @throws AtelierError `label.unknown` */
export async function compareWithProduction(services: Services, given: unknown): Promise<void> {
  const version = await chooseVersion(services, 'Compare with Production', given);
  if (version === undefined) return;
  const { signature } = version;
  const { number } = await (await services.versions()).find(signature, 'production');
  if (number === version.number) {
    services.host.vscode.window.setStatusBarMessage(`${versionName(number)} is production itself.`, 5000);
    return;
  }
  await showDiff(services, { signature, number }, version, 'document');
}

/** The diff of a version with the signature as its file says now. */
export async function compareWithFile(services: Services, given: unknown): Promise<void> {
  const version = await chooseVersion(services, 'Compare with the File', given);
  if (version !== undefined) await showDiff(services, version, { signature: version.signature, number: undefined }, 'document');
}

/** All changes of a signature's versions, each beside the one that it was made from, in one editor. */
export async function showHistory(services: Services, given: unknown): Promise<void> {
  const { vscode } = services.host;
  const signature = signatureGiven(vscode, given) ?? (await chooseSignature(services, 'Show Changes of Versions'));
  if (signature === undefined) return;
  const store = await services.versions();
  const { versions } = await store.list(signature, (await store.numbers(signature)).slice(0, MOST_DIFFS));
  const uri = (version: number) => versionUri(vscode, { signature, version, view: 'document' });
  const resources = versions.map(({ number, parents: [parent] }) => [
    uri(number),
    parent === undefined ? undefined : uri(parent),
    uri(number),
  ]);
  await vscode.commands.executeCommand('vscode.changes', `${signature}: what changed from version to version`, resources);
}

interface Side {
  readonly signature: string;
  /** Undefined: as the file says. */
  readonly number: number | undefined;
}

async function showDiff(services: Services, left: Side, right: Side, view: VersionView): Promise<void> {
  const { vscode } = services.host;
  const store = await services.versions();
  const titled = async ({ signature, number }: Side) => {
    if (number === undefined) return 'as written';
    const { versions } = await store.list(signature, [number]);
    const [facts] = versions;
    return facts === undefined ? versionName(number) : titleOf(facts);
  };
  const [from, to] = await Promise.all([titled(left), titled(right)]);
  const uri = ({ signature, number }: Side) => versionUri(vscode, { signature, version: number, view } satisfies VersionAddress);
  const title = `${left.signature} ${from} ↔ ${to}${view === 'sent' ? ' as sent' : ''}`;
  await vscode.commands.executeCommand('vscode.diff', uri(left), uri(right), title);
}
