import assert from 'node:assert/strict';
import { checkPromotion, differenceOf, isLeaked, requirePromotion, staleReasons, titleOf } from '../../../src/core/version/promotion.js';
import type { VersionScore } from '../../../src/core/version/version.js';
import { failsWith } from '../store/support.js';
import { sampleScore, sampleVersion } from './version-samples.js';

const scored = (number: number, own?: Partial<VersionScore>) =>
  sampleVersion(number, { scores: own === undefined ? {} : { own: sampleScore(own) } });
const current = scored(3, { score: 0.6, interval: [0.5, 0.69] });
const kinds = (...args: Parameters<typeof checkPromotion>) => checkPromotion(...args).map(({ kind }) => kind);

describe('the promotion to a protected label', () => {
  const label = 'production';

  it('asks for nothing when the version is really better, or the label is not protected', () => {
    assert.deepEqual(kinds(scored(4, {}), { label, current }), []);
    assert.deepEqual(kinds(scored(4, {}), { label }), []);
    assert.deepEqual(kinds(scored(4), { label: 'staging', current }), []);
    assert.deepEqual(kinds(scored(4), { label: 'staging', protectedLabels: new Set(['staging']) }), ['no_score']);
  });

  it('is refused for every reason there is, unless somebody says why', () => {
    const leakedRows = { sha256: 'b'.repeat(64), file: 'data/train.csv', split: 'train' };
    const cases = [
      [scored(4), ['no_score']],
      [scored(4, { leaked: true }), ['leaked']],
      [scored(4, leakedRows), ['leaked', 'not_comparable']],
      [scored(4, { score: 0.62, interval: [0.52, 0.71] }), ['no_real_difference']],
      [scored(4, { score: 0.3, interval: [0.22, 0.4] }), ['worse']],
      [scored(4, { metric: 'rouge_l' }), ['not_comparable']],
      [scored(4, { score: 0.3, interval: [0.22, 0.4], leaked: true }), ['leaked', 'worse']],
    ] as const;
    for (const [version, expected] of cases) {
      const concerns = checkPromotion(version, { label, current });
      assert.deepEqual(
        concerns.map(({ kind }) => kind),
        expected,
      );
      assert.throws(() => requirePromotion(concerns, label, ' '), failsWith('label.protected'));
      requirePromotion(concerns, label, 'It is an emergency.');
    }
    assert.match(
      checkPromotion(cases[4][0], { label, current })[0]?.message ?? '',
      /v4 is worse than v3, which is production now: -0\.30 \[/,
    );
  });

  it('trusts a comparison row by row more than two scores', () => {
    const close = scored(4, { score: 0.62, interval: [0.52, 0.71] });
    const comparison = { difference: 0.02, interval: [0.01, 0.03], verdict: 'better' } as const;
    assert.deepEqual(kinds(close, { label, current, comparison }), []);
    assert.deepEqual(kinds(scored(4), { label, current, comparison }), []);
  });
});

describe('the difference of two scores', () => {
  it('is that of Newcombe for two shares', () => {
    // Newcombe 1998, table II, example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    const before = sampleScore({ score: 48 / 80, interval: [0.4905, 0.7005], n: 80 });
    const after = sampleScore({ score: 56 / 70, interval: [0.6917, 0.8772], n: 70 });
    const found = differenceOf(before, after);
    assert.ok(found !== undefined);
    const [low, high] = found.interval;
    assert.ok(Math.abs(low - 0.0524) < 1e-3 && Math.abs(high - 0.3339) < 1e-3, `${low} ${high}`);
    assert.equal(found.verdict, 'better');
  });

  it('is unknown for other rows, metrics or models', () => {
    for (const other of [{ sha256: 'x' }, { split: 'test' }, { metric: 'x' }, { model: 'x' }]) {
      assert.equal(differenceOf(sampleScore(), sampleScore(other)), undefined);
    }
    assert.equal(differenceOf(undefined, sampleScore()), undefined);
  });
});

describe('a score', () => {
  it('is leaked when its rows were trained on, by a mark or by the file', () => {
    const train = { data: [{ file: 'd.csv', sha256: 'b', rows: 9, split: 'train', role: 'train' as const }] };
    assert.equal(isLeaked(train, sampleScore({ sha256: 'b', split: 'test' })), false);
    assert.equal(isLeaked(train, sampleScore({ sha256: 'b', split: 'train' })), true);
    assert.equal(isLeaked(train, sampleScore({ sha256: 'b' })), true);
    assert.equal(isLeaked(train, sampleScore({ leaked: true })), true);
  });

  it('goes stale with its rows and its model', () => {
    const score = sampleScore();
    const found = (now: Parameters<typeof staleReasons>[1]) => staleReasons(score, now).map(({ kind }) => kind);
    assert.deepEqual(found({ sha256: score.sha256, model: score.model }), []);
    assert.deepEqual(found({ sha256: 'other', model: 'openai:gpt-4o' }), ['data', 'model']);
    assert.deepEqual(found({ sha256: null }), ['data']);
    assert.deepEqual(found({}), []);
  });

  it('stands in the title', () => {
    assert.equal(titleOf(scored(4, {})), 'v4 (0.80 ±0.08)');
    assert.equal(titleOf(scored(4)), 'v4');
  });
});
