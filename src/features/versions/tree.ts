import path from 'node:path';
import type * as vscode from 'vscode';
import { type AtelierError, asAtelierError } from '../../core/errors.js';
import { type History, historyOf } from '../../core/version/history.js';
import type { Labels } from '../../core/version/labels.js';
import { labelsOf } from '../../core/version/labels.js';
import { staleReasons } from '../../core/version/promotion.js';
import type { VersionFacts } from '../../core/version/version-facts.js';
import { versionName } from '../../core/version/version-name.js';
import type { FolderWatches } from '../../store/folder-watches.js';
import type { BrokenVersion } from '../../store/version-file.js';
import type { VersionStore } from '../../store/version-store.js';
import type { Services } from '../services.js';
import { WhenQuiet } from '../signature-files/when-quiet.js';
import { describeVersion, versionState } from './describe.js';
import { VersionProblems } from './problems.js';

/** Versions that are read at a time: of thousands nobody reads the old ones. */
const PAGE = 50;

/** What the tree shows. */
export type VersionNode =
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'taste'; readonly signature: string; readonly taste: string; readonly versions: readonly VersionItem[] }
  | VersionItem
  | BrokenItem
  | { readonly kind: 'labels'; readonly signature: string; readonly problem: string; readonly file: string; readonly isConflict: boolean }
  | { readonly kind: 'more'; readonly signature: string; readonly left: number };

/** A version that cannot be used, with the way on where there is one. */
interface BrokenItem extends Pick<BrokenVersion, 'number' | 'isConflict' | 'isEdited'> {
  readonly kind: 'broken';
  readonly signature: string;
  readonly problem: string;
  readonly file: string;
}

export interface VersionItem {
  readonly kind: 'version';
  readonly signature: string;
  readonly facts: VersionFacts;
  readonly labels: readonly string[];
  readonly history: History<VersionFacts>;
  /** Why the score of a version with a label says nothing about today, in sentences. */
  readonly stale: readonly string[];
}

/** Signatures, their labels and versions. Names of files come first; what is in them is read when it is looked at. */
export class VersionTree implements vscode.TreeDataProvider<VersionNode>, vscode.Disposable {
  private readonly changed: vscode.EventEmitter<VersionNode | undefined>;
  readonly onDidChangeTreeData: vscode.Event<VersionNode | undefined>;
  private readonly quiet = new WhenQuiet();
  private readonly watched: vscode.Disposable;
  private readonly problems: VersionProblems;
  private watches: FolderWatches | undefined;
  /** The tables on which versions with a label were measured, absolute: when they change, scores are stale. */
  private readonly measuredOn = new Set<string>();
  /** How many versions of a signature are shown, when it is more than the first ones. */
  private readonly shown = new Map<string, number>();

