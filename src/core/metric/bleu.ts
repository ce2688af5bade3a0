import { ngrams, shared, spacedCjk } from './overlap.js';

/** Runs of one to four tokens count. */
const ORDER = 4;

/**
 * The tokens of mteval-v13a.pl (NIST, used by WMT), as sacreBLEU's `13a` makes them (Post 2018). Case stays. Characters of scripts
 * without blanks are tokens of their own.
 */
export function tokens13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${spacedCjk(plain)} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])-/g, '$1 - ')
    .split(/\s+/)
    .filter((token) => token !== '');
}

/**
 * BLEU of one sentence (Papineni et al. 2002): the geometric mean of clipped precisions of runs of one to four tokens, times the brevity
 * penalty against the reference whose length is nearest. Smoothing is method 3 of Chen and Cherry 2014 (NIST: the k-th precision without
 * a match counts 1 / (2^k · runs)); orders longer than the text are left out. These are sacreBLEU's `sentence_bleu` defaults.
 * @param references at least one; all count together, as in the paper
 * @returns 0..1; 0 when no token matches
 */
export function sentenceBleu(text: string, references: readonly string[]): number {
  const tokens = tokens13a(text);
  const wanted = references.map(tokens13a);
  let sum = 0;
  let order = 0;
  let misses = 0;
  for (let n = 1; n <= Math.min(ORDER, tokens.length); n++) {
    const runs = tokens.length - n + 1;
    const matches = shared(ngrams(tokens, n), highestCounts(wanted, n));
    // Runs of two tokens cannot match where single ones do not.
    if (n === 1 && matches === 0) return 0;
    if (matches === 0) misses++;
    sum += Math.log((matches === 0 ? 1 / 2 ** misses : matches) / runs);
    order = n;
  }
  if (order === 0) return 0;
  return Math.min(
    1,
    brevityPenalty(
      tokens.length,
      wanted.map(({ length }) => length),
    ) * Math.exp(sum / order),
  );
}

function highestCounts(texts: readonly (readonly string[])[], n: number): Map<string, number> {
  const [first = [], ...others] = texts;
  const highest = ngrams(first, n);
  for (const other of others) {
    for (const [gram, count] of ngrams(other, n)) highest.set(gram, Math.max(count, highest.get(gram) ?? 0));
  }
  return highest;
}

function brevityPenalty(length: number, references: readonly number[]): number {
  const distance = (other: number) => Math.abs(other - length);
  const nearest = references.reduce((best, other) =>
    distance(other) < distance(best) || (distance(other) === distance(best) && other < best) ? other : best,
  );
  return length < nearest ? Math.exp(1 - nearest / length) : 1;
}
