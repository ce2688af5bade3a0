import type { ConfusionDocument } from '../../src/features/evaluate/protocol.js';
import { h, setAttribute } from '../shared/dom.js';
import { counted, fixed, whole } from '../shared/format.js';
import type { Cell } from './rows.js';

/** A confusion matrix whose cells choose rows. */
export class Confusion {
  readonly element: HTMLElement;
  private readonly buttons: { readonly cell: Cell; readonly button: HTMLElement }[] = [];

  /** @param onChoose the chosen cell; undefined when it was chosen before */
  constructor(
    private readonly confusion: ConfusionDocument,
    private readonly onChoose: (cell: Cell | undefined) => void,
  ) {
    const { field, accuracy, macro_f1: macroF1, kappa, n } = confusion;
    const figures = `accuracy ${fixed(accuracy)} · macro F1 ${fixed(macroF1)} · kappa ${fixed(kappa)} · n = ${whole(n)}`;
    this.element = h(
      'section',
      { class: 'confusion', 'aria-label': `Confusion matrix of ${field}` },
      h('h2', {}, field, ' ', h('span', { class: 'muted' }, figures)),
      h('div', { class: 'scroll', tabindex: '0' }, this.table()),
    );
  }

  /** Marks a cell as the chosen one. */
  choose(chosen: Cell | undefined): void {
    for (const { cell, button } of this.buttons) setAttribute(button, 'aria-pressed', String(sameCell(cell, chosen)));
  }

  /** A cell in words. */
  describe({ expected, got }: Cell): string {
    const { options } = this.confusion;
    return `expected ${options[expected] ?? ''}, got ${options[got] ?? 'no valid answer'}`;
  }

  has(cell: Cell): boolean {
    return cell.field === this.confusion.field;
  }

  private table(): HTMLElement {
    const { options, matrix, classes, invalid } = this.confusion;
    const columns = [...options, ...(invalid === 0 ? [] : ['no valid answer'])];
    const head = (text: string, className = '') => h('th', { scope: 'col', class: className }, text);
    const rows = matrix.map((counts, expected) => {
      const scores = classes[expected];
      const most = Math.max(1, scores?.support ?? 0);
      return h(
        'tr',
        {},
        h('th', { scope: 'row' }, options[expected] ?? ''),
        ...columns.map((_, got) => this.cell({ field: this.confusion.field, expected, got }, counts[got] ?? 0, most)),
        ...[scores?.precision, scores?.recall, scores?.f1].map((value) => h('td', { class: 'measure' }, fixed(value ?? null))),
      );
    });
    const measures = ['precision', 'recall', 'F1'].map((name) => head(name, 'measure'));
    return h(
      'table',
      {},
      h('thead', {}, h('tr', {}, head('expected ↓  got →', 'corner'), ...columns.map((name) => head(name)), ...measures)),
      h('tbody', {}, ...rows),
    );
  }

  private cell(cell: Cell, count: number, most: number): HTMLElement {
    const kind = cell.expected === cell.got ? 'right' : 'wrong';
    const td = h('td', { class: `cell ${kind}` });
    td.style.setProperty('--share', `${Math.round((55 * count) / most)}%`);
    if (count === 0) {
      td.append('0');
      td.classList.add('none');
      return td;
    }
    const label = `${this.describe(cell)}: ${counted(count, 'row')}`;
    const button = h('button', { type: 'button', 'aria-pressed': 'false', 'aria-label': label, title: `Show ${label}` }, whole(count));
    button.addEventListener('click', () => this.onChoose(button.getAttribute('aria-pressed') === 'true' ? undefined : cell));
    this.buttons.push({ cell, button });
    td.append(button);
    return td;
  }
}

function sameCell(a: Cell, b: Cell | undefined): boolean {
  return a.field === b?.field && a.expected === b.expected && a.got === b.got;
}
