import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { type Example, inputsKey } from '../../../src/core/example/example.js';
import {
  SPLITS,
  type Splits,
  splitByColumn,
  splitByFile,
  splitByFractions,
  splitNamed,
  stratumField,
} from '../../../src/core/example/splits.js';
import { seededRandom } from '../../../src/core/random.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';

function example(row: number, a: string, label = 'x', split = ''): Example {
  return { row: { row, line: row + 1, values: { split } }, inputs: { a }, expected: { label } };
}

const FRACTIONS = { train: 0.6, validation: 0.2, test: 0.2 };
const numbers = (list: readonly Example[]) => list.map(({ row }) => row.row);
const sizes = (splits: Splits) => [...SPLITS.map((split) => splits[split].length), splits.unused.length];

/** Which split each input is in. */
function sides(splits: Splits): Map<string, string> {
  return new Map(SPLITS.flatMap((split) => splits[split].map(({ inputs }) => [inputsKey(inputs), split] as const)));
}

function refuses(work: () => unknown, code: string, message: RegExp): void {
  assert.throws(work, (error) => AtelierError.is(error) && error.code === code && message.test(`${error.message} ${error.hint}`));
}

describe('splits by chance', () => {
  const rows = Array.from({ length: 100 }, (_, index) => example(index + 1, `text ${index}`, index % 10 === 0 ? 'rare' : 'often'));

  it('have the sizes that were asked, for each label as well', () => {
    const splits = splitByFractions(rows, { fractions: FRACTIONS, seed: 1, stratifyBy: 'label' });
    assert.deepEqual(sizes(splits), [60, 20, 20, 0]);
    assert.deepEqual(
      SPLITS.map((split) => splits[split].filter(({ expected }) => expected.label === 'rare').length),
      [6, 2, 2],
    );
    assert.deepEqual(
      numbers(splits.train),
      numbers(splits.train).sort((a, b) => a - b),
    );
  });

  it('are the same whatever the order of the rows, and others for another seed', () => {
    const options = { fractions: FRACTIONS, seed: 1, stratifyBy: 'label' };
    const splits = sides(splitByFractions(rows, options));
    assert.deepEqual(sides(splitByFractions([...rows].reverse(), options)).get('{"a":"text 7"}'), splits.get('{"a":"text 7"}'));
    assert.deepEqual(new Map([...sides(splitByFractions([...rows].reverse(), options))].sort()), new Map([...splits].sort()));
    const other = sides(splitByFractions(rows, { ...options, seed: 2 }));
    assert.ok([...splits].filter(([key, split]) => other.get(key) !== split).length > 30);
  });

  it('leave all but a few rows where they were when rows are added', () => {
    const options = { fractions: FRACTIONS, seed: 1 };
    const before = sides(splitByFractions(rows, options));
    const after = sides(
      splitByFractions([...rows, ...Array.from({ length: 5 }, (_, index) => example(101 + index, `new ${index}`))], options),
    );
    const moved = [...before].filter(([key, split]) => after.get(key) !== split).length;
    assert.ok(moved <= 8, `${moved} moved`);
  });

  it('keep the promise for any data: nothing lost, no input in two splits, sizes within rounding', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = seededRandom(seed);
      const count = 24 + Math.floor(random() * 60);
      const labels = 1 + Math.floor(random() * 6);
      const unique = seed % 2 === 0;
      const some = Array.from({ length: count }, (_, index) =>
        example(index + 1, unique ? `${index}` : `${Math.floor(random() * count)}`, `l${Math.floor(random() * labels)}`),
      );
      const fractions = { train: 0.5, validation: 0.25, test: seed % 3 === 0 ? 0.25 : 0.15 };
      const splits = splitByFractions(some, { fractions, seed, stratifyBy: 'label' });
      const all = [...SPLITS, 'unused' as const].flatMap((split) => numbers(splits[split]));
      assert.deepEqual(
        all.sort((a, b) => a - b),
        numbers(some),
      );
      const keys = SPLITS.map((split) => new Set(splits[split].map(({ inputs }) => inputsKey(inputs))));
      assert.equal(
        new Set(keys.flatMap((each) => [...each])).size,
        keys.reduce((sum, each) => sum + each.size, 0),
      );
      if (!unique) continue;
      for (const split of SPLITS) {
        assert.ok(Math.abs(splits[split].length - count * fractions[split]) < 1, `${split}: ${splits[split].length} of ${count}`);
        for (let label = 0; label < labels; label++) {
          const of = (list: readonly Example[]) => list.filter(({ expected }) => expected.label === `l${label}`).length;
          assert.ok(Math.abs(of(splits[split]) - of(some) * fractions[split]) <= 1, `${split} has ${of(splits[split])} of l${label}`);
        }
      }
    }
  });

  it('keep rows with the same input together, also when their labels differ', () => {
    const twins = rows.flatMap((each, index) => [each, example(200 + index, ` text ${index} `, 'other')]);
    const splits = splitByFractions(twins, { fractions: { train: 0.5, test: 0.5 }, seed: 3, stratifyBy: 'label' });
    assert.equal(splits.train.length + splits.test.length, 200);
    assert.ok(splits.train.length >= 98 && splits.train.length <= 102, `${splits.train.length}`);
  });

  it('refuse fractions that are not shares of one whole, and a split that would be empty', () => {
    for (const fractions of [{ train: 0.9, test: 0.2 }, { train: -0.1, test: 0.5 }, { test: Number.NaN }, {}]) {
      refuses(() => splitByFractions(rows, { fractions, seed: 1 }), 'usage.invalid', /not shares of one whole/);
    }
    refuses(
      () => splitByFractions(rows.slice(0, 3), { fractions: { train: 0.9, test: 0.1 }, seed: 1 }),
      'usage.invalid',
      /"test" is empty/,
    );
    refuses(() => splitByFractions([], { fractions: FRACTIONS, seed: 1 }), 'usage.invalid', /empty/);
    assert.deepEqual(sizes(splitByFractions(rows, { fractions: { train: 0.7, validation: 0.2, test: 0.1 }, seed: 1 })), [70, 20, 10, 0]);
  });
});

