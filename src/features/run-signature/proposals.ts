import path from 'node:path';
import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { Services } from '../services.js';
import type { Placement, Proposal } from './proposal.js';
import { Throttle } from './throttle.js';

const PROPOSAL_SCHEME = 'promptAtelier-proposal';
/** The side of a diff: the document as it is (where its own editor cannot be one), or as it would be. */
type Side = 'now' | 'proposed';

/** Proposed results in the native diff, until a person accepts or rejects them. */
export class Proposals implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly open = new Map<string, Proposal>();
  private readonly changed: vscode.EventEmitter<vscode.Uri>;
  private readonly facts: vscode.StatusBarItem;
  private readonly subscriptions: vscode.Disposable;
  readonly onDidChange: vscode.Event<vscode.Uri>;

  constructor(private readonly services: Services) {
    const { vscode } = services.host;
    this.changed = new vscode.EventEmitter<vscode.Uri>();
    this.onDidChange = this.changed.event;
    this.facts = vscode.window.createStatusBarItem('promptAtelier.proposal', vscode.StatusBarAlignment.Left, 50);
    this.facts.name = 'Prompt Atelier: Proposal';
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      this.facts,
      vscode.workspace.registerTextDocumentContentProvider(PROPOSAL_SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        const gone = closed.flatMap((tab) => this.of(tab) ?? []);
        // A tab that moves to another group is closed and opened: what still has a tab after that is not gone.
        if (gone.length > 0) setTimeout(() => this.forgetClosed(gone), MOVE_MS);
        this.showFacts();
      }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.showFacts()),
    );
  }

  /** @returns undefined for one that is gone, about which the fallback of `load-signatures.ts` has something to say */
  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    const proposal = this.open.get(idOf(uri));
    if (proposal === undefined) return undefined;
    return uri.path.includes('/now/') ? proposal.document.getText() : proposal.text;
  }

  /** Shows it beside the document, which may still be edited. */
  async show(proposal: Proposal): Promise<void> {
    const { vscode } = this.services.host;
    this.open.set(proposal.id, proposal);
    const inNotebook = proposal.document.uri.scheme === CELL_SCHEME;
    const left = inNotebook ? this.uri(proposal, 'now') : proposal.document.uri;
    // Words come faster than a diff can be drawn.
    const redraw = new Throttle<void>(REDRAW_MS, () => {
      this.changed.fire(this.uri(proposal, 'proposed'));
      if (inNotebook) this.changed.fire(left);
    });
    proposal.onChange(() => redraw.push());
    // Both sides in one language: the name of an untitled document or of a notebook would say another one.
    for (const side of inNotebook ? (['now', 'proposed'] as const) : (['proposed'] as const)) {
      const shown = await vscode.workspace.openTextDocument(this.uri(proposal, side));
      await vscode.languages.setTextDocumentLanguage(shown, proposal.document.languageId);
    }
    const name = path.posix.basename(proposal.document.uri.path);
    const title = `${proposal.signature}: ${name} ↔ proposal`;
    await vscode.commands.executeCommand('vscode.diff', left, this.uri(proposal, 'proposed'), title, {
      preview: false,
      // There is no difference yet that the editor could scroll to.
      selection: proposal.start,
    } satisfies vscode.TextDocumentShowOptions);
    this.showFacts();
  }

  /** Called when its results are complete. */
  complete(proposal: Proposal, facts: string): void {
    proposal.isComplete = true;
    proposal.facts = facts;
    this.showFacts();
  }

  /**
   * Puts the results into the document, in one step of undo, and goes back to it. Results whose text was changed meanwhile are left out.
   * @returns those results
   * @throws AtelierError `selection.changed` when none has a place any more
   */
  async accept(uri: vscode.Uri | undefined): Promise<readonly string[]> {
    const { vscode } = this.services.host;
    const proposal = this.require(uri);
    if (!proposal.isComplete) {
      throw new AtelierError('usage.invalid', `${proposal.signature} is still at work.`, { hint: 'Wait until it is done, or cancel it.' });
    }
    const { lost, results } = proposal;
    if (lost.length > 0 && lost.length === results.length) {
      throw new AtelierError('selection.changed', 'The selected text was changed while the result was made.', {
        hint: 'Copy the result or open it as a document instead. Nothing was changed.',
      });
    }
    if (!(await vscode.workspace.applyEdit(proposal.edit()))) {
      throw new AtelierError('selection.changed', 'The document cannot be edited: it is read-only, or it was closed.', {
        hint: 'Copy the result or open it as a document instead.',
      });
    }
    await this.close(proposal);
    if (proposal.document.uri.scheme !== CELL_SCHEME) await vscode.window.showTextDocument(proposal.document);
    return lost;
  }

  /** Closes it; the document stays as it is. */
  async reject(uri: vscode.Uri | undefined): Promise<void> {
    await this.close(this.require(uri));
  }

  place(uri: vscode.Uri | undefined, placement: Placement): void {
    this.require(uri).place(placement);
  }

  /** Closes what shows it, and forgets it. */
  async close(proposal: Proposal): Promise<void> {
    const tabs = this.tabsOf(proposal);
    this.forget(proposal);
    await this.services.host.vscode.window.tabGroups.close(tabs);
  }

  dispose(): void {
    for (const proposal of this.open.values()) proposal.dispose();
    this.open.clear();
    this.subscriptions.dispose();
  }

  private forgetClosed(proposals: readonly Proposal[]): void {
    for (const proposal of proposals) if (this.tabsOf(proposal).length === 0) this.forget(proposal);
  }

  private tabsOf(proposal: Proposal): vscode.Tab[] {
    return this.services.host.vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter((tab) => this.of(tab) === proposal));
  }

  private forget(proposal: Proposal): void {
    this.open.delete(proposal.id);
    // Nobody waits for the rest of it.
    proposal.abandon.abort();
    proposal.dispose();
  }

  /** The proposal of a document, or the one that is looked at. @throws AtelierError `usage.invalid` when there is none */
  require(uri: vscode.Uri | undefined): Proposal {
    const active = this.services.host.vscode.window.tabGroups.activeTabGroup.activeTab;
    const proposal = uri?.scheme === PROPOSAL_SCHEME ? this.open.get(idOf(uri)) : active === undefined ? undefined : this.of(active);
    if (proposal !== undefined) return proposal;
    throw new AtelierError('usage.invalid', 'No proposal is open here.', { hint: 'Run a signature on selected text first.' });
  }

  private of({ input }: vscode.Tab): Proposal | undefined {
    const { vscode } = this.services.host;
    return input instanceof vscode.TabInputTextDiff && input.modified.scheme === PROPOSAL_SCHEME
      ? this.open.get(idOf(input.modified))
      : undefined;
  }

  /** Signature, model, time, cost and "cached" of the proposal that is looked at. */
  private showFacts(): void {
    const active = this.services.host.vscode.window.tabGroups.activeTabGroup.activeTab;
    const proposal = active === undefined ? undefined : this.of(active);
    if (proposal === undefined) {
      this.facts.hide();
      return;
    }
    this.facts.text = proposal.isComplete ? `$(sparkle) ${proposal.facts}` : `$(sync~spin) ${proposal.signature}`;
    this.facts.tooltip = 'Accept or reject the proposal with the buttons above it.';
    this.facts.show();
  }

  private uri({ id, document }: Proposal, side: Side): vscode.Uri {
    const name = path.posix.basename(document.uri.path) || 'text';
    return this.services.host.vscode.Uri.from({ scheme: PROPOSAL_SCHEME, path: `/${id}/${side}/${name}` });
  }
}

const REDRAW_MS = 60;
/** How long a tab may take from one group to another. */
const MOVE_MS = 200;
const CELL_SCHEME = 'vscode-notebook-cell';

function idOf(uri: vscode.Uri): string {
  return uri.path.split('/')[1] ?? '';
}
