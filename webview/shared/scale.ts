import { h } from './dom.js';

/** Where a value lies, with its interval; a picture of what the text beside it says. */
export function scale(
  [from, to]: readonly [number, number],
  value: number | undefined,
  [low, high]: readonly [number, number],
  zero?: number,
) {
  const place = (at: number) => `${(100 * (Math.min(Math.max(at, from), to) - from)) / (to - from)}%`;
  const part = (name: string, left: number, right?: number) => {
    const element = h('span', { class: name });
    element.style.left = place(left);
    if (right !== undefined) element.style.right = `calc(100% - ${place(right)})`;
    return element;
  };
  const parts = value === undefined ? [] : [part('band', low, high), part('tick', value)];
  return h('div', { class: 'scale', 'aria-hidden': 'true' }, ...(zero === undefined ? [] : [part('zero', zero)]), ...parts);
}