describe('splits by column', () => {
  it('go by name; a row without one is in none, and a repeated input stays in the later split', () => {
    const rows = [
      example(1, 'a', 'x', 'Train'),
      example(2, 'b', 'x', 'dev'),
      example(3, ' a', 'x', 'test'),
      example(4, 'c'),
      example(5, 'd', 'x', 'train'),
    ];
    const splits = splitByColumn(rows, 'split', 'a.csv');
    assert.deepEqual(
      [numbers(splits.train), numbers(splits.validation), numbers(splits.test), numbers(splits.unused)],
      [[5], [2], [3], [1, 4]],
    );
    assert.deepEqual(
      splits.repeated.map(({ example: { row }, from, in: keeper }) => [row.row, from, keeper]),
      [[1, 'train', 'test']],
    );
  });

  it('name the line of an unknown split', () => {
    assert.throws(
      () => splitByColumn([example(1, 'a', 'x', 'tset')], 'split', 'a.csv'),
      (error) => AtelierError.is(error, 'data.malformed') && error.line === 2 && /"tset"/.test(error.message),
    );
  });
});

describe('splits by file', () => {
  it('keep what is in two files for the later split, and refuse what leaves a file empty', () => {
    const test = [example(1, 'a'), example(2, 'b')];
    assert.deepEqual(sizes(splitByFile({ train: [example(1, 'b'), example(2, 'c')], test })), [1, 0, 2, 1]);
    refuses(() => splitByFile({ train: [example(1, 'a')], test }), 'usage.invalid', /"train" is empty.*All of its 1 rows/);
    refuses(() => splitByFile({ test: [] }), 'usage.invalid', /"test" is empty/);
  });
});

describe('names', () => {
  it('of splits are taken in their usual forms', () => {
    assert.equal(splitNamed(' Val '), 'validation');
    refuses(() => splitNamed('tst'), 'usage.invalid', /did you mean "test"/);
    refuses(() => splitNamed('constructor'), 'usage.invalid', /no split/);
  });

  it('of what to stratify by are the first class or boolean', () => {
    assert.equal(stratumField(parseOneLine('a -> t, b: bool, c: class "x, y"')), 'b');
    assert.equal(stratumField(parseOneLine('a -> t')), undefined);
  });
});
