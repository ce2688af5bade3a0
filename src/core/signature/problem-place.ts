import { entryAt, type SourceNode, spotAt } from '../text/source-tree.js';

/** A stretch of text, in characters from its beginning. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The word that a message says is wrong: the first one that it quotes. */
export function wrongWord(message: string): string | undefined {
  return /"([^"\n]+)"/.exec(message)?.[1];
}

/** The word that a hint offers instead. */
export function suggestedWord(hint: string): string | undefined {
  return /Did you mean "([^"\n]+)"\?/.exec(hint)?.[1];
}

/**
 * What to underline for a problem that begins at an offset: the word that its message quotes when that is what stands there, else the
 * key with its value, else the word, always within one line.
 */
export function problemStretch(text: string, root: SourceNode | undefined, offset: number, message: string): Stretch {
  const newline = text.indexOf('\n', offset);
  const line = (newline < 0 ? text.length : newline) - (text[newline - 1] === '\r' ? 1 : 0);
  const within = ({ start, end }: Stretch): Stretch => ({ start, end: Math.max(Math.min(end, line), Math.min(start + 1, text.length)) });
  const word = wrongWord(message);
  const entry = entryAt(root, offset);
  if (entry !== undefined) {
    if (word === entry.key) return { start: entry.start, end: entry.keyEnd };
    const said = word === undefined ? undefined : wordIn(text, entry.value, word);
    if (said !== undefined) return said;
    return within({ start: entry.start, end: entry.value.start > line ? entry.keyEnd : Math.max(entry.value.end, entry.keyEnd) });
  }
  const spot = spotAt(root, offset);
  if (spot?.role === 'value' && spot.start === offset && spot.end > offset) return within(spot);
  return within({ start: offset, end: line });
}

function wordIn(text: string, node: SourceNode, word: string): Stretch | undefined {
  const start = text.slice(node.start, node.end).indexOf(word);
  return start < 0 ? undefined : { start: node.start + start, end: node.start + start + word.length };
}
