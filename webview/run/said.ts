import type { RunCall } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';

/** What a model answered, and what was said about it: feedback, or why there is no answer. */
export function said(answer: string, { feedback, error }: Partial<Pick<RunCall, 'feedback' | 'error'>>): HTMLElement {
  const words = error === undefined ? (feedback ?? '') : `${error.message} ${error.hint}`;
  return h(
    'span',
    { class: 'said', dir: 'auto' },
    ...(answer === '' ? [] : [h('span', { class: 'answer' }, answer)]),
    ...(words === '' ? [] : [h('span', { class: answer === '' ? '' : 'muted' }, words)]),
  );
}
