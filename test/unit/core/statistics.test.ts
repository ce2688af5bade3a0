import assert from 'node:assert/strict';
import { normalCdf, normalQuantile, studentQuantile } from '../../../src/core/evaluation/distributions.js';
import {
  bootstrapInterval,
  type Interval,
  meanInterval,
  pairedDifference,
  quantile,
  repeatStatistics,
  verdict,
  wilson,
} from '../../../src/core/evaluation/statistics.js';
import { type Random, seededRandom } from '../../../src/core/random.js';

function near(actual: Interval | undefined, low: number, high: number, tolerance: number): void {
  assert.ok(actual !== undefined);
  assert.ok(Math.abs(actual[0] - low) <= tolerance && Math.abs(actual[1] - high) <= tolerance, `[${actual.join(', ')}]`);
}

/** Scores of the same rows, by how many went from one value to the other. */
function pairs(stayed1: number, lost: number, gained: number, stayed0: number): [number[], number[]] {
  const of = (values: readonly [number, number, number, number]) =>
    [stayed1, lost, gained, stayed0].flatMap((count, index) => Array<number>(count).fill(values[index] ?? 0));
  return [of([1, 1, 0, 0]), of([1, 0, 1, 0])];
}

describe('distributions', () => {
  it('agree with the tables of the normal and of Student', () => {
    for (const [p, x] of [
      [0.5, 0],
      [0.975, 1.959964],
      [0.995, 2.575829],
      [0.0001, -3.719016],
    ] as const) {
      assert.ok(Math.abs(normalQuantile(p) - x) < 1e-6, `${p}`);
      assert.ok(Math.abs(normalCdf(x) - p) < 1e-6, `${x}`);
    }
    for (const [degrees, t] of [
      [1, 12.7062],
      [2, 4.3027],
      [3, 3.1824],
      [5, 2.5706],
      [10, 2.2281],
      [30, 2.0423],
    ] as const) {
      assert.ok(Math.abs(studentQuantile(0.975, degrees) / t - 1) < 0.01, `${degrees}`);
    }
  });
});

describe('the interval of a share', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3; the last one from R for 6 of 32.
  for (const [successes, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [6, 32, 0.0889, 0.3531],
  ] as const) {
    it(`is Wilson's for ${successes} of ${n}`, () => near(wilson(successes, n), low, high, 5e-5));
  }

  it('is honest about no row and one row', () => {
    assert.deepEqual(wilson(0, 0), [0, 1]);
    near(wilson(1, 1), 0.2065, 1, 1e-4);
    near(wilson(0, 1), 0, 0.7935, 1e-4);
  });
});

describe('the interval of a mean', () => {
  it("is Wilson's for 0 and 1, and the bootstrap's for anything between", () => {
    assert.deepEqual(meanInterval([1, 0, 1]), wilson(2, 3));
    assert.deepEqual(meanInterval([0.2, 0.4, 0.6, 0.9, 1], 7), bootstrapInterval([0.2, 0.4, 0.6, 0.9, 1], { seed: 7 }));
  });

  it('has a width also where values do not vary', () => {
    assert.deepEqual(meanInterval([]), [0, 1]);
    assert.equal(bootstrapInterval([0.5], { seed: 1 }), undefined);
    assert.equal(bootstrapInterval([0.5, 0.5], { seed: 1 }), undefined);
    assert.deepEqual(meanInterval([0.5]), wilson(0.5, 1));
    near(meanInterval([0.9, 1]), ...wilson(1.9, 2), 1e-9);
    near(meanInterval(Array<number>(20).fill(0.5)), 0.5 * (1 - 0.1611), 0.5 * (1 - 0.1611) + 0.1611, 1e-4);
  });

  it('is the same for the same seed, and another one for another', () => {
    const scores = [0.1, 0.5, 0.7, 0.2, 0.9, 1, 0.4];
    assert.deepEqual(meanInterval(scores, 3), meanInterval(scores, 3));
    assert.notDeepEqual(meanInterval(scores, 3), meanInterval(scores, 4));
  });

  const kinds: Readonly<Record<string, readonly [(random: Random) => number, number]>> = {
    uniform: [(random) => random(), 0.5],
    'skewed to 1': [(random) => random() ** 0.2, 1 / 1.2],
    graded: [(random) => gradeOf(random()), 0.7 + 0.5 * 0.15],
  };
  for (const [kind, [draw, truth]] of Object.entries(kinds)) {
    for (const n of [10, 40]) {
      it(`holds the true mean of ${n} ${kind} scores about 95 times in 100`, () => {
        const covered = Array.from({ length: 400 }, (_, seed) => {
          const random = seededRandom(7919 * seed + n);
          const interval = bootstrapInterval(
            Array.from({ length: n }, () => draw(random)),
            { seed, resamples: 1000 },
          );
          return interval === undefined || (interval[0] <= truth && truth <= interval[1]);
        }).filter(Boolean).length;
        // Three standard errors of 400 tries are 0.033.
        assert.ok(covered / 400 > 0.917 && covered / 400 < 0.995, `${covered} of 400`);
      });
    }
  }
});

