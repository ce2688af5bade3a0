import type * as vscode from 'vscode';
import { behind, inPlaceOf, type LineEnd } from '../../core/text/reshape.js';
import { TrackedPlaces } from '../../core/text/tracked-edits.js';

/** Where a result goes: instead of the selected text, or behind it. */
export type Placement = 'replace' | 'insertAfter';

/** A result for one selection. */
interface Spot {
  readonly original: string;
  /** The result so far; undefined: none yet. */
  text: string | undefined;
}

/** Results for selected texts of a document that a person has not yet taken over. Follows the document while it is edited. */
export class Proposal {
  private readonly spots: readonly Spot[];
  private readonly places: TrackedPlaces;
  private readonly changes: vscode.EventEmitter<void>;
  private readonly subscription: vscode.Disposable;
  /** Fires when the proposed text changes. */
  readonly onChange: vscode.Event<void>;
  /** What a person is told of it: signature, model, time, cost. */
  facts = '';
  /** Stops the work on it. */
  readonly abandon = new AbortController();
  /** True when all results are there. */
  isComplete = false;

  constructor(
    private readonly api: typeof vscode,
    readonly id: string,
    readonly signature: string,
    readonly document: vscode.TextDocument,
    selections: readonly vscode.Selection[],
    public placement: Placement,
  ) {
    this.spots = selections.map((selection) => ({ original: document.getText(selection), text: undefined }));
    this.places = new TrackedPlaces(
      selections.map((selection) => ({ start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) })),
    );
    this.changes = new api.EventEmitter<void>();
    this.onChange = this.changes.event;
    this.subscription = api.workspace.onDidChangeTextDocument(({ document: changed, contentChanges }) => {
      if (changed.uri.toString() !== document.uri.toString()) return;
      this.places.follow(contentChanges.map(({ rangeOffset, rangeLength, text }) => ({ offset: rangeOffset, length: rangeLength, text })));
      this.changes.fire();
    });
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

  /** The results alone, one below the other. */
  get results(): readonly string[] {
    return this.spots.flatMap(({ text }) => text ?? []);
  }

  /** Selections whose text was changed meanwhile: their results have no place any more. */
  get lost(): number {
    return this.spots.filter(({ text }, index) => text !== undefined && this.places.at(index) === undefined).length;
  }

  /** The document as it would be. */
  get text(): string {
    const now = this.document.getText();
    let text = '';
    let from = 0;
    for (const { start, end, result } of this.edits()) {
      text += now.slice(from, start) + result;
      from = end;
    }
    return text + now.slice(from);
  }

  /** All results as one edit: one step of undo. */
  edit(): vscode.WorkspaceEdit {
    const edit = new this.api.WorkspaceEdit();
    for (const { start, end, result } of this.edits()) {
      edit.replace(this.document.uri, new this.api.Range(this.document.positionAt(start), this.document.positionAt(end)), result);
    }
    return edit;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }

  private edits(): { start: number; end: number; result: string }[] {
    const eol: LineEnd = this.document.eol === this.api.EndOfLine.CRLF ? '\r\n' : '\n';
    return this.spots
      .flatMap(({ original, text }, index) => {
        const place = this.places.at(index);
        if (place === undefined || text === undefined || text === '') return [];
        if (this.placement === 'replace') return [{ ...place, result: inPlaceOf(original, text, eol) }];
        return [{ start: place.end, end: place.end, result: behind(original, text, eol) }];
      })
      .sort((a, b) => a.start - b.start);
  }
}
