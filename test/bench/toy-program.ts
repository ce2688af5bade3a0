import { scorerOf } from '../../src/core/evaluation/scorer.js';
import { parseMetric } from '../../src/core/metric/catalog.js';
import type { Program } from '../../src/core/program/program.js';

/** What contenders in processes of their own run. */
export const PROGRAM: Program = {
  signature: {
    name: 'sentiment',
    description: 'Classify the sentiment of a review.',
    instructions: 'Judge the whole review.',
    inputs: [{ name: 'review', type: 'string', description: 'The text of the review' }],
    outputs: [{ name: 'sentiment', type: 'class', description: 'Overall sentiment', options: ['positive', 'negative', 'neutral'] }],
  },
  instructions: 'Judge the whole review.',
  demos: [],
};
export const SCORER = scorerOf(parseMetric('exact_match', PROGRAM.signature));
