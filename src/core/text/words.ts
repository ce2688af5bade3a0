/** Words that carry no content in an English prompt or description. */
const STOP_WORDS = new Set(
  'a an the and or nor of in on at to into onto over under with without by for from as is are was be its it his her their this that these those very some no not while through near against between above below behind beside across around up down out off'.split(
    ' ',
  ),
);

/** Lower-case words of a text in any language: letters, digits and inner hyphens or apostrophes. */
export function words(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu) ?? []
  );
}

/** A text in pieces that end behind each word and its spaces; joined, they are the text. Empty for a text without words. */
export function inWords(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [];
}

/** The words of a text that carry content, stemmed (see {@link stem}). */
export function contentWords(text: string): string[] {
  return words(text)
    .flatMap((word) => word.split('-'))
    .filter((word) => word.length > 0 && !STOP_WORDS.has(word))
    .map(stem);
}

/** A light English stemmer (plural, -ing, -ed, -ly), enough to match "castles" with "castle"; other languages pass unchanged. */
export function stem(word: string): string {
  if (!/^[a-z]+$/.test(word) || word.length < 4) return word;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:sh|ch|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('ing') && word.length > 6) return word.slice(0, -3);
  if (word.endsWith('ed') && word.length > 5) return word.slice(0, -2);
  if (word.endsWith('ly') && word.length > 5) return word.slice(0, -2);
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

/** Overlap of two sets, |a ∩ b| / |a ∪ b| (Jaccard); 0 when both are empty. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const item of a) if (b.has(item)) common++;
  const union = a.size + b.size - common;
  return union === 0 ? 0 : common / union;
}
