import type { BootstrapVerdict, PageMessage, RunMessage, RunView } from '../../src/features/optimize/protocol.js';
import { h, setAttribute, setText } from '../shared/dom.js';
import { fixed, whole } from '../shared/format.js';
import { snippet } from '../shared/values.js';
import type { Drafts } from '../shared/vscode-api.js';
import { EXAMPLE_KINDS, type ExampleKind, exampleCounts } from './facts.js';
import { Fold } from './fold.js';
import { KeyedList } from './keyed-list.js';
import { rowOf } from './row-link.js';
import { said } from './said.js';

/** Rows that are drawn at a time: thousands at once make a page slow. */
const PAGE = 200;

/** What the teacher made of each row of the trainset. */
export class Examples {
  readonly element: HTMLElement;
  private readonly fold: Fold;
  private readonly list: KeyedList<BootstrapVerdict>;
  private readonly filters = new Map<ExampleKind | undefined, HTMLElement>();
  private readonly empty = h('p', { class: 'muted' });
  private readonly more = h('button', { type: 'button', class: 'more' });
  private files: RunView['files'];
  private verdicts: readonly BootstrapVerdict[] = [];
  private kind: ExampleKind | undefined;
  private most = PAGE;

  constructor(
    private readonly send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    const items = h('ul', { class: 'examples' });
    this.list = new KeyedList(
      items,
      ({ row }) => String(row),
      (verdict) => this.line(verdict),
    );
    for (const kind of [undefined, ...EXAMPLE_KINDS]) {
      const button = h('button', { type: 'button', 'aria-pressed': 'false' });
      button.addEventListener('click', () => this.choose(kind));
      this.filters.set(kind, button);
    }
    this.more.addEventListener('click', () => {
      this.most += PAGE;
      this.draw();
    });
    const toolbar = h('div', { class: 'toolbar', role: 'group', 'aria-label': 'Which examples' }, ...this.filters.values());
    this.fold = new Fold('Examples', h('div', {}, toolbar, this.empty, items, this.more), drafts, () => this.draw());
    this.element = this.fold.element;
  }

  update({ view }: RunMessage): void {
    this.files = view.files;
    // By their rows, not as they ended: what a person reads does not move when more come in.
    this.verdicts = [...view.verdicts].sort((a, b) => a.row - b.row);
    this.fold.update(exampleCounts(this.verdicts));
  }

  private choose(kind: ExampleKind | undefined): void {
    this.kind = kind;
    this.most = PAGE;
    this.draw();
  }

  private draw(): void {
    for (const [kind, button] of this.filters) {
      const count = this.verdicts.filter(({ verdict }) => kind === undefined || verdict === kind).length;
      setText(button, `${kind === undefined ? 'All' : kind[0]?.toUpperCase() + kind.slice(1)} (${whole(count)})`);
      setAttribute(button, 'aria-pressed', String(kind === this.kind));
    }
    const chosen = this.verdicts.filter(({ verdict }) => this.kind === undefined || verdict === this.kind);
    setText(this.empty, this.verdicts.length === 0 ? 'The teacher has made no demos in this run.' : 'No example is like that.');
    this.empty.hidden = chosen.length > 0;
    this.list.show(chosen.slice(0, this.most));
    this.more.hidden = chosen.length <= this.most;
    setText(this.more, `Show ${whole(Math.min(PAGE, chosen.length - this.most))} more of ${whole(chosen.length - this.most)}`);
  }

  private line({ row, round, verdict, score, feedback, outputs, error }: BootstrapVerdict): HTMLElement {
    const answer = outputs === undefined || outputs === null ? '' : snippet(outputs);
    return h(
      'li',
      { class: verdict },
      h('span', {}, rowOf(this.files, 'train', row, this.send)),
      h('span', { class: 'kind-of' }, `${verdict}${round === 0 ? '' : `, try ${round + 1}`}`),
      h('span', { class: 'score' }, typeof score === 'number' ? fixed(score) : '–'),
      said(answer, { feedback, error }),
    );
  }
}
