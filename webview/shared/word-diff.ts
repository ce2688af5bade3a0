/** A piece of a text, and whether the other text lacks it. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** Longer middles are marked as a whole: the table of all pairs of words would not be worth its time. */
const MOST_PAIRS = 250_000;

/** Words, single characters of scripts without spaces, blanks, and single other characters. */
const WORDS =
  /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}_])+|./gsu;

/**
 * Marks the words in which two texts differ, by their longest common subsequence.
 * @returns the pieces of each; joined, they are the text
 */
export function wordDiff(before: string, after: string): readonly [before: readonly Piece[], after: readonly Piece[]] {
  const a = before.match(WORDS) ?? [];
  const b = after.match(WORDS) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const common = commonWords(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const isCommon = (length: number, inMiddle: ReadonlySet<number>) => (index: number) =>
    index < start || index >= length - end || inMiddle.has(index - start);
  return [pieces(a, isCommon(a.length, common.a)), pieces(b, isCommon(b.length, common.b))];
}

/** The places of the longest common subsequence in each. */
function commonWords(a: readonly string[], b: readonly string[]): { readonly a: ReadonlySet<number>; readonly b: ReadonlySet<number> } {
  const inA = new Set<number>();
  const inB = new Set<number>();
  if (a.length * b.length > MOST_PAIRS) return { a: inA, b: inB };
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      inA.add(i++);
      inB.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return { a: inA, b: inB };
}

/** Neighbours of one kind become one piece; a blank between two changed words is changed with them. */
function pieces(words: readonly string[], isCommon: (index: number) => boolean): Piece[] {
  const found: { text: string; changed: boolean }[] = [];
  const changed = (index: number) =>
    !isCommon(index) ||
    (/^\s/.test(words[index] ?? '') && index > 0 && index < words.length - 1 && !isCommon(index - 1) && !isCommon(index + 1));
  for (const [index, text] of words.entries()) {
    const last = found.at(-1);
    if (last !== undefined && last.changed === changed(index)) last.text += text;
    else found.push({ text, changed: changed(index) });
  }
  return found;
}
