import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { IMAGE_PROMPT } from '../../../src/core/image-prompt/programs.js';
import type { FeedbackRecord, HistoryRecord } from '../../../src/core/image-prompt/records.js';
import { defaultMetric, parseMetric } from '../../../src/core/metric/catalog.js';
import {
  approvedPrompts,
  isRetrainingDue,
  type RetrainingFacts,
  type RetrainingOptions,
  ratingsSince,
  requireApproved,
  retrainingSpec,
  retrainingSuggestion,
  retrainingTable,
} from '../../../src/core/optimizer/retraining.js';
import { sampleHistory } from './samples.js';

const NOW = new Date('2026-06-30T12:00:00.000Z');
const OPTIONS: RetrainingOptions = { now: NOW, days: 30, minRating: 4 };

function prompt(id: string, more: Partial<HistoryRecord> = {}): HistoryRecord {
  return sampleHistory(id, { userInput: `idea ${id}`, finalPrompt: `final ${id}`, ...more });
}

function rated(promptId: string, rating: number | undefined, more: Partial<FeedbackRecord> = {}): FeedbackRecord {
  return { timestamp: '2026-06-20T00:00:00.000Z', promptId, rating, correction: '', comment: '', userId: 'ann', ...more };
}

const texts = (history: readonly HistoryRecord[], feedback: readonly FeedbackRecord[], options: Partial<RetrainingOptions> = {}) =>
  approvedPrompts(history, feedback, { ...OPTIONS, ...options }).approved.map(({ text }) => text);

describe('what a retraining learns from', () => {
  const history = ['a', 'b', 'c', 'd'].map((id) => prompt(id));

  it('takes prompts rated at or above the bound, and corrected ones whatever their rating, with the corrected text', () => {
    const feedback = [
      rated('a', 4),
      rated('b', 3),
      rated('c', 1, { correction: 'better c' }),
      rated('d', undefined, { correction: 'new d' }),
    ];
    const { approved, leftOut } = approvedPrompts(history, feedback, OPTIONS);
    assert.deepEqual(approved[0], {
      ...{ promptId: 'a', taste: 'anime', userInput: 'idea a', text: 'final a', isCorrected: false, userId: 'ann' },
    });
    assert.deepEqual(
      approved.map(({ text, isCorrected }) => [text, isCorrected]),
      [
        ['final a', false],
        ['better c', true],
        ['new d', true],
      ],
    );
    assert.deepEqual(leftOut, { lower: 1, older: 0, repeated: 0, missing: 0 });
    assert.deepEqual(texts(history, feedback, { minRating: 4.5 }), ['better c', 'new d']);
  });

  it('counts the last rating of each user, and none that was taken back', () => {
    const feedback = [rated('a', 5), rated('b', 5), rated('a', 2), rated('b', undefined), rated('c', 2), rated('c', 5)];
    assert.deepEqual(texts(history, feedback), ['final c']);
    assert.deepEqual(texts(history, [rated('a', 5), rated('a', 1, { userId: 'bob' })]), ['final a']);
    assert.deepEqual(texts(history, [rated('a', 2, { correction: 'x' }), rated('a', 5)]), ['final a'], 'a correction can be taken back');
  });

  it('takes ratings of the last days alone', () => {
    const feedback = [
      rated('a', 5, { timestamp: '2026-05-31T12:00:00.000Z' }),
      rated('b', 5, { timestamp: '2026-05-31T11:59:59.000Z' }),
      rated('c', 5, { timestamp: 'some day' }),
    ];
    assert.deepEqual(texts(history, feedback), ['final a']);
    assert.deepEqual(texts(history, feedback, { days: 31 }), ['final a', 'final b']);
    assert.equal(approvedPrompts(history, feedback, OPTIONS).leftOut.older, 2);
  });

  it('has no input twice: the one that was rated last wins', () => {
    const twice = [
      prompt('a', { userInput: 'a fox' }),
      prompt('b', { userInput: ' a fox ' }),
      prompt('c', { userInput: 'a fox', taste: 'ink' }),
    ];
    const { approved, leftOut } = approvedPrompts(twice, [rated('b', 5), rated('c', 5), rated('a', 4)], OPTIONS);
    assert.deepEqual(
      approved.map(({ promptId }) => promptId),
      ['c', 'a'],
    );
    assert.equal(leftOut.repeated, 1);
    assert.deepEqual(texts(twice, [rated('a', 5), rated('b', 1)]), ['final a'], 'a bad one does not push out a good one');
  });

  it('keeps to a taste and to a user', () => {
    const mixed = [prompt('a'), prompt('b', { taste: 'Oil-Painting' }), prompt('c')];
    const feedback = [rated('a', 5), rated('b', 5), rated('c', 5, { userId: 'bob' }), rated('c', 2)];
    assert.deepEqual(texts(mixed, feedback, { taste: 'oil painting' }), ['final b']);
    assert.deepEqual(texts(mixed, feedback, { user: 'bob' }), ['final c']);
    assert.deepEqual(texts(mixed, feedback, { taste: 'oil painting', user: 'bob' }), []);
  });

  it('leaves out prompts that are not in the history any more', () => {
    assert.equal(approvedPrompts(history, [rated('gone', 5)], OPTIONS).leftOut.missing, 1);
  });

  it('says how many there are, how many are needed, and what was left out', () => {
    const feedback = [...['a', 'b', 'c'].map((id) => rated(id, 5)), rated('d', 3), rated('gone', 5)];
    const few = approvedPrompts(history, feedback, OPTIONS);
    assert.throws(
      () => requireApproved(few, { ...OPTIONS, taste: 'anime', user: 'ann' }),
      (error) =>
        AtelierError.is(error, 'usage.invalid') &&
        error.message === '3 ratings of 4.0 or more in 30 days for anime by ann: at least 8 are needed.' &&
        error.hint.startsWith('Left out: 1 below 4.0, 1 of prompts that are not in the history any more. Rate or correct more'),
    );
    const many = Array.from({ length: 8 }, (_, index) => prompt(`p${index}`));
    const enough = approvedPrompts(
      many,
      many.map(({ id }) => rated(id, 4)),
      OPTIONS,
    );
    assert.equal(requireApproved(enough, OPTIONS).length, 8);
  });
});

