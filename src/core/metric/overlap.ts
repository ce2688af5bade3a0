/** Han, kana and Hangul are written without blanks: each character counts as a word, as in sacreBLEU's tokenizer for Chinese. */
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** How often each run of `n` tokens occurs. The tokens of one text are joined with `glue`, which no token holds. */
export function ngrams(tokens: readonly string[], n: number, glue = ' '): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= tokens.length; start++) {
    const gram = tokens.slice(start, start + n).join(glue);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How many items two multisets share: the sum of the smaller counts. */
export function shared(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [item, count] of a) sum += Math.min(count, b.get(item) ?? 0);
  return sum;
}

/**
 * The weighted harmonic mean of precision and recall, (1 + β²)PR / (β²P + R) (van Rijsbergen 1979).
 * @param precision 0..1; what lies outside is taken as the nearest bound
 * @param recall 0..1, likewise
 * @param beta how many times recall matters more than precision
 */
export function fMeasure(precision: number, recall: number, beta = 1): number {
  const p = Math.min(1, Math.max(0, precision));
  const r = Math.min(1, Math.max(0, recall));
  const weight = beta ** 2;
  return p + r === 0 ? 0 : Math.min(1, ((1 + weight) * p * r) / (weight * p + r));
}

/** A share, 0 when there is nothing to share. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** A text with blanks around every character of a script that writes none. */
export function spacedCjk(text: string): string {
  return text.replace(CJK, ' $& ');
}
