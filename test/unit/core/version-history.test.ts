import assert from 'node:assert/strict';
import { chainOf, historyOf } from '../../../src/core/version/history.js';
import { sampleVersion } from './version-samples.js';

const entry = (number: number, ...parents: number[]) => ({ number, parents });
const numbers = (versions: readonly { number: number }[]) => versions.map(({ number }) => number);

describe('the history of versions', () => {
  it('tells parents, children, ancestors and the chain, the newest first', () => {
    const history = historyOf([entry(1), entry(4, 3, 2), entry(2, 1), entry(3, 1), entry(5, 4)]);
    assert.deepEqual(numbers(history.versions), [5, 4, 3, 2, 1]);
    assert.deepEqual(numbers(history.parentsOf(4)), [3, 2]);
    assert.deepEqual(numbers(history.childrenOf(1)), [3, 2]);
    assert.deepEqual(numbers(history.ancestorsOf(5)), [4, 3, 2, 1]);
    assert.deepEqual(numbers(chainOf(history, 5)), [5, 4, 3, 1]);
    assert.deepEqual([history.problems, numbers(history.ancestorsOf(9)), numbers(chainOf(history, 9))], [[], [], []]);
  });

  it('explains a missing parent, and goes on without it', () => {
    const history = historyOf([entry(2, 1), entry(3, 2)]);
    assert.deepEqual(
      history.problems.map(({ kind, version, message }) => [kind, version, message]),
      [['missing', 2, 'v0002.json was made from v1, and there is no v0001.json.']],
    );
    assert.deepEqual(numbers(chainOf(history, 3)), [3, 2]);
  });

  it('explains a parent whose number belongs to another version now', () => {
    const parent = sampleVersion(1);
    const child = sampleVersion(2, {}, [parent]);
    assert.deepEqual(historyOf([parent, child]).problems, []);
    const [problem] = historyOf([sampleVersion(1, { note: 'Another one.' }), child]).problems;
    assert.deepEqual([problem?.kind, problem?.version], ['replaced', 2]);
  });

  it('finds cycles, names their files, and ends', () => {
    const history = historyOf([entry(1, 3), entry(2, 1), entry(3, 2), entry(4, 3), entry(5, 5), entry(6, 4)]);
    assert.deepEqual(
      history.problems.map(({ kind, message }) => [kind, message]),
      [
        ['cycle', 'Versions come from each other: v0001.json from v0003.json, that from v0002.json, that from v0001.json.'],
        ['cycle', 'Versions come from each other: v0005.json from v0005.json.'],
      ],
    );
    assert.deepEqual(numbers(history.ancestorsOf(1)), [3, 2]);
    assert.deepEqual(numbers(chainOf(history, 6)), [6, 4, 3, 2, 1]);
  });

  it('is as long as it is', () => {
    const long = Array.from({ length: 20_000 }, (_, index) => entry(index + 1, ...(index === 0 ? [] : [index])));
    const history = historyOf(long);
    assert.deepEqual(history.problems, []);
    assert.equal(history.ancestorsOf(20_000).length, 19_999);
    assert.equal(chainOf(history, 20_000).length, 20_000);
    assert.equal(historyOf([...long.slice(1), entry(1, 20_000)]).problems.length, 1);
  });
});
