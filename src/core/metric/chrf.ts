import { fMeasure, ngrams, shared } from './overlap.js';

/** Runs of one to six characters count, and recall twice as much as precision. */
const ORDER = 6;
const BETA = 2;

/**
 * chrF2 of one text (Popović 2015): the F-measure, β = 2, of the mean precision and the mean recall of runs of one to six characters,
 * blanks left out. As sacreBLEU's `sentence_chrf`: case stays, and orders for which one of the texts is too short do not count.
 * @param beta how many times recall matters more than precision
 * @returns 0..1
 */
export function chrf(text: string, reference: string, beta = BETA): number {
  const own = [...text.replace(/\s+/gu, '')];
  const wanted = [...reference.replace(/\s+/gu, '')];
  if (own.length === 0 && wanted.length === 0) return 1;
  let precision = 0;
  let recall = 0;
  const orders = Math.min(ORDER, own.length, wanted.length);
  for (let n = 1; n <= orders; n++) {
    const common = shared(ngrams(own, n, ''), ngrams(wanted, n, ''));
    precision += common / (own.length - n + 1);
    recall += common / (wanted.length - n + 1);
  }
  return orders === 0 ? 0 : fMeasure(precision / orders, recall / orders, beta);
}
