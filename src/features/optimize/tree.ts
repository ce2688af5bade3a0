import type * as vscode from 'vscode';
import { progressOfRun, type RunView } from '../../core/optimizer/run-view.js';
import { progressText, verdictText } from '../../core/optimizer/wording.js';
import { ageText } from '../../core/text/age.js';
import type { Services } from '../services.js';
import { WhenQuiet } from '../signature-files/when-quiet.js';
import type { RunBook } from './run-book.js';

/** A run in the list. */
export interface RunNode {
  readonly kind: 'run';
  readonly view: RunView;
}

/** How a run stands: an icon, and the words for those who do not see it. */
interface RunState {
  readonly icon: string;
  readonly color?: string;
  readonly words: string;
}

/** The runs of the workspace: those at work with percentage and spend, then paused, done and failed ones. */
export class RunTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  private readonly changed: vscode.EventEmitter<RunNode | undefined>;
  readonly onDidChangeTreeData: vscode.Event<RunNode | undefined>;
  private readonly quiet = new WhenQuiet();
  private readonly watched: vscode.Disposable;

  constructor(
    private readonly services: Services,
    private readonly book: RunBook,
  ) {
    this.changed = new services.host.vscode.EventEmitter();
    this.onDidChangeTreeData = this.changed.event;
    this.watched = book.onDidChange(() => this.quiet.ask('runs', () => this.refresh()));
  }

  dispose(): void {
    this.watched.dispose();
    this.quiet.dispose();
    this.changed.dispose();
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node !== undefined) return [];
    return (await this.book.list()).map((view) => ({ kind: 'run', view }));
  }

  getTreeItem({ view }: RunNode): vscode.TreeItem {
    const { TreeItem, TreeItemCollapsibleState, ThemeIcon, ThemeColor } = this.services.host.vscode;
    const item = new TreeItem(`${view.signature} · ${view.optimizer}`, TreeItemCollapsibleState.None);
    const { icon, color, words } = stateOf(view);
    const said = lineOf(view);
    item.id = view.run;
    item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
    item.description = said;
    item.tooltip = [
      `${view.run}: ${words}`,
      said,
      `student ${view.student}, teacher ${view.teacher}`,
      ageText(view.created, new Date()),
    ].join('\n');
    item.accessibilityInformation = { label: `${view.signature}, ${view.optimizer}, ${words}, ${said}` };
    const isElsewhere = view.status === 'running' && !this.book.isLive(view.run);
    item.contextValue = `run ${isElsewhere ? 'elsewhere' : view.status}${view.result?.version == null ? '' : ' versioned'}`;
    item.command = { command: 'promptAtelier.openRun', title: 'Open Run', arguments: [{ kind: 'run', view } satisfies RunNode] };
    return item;
  }
}

function stateOf(view: RunView): RunState {
  if (view.status === 'running') return { icon: 'sync~spin', words: `running, ${Math.round(100 * progressOfRun(view))} percent` };
  if (view.status === 'paused') return { icon: 'debug-pause', words: 'paused' };
  if (view.status === 'failed') return { icon: 'error', color: 'list.errorForeground', words: 'failed' };
  if (view.status === 'discarded') return { icon: 'trash', words: 'discarded' };
  const verdict = view.result?.verdict;
  if (verdict === 'better') return { icon: 'arrow-up', color: 'testing.iconPassed', words: 'done, better' };
  if (verdict === 'worse') return { icon: 'arrow-down', color: 'testing.iconFailed', words: 'done, worse' };
  return { icon: 'dash', words: verdict == null ? 'done, not measured on rows never seen' : 'done, no real difference' };
}

function lineOf(view: RunView): string {
  const { status, result, error } = view;
  if (status === 'failed') return error?.message ?? 'failed';
  if (result !== null) return [...(result.version === null ? [] : [result.version]), verdictText(result)].join(' · ');
  return status === 'paused' ? `paused · ${progressText(view)}` : progressText(view);
}
