import type { EvaluationDocument, RowDocument } from '../../src/features/evaluate/protocol.js';
import { h } from '../shared/dom.js';
import { fixed, whole } from '../shared/format.js';
import { snippet } from '../shared/values.js';
import type { Host } from './host.js';
import { rowDetails } from './row-details.js';
import { changeOf, isWrong } from './rows.js';

/** Rows that are drawn at a time: thousands at once make a page slow. */
const PAGE = 200;

const CHANGES = {
  better: { sign: '↑', words: 'better than before' },
  worse: { sign: '↓', words: 'worse than before' },
  different: { sign: '↕', words: 'another result than before' },
};

/** Which rows are open, and which one the cursor is in. */
export interface ListView {
  readonly open: readonly string[];
  readonly current: string | undefined;
  /** Place of that row among those that are shown; -1 for none. */
  readonly at: number;
  readonly drawn: number;
}

/** The rows, one line each, which open to all that is known of them. */
export class RowList {
  readonly element = h('div', { class: 'list' });
  private readonly more = h<HTMLButtonElement>('button', { type: 'button', class: 'more' });
  private readonly contents = new WeakMap<HTMLElement, RowDocument>();
  private rows: readonly RowDocument[] = [];
  private drawn = 0;

  constructor(
    private readonly evaluation: EvaluationDocument,
    private readonly host: Host,
  ) {
    this.more.addEventListener('click', () => {
      const next = this.drawn;
      this.drawMore();
      this.summaries()[next]?.focus();
    });
  }

  show(rows: readonly RowDocument[]): void {
    this.rows = rows;
    this.drawn = 0;
    this.element.replaceChildren();
    if (rows.length === 0) this.element.append(h('p', { class: 'muted empty' }, 'No row is like that.'));
    else this.drawMore();
  }

  /** Puts the cursor on the next row, or with -1 on the one before; on the first, when it is on none. */
  move(by: 1 | -1): void {
    const current = document.activeElement?.closest('details')?.querySelector('summary');
    const at = current === null || current === undefined ? -1 : this.summaries().indexOf(current);
    if (at + by >= this.drawn) this.drawMore();
    const next = this.summaries()[at === -1 ? 0 : at + by];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }

  /** Closes the row that the cursor is in. @returns false when there is none that is open */
  close(): boolean {
    const row = document.activeElement?.closest('details');
    if (row === null || row === undefined || !row.open) return false;
    row.open = false;
    row.querySelector('summary')?.focus();
    return true;
  }

  /** Opens the form for the score of the row that the cursor is in; without such a row it does nothing. */
  setScore(): void {
    const row = document.activeElement?.closest('details');
    if (row === null || row === undefined) return;
    row.open = true;
    this.fill(row);
    row.querySelector<HTMLElement>('.set-score')?.click();
  }

  view(): ListView {
    const rows = [...this.element.querySelectorAll<HTMLDetailsElement>(':scope > details')];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    return {
      open: rows.flatMap((row) => (row.open ? (row.dataset.key ?? []) : [])),
      current: rows[at]?.dataset.key,
      at,
      drawn: this.drawn,
    };
  }

  /** Opens rows as they were; to be called when they are drawn. */
  reopen({ open, drawn }: ListView): void {
    while (this.drawn < Math.min(drawn, this.rows.length)) this.drawMore();
    for (const key of open) {
      const row = this.find(key);
      if (row === null) continue;
      row.open = true;
      this.fill(row);
    }
  }

  /** Puts the cursor on the row where it was; on the one in its place, when that row is not shown any more. */
  focus({ current, at }: ListView): void {
    if (current === undefined) return;
    const rows = this.summaries();
    const row = this.find(current)?.querySelector('summary') ?? rows[Math.min(at, rows.length - 1)];
    row?.focus({ preventScroll: true });
  }

  private find(key: string): HTMLDetailsElement | null {
    return this.element.querySelector<HTMLDetailsElement>(`details[data-key="${CSS.escape(key)}"]`);
  }

  private summaries(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(':scope > details > summary')];
  }

  private drawMore(): void {
    const next = this.rows.slice(this.drawn, this.drawn + PAGE);
    this.drawn += next.length;
    const left = this.rows.length - this.drawn;
    this.more.textContent = `Show ${whole(Math.min(PAGE, left))} more of ${whole(left)}`;
    this.more.remove();
    this.element.append(...next.map((row) => this.line(row)), ...(left === 0 ? [] : [this.more]));
  }

  private line(row: RowDocument): HTMLElement {
    const change = changeOf(row);
    const { sign, words } = change === undefined ? { sign: '', words: '' } : CHANGES[change];
    const tone = row.score === null ? 'failed' : isWrong(row, this.evaluation) ? 'wrong' : 'right';
    const text = (name: string, label: string, content: string) =>
      h('span', { class: name, dir: 'auto' }, h('span', { class: 'visually-hidden' }, `${label} `), content);
    const unanswered = row.outputs === null ? row.error?.message : undefined;
    const number = row.repeat === 0 ? String(row.row) : `${row.row}.${row.repeat + 1}`;
    const summary = h(
      'summary',
      {},
      h('span', { class: 'number' }, h('span', { class: 'visually-hidden' }, 'Row '), number),
      h('span', { class: `score ${tone}` }, row.score === null ? 'failed' : fixed(row.score)),
      h('span', { class: `change ${change ?? ''}`, title: words }, sign, h('span', { class: 'visually-hidden' }, words)),
      text('inputs', 'Input', snippet(row.inputs)),
      text('expected', 'expected', snippet(row.expected)),
      unanswered === undefined ? text('got', 'got', snippet(row.outputs)) : text('got problem', 'got', unanswered),
    );
    if (row.leaked !== undefined) summary.querySelector('.inputs')?.prepend(h('span', { class: 'tag' }, 'known'));
    if (row.overridden !== undefined) summary.querySelector('.inputs')?.prepend(h('span', { class: 'tag' }, 'by hand'));
    const details = h<HTMLDetailsElement>('details', { 'data-key': number }, summary);
    details.addEventListener('toggle', () => this.fill(details));
    this.contents.set(details, row);
    return details;
  }

  /** What a row opens to is made when it is first seen. */
  private fill(details: HTMLDetailsElement): void {
    const row = this.contents.get(details);
    if (details.open && details.childElementCount === 1 && row !== undefined) {
      details.append(rowDetails(row, this.evaluation, this.host));
    }
  }
}
