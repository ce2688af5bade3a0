import assert from 'node:assert/strict';
import { checkJudge, judgeDocument, lastRatings, type RatedPrompt, requireRatable } from '../../../src/core/evaluation/check-judge.js';
import { htmlReport } from '../../../src/core/evaluation/html/html-report.js';
import { junitReport } from '../../../src/core/evaluation/junit.js';
import { markdownReport } from '../../../src/core/evaluation/markdown.js';
import type { Scorer } from '../../../src/core/evaluation/scorer.js';
import { IMAGE_PROMPT } from '../../../src/core/image-prompt/programs.js';
import type { FeedbackRecord } from '../../../src/core/image-prompt/records.js';
import type { MetricCase } from '../../../src/core/metric/metric.js';
import { findSignature } from '../../../src/core/signature/find-signature.js';
import { CALL, fails } from './evaluation-support.js';
import { documentFrom, reportFrom, rowOf } from './report-samples.js';

const feedback = (promptId: string, rating: number | undefined, more: Partial<FeedbackRecord> = {}): FeedbackRecord => ({
  ...{ timestamp: '2026-01-01T00:00:00.000Z', promptId, rating, correction: '', comment: '', userId: 'local' },
  ...more,
});
const rated = (...stars: number[]): RatedPrompt[] =>
  stars.map((each, index) => ({
    prompt: { taste: 'anime', userInput: `idea ${index}`, finalPrompt: `prompt ${index} of ${each}` },
    stars: each,
  }));
/** Rates by the stars that stand in the prompt. */
const judge = (score: (stars: number, index: number) => number, asked: MetricCase[] = []): Scorer => ({
  name: 'judge',
  needsLabels: false,
  async score(given) {
    asked.push(given);
    const [, index, stars] = /prompt (\d+) of (\d)/.exec(String(given.outputs.optimized_prompt)) ?? [];
    return { score: score(Number(stars), Number(index)), feedback: '', spent: CALL };
  },
});
const check = (scorer: Scorer, prompts: readonly RatedPrompt[], concurrency = 3) =>
  checkJudge({ signature: IMAGE_PROMPT, judge: scorer, rated: prompts, concurrency });
const LADDER = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 3, 4];

describe('the check of a judge', () => {
  it('takes the last rating of each prompt, the newest first, and none that was taken back', () => {
    const all = [
      feedback('a', 1),
      feedback('b', 2),
      feedback('c', 3),
      feedback('a', 5),
      feedback('d', 4, { userId: 'anna' }),
      feedback('c', undefined),
      feedback('e', undefined, { correction: 'better' }),
    ];
    assert.deepEqual(lastRatings(all), [
      { promptId: 'd', stars: 4 },
      { promptId: 'a', stars: 5 },
      { promptId: 'b', stars: 2 },
    ]);
    assert.deepEqual(lastRatings(all, 'anna'), [{ promptId: 'd', stars: 4 }]);
    assert.deepEqual(lastRatings([feedback('a', 2), feedback('a', 4, { userId: 'anna' })], 'local'), [{ promptId: 'a', stars: 2 }]);
  });

  it('shows the judge what the person saw, and finds that they agree', async () => {
    const asked: MetricCase[] = [];
    const { agreement, trust, failed, spent } = await check(
      judge((stars) => (stars - 1) / 4, asked),
      rated(...LADDER),
    );
    assert.deepEqual(asked[0], {
      ...{ signature: IMAGE_PROMPT, expected: {} },
      ...{ inputs: { user_input: 'idea 0', taste: 'anime' }, outputs: { optimized_prompt: 'prompt 0 of 1' } },
    });
    assert.deepEqual([agreement.n, agreement.rankCorrelation, agreement.kappa, trust.level], [12, 1, 1, 'fair']);
    assert.deepEqual([failed, spent.calls], [0, 12]);
  });

  it('finds that they do not, and that few ratings show nothing', async () => {
    const against = await check(
      judge((stars) => (5 - stars) / 4),
      rated(...LADDER),
    );
    assert.deepEqual([against.agreement.rankCorrelation, against.trust.level], [-1, 'low']);
    const few = await check(
      judge((stars) => (stars - 1) / 4),
      rated(1, 3, 5),
    );
    assert.deepEqual([few.trust.level, few.agreement.n], ['low', 3]);
    assert.match(few.trust.sentence, /^Only 3 of your ratings/);
    const none = judgeDocument(
      await check(
        judge(() => 1),
        [],
      ),
    );
    assert.deepEqual([none.n, none.rank_correlation, none.interval, none.within_one_star, none.trust], [0, null, null, null, 'low']);
  });

  it('counts apart what the judge cannot rate, and ends where it can rate nothing more', async () => {
    const failing = await check(
      judge((stars, index) => (index === 2 ? fails('model.invalid_answer', CALL) : (stars - 1) / 4)),
      rated(...LADDER),
    );
    assert.deepEqual([failing.agreement.n, failing.failed, failing.spent.calls, failing.stopped], [11, 1, 12, undefined]);
    const ended = await check(
      judge((stars, index) => (index === 2 ? fails('budget.exceeded', CALL) : (stars - 1) / 4)),
      rated(...LADDER),
      1,
    );
    assert.deepEqual([ended.agreement.n, ended.failed, ended.spent.calls, ended.stopped?.code], [2, 0, 3, 'budget.exceeded']);
  });

  it('is refused for what makes no image prompts', () => {
    requireRatable(IMAGE_PROMPT);
    requireRatable(findSignature([], 'user_input, taste, mood?: str -> prompt').signature);
    for (const text of [
      'user_input -> prompt',
      'user_input, taste -> a, b',
      'user_input, taste -> a: integer',
      'user_input, taste, mood -> a',
    ]) {
      assert.throws(() => requireRatable(findSignature([], text).signature), { code: 'usage.invalid' }, text);
    }
  });

  it('stands in every report, with its cost', async () => {
    const report = reportFrom([rowOf(1, 'good')]);
    const low = documentFrom(report, {
      judge: await check(
        judge((stars) => (5 - stars) / 4),
        rated(...LADDER),
      ),
    });
    assert.deepEqual([low.judge?.n, low.judge?.trust, low.calls, low.usage.prompt_tokens], [12, 'low', 12, 1200 + 120]);
    assert.match(markdownReport(low), /^⚠️ The judge often prefers other answers than you do/m);
    assert.match(junitReport(low), /<property name="judge" value="The judge often prefers other answers/);
    assert.match(htmlReport(low, { script: '', style: '', nonce: 'x' }), /"sentence":"The judge often prefers other answers/);
    const fair = documentFrom(report, {
      judge: await check(
        judge((stars) => (stars - 1) / 4),
        rated(...LADDER),
      ),
    });
    assert.match(markdownReport(fair), /^The judge mostly prefers the answers that you prefer/m);
    assert.equal(documentFrom(report).judge, undefined);
  });
});
