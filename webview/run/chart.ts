import type { RunView } from '../../src/features/optimize/protocol.js';
import { h, setText } from '../shared/dom.js';
import { type ChartPoints, chartPoints, chartWords } from './chart-points.js';

const SVG = 'http://www.w3.org/2000/svg';

/** How the best score grew over the candidates: a dot with its interval for each, a line for the best up to there, one for the start. */
export class Chart {
  readonly element: HTMLElement;
  private readonly best = h('span', { class: 'key best-key' });
  private readonly baseline = h('span', { class: 'key baseline-key' });
  private readonly of = h('span', { class: 'muted' });
  private readonly plot = h('div', { class: 'plot' });
  private drawn = '';

  private readonly table = h('button', { type: 'button', class: 'link' }, 'Show as table');

  /** @param onTable shows the same as a table */
  constructor(onTable: () => void) {
    this.table.addEventListener('click', onTable);
    this.element = h(
      'section',
      { class: 'chart', 'aria-label': 'Best score' },
      h('div', { class: 'chart-head' }, this.best, this.baseline, this.of, this.table),
      this.plot,
    );
  }

  update({ candidates, best, rows }: RunView): void {
    const chart = chartPoints(candidates);
    const words = chartWords(candidates, best, rows.validation);
    setText(this.best, words.best);
    setText(this.baseline, words.baseline);
    setText(this.of, words.of);
    for (const element of [this.best, this.baseline, this.table]) element.hidden = chart === undefined;
    const content = JSON.stringify(chart ?? null);
    if (content === this.drawn) return;
    this.drawn = content;
    this.plot.replaceChildren(
      ...(chart === undefined
        ? [h('p', { class: 'muted' }, 'The first score comes when the program as it was has run on validation.')]
        : [axis(chart), picture(chart, `${words.best}, ${words.baseline}, ${words.of}`)]),
    );
  }
}

function axis({ from, to }: ChartPoints): HTMLElement {
  return h('div', { class: 'axis muted', 'aria-hidden': 'true' }, h('span', {}, to.toFixed(1)), h('span', {}, from.toFixed(1)));
}

function picture({ points, baseline }: ChartPoints, words: string): SVGElement {
  const x = (share: number) => `${(100 * share).toFixed(2)}%`;
  const y = (share: number) => x(1 - share);
  const line = (name: string, x1: number, y1: number, x2: number, y2: number) =>
    svg('line', { class: name, x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2) });
  const step = 1 / points.length;
  const best = points.flatMap((point, index) => {
    const before = points[index - 1]?.best ?? point.best;
    const left = point.x - step / 2;
    const rise = before === point.best ? [] : [line('best', left, before, left, point.best)];
    return [...rise, line('best', left, point.best, left + step, point.best)];
  });
  const title = svg('title', { id: 'chart-title' });
  title.textContent = 'Best score over the candidates';
  const description = svg('desc', { id: 'chart-description' });
  description.textContent = `${words}. The candidates in a table are below.`;
  return svg(
    'svg',
    { role: 'img', 'aria-labelledby': 'chart-title', 'aria-describedby': 'chart-description' },
    ...[title, description, line('grid', 0, 0, 1, 0), line('grid', 0, 1, 1, 1), line('baseline', 0, baseline, 1, baseline)],
    ...points.map((point) => line('interval', point.x, point.low, point.x, point.high)),
    ...best,
    ...points.map((point) => svg('circle', { class: 'dot', cx: x(point.x), cy: y(point.y), r: '3' })),
  );
}

function svg(tag: string, attributes: Readonly<Record<string, string>>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
