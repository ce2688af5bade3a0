import assert from 'node:assert/strict';
import { hash32, seededRandom, weightedPick } from '../../../src/core/random.js';

describe('hash32', () => {
  it('is FNV-1a: the known values for ASCII', () => {
    assert.equal(hash32(''), 0x811c9dc5);
    assert.equal(hash32('a'), 0xe40c292c);
    assert.equal(hash32('foobar'), 0xbf9cf968);
  });
});

describe('seededRandom', () => {
  const take = (seed: number, count: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, random);
  };

  it('gives the same numbers for the same seed', () => assert.deepEqual(take(42, 20), take(42, 20)));

  it('gives other numbers for the next seed', () => assert.notDeepEqual(take(42, 5), take(43, 5)));

  it('stays in [0, 1) and fills it evenly', () => {
    const numbers = take(7, 10_000);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length);
    for (const count of tenths) assert.ok(count > 850 && count < 1150, `a tenth holds ${count} of 10000`);
  });
});

describe('weightedPick', () => {
  it('picks in proportion to the weights', () => {
    const random = seededRandom(1);
    const weights: Record<string, number> = { rare: 1, often: 3 };
    const picks = Array.from({ length: 4000 }, () => weightedPick(['rare', 'often'], (item) => weights[item] ?? 0, random));
    const share = picks.filter((item) => item === 'often').length / picks.length;
    assert.ok(Math.abs(share - 0.75) < 0.03, `share ${share}`);
  });

  it('gives undefined for nothing to pick from', () =>
    assert.equal(
      weightedPick([], () => 1, seededRandom(1)),
      undefined,
    ));
});
