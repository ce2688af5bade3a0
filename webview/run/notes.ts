import type { RunMessage } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { counted } from '../shared/format.js';
import type { Drafts } from '../shared/vscode-api.js';
import { type Note, notesOf } from './facts.js';
import { Fold } from './fold.js';
import { KeyedList } from './keyed-list.js';

/** What a person should know: what was warned of before the run, and what it noted on its way. */
export class Notes {
  readonly element: HTMLElement;
  private readonly fold: Fold;
  private readonly list: KeyedList<Note>;
  private notes: readonly Note[] = [];

  constructor(drafts: Drafts) {
    const items = h('ul', { class: 'notes' });
    this.list = new KeyedList(
      items,
      ({ kind, text }) => `${kind} ${text}`,
      ({ kind, text }) => h('li', { class: kind }, h('b', {}, kind === 'warning' ? 'Warning. ' : 'Note. '), text),
    );
    this.fold = new Fold('Notes and warnings', items, drafts, () => this.list.show(this.notes));
    this.element = this.fold.element;
  }

  update({ view }: RunMessage): void {
    this.notes = notesOf(view);
    this.element.hidden = this.notes.length === 0;
    const warnings = this.notes.filter(({ kind }) => kind === 'warning').length;
    const others = this.notes.length - warnings;
    const parts = [...(warnings === 0 ? [] : [counted(warnings, 'warning')]), ...(others === 0 ? [] : [counted(others, 'note')])];
    this.fold.update(parts.join(', '));
  }
}
