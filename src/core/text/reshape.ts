/** How a document ends its lines. */
export type LineEnd = '\n' | '\r\n';

/** A text with `\n` alone, as models read and write it. */
export function plainLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** A text for the place of another one: with the blanks and empty lines at its ends, and the document's line ends. */
export function inPlaceOf(original: string, text: string, eol: LineEnd): string {
  const before = /^\s*/.exec(original)?.[0] ?? '';
  const after = before.length === original.length ? '' : (/\s*$/.exec(original)?.[0] ?? '');
  return withLineEnds(`${plainLines(before)}${plainLines(text).trim()}${plainLines(after)}`, eol);
}

/** Where a text is inserted, and what exactly. */
export interface Insertion {
  /** In UTF-16 code units. */
  readonly at: number;
  readonly text: string;
}

/**
 * Puts a text on lines of its own behind a place in a document: no line is torn apart, and none is glued to it.
 * @param document the whole text
 * @param end where the place ends
 */
export function behind(document: string, end: number, text: string, eol: LineEnd): Insertion {
  const body = plainLines(text).trim();
  const lineStart = document.lastIndexOf('\n', end - 1) + 1;
  // A selection of whole lines ends where the next line starts, or in its indentation.
  if (lineStart > 0 && end > 0 && document.slice(lineStart, end).trim() === '')
    return { at: lineStart, text: withLineEnds(`${body}\n`, eol) };
  const newline = document.indexOf('\n', end);
  const lineEnd = newline < 0 ? document.length : document[newline - 1] === '\r' ? newline - 1 : newline;
  return { at: Math.max(end, lineEnd), text: withLineEnds(`\n${body}`, eol) };
}

function withLineEnds(text: string, eol: LineEnd): string {
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}
