import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { type LearningOptions, type RatingRequest, ratePrompt, withdrawRating } from '../../../src/core/image-prompt/rate.js';
import { sampleHistory, Tables } from './samples.js';

const LEARN: LearningOptions = { learn: true, minRating: 4 };

function tables(): Tables {
  const workspace = new Tables();
  workspace.history.push(sampleHistory('p1', { finalPrompt: 'the final one', structuredPrompt: 'the structured one' }));
  return workspace;
}

const rate = (workspace: Tables, rating: number, more: Partial<RatingRequest> = {}, options = LEARN) =>
  ratePrompt({ promptId: 'p1', rating, userId: 'ann', ...more }, workspace, options);

/** The training rows as [final prompt, quality]. */
const learnt = (workspace: Tables) => workspace.trainingRows.map((row) => [row.finalPrompt, row.qualityScore]);

describe('ratePrompt', () => {
  it('records the rating, its comment and its correction, trimmed', async () => {
    const workspace = tables();
    await rate(workspace, 2, { comment: ' too dark ', correction: ' better text ' });
    assert.deepEqual(workspace.feedbackRows, [
      { timestamp: '2026-05-01T10:00:01.000Z', promptId: 'p1', rating: 2, correction: 'better text', comment: 'too dark', userId: 'ann' },
    ]);
  });

  for (const [rating, quality] of [
    [4, 0.8],
    [5, 1],
  ] as const) {
    it(`makes a training row of quality ${quality} of ${rating} stars`, async () => {
      const workspace = tables();
      const { training } = await rate(workspace, rating);
      assert.deepEqual(workspace.trainingRows, [
        {
          timestamp: '2026-05-01T10:00:01.000Z',
          taste: 'anime',
          userInput: 'a dragon',
          structuredPrompt: 'the structured one',
          finalPrompt: 'the final one',
          qualityScore: quality,
          imageGenerated: false,
          userId: 'ann',
        },
      ]);
      assert.equal(training, workspace.trainingRows[0]);
    });
  }

  it('makes none of 3 stars', async () => {
    const workspace = tables();
    const { training } = await rate(workspace, 3);
    assert.equal(training, undefined);
    assert.deepEqual(workspace.trainingRows, []);
  });

  it('makes one of a correction, however low the rating', async () => {
    const workspace = tables();
    await rate(workspace, 1, { correction: 'as it should be' });
    assert.deepEqual(learnt(workspace), [['as it should be', 0.9]]);
  });

  it('gives a corrected prompt of 5 stars full quality', async () => {
    const workspace = tables();
    await rate(workspace, 5, { correction: 'as it should be' });
    assert.deepEqual(learnt(workspace), [['as it should be', 1]]);
  });

  it('takes the least rating from the options', async () => {
    const workspace = tables();
    await rate(workspace, 3, {}, { learn: true, minRating: 3 });
    assert.deepEqual(learnt(workspace), [['the final one', 0.6]]);
  });

  it('learns nothing when learning is off', async () => {
    const workspace = tables();
    const { training } = await rate(workspace, 5, { correction: 'x' }, { learn: false, minRating: 4 });
    assert.equal(training, undefined);
    assert.deepEqual(workspace.trainingRows, []);
    assert.equal(workspace.feedbackRows.length, 1);
  });

  it('supersedes the row of an earlier good rating by a later bad one', async () => {
    const workspace = tables();
    await rate(workspace, 5);
    const { training } = await rate(workspace, 2);
    assert.equal(training, undefined);
    assert.deepEqual(learnt(workspace), [
      ['the final one', 1],
      ['the final one', 0.4],
    ]);
  });

  it('supersedes a good rating by another good one', async () => {
    const workspace = tables();
    await rate(workspace, 4);
    await rate(workspace, 5);
    assert.deepEqual(learnt(workspace).at(-1), ['the final one', 1]);
  });

  it('takes an earlier correction out when the new one differs', async () => {
    const workspace = tables();
    await rate(workspace, 3, { correction: 'first try' });
    await rate(workspace, 4, { correction: 'second try' });
    assert.deepEqual(learnt(workspace), [
      ['first try', 0.9],
      ['first try', 0],
      ['second try', 0.9],
    ]);
  });

  it('takes the plain row out when a correction follows', async () => {
    const workspace = tables();
    await rate(workspace, 4);
    await rate(workspace, 4, { correction: 'mended' });
    assert.deepEqual(learnt(workspace), [
      ['the final one', 0.8],
      ['the final one', 0],
      ['mended', 0.9],
    ]);
  });

  it('writes nothing more for a second low rating', async () => {
    const workspace = tables();
    await rate(workspace, 2);
    await rate(workspace, 1);
    assert.deepEqual(workspace.trainingRows, []);
    assert.equal(workspace.feedbackRows.length, 2);
  });

  it('does not mind the ratings of other prompts', async () => {
    const workspace = tables();
    workspace.history.push(sampleHistory('p2', { finalPrompt: 'another' }));
    await rate(workspace, 5, { promptId: 'p2' });
    await rate(workspace, 2);
    assert.deepEqual(learnt(workspace), [['another', 1]]);
  });

  for (const rating of [0, 6, 3.5, Number.NaN]) {
    it(`refuses a rating of ${rating}`, async () => {
      const workspace = tables();
      await assert.rejects(rate(workspace, rating), (error) => AtelierError.is(error, 'rating.invalid'));
      assert.deepEqual(workspace.feedbackRows, []);
    });
  }

  it('refuses an unknown prompt', async () => {
    const workspace = tables();
    await assert.rejects(
      rate(workspace, 4, { promptId: 'nope' }),
      (error) => AtelierError.is(error, 'prompt.unknown') && error.message.includes('"nope"'),
    );
    assert.deepEqual(workspace.feedbackRows, []);
  });

  it('says nothing is learnt when the feedback cannot be saved', async () => {
    const workspace = tables();
    const appendFeedback = () => Promise.reject(new AtelierError('data.not_writable', 'm', { hint: 'h' }));
    await assert.rejects(ratePrompt({ promptId: 'p1', rating: 5, userId: 'ann' }, { ...workspace, appendFeedback }, LEARN), {
      code: 'data.not_writable',
    });
    assert.deepEqual(workspace.trainingRows, []);
  });
});

