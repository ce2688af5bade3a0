import { h } from './dom.js';
import type { Piece } from './word-diff.js';

/** A field with its value, and in what role it has it. */
export function field(name: string, kind: string, content: HTMLElement): HTMLElement {
  return h('div', { class: 'field' }, h('div', { class: 'name' }, name, ' ', h('span', { class: 'kind' }, kind)), content);
}

/** Text in the direction that its own letters have. */
export function plain(text: string): HTMLElement {
  return h('div', { class: 'value', dir: 'auto' }, text);
}

/** A text whose changed pieces are marked. */
export function marked(pieces: readonly Piece[], tag: 'del' | 'ins' | 'mark'): HTMLElement {
  return h('div', { class: 'value', dir: 'auto' }, ...pieces.map(({ text, changed }) => (changed ? h(tag, {}, text) : text)));
}
