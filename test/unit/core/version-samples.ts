import type { Version, VersionDraft, VersionScore } from '../../../src/core/version/version.js';
import { versionOf } from '../../../src/core/version/version-text.js';

/** A score of 0.8 of 100 rows. */
export function sampleScore(more: Partial<VersionScore> = {}): VersionScore {
  return {
    metric: 'exact_match',
    model: 'embedded',
    file: 'data/test.csv',
    sha256: 'a'.repeat(64),
    score: 0.8,
    interval: [0.71, 0.87],
    n: 100,
    failures: 0,
    perCall: { tokens: 120, usd: 0.0001 },
    leaked: false,
    ...more,
  };
}

/** A draft in which every part is there. */
export function sampleDraft(more: Partial<VersionDraft> = {}): VersionDraft {
  return {
    signature: {
      name: 'sentiment',
      description: 'Classify the sentiment of a review.',
      instructions: 'Given the fields `review`, produce the fields `label`.',
      inputs: [{ name: 'review', type: 'string', description: "The review's text", maxLength: 5000 }],
      outputs: [
        { name: 'label', type: 'class', options: ['positive', 'negative'], description: 'Overall' },
        {
          name: 'details',
          type: 'json',
          description: '',
          optional: true,
          schema: { type: 'object', properties: { why: { type: 'string' } } },
        },
      ],
    },
    module: 'predict',
    instructions: 'Judge the whole review. Ignore single words.',
    demos: [
      {
        inputs: { review: 'Schön 😀 "gut"\nund lang' },
        outputs: { label: 'positive', details: { why: null, list: [1, [2.5, { a: true }]] } },
        quality: 0.9,
        augmented: true,
        source: { file: 'data/train.csv', row: 12 },
      },
      { inputs: { review: 'bad' }, outputs: { label: 'negative' }, reasoning: 'It says bad.', quality: 1, augmented: false },
    ],
    settings: { temperature: 0.2, maxTokens: 500 },
    scope: { taste: 'anime', user: 'ann' },
    parents: [],
    created: '2026-03-04T05:06:07.000Z',
    author: 'ann',
    note: 'First try.',
    changes: 'The instructions changed.',
    optimizer: { name: 'bootstrap', options: { demos: 4, nested: { a: [1] } }, seed: 7 },
    student: 'embedded',
    teacher: 'openai:gpt-4o',
    data: [{ file: 'data/train.csv', sha256: 'b'.repeat(64), rows: 200, split: 'train', role: 'train' }],
    trainedOn: ['0123456789abcdef'],
    scores: { baseline: sampleScore({ score: 0.6, interval: [0.5, 0.69] }), own: sampleScore() },
    cost: { calls: 12, promptTokens: 3000, completionTokens: 400, usd: 0.01 },
    ...more,
  };
}

/** A version; its parents are given as versions. */
export function sampleVersion(number: number, more: Partial<VersionDraft> = {}, parents: readonly Version[] = []): Version {
  const draft = sampleDraft({ ...more, ...(parents.length === 0 ? {} : { parents: parents.map((parent) => parent.number) }) });
  const hashes = draft.parents.map((parent) => parents.find(({ number: known }) => known === parent)?.hash ?? '');
  return versionOf(draft, number, hashes);
}