describe('withdrawRating', () => {
  it('adds an empty rating and takes the training row out', async () => {
    const workspace = tables();
    await rate(workspace, 5);
    await withdrawRating('p1', 'ann', workspace);
    assert.deepEqual(workspace.feedbackRows.at(-1), {
      timestamp: workspace.feedbackRows.at(-1)?.timestamp,
      promptId: 'p1',
      rating: undefined,
      correction: '',
      comment: '',
      userId: 'ann',
    });
    assert.deepEqual(learnt(workspace).at(-1), ['the final one', 0]);
    assert.ok((workspace.trainingRows.at(-1)?.timestamp ?? '') > (workspace.trainingRows.at(0)?.timestamp ?? ''));
  });

  it('takes a corrected row out under its own text', async () => {
    const workspace = tables();
    await rate(workspace, 1, { correction: 'mended' });
    await withdrawRating('p1', 'ann', workspace);
    assert.deepEqual(learnt(workspace).at(-1), ['mended', 0]);
  });

  it('writes no training row for a rating that made none', async () => {
    const workspace = tables();
    await rate(workspace, 2);
    await withdrawRating('p1', 'ann', workspace);
    assert.deepEqual(workspace.trainingRows, []);
    assert.equal(workspace.feedbackRows.length, 2);
  });

  it('does nothing without a rating, or twice', async () => {
    const workspace = tables();
    await withdrawRating('p1', 'ann', workspace);
    assert.deepEqual(workspace.feedbackRows, []);
    await rate(workspace, 5);
    await withdrawRating('p1', 'ann', workspace);
    await withdrawRating('p1', 'ann', workspace);
    assert.equal(workspace.feedbackRows.length, 2);
    assert.equal(workspace.trainingRows.length, 2);
  });

  it('lets a new rating after it count again', async () => {
    const workspace = tables();
    await rate(workspace, 5);
    await withdrawRating('p1', 'ann', workspace);
    await rate(workspace, 4);
    assert.deepEqual(learnt(workspace).at(-1), ['the final one', 0.8]);
  });

  it('takes the row out also when learning was switched off since, and writes none when there was none', async () => {
    const workspace = tables();
    await rate(workspace, 5);
    await ratePrompt({ promptId: 'p1', rating: 2, userId: 'ann' }, workspace, { learn: false, minRating: 4 });
    assert.deepEqual(learnt(workspace).at(-1), ['the final one', 0.4]);
    const other = tables();
    await ratePrompt({ promptId: 'p1', rating: 5, userId: 'ann' }, other, { learn: false, minRating: 4 });
    await withdrawRating('p1', 'ann', other);
    assert.deepEqual(other.trainingRows, []);
  });
});
