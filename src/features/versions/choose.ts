import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import { labelsOf, NO_LABELS } from '../../core/version/labels.js';
import type { VersionFacts } from '../../core/version/version-facts.js';
import { versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import { versionAddress } from './address.js';
import { describeVersion } from './describe.js';
import type { VersionItem, VersionNode } from './tree.js';

/** A saved version of a signature. */
export interface ChosenVersion {
  readonly signature: string;
  readonly number: number;
}

/** What a command was called on: an item of the tree, a document of a version, or a version that code names. */
export function versionGiven({ Uri }: Pick<typeof vscode, 'Uri'>, given: unknown): ChosenVersion | undefined {
  if (given instanceof Uri) return fromUri(given);
  if (typeof given !== 'object' || given === null) return undefined;
  const { kind, signature, number } = given as Partial<VersionNode> & { readonly number?: unknown };
  if (kind === 'version') {
    const { facts } = given as VersionItem;
    return { signature: (given as VersionItem).signature, number: facts.number };
  }
  return typeof signature === 'string' && typeof number === 'number' ? { signature, number } : undefined;
}

/** The signature that a command was called on. */
export function signatureGiven({ Uri }: Pick<typeof vscode, 'Uri'>, given: unknown): string | undefined {
  if (given instanceof Uri) return versionAddress(given)?.signature;
  const signature = typeof given === 'object' && given !== null ? (given as { readonly signature?: unknown }).signature : undefined;
  return typeof signature === 'string' ? signature : undefined;
}

/**
 * The version that a command is about: what it was called on, else what a person picks.
 * @returns undefined when nothing was picked
 * @throws AtelierError `version.unknown` when nothing was saved yet
 */
export async function chooseVersion(
  services: Services,
  title: string,
  given: unknown,
  isOffered: (version: ChosenVersion) => boolean = () => true,
): Promise<ChosenVersion | undefined> {
  const { vscode } = services.host;
  const known = versionGiven(vscode, given) ?? fromUri(vscode.window.activeTextEditor?.document.uri);
  if (known !== undefined && isOffered(known)) return known;
  const signature = signatureGiven(vscode, given) ?? (await chooseSignature(services, title));
  if (signature === undefined) return undefined;
  const store = await services.versions();
  const [{ versions }, { labels = NO_LABELS }] = await Promise.all([store.list(signature), store.inspectLabels(signature)]);
  const now = new Date();
  const items = versions
    .filter(({ number }) => isOffered({ signature, number }))
    .map((facts: VersionFacts) => ({
      label: versionName(facts.number),
      description: describeVersion(facts, labelsOf(labels, facts.number), now).line,
      ...(facts.note === undefined ? {} : { detail: facts.note }),
      number: facts.number,
    }));
  if (items.length === 0) throw noVersion(signature);
  const options = { title, placeHolder: `A version of ${signature}`, matchOnDescription: true, matchOnDetail: true };
  const picked = await vscode.window.showQuickPick(items, options);
  return picked === undefined ? undefined : { signature, number: picked.number };
}

/** A signature that has versions. @throws AtelierError `version.unknown` when none has */
export async function chooseSignature(services: Services, title: string): Promise<string | undefined> {
  const names = await (await services.versions()).signatures();
  const [only] = names;
  if (only === undefined) throw noVersion('any signature');
  if (names.length === 1) return only;
  return services.host.vscode.window.showQuickPick(names, { title, placeHolder: 'A signature that has versions' });
}

function fromUri(uri: vscode.Uri | undefined): ChosenVersion | undefined {
  const address = uri === undefined ? undefined : versionAddress(uri);
  return address?.version === undefined ? undefined : { signature: address.signature, number: address.version };
}

function noVersion(of: string): AtelierError {
  return new AtelierError('version.unknown', `There is no version of ${of} to choose.`, {
    hint: 'Open a signature, and save it as a version first.',
  });
}
