import { entryAt, type SourceNode, spotAt } from '../text/source-tree.js';

/** A stretch of text, in characters from its beginning. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A problem and where it begins. */
export interface PlacedProblem {
  readonly offset: number;
  readonly message: string;
  /** It is about all that begins there, such as a missing part, and not about the word there. */
  readonly isWhole: boolean;
}

/** What a word cannot go on with: `st` is no word of `list`, nor of `st-1`. */
const IN_WORD = /[\p{L}\p{M}\p{N}_-]/u;

/** The word that a message says is wrong: the first one that it quotes. */
export function wrongWord(message: string): string | undefined {
  return /"([^"\n]+)"/.exec(message)?.[1];
}

/** The word that a hint offers instead. */
export function suggestedWord(hint: string): string | undefined {
  return /Did you mean "([^"\n]+)"\?/.exec(hint)?.[1];
}

/**
 * What to underline for a problem: the word that its message quotes when that is what stands there, else the key with its value, else
 * the word, always within one line. Of what is missing in a map its first key. Empty only in an empty text.
 */
export function problemStretch(text: string, root: SourceNode | undefined, problem: PlacedProblem): Stretch {
  const stretch = wanted(text, root, problem);
  return stretch.end > stretch.start ? stretch : wordBefore(text, stretch.start);
}

function wanted(text: string, root: SourceNode | undefined, { offset, message, isWhole }: PlacedProblem): Stretch {
  const newline = text.indexOf('\n', offset);
  const line = (newline < 0 ? text.length : newline) - (text[newline - 1] === '\r' ? 1 : 0);
  const within = ({ start, end }: Stretch): Stretch => ({ start, end: Math.min(end, line) });
  const entry = entryAt(root, offset);
  if (entry !== undefined) {
    const word = wrongWord(message);
    if (isWhole || word === entry.key) return { start: entry.start, end: entry.keyEnd };
    const said = word === undefined ? undefined : wordIn(text, entry.value, word);
    if (said !== undefined) return said;
    return within({ start: entry.start, end: entry.value.start > line ? entry.keyEnd : Math.max(entry.value.end, entry.keyEnd) });
  }
  const spot = spotAt(root, offset);
  if (spot?.role === 'value' && spot.start === offset && spot.end > offset) return within(spot);
  return within({ start: offset, end: line });
}

/** A word as a whole; of one that is there twice nobody knows which is meant. */
function wordIn(text: string, node: SourceNode, word: string): Stretch | undefined {
  const value = text.slice(node.start, node.end);
  const places: number[] = [];
  for (let at = value.indexOf(word); at >= 0; at = value.indexOf(word, at + word.length)) {
    const isInner = (edge: string, neighbour: string) => IN_WORD.test(edge) && IN_WORD.test(neighbour);
    const behind = at + word.length;
    if (isInner(word.charAt(0), value.charAt(at - 1)) || isInner(word.charAt(word.length - 1), value.charAt(behind))) continue;
    places.push(node.start + at);
  }
  const [start] = places;
  return start === undefined || places.length > 1 ? undefined : { start, end: start + word.length };
}

/** Where there is nothing to underline, the last word before it. */
function wordBefore(text: string, at: number): Stretch {
  const end = text.slice(0, at).trimEnd().length;
  const start = end - (/\S+$/.exec(text.slice(Math.max(0, end - 100), end))?.[0].length ?? 0);
  return { start, end };
}
