import { existsSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import { openDocuments } from './documents.js';
import type { RunNode } from './optimize/tree.js';
import type { Services } from './services.js';
import type { Signatures } from './signatures.js';
import type { VersionNode } from './versions/tree.js';

/** Commands whose code is loaded when one of them is used. */
const COMMANDS = [
  'runSignatureOnSelection',
  'runSignature',
  'runSignatureOnTable',
  'acceptProposal',
  'rejectProposal',
  'insertProposalAfter',
  'replaceWithProposal',
  'copyProposal',
  'openProposal',
  'newSignature',
  'openSignature',
  'copySignature',
  'previewPrompt',
  'extractSignature',
  'evaluateSignature',
  'openVersion',
  'showVersionAsSent',
  'compareVersions',
  'compareWithParent',
  'compareAsSent',
  'compareWithProduction',
  'compareWithFile',
  'showVersionHistory',
  'saveVersion',
  'createFromVersion',
  'evaluateVersion',
  'promoteVersion',
  'rollBackVersion',
  'removeLabel',
  'resolveConflict',
  'exportVersion',
  'importVersion',
  'showMoreVersions',
  'refreshVersions',
  'optimizeSignature',
  'optimizeVersion',
  'retrainFromFeedback',
  'openRun',
  'pauseRun',
  'stopRun',
  'resumeRun',
  'promoteRun',
  'compareRun',
  'discardRun',
  'refreshRuns',
];
const REPORTS = 'promptAtelier.evaluation';
const RUN_PAGES = 'promptAtelier.run';
const VERSIONS = 'promptAtelier.prompts';
const RUNS = 'promptAtelier.runs';
/** Says which runs a window was at work on; named in the manifest and in `run-folder.ts`, too. */
const UNDER_WAY_FILE = '.atelier/runs/under-way';
const PROPOSALS = 'promptAtelier-proposal';
const GONE_PROPOSAL = 'This proposal is gone: it was accepted, rejected, or the window was reloaded.\nRun the signature again.\n';
const SIGNATURE_FILE = /\.signature\.yaml$/;

/**
 * Stands in for what is about signatures until it is needed: a command is used, a signature file is open, or a document of ours is asked
 * for. Then the code is loaded, takes the place of the stand-ins, and does what was asked.
 */
export function register(services: Services): vscode.Disposable {
  const { vscode, context, guard } = services.host;
  const standIns: vscode.Disposable[] = [];
  let loading: Promise<Signatures> | undefined;
  const load = (): Promise<Signatures> => {
    loading ??= import('./signatures.js').then((signatures) => {
      for (const standIn of standIns.splice(0)) standIn.dispose();
      const registered = signatures.register(services, documents);
      context.subscriptions.push(registered);
      return registered;
    });
    return loading;
  };
  // No stand-ins: they load what serves them.
  const documents = openDocuments(services.host, load);
  // The editor asks it when what is loaded later knows no such proposal.
  const proposals = vscode.workspace.registerTextDocumentContentProvider(PROPOSALS, { provideTextDocumentContent: () => GONE_PROPOSAL });
  const loadFor = ({ uri }: vscode.TextDocument) => {
    if (SIGNATURE_FILE.test(uri.path)) void guard('Signatures', async () => void (await load()));
  };
  standIns.push(
    ...COMMANDS.map((name) => {
      const id = `promptAtelier.${name}`;
      return vscode.commands.registerCommand(id, async (...given: unknown[]) => {
        await load();
        return vscode.commands.executeCommand(id, ...given);
      });
    }),
    vscode.workspace.onDidOpenTextDocument(loadFor),
  );
  vscode.workspace.textDocuments.forEach(loadFor);
  // No stand-in: what restores a panel is asked once, and hands it on.
  const reports = vscode.window.registerWebviewPanelSerializer(REPORTS, {
    deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown) => (await load()).restoreReport(panel, state),
  });
  const runPages = vscode.window.registerWebviewPanelSerializer(RUN_PAGES, {
    deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown) => (await load()).restoreRun(panel, state),
  });
  const versions = vscode.window.createTreeView(VERSIONS, {
    treeDataProvider: treeAfter<VersionNode>(vscode, async () => (await load()).tree),
    canSelectMany: true,
    showCollapseAll: true,
  });
  const runs = vscode.window.createTreeView(RUNS, { treeDataProvider: treeAfter<RunNode>(vscode, async () => (await load()).runs) });
  const folder = services.host.workspaceFolder();
  // What a closed window left is asked about once; without such a run nothing is loaded.
  if (folder !== undefined && existsSync(path.join(folder, UNDER_WAY_FILE))) void guard('Runs', async () => (await load()).offerResume());
  return new vscode.Disposable(() => {
    for (const each of [documents, proposals, reports, runPages, versions, runs]) each.dispose();
    for (const standIn of standIns) standIn.dispose();
  });
}

/** A tree whose code is loaded when it is first looked at. */
function treeAfter<Node>(
  { EventEmitter }: typeof vscode,
  load: () => Promise<vscode.TreeDataProvider<Node>>,
): vscode.TreeDataProvider<Node> {
  const changed = new EventEmitter<Node | undefined>();
  let tree: Promise<vscode.TreeDataProvider<Node>> | undefined;
  const loaded = () => {
    tree ??= load().then((real) => {
      real.onDidChangeTreeData?.((node) => changed.fire((node ?? undefined) as Node | undefined));
      return real;
    });
    return tree;
  };
  return {
    onDidChangeTreeData: changed.event,
    getChildren: async (node) => (await loaded()).getChildren(node),
    getTreeItem: async (node) => (await loaded()).getTreeItem(node),
  };
}
