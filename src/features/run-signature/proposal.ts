import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { behind, inPlaceOf, type LineEnd } from '../../core/text/reshape.js';
import { TrackedPlaces } from '../../core/text/tracked-edits.js';

/** Where a result goes: instead of the selected text, or behind it. */
export type Placement = 'replace' | 'insertAfter';

/** A result for one selection. */
interface Spot {
  readonly original: string;
  /** The result so far; '' where there is none. */
  text: string;
}

/**
 * Results for selected texts of a document that a person has not yet taken over. From the moment it is made it follows the document, which
 * may be edited all the time.
 */
export class Proposal {
  readonly id = randomUUID();
  /** The name of the signature that makes it. */
  signature = '';
  placement: Placement = 'replace';
  /** What a person is told of it: signature, model, time, cost. */
  facts = '';
  /** True when all results are there. */
  isComplete = false;
  /** Stops the work on it. */
  readonly abandon = new AbortController();
  private readonly spots: readonly Spot[];
  private readonly places: TrackedPlaces;
  private readonly changes: vscode.EventEmitter<void>;
  private readonly subscription: vscode.Disposable;
  /** Fires when the proposed text changes. */
  readonly onChange: vscode.Event<void>;

  constructor(
    private readonly api: typeof vscode,
    readonly document: vscode.TextDocument,
    selections: readonly vscode.Selection[],
  ) {
    // In the order of the document, whatever the order in which they were selected.
    const sorted = [...selections].sort((a, b) => a.start.compareTo(b.start));
    this.spots = sorted.map((selection) => ({ original: document.getText(selection), text: '' }));
    this.places = new TrackedPlaces(
      sorted.map((selection) => ({ start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) })),
    );
    this.changes = new api.EventEmitter<void>();
    this.onChange = this.changes.event;
    this.subscription = api.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
      if (changed.uri.toString() !== document.uri.toString()) return;
      this.places.follow(contentChanges.map(({ rangeOffset, rangeLength, text }) => ({ offset: rangeOffset, length: rangeLength, text })));
      this.changes.fire();
    });
  }

  /** The selected texts, as they were when they were selected. */
  get originals(): readonly string[] {
    return this.spots.map(({ original }) => original);
  }

  /** Where the first change will be. */
  get start(): vscode.Range {
    const first = Math.min(...this.spots.map((_, index) => this.places.at(index)?.start ?? 0));
    const position = this.document.positionAt(first);
    return new this.api.Range(position, position);
  }

  /** The result for a selection, as far as it is known. */
  set(index: number, text: string): void {
    const spot = this.spots[index];
    if (spot === undefined) return;
    spot.text = text;
    this.changes.fire();
  }

  place(placement: Placement): void {
    this.placement = placement;
    this.changes.fire();
  }

  /** The results alone. */
  get results(): readonly string[] {
    return this.spots.flatMap(({ text }) => (text.trim() === '' ? [] : [text]));
  }

  /** Results whose selected text was changed meanwhile: they have no place any more. */
  get lost(): readonly string[] {
    return this.spots.flatMap(({ text }, index) => (text.trim() !== '' && this.places.at(index) === undefined ? [text] : []));
  }

  /** True when no selected text was changed since it was selected. */
  get isUntouched(): boolean {
    return this.spots.every((_, index) => this.places.at(index) !== undefined);
  }

  /** The document as it would be. */
  get text(): string {
    const now = this.document.getText();
    let text = '';
    let from = 0;
    for (const { start, end, result } of this.edits(now)) {
      text += now.slice(from, start) + result;
      from = end;
    }
    return text + now.slice(from);
  }

  /** All results that have a place as one edit: one step of undo. */
  edit(): vscode.WorkspaceEdit {
    const edit = new this.api.WorkspaceEdit();
    for (const { start, end, result } of this.edits(this.document.getText())) {
      edit.replace(this.document.uri, new this.api.Range(this.document.positionAt(start), this.document.positionAt(end)), result);
    }
    return edit;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }

  private edits(now: string): { start: number; end: number; result: string }[] {
    const eol: LineEnd = this.document.eol === this.api.EndOfLine.CRLF ? '\r\n' : '\n';
    return this.spots.flatMap(({ original, text }, index) => {
      const place = this.places.at(index);
      if (place === undefined || text.trim() === '') return [];
      if (this.placement === 'replace') return [{ ...place, result: inPlaceOf(original, text, eol) }];
      const insertion = behind(now, place.end, text, eol);
      return [{ start: insertion.at, end: insertion.at, result: insertion.text }];
    });
  }
}