describe('a retraining as a run', () => {
  const facts: RetrainingFacts = {
    definition: { signature: IMAGE_PROMPT, module: 'predict', examples: [], optimization: undefined, source: 'built-in' },
    ...{ student: 'embedded', teacher: 'embedded', seed: 1, budget: {}, ablate: false, scope: { taste: 'anime' }, author: 'ann' },
    created: NOW.toISOString(),
  };
  const train = { file: '.atelier/runs/r/train.csv', sha256: 'ab' };

  it('has the rows with the prompts that they came from', () => {
    const { approved } = approvedPrompts([prompt('a')], [rated('a', 5)], OPTIONS);
    assert.deepEqual(retrainingTable(approved, 'optimized_prompt'), {
      columns: ['prompt_id', 'taste', 'user_input', 'optimized_prompt'],
      rows: [['a', 'anime', 'idea a', 'final a']],
    });
  });

  it('takes what was chosen, then what the signature names, then what suits ratings', () => {
    const { run, data, optimizer, metric, scope } = retrainingSpec(facts, 'r', train);
    assert.deepEqual([run, data, optimizer, scope], ['r', { train }, 'knn', { taste: 'anime' }]);
    const own = { ...facts, definition: { ...facts.definition, optimization: { optimizer: 'bootstrap', rounds: 2, metric: 'rouge_l' } } };
    const named = retrainingSpec(own, 'r', train);
    assert.deepEqual([named.optimizer, named.metric], [{ optimizer: 'bootstrap', rounds: 2 }, 'rouge_l']);
    const chosen = retrainingSpec({ ...own, optimizer: 'labeled', metric: 'token_f1' }, 'r', train);
    assert.deepEqual([chosen.optimizer, chosen.metric], ['labeled', 'token_f1']);
    assert.ok(metric !== undefined);
  });

  it('is scored by what people liked, which quality and lint alone cannot see', () => {
    const { metric = '' } = retrainingSpec(facts, 'r', train);
    const inputs = { user_input: 'a fox', taste: 'anime' };
    const liked = 'anime illustration of a fox, bold ink outline with crisp even line, low angle with deep perspective';
    const other = 'anime illustration of a fox, soft watercolor wash with rough edges, wide shot with golden backlight';
    const score = (spec: 'default' | 'own', answer: string) => {
      const by = spec === 'default' ? defaultMetric(IMAGE_PROMPT, true) : parseMetric(metric, IMAGE_PROMPT);
      return by.score({ signature: IMAGE_PROMPT, inputs, expected: { optimized_prompt: liked }, outputs: { optimized_prompt: answer } })
        .score;
    };
    assert.equal(score('default', liked), score('default', other));
    assert.ok(score('own', liked) > score('own', other));
  });
});

describe('the suggestion to retrain', () => {
  const ratings = [
    rated('a', 5, { timestamp: '2026-06-01T00:00:00.000Z' }),
    rated('b', 2, { timestamp: '2026-06-02T00:00:00.000Z' }),
    rated('b', 1, { timestamp: '2026-06-03T00:00:00.000Z' }),
    rated('c', 5, { timestamp: '2026-06-04T00:00:00.000Z' }),
    rated('c', undefined, { timestamp: '2026-06-05T00:00:00.000Z' }),
  ];

  it('counts the ratings after a version was made, each prompt once, none that was taken back', () => {
    assert.equal(ratingsSince(ratings, undefined), 2);
    assert.equal(ratingsSince(ratings, '2026-06-01T00:00:00.000Z'), 1);
    assert.equal(ratingsSince(ratings, '2026-06-03T00:00:00.000Z'), 0);
  });

  it('comes with as many new ratings as the bound, and never with 0', () => {
    assert.deepEqual(
      [isRetrainingDue(19), isRetrainingDue(20), isRetrainingDue(5, 5), isRetrainingDue(100, 0)],
      [false, true, true, false],
    );
    assert.equal(retrainingSuggestion(19, 20), undefined);
    assert.match(retrainingSuggestion(20, 20) ?? '', /^20 new ratings since the last version\./);
  });
});
