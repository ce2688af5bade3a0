import type * as vscode from 'vscode';
import type { Documents } from '../documents.js';
import type { Services } from '../services.js';
import { chooseVersion } from './choose.js';
import { compareVersions, compareWithFile, compareWithParent, compareWithProduction, showHistory } from './compare.js';
import { VersionDocuments } from './documents.js';
import { exportVersion, importVersion } from './exchange.js';
import { promoteVersion, removeLabel, rollBackVersion } from './labels.js';
import { registerVersionLenses } from './lens.js';
import { createFromVersion, saveVersion } from './new-version.js';
import { resolveConflict } from './resolve.js';
import { type VersionNode, VersionTree } from './tree.js';

/** What lives until the extension ends, and fills the view of versions. */
export interface Versions extends vscode.Disposable {
  readonly tree: VersionTree;
}

/** Versions of prompts: a tree, documents, native diffs, labels, formats of others. */
export function register(services: Services, files: Documents['versions']): Versions {
  const { vscode, guard } = services.host;
  const tree = new VersionTree(services);
  const documents = new VersionDocuments(services, files);
  const command = (name: string, doing: string, work: (given: unknown, selected: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, (given?: unknown, selected?: unknown) =>
      guard(doing, () => work(given, selected)),
    );
  const open = (view: 'document' | 'sent', title: string) => async (given: unknown) => {
    const version = await chooseVersion(services, title, given);
    if (version !== undefined) await documents.open({ signature: version.signature, version: version.number, view });
  };
  const registered = vscode.Disposable.from(
    tree,
    documents.register(),
    tree.onDidChangeTreeData(() => documents.refresh()),
    registerVersionLenses(services, tree),
    command('openVersion', 'Open Version', open('document', 'Open Version')),
    command('showVersionAsSent', 'Show Version as Sent', open('sent', 'Show Version as Sent')),
    command('compareVersions', 'Compare Prompt Versions', (given, selected) => compareVersions(services, given, selected)),
    command('compareWithParent', 'Compare with Parent', (given) => compareWithParent(services, given)),
    command('compareAsSent', 'Compare with Parent as Sent', (given) => compareWithParent(services, given, 'sent')),
    command('compareWithProduction', 'Compare with Production', (given) => compareWithProduction(services, given)),
    command('compareWithFile', 'Compare with the File', (given) => compareWithFile(services, given)),
    command('showVersionHistory', 'Show Changes of Versions', (given) => showHistory(services, given)),
    command('saveVersion', 'Save Signature as Version', (given) => saveVersion(services, given)),
    command('createFromVersion', 'Create New Version from This', (given) => createFromVersion(services, given)),
    command('promoteVersion', 'Promote Version', (given) => promoteVersion(services, given)),
    command('rollBackVersion', 'Roll Back Version', (given) => rollBackVersion(services, given)),
    command('removeLabel', 'Remove Label', (given) => removeLabel(services, given)),
    command('resolveConflict', 'Resolve Merge of Versions', (given) => resolveConflict(services, given)),
    command('exportVersion', 'Export Version', (given) => exportVersion(services, given)),
    command('importVersion', 'Import DSPy Program', () => importVersion(services)),
    command('showMoreVersions', 'Show More Versions', async (given) => tree.showMore(given as Extract<VersionNode, { kind: 'more' }>)),
    command('refreshVersions', 'Refresh', async () => tree.refresh()),
  );
  return { tree, dispose: () => registered.dispose() };
}
