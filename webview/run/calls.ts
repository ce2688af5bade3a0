import type { PageMessage, RunCall, RunMessage, RunView } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { counted, fixed, whole } from '../shared/format.js';
import type { Drafts } from '../shared/vscode-api.js';
import { callCost, callSubject } from './call-words.js';
import { Fold } from './fold.js';
import { KeyedList } from './keyed-list.js';
import { rowOf } from './row-link.js';
import { said } from './said.js';

/** The last calls of a run. They are many, so they are asked for only while a person looks at them. */
export class Calls {
  readonly element: HTMLElement;
  private readonly fold: Fold;
  private readonly list: KeyedList<RunCall>;
  private readonly note = h('p', { class: 'muted' }, 'Loading the calls …');
  private readonly journal = h('button', { type: 'button', class: 'more', hidden: true }, 'Open Journal');
  private files: RunView['files'];
  private count = 0;
  /** The count when they were last asked for. */
  private asked = -1;

  constructor(
    private readonly send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    const items = h('ul', { class: 'calls' });
    this.list = new KeyedList(
      items,
      ({ key }) => key,
      (call) => this.line(call),
    );
    this.journal.addEventListener('click', () => send({ type: 'openJournal' }));
    this.fold = new Fold('Calls', h('div', {}, this.note, items, this.journal), drafts, () => this.ask());
    this.element = this.fold.element;
  }

  update({ view }: RunMessage): void {
    this.files = view.files;
    this.count = view.spent.calls;
    this.fold.update(whole(this.count));
  }

  /** The answer to the last question. @param calls the newest first */
  show(calls: readonly RunCall[]): void {
    this.list.show(calls);
    this.journal.hidden = calls.length === 0;
    const last =
      calls.length < this.count
        ? `The last ${counted(calls.length, 'call')}, the newest first; all are in the journal.`
        : 'The newest first.';
    this.note.textContent = calls.length === 0 ? 'None yet.' : last;
  }

  private ask(): void {
    if (this.asked === this.count) return;
    this.asked = this.count;
    this.send({ type: 'calls' });
  }

  private line(call: RunCall): HTMLElement {
    const { for: subject, answer, score, feedback, error } = call;
    const row = subject?.row === undefined ? [] : [' ', rowOf(this.files, subject.set, subject.row, this.send)];
    return h(
      'li',
      { class: error === undefined ? undefined : 'failed' },
      h('span', { class: 'for' }, h('span', { class: 'kind-of' }, callSubject(subject)), ...row),
      h('span', { class: 'score' }, score === undefined ? '–' : fixed(score)),
      said(answer, { feedback, error }),
      h('span', { class: 'cost muted' }, callCost(call)),
    );
  }
}
