import type { OptimizeDocument, RunView } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { scale } from '../shared/scale.js';
import { verdictWords } from './verdict-words.js';

/** What a finished run is worth: in words, then as a picture of the same. */
export class VerdictBlock {
  readonly element = h('section', { class: 'verdict', 'aria-label': 'Verdict', hidden: true });
  private drawn = '';

  update({ status, result, rows }: RunView): void {
    const isShown = result !== null && (status === 'done' || status === 'discarded');
    this.element.hidden = !isShown;
    const content = isShown ? JSON.stringify([result, rows, status]) : '';
    if (content === this.drawn) return;
    this.drawn = content;
    if (!isShown) return;
    const { tone, headline, measured, more, noPromotion } = verdictWords(result, rows.test);
    const reasons = status === 'discarded' || noPromotion === undefined ? [] : [noPromotion];
    this.element.className = `verdict ${tone}`;
    this.element.replaceChildren(
      h('h2', {}, headline),
      h('p', { class: 'measured' }, measured),
      ...differencePicture(result),
      ...more.map((sentence) => h('p', { class: 'muted' }, sentence)),
      ...reasons.map((sentence) => h('p', {}, sentence)),
    );
  }
}

/** Where the difference lies with its interval, and where no difference would lie. */
function differencePicture({ difference: { test } }: OptimizeDocument): HTMLElement[] {
  if (test === null || test.value === null) return [];
  const [low, high] = test.interval;
  const reach = Math.max(0.05, Math.abs(low), Math.abs(high)) * 1.1;
  return [scale([-reach, reach], test.value, [low, high], 0)];
}
