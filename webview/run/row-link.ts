import type { PageMessage, RunSet, RunView } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';

/** Shows a row of a data file in the editor. */
export function rowLink(file: string, row: number, text: string, send: (message: PageMessage) => void): HTMLElement {
  const button = h('button', { type: 'button', class: 'link', title: `Row ${row} of ${file}` }, text);
  button.addEventListener('click', () => send({ type: 'openRow', file, row }));
  return button;
}

/** The row of a set, as a link where the run knows the file. */
export function rowOf(files: RunView['files'], set: RunSet | undefined, row: number, send: (message: PageMessage) => void): HTMLElement {
  const file = set === undefined ? undefined : files?.[set];
  return file === undefined ? h('span', { class: 'muted' }, `row ${row}`) : rowLink(file, row, `row ${row}`, send);
}