  constructor(private readonly services: Services) {
    const { vscode, settings } = services.host;
    this.problems = new VersionProblems(services);
    this.changed = new vscode.EventEmitter();
    this.onDidChangeTreeData = this.changed.event;
    const refresh = () => this.askRefresh();
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${settings.promptsFolder}/**`);
    const tables = vscode.workspace.createFileSystemWatcher('**/*.{csv,jsonl}');
    const refreshFor = ({ fsPath }: vscode.Uri) => {
      if (this.measuredOn.has(fsPath)) refresh();
    };
    this.watched = vscode.Disposable.from(
      tables,
      tables.onDidCreate(refreshFor),
      tables.onDidChange(refreshFor),
      tables.onDidDelete(refreshFor),
      settings.onChange(['model'], refresh),
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidChange(refresh),
      watcher.onDidDelete(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    );
  }

  dispose(): void {
    this.watched.dispose();
    this.watches?.dispose();
    this.problems.dispose();
    this.quiet.dispose();
    this.changed.dispose();
  }

  private askRefresh(): void {
    this.quiet.ask('tree', () => this.refresh());
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  showMore({ signature }: Extract<VersionNode, { kind: 'more' }>): void {
    this.shown.set(signature, (this.shown.get(signature) ?? PAGE) + PAGE);
    this.refresh();
  }

  async getChildren(node?: VersionNode): Promise<VersionNode[]> {
    if (node === undefined) return this.signatures();
    if (node.kind === 'taste') return [...node.versions];
    return node.kind === 'signature' ? this.versionsOf(node.signature) : [];
  }

  async getTreeItem(node: VersionNode): Promise<vscode.TreeItem> {
    if (node.kind === 'version') return this.versionItem(node);
    const { TreeItem, TreeItemCollapsibleState, ThemeIcon, ThemeColor, Uri } = this.services.host.vscode;
    const { Collapsed, None } = TreeItemCollapsibleState;
    if (node.kind === 'signature') {
      const item = new TreeItem(node.signature, Collapsed);
      item.id = node.signature;
      item.iconPath = new ThemeIcon('symbol-interface');
      item.contextValue = 'signature';
      item.description = await this.summary(node.signature);
      return item;
    }
    if (node.kind === 'taste') {
      const item = new TreeItem(node.taste, Collapsed);
      item.id = `${node.signature}/${node.taste}`;
      item.iconPath = new ThemeIcon('symbol-color');
      item.description = `${node.versions.length}`;
      return item;
    }
    if (node.kind === 'more') {
      const item = new TreeItem(`Show ${Math.min(PAGE, node.left)} more of ${node.left}`, None);
      item.command = { command: 'promptAtelier.showMoreVersions', title: 'Show More', arguments: [node] };
      return item;
    }
    const isLabels = node.kind === 'labels';
    const item = new TreeItem(isLabels ? 'labels.json' : versionName(node.number), None);
    item.description = isLabels ? 'cannot be used' : 'cannot be read';
    item.tooltip = node.problem;
    item.iconPath = new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    // Menus go by it: a merge can be resolved, and of what a hand wrote a new version be made.
    item.contextValue = `${node.kind}${node.isConflict ? 'Conflict' : !isLabels && node.isEdited ? 'Edited' : ''}`;
    item.command = { command: 'vscode.open', title: 'Open', arguments: [Uri.file(node.file)] };
    item.accessibilityInformation = { label: `${item.label as string}, ${item.description}: ${node.problem}` };
    return item;
  }

  private async signatures(): Promise<VersionNode[]> {
    if (this.services.host.workspaceFolder() === undefined) return [];
    const store = await this.services.versions();
    let names = await store.signatures();
    if (await this.watch(store, names)) names = await store.signatures();
    this.problems.retain(names);
    return names.map((signature) => ({ kind: 'signature', signature }));
  }

  private async watch(store: VersionStore, signatures: readonly string[]): Promise<boolean> {
    const { FolderWatches } = await import('../../store/index.js');
    this.watches ??= new FolderWatches(() => this.askRefresh());
    const root = path.resolve(this.services.host.workspaceFolder() ?? '', this.services.host.settings.promptsFolder);
    return this.watches.watch([root, ...signatures.map((name) => path.dirname(store.labelsFileOf(name)))]);
  }

  /** Which labels there are, and how many versions: without looking into these. */
  private async summary(signature: string): Promise<string> {
    const store = await this.services.versions();
    try {
      const [numbers, labels] = await Promise.all([store.numbers(signature), store.labels(signature)]);
      const placed = [...labels.current].map(([label, number]) => `${label} ${versionName(number)}`);
      return [...placed, `${numbers.length} ${numbers.length === 1 ? 'version' : 'versions'}`].join(' · ');
    } catch (thrown) {
      return asAtelierError(thrown).message;
    }
  }

  private async versionsOf(signature: string): Promise<VersionNode[]> {
    const store = await this.services.versions();
    const numbers = await store.numbers(signature);
    const most = this.shown.get(signature) ?? PAGE;
    const [list, reading] = await Promise.all([store.list(signature, numbers.slice(0, most)), store.inspectLabels(signature)]);
    const { versions, broken } = list;
    await this.problems.show(store, list);
    const { labels, problem } = reading;
    const left = Math.max(0, numbers.length - most);
    return [
      ...(problem === undefined
        ? []
        : [
            {
              ...{ kind: 'labels' as const, signature, problem: sentences(problem) },
              ...{ file: store.labelsFileOf(signature), isConflict: reading.conflict !== undefined },
            },
          ]),
      ...broken.map(({ problem: why, ...each }) => {
        return { ...each, kind: 'broken' as const, signature, problem: sentences(why), file: store.fileOf(signature, each.number) };
      }),
      ...(await this.grouped(versions, labels, signature)),
      ...(left === 0 ? [] : [{ kind: 'more' as const, signature, left }]),
    ];
  }

  private versionItem(node: VersionItem): vscode.TreeItem {
    const { TreeItem, TreeItemCollapsibleState, ThemeIcon, ThemeColor } = this.services.host.vscode;
    const { signature, facts, labels, history } = node;
    const [parent] = history.parentsOf(facts.number);
    const { icon, color, words } = versionState(facts, parent, node.stale);
    const item = new TreeItem(versionName(facts.number), TreeItemCollapsibleState.None);
    item.id = `${signature}/${facts.number}`;
    item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
    const said = describeVersion(facts, labels, new Date(), node.stale.length > 0);
    item.description = said.line;
    // Else the words say it already.
    const stale = facts.leaked ? node.stale : [];
    item.tooltip = [`${signature} ${versionName(facts.number)}: ${words}`, ...stale, ...said.details].join('\n');
    item.accessibilityInformation = { label: `${versionName(facts.number)}, ${words}, ${said.line}` };
    item.contextValue = `version${labels.length === 0 ? '' : ' labeled'}${facts.parents.length === 0 ? '' : ' child'}`;
    item.command = { command: 'promptAtelier.openVersion', title: 'Open Version', arguments: [node] };
    return item;
  }

  /** By taste where versions are made for tastes. */
  private async grouped(versions: readonly VersionFacts[], labels: Labels | undefined, signature: string): Promise<VersionNode[]> {
    const history = historyOf(versions);
    const items = await Promise.all(
      versions.map(async (facts): Promise<VersionItem> => {
        const own = labels === undefined ? [] : labelsOf(labels, facts.number);
        return { kind: 'version', signature, facts, history, labels: own, stale: own.length === 0 ? [] : await this.staleOf(facts) };
      }),
    );
    const tastes = [...new Set(versions.flatMap(({ scope }) => scope.taste ?? []))].sort();
    return [
      ...tastes.map((taste) => ({
        ...{ kind: 'taste' as const, signature, taste },
        versions: items.filter(({ facts }) => facts.scope.taste === taste),
      })),
      ...items.filter(({ facts }) => facts.scope.taste === undefined),
    ];
  }

  /** Whether the rows or the model are others than the score was measured with. */
  private async staleOf({ scores: { own } }: VersionFacts): Promise<string[]> {
    const folder = this.services.host.workspaceFolder();
    if (own === undefined || folder === undefined) return [];
    const { sha256OfFile } = await import('../../store/index.js');
    const file = path.resolve(folder, own.file);
    this.measuredOn.add(file);
    const sha256 = await sha256OfFile(file);
    return staleReasons(own, { sha256, model: this.services.host.settings.model }).map(({ message }) => message);
  }
}

/** What is wrong, where, and what to do. */
function sentences({ message, hint, line }: AtelierError): string {
  return `${message}${line === undefined ? '' : ` Line ${line}.`} ${hint}`;
}
