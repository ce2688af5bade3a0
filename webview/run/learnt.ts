import type { PageMessage, RunMessage } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { field, marked, plain } from '../shared/fields.js';
import { counted, fixed } from '../shared/format.js';
import { valueText } from '../shared/values.js';
import type { Drafts } from '../shared/vscode-api.js';
import { wordDiff } from '../shared/word-diff.js';
import { type Found, foundIn, learntNote } from './facts.js';
import { Fold } from './fold.js';
import { rowLink } from './row-link.js';
import { tokensMore } from './verdict-words.js';

type Demo = NonNullable<Found['demos']>[number];

/** The instructions and demos of the best candidate. */
export class Learnt {
  readonly element: HTMLElement;
  private readonly content = h('div');
  private readonly fold: Fold;
  private found: Found | undefined;
  private drawn = '';

  constructor(
    private readonly send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    this.fold = new Fold('What was learnt', this.content, drafts, () => this.draw());
    this.element = this.fold.element;
  }

  update({ view }: RunMessage): void {
    this.found = foundIn(view);
    this.fold.update(learntNote(this.found));
  }

  private draw(): void {
    const content = JSON.stringify(this.found ?? null);
    if (content === this.drawn) return;
    this.drawn = content;
    if (this.found === undefined) {
      this.content.replaceChildren(h('p', { class: 'muted' }, 'Nothing yet: the program as it was is still being measured.'));
      return;
    }
    const { before, after, demos, count, score } = this.found;
    this.content.replaceChildren(
      h('h3', {}, 'Instructions'),
      ...instructions(before, after),
      h('h3', {}, 'Demos'),
      ...(demos === undefined && count > 0
        ? [h('p', { class: 'muted' }, `The best candidate has ${counted(count, 'demo')}. They are shown when the run is done.`)]
        : count === 0
          ? [h('p', { class: 'muted' }, 'There are no demos.')]
          : [h('ol', { class: 'demos' }, ...(demos ?? []).map((demo) => this.demo(demo, score)))]),
    );
  }

  private demo({ inputs, outputs, augmented, source, without, tokens }: Demo, score: number | null): HTMLElement {
    const facts = [
      ...(without === null ? [] : [`without it: ${fixed(without)}${score === null ? '' : ` instead of ${fixed(score)}`}`]),
      ...(tokens === null ? [] : [tokensMore(0, tokens) ?? '']),
    ];
    const kind = augmented ? [h('span', { class: 'tag', title: 'The teacher made its outputs' }, 'augmented')] : [];
    return h(
      'li',
      {},
      h('p', { class: 'demo-head' }, ...kind, ...this.sourceLink(source), h('span', { class: 'muted' }, facts.join(' · '))),
      ...Object.entries(inputs).map(([name, value]) => field(name, 'input', plain(valueText(value)))),
      ...Object.entries(outputs).map(([name, value]) => field(name, 'output', plain(valueText(value)))),
    );
  }

  private sourceLink(source: Demo['source']): HTMLElement[] {
    if (source === null || source === undefined) return [];
    const { file, row } = source;
    return [rowLink(file, row, `row ${row} of ${file}`, this.send)];
  }
}

/** Both texts with the words marked that differ; one text when they do not. */
function instructions(before: string, after: string): HTMLElement[] {
  if (before === after) {
    return [h('p', { class: 'muted' }, 'As they were.'), ...(after === '' ? [] : [h('div', { class: 'text' }, plain(after))])];
  }
  const [was, is] = wordDiff(before, after);
  const side = (name: string, isEmpty: boolean, content: HTMLElement) =>
    h('div', { class: 'text' }, h('div', { class: 'muted' }, isEmpty ? `${name}: none` : name), content);
  return [h('div', { class: 'sides' }, side('Before', before === '', marked(was, 'del')), side('After', after === '', marked(is, 'ins')))];
}
