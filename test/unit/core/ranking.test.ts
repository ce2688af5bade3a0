import assert from 'node:assert/strict';
import { agreementOf, spearman, trust, weightedKappa } from '../../../src/core/metric/agreement.js';
import type { Outcome } from '../../../src/core/metric/pairwise.js';
import { bradleyTerry, elo, type Match } from '../../../src/core/metric/ranking.js';
import { seededRandom } from '../../../src/core/random.js';

function near(actual: number | undefined, expected: number, tolerance: number, what = ''): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected}`);
}

const times = (count: number, first: string, second: string, outcome: Outcome = 'win'): Match[] =>
  Array.from({ length: count }, () => ({ first, second, outcome }));

/** Wins of a row over a column: American League 1987, Agresti 2002, Categorical Data Analysis, table 10.10. */
const TEAMS = ['Milwaukee', 'Detroit', 'Toronto', 'New York', 'Boston', 'Cleveland', 'Baltimore'];
const BASEBALL = [
  [0, 7, 9, 7, 7, 9, 11],
  [6, 0, 7, 5, 11, 9, 9],
  [4, 6, 0, 7, 7, 8, 12],
  [6, 8, 6, 0, 6, 7, 10],
  [6, 2, 6, 7, 0, 7, 12],
  [4, 4, 5, 6, 6, 0, 6],
  [2, 4, 1, 3, 1, 7, 0],
].flatMap((row, at) => row.flatMap((wins, other) => times(wins, TEAMS[at] ?? '', TEAMS[other] ?? '')));

describe('a ranking', () => {
  it('gives the strengths of the American League of 1987 over Baltimore, as R’s BradleyTerry2 does', () => {
    const ranked = bradleyTerry(BASEBALL, { prior: 1e-9 });
    const last = ranked.at(-1);
    assert.equal(last?.name, 'Baltimore');
    const published = { Milwaukee: 1.5814, Detroit: 1.4364, Toronto: 1.2945, 'New York': 1.2476, Boston: 1.1077, Cleveland: 0.6839 };
    assert.deepEqual(
      ranked.map(({ name }) => name),
      [...Object.keys(published), 'Baltimore'],
    );
    for (const { name, strength, matches } of ranked.slice(0, -1)) {
      near(strength - (last?.strength ?? 0), published[name as keyof typeof published], 5e-5, name);
      assert.equal(matches, 78);
    }
    near(
      ranked.reduce((sum, { strength }) => sum + strength, 0),
      0,
      1e-9,
    );
  });

  it('of two is their odds, with the error that these have', () => {
    const [best, other] = bradleyTerry([...times(30, 'a', 'b'), ...times(10, 'b', 'a')], { prior: 1e-9 });
    near((best?.strength ?? 0) - (other?.strength ?? 0), Math.log(3), 1e-6);
    // Each lies half of the difference from the mean, and so does its error: sqrt(1 / 30 + 1 / 10).
    near(best?.error, Math.sqrt(1 / 30 + 1 / 10) / 2, 1e-6);
    near(best?.interval[0], (best?.strength ?? 0) - 1.959964 * (best?.error ?? 0), 1e-6);
  });

  it('counts a tie as half a win for both', () => {
    const tied = bradleyTerry([...times(4, 'a', 'b', 'tie'), ...times(2, 'a', 'b')]);
    const won = bradleyTerry([...times(4, 'a', 'b'), ...times(2, 'b', 'a')]);
    assert.deepEqual(tied, won);
    assert.deepEqual(
      bradleyTerry(times(3, 'b', 'a', 'tie')).map(({ name, strength }) => [name, strength]),
      [
        ['a', 0],
        ['b', 0],
      ],
    );
  });

  it('keeps who never lost finite, less sure of it, and stronger the oftener they won', () => {
    const [few] = bradleyTerry(times(2, 'a', 'b'));
    const [many] = bradleyTerry(times(20, 'a', 'b'));
    assert.ok(few !== undefined && many !== undefined && Number.isFinite(many.strength) && many.strength > few.strength);
    // Two wins of two, with half a win and half a loss: odds of 2.5 to 0.5.
    near(few.strength, Math.log(5) / 2, 1e-9);
    assert.ok(few.interval[0] < 0 && few.interval[1] > 0);
  });

  it('compares groups that never met, with little to say', () => {
    const ranked = bradleyTerry([...times(10, 'a', 'b'), ...times(10, 'c', 'd')]);
    assert.deepEqual(
      ranked.map(({ name }) => name),
      ['a', 'c', 'b', 'd'],
    );
    near(ranked[0]?.strength, ranked[1]?.strength ?? 9, 1e-6);
  });

  it('does not depend on the order of matches or sides, and finds strengths again', () => {
    const random = seededRandom(3);
    const strengths = [1, 0.3, -0.3, -1];
    const matches = Array.from({ length: 6000 }, (): Match => {
      const first = Math.floor(random() * 4);
      const second = (first + 1 + Math.floor(random() * 3)) % 4;
      const chance = 1 / (1 + Math.exp((strengths[second] ?? 0) - (strengths[first] ?? 0)));
      return { first: `m${first}`, second: `m${second}`, outcome: random() < chance ? 'win' : 'loss' };
    });
    const ranked = bradleyTerry(matches);
    ranked.forEach(({ name, strength, error }, index) => {
      assert.equal(name, `m${index}`);
      near(strength, strengths[index] ?? 9, 3 * error, name);
      assert.ok(error < 0.05);
    });
    const turned = matches.toReversed().map(
      ({ first, second, outcome }): Match => ({
        ...{ first: second, second: first },
        outcome: outcome === 'win' ? 'loss' : 'win',
      }),
    );
    bradleyTerry(turned).forEach(({ strength }, index) => void near(strength, ranked[index]?.strength ?? 9, 1e-9));
  });

  it('refuses what cannot be ranked', () => {
    for (const work of [() => bradleyTerry([]), () => bradleyTerry(times(1, 'a', 'a')), () => bradleyTerry(BASEBALL, { prior: 0 })]) {
      assert.throws(work, { code: 'usage.invalid' });
    }
  });
});

describe('Elo', () => {
  it('moves 16 points between equals, and what was expected less', () => {
    const [a, b] = elo([...times(1, 'a', 'b'), ...times(1, 'a', 'b', 'tie')]);
    near((a?.rating ?? 0) + (b?.rating ?? 0), 3000, 1e-9);
    // 1516 against 1484: expected 0.5460 (Elo 1978), a tie gives back 32 * 0.0460.
    near(a?.rating, 1514.53, 0.005);
    assert.deepEqual(
      elo(times(1, 'b', 'a', 'loss')).map(({ name, rating, matches }) => [name, rating, matches]),
      [
        ['a', 1516, 1],
        ['b', 1484, 1],
      ],
    );
  });

  it('expects 0.64 of one who is 100 points better', () => {
    const [a] = elo([...times(1, 'a', 'b')], { k: 100 });
    assert.equal(a?.rating, 1550);
    near(elo(times(2, 'a', 'b'), { k: 100 })[0]?.rating, 1550 + 100 * (1 - 0.640065), 1e-3);
  });

  it('depends on the order', () => {
    const [won, lost] = [times(5, 'a', 'b'), times(5, 'b', 'a')];
    assert.equal(elo([...won, ...lost])[0]?.name, 'b');
    assert.equal(elo([...lost, ...won])[0]?.name, 'a');
    assert.throws(() => elo(won, { k: 0 }), { code: 'usage.invalid' });
  });
});

describe('agreement', () => {
  it('in rank is Spearman’s correlation, also with ties', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    near(spearman(iq, hours), -29 / 165, 1e-12);
    // The example of SciPy's spearmanr.
    near(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 0.8207826816681233, 1e-12);
    assert.equal(spearman([1, 1, 1], [1, 2, 3]), undefined);
    assert.equal(spearman([], []), undefined);
  });

  it('in stars is Cohen’s kappa with quadratic weights', () => {
    const list = (...counts: number[]) => counts.flatMap((count, index) => Array<number>(count).fill(index + 1));
    // The example of scikit-learn's own tests.
    near(weightedKappa(list(46, 44, 10), list(50, 40, 10), 3), 0.9541, 5e-5);
    assert.equal(weightedKappa([1, 5, 1, 5], [5, 1, 5, 1], 5), -1);
    assert.equal(weightedKappa([3, 3], [3, 3], 5), undefined);
    assert.equal(weightedKappa([], [], 5), undefined);
  });

  const pairs = (...rows: [number, number][]) => rows.map(([stars, score]) => ({ stars, score }));

  it('takes scores as the nearest star', () => {
    const { n, rankCorrelation, kappa, withinOneStar } = agreementOf(pairs([1, 0], [2, 0.25], [3, 0.5], [4, 0.75], [5, 1]));
    assert.deepEqual([n, rankCorrelation, kappa, withinOneStar], [5, 1, 1, 1]);
    assert.equal(agreementOf(pairs([1, 0.3], [1, 0.6], [5, 0.7], [5, 0.1])).withinOneStar, 0.5);
    assert.deepEqual(agreementOf([]), {
      n: 0,
      rankCorrelation: undefined,
      interval: undefined,
      kappa: undefined,
      withinOneStar: undefined,
    });
  });

  it('has an interval that is wide for few', () => {
    const { interval } = agreementOf(
      pairs([1, 0.1], [2, 0.4], [3, 0.3], [4, 0.9], [5, 0.8], [3, 0.5], [2, 0.2], [4, 0.6], [5, 1], [1, 0.3]),
    );
    assert.ok(interval !== undefined && interval[0] > 0.3 && interval[0] < 0.7 && interval[1] > 0.95 && interval[1] < 1, String(interval));
    assert.equal(agreementOf(pairs([1, 0], [2, 0.2], [3, 1])).interval, undefined);
  });

  it('is not to be relied on for few, for other preferences, or for none', () => {
    const ladder = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5];
    const said = (scores: readonly number[]) => trust(agreementOf(scores.map((score, index) => ({ stars: ladder[index] ?? 3, score }))));
    const same = ladder.map((stars) => (stars - 1) / 4);
    assert.equal(said(same).level, 'fair');
    assert.match(said(same).sentence, /prefers the answers that you prefer \(rank correlation 1\.00, .* over 10 answers\)/);
    assert.deepEqual([said(same.slice(0, 9)).level, /^Only 9 of your ratings/.test(said(same.slice(0, 9)).sentence)], ['low', true]);
    const against = same.map((score) => 1 - score);
    assert.deepEqual([said(against).level, /prefers other answers than you/.test(said(against).sentence)], ['low', true]);
    const flat = same.map(() => 0.5);
    assert.deepEqual([said(flat).level, /all answers the same rating/.test(said(flat).sentence)], ['low', true]);
  });
});
