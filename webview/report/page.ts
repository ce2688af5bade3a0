import type { EvaluationDocument } from '../../src/features/evaluate/protocol.js';
import { h, setAttribute, setText } from '../shared/dom.js';
import { counted, whole } from '../shared/format.js';
import { Confusion } from './confusion.js';
import { rowsAsCsv } from './csv.js';
import type { Host } from './host.js';
import { type ListView, RowList } from './row-list.js';
import { type Cell, changeOf, type Filter, isWrong, NO_FILTER, ORDERS, type Order, selectRows } from './rows.js';
import { summary } from './summary.js';

const ORDER_NAMES: Readonly<Record<Order, string>> = { worst: 'Worst first', file: 'As in the file', change: 'Changed first' };

/** What a person chose to see. */
export interface View {
  readonly filter: Filter;
  readonly order: string;
  readonly list: ListView;
}

/** The report: summary, confusion matrices, and the rows with what chooses among them. */
export class ReportPage {
  readonly element: HTMLElement;
  private readonly search = h<HTMLInputElement>('input', {
    type: 'search',
    placeholder: 'Filter rows  ( / )',
    'aria-label': 'Filter rows',
    spellcheck: 'false',
  });
  private readonly wrong: HTMLElement;
  private readonly changed: HTMLElement;
  private readonly order: HTMLSelectElement;
  private readonly count = h('span', { class: 'muted count', role: 'status' });
  private readonly chosen = h('button', { type: 'button', class: 'chosen', hidden: true, title: 'Show all cells (Esc)' });
  private readonly confusions: readonly Confusion[];
  private readonly list: RowList;
  private filter: Filter = NO_FILTER;

  constructor(
    readonly evaluation: EvaluationDocument,
    private readonly host: Host,
    view?: View,
  ) {
    const { rows, compare, confusion = [] } = evaluation;
    this.list = new RowList(evaluation, host);
    this.confusions = confusion.map((each) => new Confusion(each, (cell) => this.chooseCell(cell)));
    const wrong = rows.filter((row) => isWrong(row, evaluation)).length;
    const changed = rows.filter((row) => changeOf(row) !== undefined).length;
    this.wrong = this.toggle(`Wrong or failed (${whole(wrong)})`, 'f', () => this.narrow({ wrongOnly: !this.filter.wrongOnly }));
    this.changed = this.toggle(`↕ Changed (${whole(changed)})`, 'd', () => this.narrow({ changedOnly: !this.filter.changedOnly }));
    this.changed.hidden = compare === undefined;
    const orders = ORDERS.filter((order) => compare !== undefined || order !== 'change');
    this.order = h<HTMLSelectElement>(
      'select',
      { 'aria-label': 'Order of rows' },
      ...orders.map((order) => h('option', { value: order }, ORDER_NAMES[order])),
    );
    this.element = h(
      'div',
      { class: `report ${compare === undefined ? '' : 'compared'}` },
      summary(evaluation),
      ...this.confusions.map(({ element }) => element),
      h('section', { class: 'rows', 'aria-label': 'Rows' }, this.toolbar(), columnHeads(), this.list.element),
    );
    this.search.addEventListener('input', () => this.narrow({ text: this.search.value.trim() }));
    this.order.addEventListener('change', () => this.draw());
    this.chosen.addEventListener('click', () => this.chooseCell(undefined));
    if (view !== undefined) {
      this.filter = view.filter;
      this.search.value = view.filter.text;
      this.order.value = view.order;
    }
    this.draw();
    if (view !== undefined) this.list.reopen(view.list);
  }

  /** What is to be seen now. */
  view(): View {
    return { filter: this.filter, order: this.order.value, list: this.list.view() };
  }

  /** Puts the cursor where it was. */
  focus({ list }: View): void {
    this.list.focus(list);
  }

  /** j and k move, s sets a score, f and d choose, / filters, Esc takes back one thing at a time; Enter opens a row by itself. */
  onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      this.back();
      return;
    }
    if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea') !== null) return;
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      j: () => this.list.move(1),
      k: () => this.list.move(-1),
      s: () => this.list.setScore(),
      f: () => this.wrong.click(),
      d: () => this.changed.click(),
      '/': () => this.search.focus(),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  private toolbar(): HTMLElement {
    const save = h('button', { type: 'button', title: 'Export the rows shown as CSV' }, 'Export CSV');
    save.addEventListener('click', () => {
      const name = `${this.evaluation.signature}-${this.evaluation.version}.csv`.replace(/[^\p{L}\p{N}._-]+/gu, '-');
      this.host.saveCsv(name, rowsAsCsv(this.selected()));
    });
    const keys = h(
      'span',
      { class: 'muted keys' },
      ...['j', 'k'].map((key) => h('kbd', {}, key)),
      ' move ',
      h('kbd', {}, 'Enter'),
      ' open',
      ...(this.host.setScore === undefined ? [] : [' ', h('kbd', {}, 's'), ' set score']),
    );
    const tools = h('div', { class: 'toolbar' }, this.search, this.wrong, this.changed, this.chosen, this.order, save);
    return h('div', {}, tools, h('div', { class: 'status' }, this.count, keys));
  }

  private toggle(label: string, key: string, onClick: () => void): HTMLElement {
    const button = h(
      'button',
      { type: 'button', 'aria-pressed': 'false', title: `Show these only (${key})`, 'aria-keyshortcuts': key },
      label,
    );
    button.addEventListener('click', onClick);
    return button;
  }

  private chooseCell(cell: Cell | undefined): void {
    this.narrow({ cell });
  }

  private narrow(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    this.draw();
  }

  private back(): void {
    if (document.activeElement === this.search) {
      this.search.blur();
      if (this.search.value !== '') {
        this.search.value = '';
        this.narrow({ text: '' });
      }
    } else if (!this.list.close()) {
      this.search.value = '';
      this.narrow(NO_FILTER);
    }
  }

  private selected() {
    return selectRows(this.evaluation, this.filter, this.order.value as Order);
  }

  private draw(): void {
    const { wrongOnly, changedOnly, cell } = this.filter;
    setAttribute(this.wrong, 'aria-pressed', String(wrongOnly));
    setAttribute(this.changed, 'aria-pressed', String(changedOnly));
    for (const confusion of this.confusions) confusion.choose(cell);
    this.chosen.hidden = cell === undefined;
    if (cell !== undefined) setText(this.chosen, `${this.confusions.find((each) => each.has(cell))?.describe(cell) ?? ''}  ✕`);
    const rows = this.selected();
    const all = this.evaluation.rows.length;
    setText(this.count, rows.length === all ? counted(all, 'result') : `${whole(rows.length)} of ${counted(all, 'result')}`);
    this.list.show(rows);
  }
}

/** For the eyes: each row says its own columns to screen readers. */
function columnHeads(): HTMLElement {
  const names = ['row', 'score', '', 'input', 'expected', 'got'];
  return h('div', { class: 'heads', 'aria-hidden': 'true' }, ...names.map((name) => h('span', {}, name)));
}
