import { fMeasure, ngrams, share, shared, spacedCjk } from './overlap.js';

/** Lower-case runs of letters and digits: the tokens of ROUGE-1.5.5 and of Google's `rouge_score` without a stemmer, in any alphabet. */
function rougeTokens(text: string): string[] {
  return spacedCjk(text.normalize('NFC').toLowerCase()).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/**
 * ROUGE-N (Lin 2004) as an F-measure with β = 1: overlap of runs of `n` words.
 * Texts that are too short for one run of `n` words are compared whole.
 */
export function rougeN(text: string, reference: string, n: number): number {
  const own = rougeTokens(text);
  const wanted = rougeTokens(reference);
  if (own.length < n && wanted.length < n) return whole(own, text) === whole(wanted, reference) ? 1 : 0;
  const common = shared(ngrams(own, n), ngrams(wanted, n));
  return fMeasure(share(common, Math.max(0, own.length - n + 1)), share(common, Math.max(0, wanted.length - n + 1)));
}

/** ROUGE-L (Lin 2004) of a whole text as an F-measure with β = 1: the longest common subsequence of words. */
export function rougeL(text: string, reference: string): number {
  const own = rougeTokens(text);
  const wanted = rougeTokens(reference);
  if (own.length === 0 && wanted.length === 0) return text.trim() === reference.trim() ? 1 : 0;
  const common = longestCommon(own, wanted);
  return fMeasure(share(common, own.length), share(common, wanted.length));
}

/** The words of a short text, or a text without words as it is. */
function whole(tokens: readonly string[], text: string): string {
  return tokens.length === 0 ? text.trim() : tokens.join(' ');
}

/** Length of the longest common subsequence (Wagner and Fischer 1974, two rows). */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1);
  let current = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 1; j <= b.length; j++) {
      current[j] = token === b[j - 1] ? (previous[j - 1] ?? 0) + 1 : Math.max(previous[j] ?? 0, current[j - 1] ?? 0);
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}
