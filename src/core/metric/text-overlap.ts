import type { Field } from '../signature/signature.js';
import { sentenceBleu } from './bleu.js';
import { chrf } from './chrf.js';
import { best, labelMetric, shown } from './fields.js';
import type { Metric, Scored } from './metric.js';
import { rougeL, rougeN } from './rouge.js';
import { editSimilarity, wordSimilarity } from './similarity.js';
import { proseOf } from './text-rules.js';
import { tokenF1 } from './token-f1.js';

/** How alike two texts are, 0..1: the text, and a right one. */
type Alike = (text: string, reference: string) => number;

/** The measures that compare a text with one right text at a time, by the name of their metric; the best one counts. */
export const ALIKE: Readonly<Record<string, Alike>> = {
  rouge_1: (text, reference) => rougeN(text, reference, 1),
  rouge_2: (text, reference) => rougeN(text, reference, 2),
  rouge_l: rougeL,
  chrf: (text, reference) => chrf(text, reference),
  edit_similarity: editSimilarity,
};

/** The best likeness to a right text. */
export function likeness(name: string, fields: readonly Field[], alike: Alike): Metric {
  return labelMetric(
    name,
    fields,
    best((output, label) => judged(alike(proseOf(output), proseOf(label)), shown([label]))),
  );
}

/** The cosine of words (see {@link wordSimilarity}). */
export function tfidfSimilarity(name: string, fields: readonly Field[], texts: readonly string[]): Metric {
  return likeness(name, fields, wordSimilarity(texts));
}

/** BLEU against all right texts together (see {@link sentenceBleu}). */
export function bleu(name: string, fields: readonly Field[]): Metric {
  return labelMetric(name, fields, (output, labels) => judged(sentenceBleu(proseOf(output), labels.map(proseOf)), shown(labels)));
}

/** How {@link tokenF1Metric} counts. */
export interface TokenF1Options {
  /** "yes", "no" and "noanswer" are right or wrong. */
  readonly closed: boolean;
  /** From this F1 on the score is 1, below 0; the F1 itself when undefined. */
  readonly atLeast: number | undefined;
}

/** Overlap of words with the best right text (see {@link tokenF1}). */
export function tokenF1Metric(name: string, fields: readonly Field[], { closed, atLeast }: TokenF1Options): Metric {
  return labelMetric(
    name,
    fields,
    best((output, label) => {
      const { precision, recall, f1 } = tokenF1(proseOf(output), proseOf(label), closed);
      const score = atLeast === undefined ? f1 : f1 >= atLeast ? 1 : 0;
      const why = f1 === 1 ? '' : ` ${percent(precision)} of its words are right, ${percent(recall)} of the expected words are there.`;
      return { ...judged(f1, shown([label]), why), score, parts: { precision, recall } };
    }),
  );
}

function judged(score: number, reference: string, why = ''): Scored {
  return { score, feedback: score === 1 ? `Says the same as ${reference}.` : `${percent(score)} alike to ${reference}.${why}` };
}

/** Whole percent, and never 0 % or 100 % of what is only near it. */
function percent(share: number): string {
  if (share > 0 && share < 0.01) return 'less than 1 %';
  return `${share < 1 ? Math.min(99, Math.round(share * 100)) : 100} %`;
}
