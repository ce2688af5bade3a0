import { editDistance } from '../text/edit-distance.js';
import { cosine, Rarity, type WordVector } from '../text/rarity.js';
import { words } from '../text/words.js';

/** 1 - d / the longer length, with the edit distance d (Levenshtein 1966) in UTF-16 code units of the trimmed NFC texts; case counts. */
export function editSimilarity(a: string, b: string): number {
  const [left, right] = [a.normalize('NFC').trim(), b.normalize('NFC').trim()];
  const longest = Math.max(left.length, right.length);
  return longest === 0 ? 1 : 1 - editDistance(left, right) / longest;
}

/**
 * The cosine of the words of two texts (Salton and Buckley 1988).
 * @param texts what rarity is learnt from, for example the labels of a dataset; without them every word weighs the same
 * @returns a function of two texts, 0..1
 */
export function wordSimilarity(texts: readonly string[] = []): (a: string, b: string) => number {
  const rarity = texts.length === 0 ? undefined : new Rarity(texts.map(words));
  const vector = (text: string) => rarity?.vector(words(text)) ?? counts(words(text));
  return (a, b) => (a.trim() === b.trim() ? 1 : Math.min(1, cosine(vector(a), vector(b))));
}

function counts(list: readonly string[]): WordVector {
  const vector = new Map<string, number>();
  for (const word of list) vector.set(word, (vector.get(word) ?? 0) + 1);
  return vector;
}