function gradeOf(draw: number): number {
  if (draw < 0.7) return 1;
  return draw < 0.85 ? 0.5 : 0;
}

describe('a paired difference', () => {
  it("is Tango's for 0 and 1: complete response before and after therapy (Cavo 2012, in R's contingencytables)", () => {
    const { difference, interval, n } = pairedDifference(...pairs(59, 6, 16, 80));
    assert.equal(n, 161);
    assert.ok(Math.abs((difference ?? 0) - 0.0621) < 5e-5);
    near(interval, 0.0054, 0.124, 5e-5);
    assert.equal(verdict(interval), 'better');
  });

  it("agrees with McNemar's test: Agresti's approval ratings fall, z² = 17.36", () => {
    const { difference, interval } = pairedDifference(...pairs(794, 150, 86, 570));
    assert.equal(difference, -0.04);
    near(interval, -0.059, -0.0214, 1e-4);
    assert.equal(verdict(interval), 'worse');
  });

  it("sees a difference exactly where McNemar's test does", () => {
    for (let lost = 0; lost <= 12; lost++) {
      for (let gained = 0; gained <= 24; gained++) {
        const { interval } = pairedDifference(...pairs(3, lost, gained, 2));
        const rejects = lost + gained > 0 && (gained - lost) ** 2 / (lost + gained) > 1.959964 ** 2;
        assert.equal(verdict(interval) !== 'no real difference', rejects, `${lost} lost, ${gained} gained: ${interval.join()}`);
      }
    }
  });

  it('turns round with its sides', () => {
    const [before, after] = pairs(10, 2, 9, 4);
    const [low, high] = pairedDifference(before, after).interval;
    near(pairedDifference(after, before).interval, -high, -low, 1e-9);
  });

  it('knows that rows which did not change, or few of them, tell little', () => {
    assert.deepEqual(pairedDifference([], []), { difference: undefined, interval: [-1, 1], n: 0 });
    near(pairedDifference(...pairs(10, 0, 0, 10)).interval, -0.1611, 0.1611, 1e-4);
    assert.equal(verdict(pairedDifference([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]).interval), 'no real difference');
    assert.equal(verdict(pairedDifference([0], [1]).interval), 'no real difference');
  });

  it('finds a steady gain of graded scores, and nothing in noise more often than 1 time in 20', () => {
    const random = seededRandom(11);
    const before = Array.from({ length: 60 }, () => random() * 0.8);
    const after = before.map((score) => score + 0.1 * random());
    assert.equal(verdict(pairedDifference(before, after).interval), 'better');
    const wrong = Array.from({ length: 400 }, (_, seed) => {
      const noise = seededRandom(104_729 * seed + 1);
      const graded = () => Array.from({ length: 20 }, () => gradeOf(noise()));
      return verdict(pairedDifference(graded(), graded(), seed).interval) !== 'no real difference';
    }).filter(Boolean).length;
    assert.ok(wrong / 400 < 0.05 + 0.033, `${wrong} of 400`);
  });
});

describe('quantiles', () => {
  it('are of type 7, as in R: quantile(1:10, c(.5, .95))', () => {
    const values = [10, 2, 3, 9, 5, 6, 7, 8, 4, 1];
    assert.equal(quantile(values, 0.5), 5.5);
    assert.ok(Math.abs((quantile(values, 0.95) ?? 0) - 9.55) < 1e-12);
    assert.equal(quantile([3], 0.95), 3);
    assert.equal(quantile([], 0.5), undefined);
    assert.equal(values[0], 10, 'the list is left as it was');
  });
});

describe('repeats', () => {
  it('tell the noise of a run from the noise of a row', () => {
    // The runs score 0.5, 0.75 and 1; the rows vary by 0 and 1/3.
    const { mean, between, within } = repeatStatistics([
      [1, 1, 1],
      [0, 0.5, 1],
    ]) ?? { mean: undefined };
    assert.equal(mean, 0.75);
    assert.equal(between, 0.25);
    assert.equal(within, Math.sqrt((0 + 0.5) / 4));
  });

  it('leave out what was not scored', () => {
    assert.equal(repeatStatistics([]), undefined);
    assert.equal(repeatStatistics([[undefined]]), undefined);
    assert.deepEqual(repeatStatistics([[1], [0]]), { mean: 0.5, between: undefined, within: undefined });
    assert.deepEqual(
      repeatStatistics([
        [1, 1],
        [undefined, 0],
        [undefined, undefined],
      ]),
      { mean: 0.5, between: 0, within: 0 },
    );
  });
});
