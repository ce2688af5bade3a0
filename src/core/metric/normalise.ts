/** Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
/** A mark belongs to its letter: the "a" of a decomposed "à" is no article. */
const ARTICLES = /(?<![\p{L}\p{M}\p{N}_])(?:a|an|the)(?![\p{L}\p{M}\p{N}_])/gu;
const NUMERAL = /^[-+−]?(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * An answer as SQuAD compares it (Rajpurkar et al. 2016, evaluate-v1.1.py), decomposed first as DSPy does: NFD, lower case, without
 * ASCII punctuation, without the articles a, an and the, with single blanks.
 */
export function normaliseText(text: string): string {
  return withoutArticles(text.normalize('NFD').toLowerCase().replace(PUNCTUATION, ''));
}

/** The words of an answer, normalised (see {@link normaliseText}). */
export function answerTokens(text: string): string[] {
  const normalised = normaliseText(text);
  return normalised === '' ? [] : normalised.split(' ');
}

/**
 * True when two texts give the same answer. Where punctuation is the answer it counts: "1.5" is not "15", "-5" is not "5" and "+" is not
 * "-"; numerals are the same when their values are ("1,000" and "1000.0"), except codes with leading zeros.
 */
export function sameText(a: string, b: string): boolean {
  const numberA = numeralOf(a);
  const numberB = numeralOf(b);
  if (numberA !== undefined && numberB !== undefined) return numberA === numberB;
  const normalised = normaliseText(a);
  if (normalised !== normaliseText(b)) return false;
  return normalised !== '' || withPunctuation(a) === withPunctuation(b);
}

/** The text under which equal answers are counted together; empty for an answer of articles and punctuation alone. */
export function answerKey(text: string): string {
  const value = numeralOf(text);
  return value === undefined ? normaliseText(text) : String(value);
}

function numeralOf(text: string): number | undefined {
  const trimmed = text.trim();
  return NUMERAL.test(trimmed) ? Number(trimmed.replaceAll(',', '').replace('−', '-')) : undefined;
}

function withPunctuation(text: string): string {
  return withoutArticles(text.normalize('NFD').toLowerCase());
}

function withoutArticles(text: string): string {
  return text.replace(ARTICLES, ' ').replace(/\s+/g, ' ').trim();
}
