import type { RunMessage, RunView } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { counted, whole } from '../shared/format.js';
import type { Drafts } from '../shared/vscode-api.js';
import { Fold } from './fold.js';
import { money, timeWords } from './words.js';

/** What was expected before it began, and with what settings: none of it changes. */
export class Forecast {
  readonly element: HTMLElement;
  private readonly content = h('div');
  private readonly fold: Fold;
  private view: RunView | undefined;

  constructor(drafts: Drafts) {
    this.fold = new Fold('Forecast', this.content, drafts, () => this.draw());
    this.element = this.fold.element;
  }

  update({ view }: RunMessage): void {
    this.view = view;
    const { calls, exact, usd, seconds } = view.forecast;
    const price = usd === null ? 'no known price' : money(usd);
    this.fold.update(`${exact ? '' : '≈ '}${counted(calls, 'call')} · ${price} · ${timeWords(seconds)}`);
  }

  private draw(): void {
    if (this.view === undefined || this.content.childElementCount > 0) return;
    this.content.append(partsTable(this.view), settings(this.view));
  }
}

function partsTable({ forecast }: RunView): HTMLElement {
  const { parts, calls, exact } = forecast;
  const head = (text: string) => h('th', { scope: 'col' }, text);
  const rows = parts.map((part) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, part.what),
      h('td', {}, part.by === 'asker' ? 'teacher, for instructions' : part.by),
      h('td', {}, part.model),
      h('td', { class: 'count' }, whole(part.calls)),
    ),
  );
  const total = h(
    'tr',
    { class: 'total' },
    h('th', { scope: 'row' }, exact ? 'in all' : 'at most'),
    h('td'),
    h('td'),
    h('td', { class: 'count' }, whole(calls)),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Parts of the forecast' },
    h(
      'table',
      { class: 'parts' },
      h('thead', {}, h('tr', {}, ...['For', 'By', 'Model', 'Calls'].map(head))),
      h('tbody', {}, ...rows, total),
    ),
  );
}

function settings({ forecast, options, seed, budget, rows, metric, created }: RunView): HTMLElement {
  const limits = [
    ...(budget.calls === undefined ? [] : [counted(budget.calls, 'call')]),
    ...(budget.tokens === undefined ? [] : [counted(budget.tokens, 'token')]),
    ...(budget.usd === undefined ? [] : [money(budget.usd)]),
  ];
  const chosen = Object.entries(options).flatMap(([name, value]) => (value === null ? [] : [`${name} ${String(value)}`]));
  const facts: readonly (readonly [string, string])[] = [
    ['Tokens', `${whole(forecast.prompt_tokens)} in, ${whole(forecast.completion_tokens)} out`],
    ['Budget', limits.length === 0 ? 'no limit' : limits.join(', ')],
    ['Rows', `${whole(rows.train)} to learn from, ${whole(rows.validation)} validation, ${whole(rows.test)} test`],
    ['Metric', metric],
    ['Options', chosen.length === 0 ? 'as usual' : chosen.join(', ')],
    ['Seed', String(seed)],
    ['Started', new Date(created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })],
  ];
  return h('dl', { class: 'facts' }, ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}
