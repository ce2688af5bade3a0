import type { RowDocument } from '../../src/features/evaluate/protocol.js';
import type { Drafts } from '../shared/vscode-api.js';

/** What the page asks of what surrounds it. */
export interface Host {
  /** Shows a line of the data file; absent where there is none to show. */
  openRow?(line: number): void;
  /** Sets the score of a row, 0..1, or with null takes back what was set; absent where nothing can be kept. */
  setScore?(row: RowDocument, score: number | null, comment: string): void;
  /** What was typed and not saved yet, by row. */
  readonly drafts?: Drafts;
  saveCsv(name: string, text: string): void;
}

/** Gives a text to the browser as a file to save. */
export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers begin to read it only later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
