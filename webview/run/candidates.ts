import type { PageMessage, RunMessage } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { counted, fixed, whole } from '../shared/format.js';
import type { Drafts } from '../shared/vscode-api.js';
import { type CandidateRow, candidateRows } from './facts.js';
import { Fold } from './fold.js';
import { KeyedList } from './keyed-list.js';

/** Column heads, and what explains them. */
const COLUMNS = ['Candidate', 'Score', 'Tokens', 'Demos', ''];

/** The candidates that ran on all of validation, in a table. Its roles are said: on narrow pages its rows are no table to the browser. */
export class Candidates {
  readonly element: HTMLElement;
  private readonly fold: Fold;
  private readonly list: KeyedList<CandidateRow>;
  private readonly empty = h('p', { class: 'muted' }, 'None yet: the program as it was is still being measured.');
  private readonly table: HTMLElement;
  private rows: readonly CandidateRow[] = [];

  constructor(
    private readonly send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    const body = h('tbody', { role: 'rowgroup' });
    const heads = COLUMNS.map((name) => h('th', { role: 'columnheader', scope: 'col' }, name === '' ? actionsHead() : name));
    this.table = h(
      'table',
      { role: 'table', 'aria-label': 'Candidates', class: 'candidates' },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads)),
      body,
    );
    this.list = new KeyedList(
      body,
      ({ candidate }) => candidate.id,
      (row) => this.row(row),
    );
    const legend =
      'Score on validation with its 95 % interval; tokens of an answer, in and out. Pareto front: no other scores as well with fewer tokens.';
    const content = h('div', {}, this.empty, this.table, h('p', { class: 'muted' }, legend));
    this.fold = new Fold('Candidates', content, drafts, () => this.draw());
    this.element = this.fold.element;
  }

  update({ view, canAct }: RunMessage): void {
    this.rows = candidateRows(view, canAct);
    this.fold.update(whole(this.rows.length));
  }

  open(): void {
    this.fold.open();
  }

  private draw(): void {
    this.empty.hidden = this.rows.length > 0;
    this.table.hidden = this.rows.length === 0;
    this.list.show(this.rows);
  }

  private row({ candidate, isBest, isFront, version, canSave }: CandidateRow): HTMLElement {
    const { id, about, score, interval, n, tokens, demos, augmented } = candidate;
    const marks = [
      ...(isBest ? ['best'] : []),
      ...(isFront ? ['Pareto front'] : []),
      ...(version === undefined ? [] : [`saved as ${version}`]),
    ];
    const reach = interval === undefined ? '' : ` ±${((interval[1] - interval[0]) / 2).toFixed(2)}`;
    const range = interval === undefined ? undefined : `${fixed(interval[0])} to ${fixed(interval[1])}, n = ${whole(n)}`;
    const made = augmented === 0 ? undefined : `${counted(augmented, 'demo')} made by the teacher`;
    const cell = (name: string, label: string, text: string, title?: string) =>
      h('td', { role: 'cell', class: name, title }, h('span', { class: 'cell-label' }, `${label} `), text);
    return h(
      'tr',
      { role: 'row', class: isBest ? 'is-best' : undefined },
      h(
        'th',
        { role: 'rowheader', scope: 'row' },
        h('span', { class: 'candidate-id' }, id),
        ...marks.map((mark) => h('span', { class: `tag ${mark === 'best' ? 'good' : ''}` }, mark)),
        h('span', { class: 'about muted' }, about),
      ),
      cell('score', 'Score', `${fixed(score ?? null)}${reach}`, range),
      cell('count', 'Tokens', typeof tokens === 'number' ? whole(Math.round(tokens)) : '–'),
      cell('count', 'Demos', whole(demos), made),
      h('td', { role: 'cell', class: 'save' }, ...(canSave ? [this.saveButton(id)] : [])),
    );
  }

  private saveButton(id: string): HTMLElement {
    const button = h('button', { type: 'button', 'aria-label': `Save ${id} as version` }, 'Save as version');
    button.addEventListener('click', () => this.send({ type: 'saveCandidate', id }));
    return button;
  }
}

function actionsHead(): HTMLElement {
  return h('span', { class: 'visually-hidden' }, 'Actions');
}
