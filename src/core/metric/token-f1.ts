import { answerTokens, normaliseText, sameText } from './normalise.js';
import { fMeasure, ngrams, share, shared } from './overlap.js';

/** Precision, recall and their harmonic mean, each 0..1. */
export interface Overlap {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

const CLOSED_ANSWERS = new Set(['yes', 'no', 'noanswer']);

/**
 * Overlap of the words of two answers as bags (SQuAD: Rajpurkar et al. 2016). Two answers without words agree, as in SQuAD 2.0
 * (Rajpurkar et al. 2018, evaluate-v2.0.py), unless they are different signs.
 * @param closed "yes", "no" and "noanswer" are right or wrong, with nothing between (HotpotQA: Yang et al. 2018)
 */
export function tokenF1(answer: string, reference: string, closed = false): Overlap {
  if (closed) {
    const [a, b] = [normaliseText(answer), normaliseText(reference)];
    if (a !== b && (CLOSED_ANSWERS.has(a) || CLOSED_ANSWERS.has(b))) return { precision: 0, recall: 0, f1: 0 };
  }
  const own = answerTokens(answer);
  const wanted = answerTokens(reference);
  if (own.length === 0 && wanted.length === 0) {
    const same = sameText(answer, reference) ? 1 : 0;
    return { precision: same, recall: same, f1: same };
  }
  const common = shared(ngrams(own, 1), ngrams(wanted, 1));
  const precision = share(common, own.length);
  const recall = share(common, wanted.length);
  return { precision, recall, f1: fMeasure(precision, recall) };
}

/** True when the words of `part` follow one another in `text`, both normalised; false for a part without words. */
export function containsAnswer(text: string, part: string): boolean {
  const wanted = normaliseText(part);
  return wanted !== '' && ` ${normaliseText(text)} `.includes(` ${wanted} `);
}
