import { existsSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
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
/** Documents of ours that a window may open with. */
const FILES = ['promptAtelier-preview', 'promptAtelier-signature', 'promptAtelier-version'];
const REPORTS = 'promptAtelier.evaluation';
const RUN_PAGES = 'promptAtelier.run';
const VERSIONS = 'promptAtelier.prompts';
const RUNS = 'promptAtelier.runs';
/** Says which runs a window was at work on; named in the manifest and in `run-folder.ts`, too. */
const UNDER_WAY_FILE = '.atelier/runs/under-way';
const PROPOSALS = 'promptAtelier-proposal';
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
      const registered = signatures.register(services);
      context.subscriptions.push(registered);
      return registered;
    });
    return loading;
  };
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
    ...FILES.map((scheme) => vscode.workspace.registerFileSystemProvider(scheme, filesAfter(vscode, load), { isReadonly: true })),
    vscode.workspace.registerTextDocumentContentProvider(PROPOSALS, {
      provideTextDocumentContent: async () => {
        await load();
        return 'This proposal is gone: the window was reloaded.\nRun the signature again.\n';
      },
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
    for (const each of [reports, runPages, versions, runs]) each.dispose();
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

/** Files that are asked for once more when what makes them is there. */
function filesAfter(
  { workspace, EventEmitter, FileSystemError, Disposable }: typeof vscode,
  load: () => Promise<unknown>,
): vscode.FileSystemProvider {
  const changed = new EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (uri: vscode.Uri): never => {
    throw FileSystemError.NoPermissions(uri);
  };
  return {
    onDidChangeFile: changed.event,
    watch: () => new Disposable(() => undefined),
    stat: async (uri) => {
      await load();
      return workspace.fs.stat(uri);
    },
    readFile: async (uri) => {
      await load();
      return workspace.fs.readFile(uri);
    },
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
}
