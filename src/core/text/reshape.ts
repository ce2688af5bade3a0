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

/** A text to be inserted right behind a selected one, on lines of its own. */
export function behind(original: string, text: string, eol: LineEnd): string {
  const body = plainLines(text).trim();
  return withLineEnds(/\n\s*$/.test(original) ? `${body}\n` : `\n${body}`, eol);
}

function withLineEnds(text: string, eol: LineEnd): string {
  return eol === '\n' ? text : text.replaceAll('\n', eol);
}
