import type { ErrorDocument } from '../../src/core/errors.js';
import { h } from '../shared/dom.js';

/** What a model answered, and what was said about it: feedback, or why there is no answer. */
export function said(
  answer: string,
  { feedback, error }: { readonly feedback?: string | undefined; readonly error?: Pick<ErrorDocument, 'message' | 'hint'> | undefined },
): HTMLElement {
  const words = error === undefined ? (feedback ?? '') : `${error.message} ${error.hint}`;
  return h(
    'span',
    { class: 'said', dir: 'auto' },
    ...(answer === '' ? [] : [h('span', { class: 'answer' }, answer)]),
    ...(words === '' ? [] : [h('span', { class: answer === '' ? '' : 'muted' }, words)]),
  );
}
