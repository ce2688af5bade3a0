import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { type ComparedRow, compareReports } from '../../../src/core/evaluation/compare.js';
import { pairedDifference } from '../../../src/core/evaluation/statistics.js';
import { type Answer, answering, examplesOf, fails, graded, run } from './evaluation-support.js';

const report = (answer: Answer, inputs: readonly string[], more: Parameters<typeof run>[2] = {}) =>
  run(answering(answer).executor, examplesOf(...inputs), more);
const rowsOf = (rows: readonly ComparedRow[]) => rows.map(({ before, after }) => [before[0]?.row, after[0]?.row]);
const letters = (count: number) => Array.from({ length: count }, (_, index) => `row ${index}`);

describe('comparing two evaluations', () => {
  it('pairs rows by what they say, and tells which changed', async () => {
    const before = await report((a) => (a === 'b' ? 'yes' : 'no'), ['a', 'b', 'c', 'd']);
    const after = await report((a) => (a === 'b' ? 'no' : 'yes'), ['d', 'e', 'b', 'a']);
    const comparison = compareReports(before, after);
    assert.deepEqual(rowsOf(comparison.better), [
      [4, 1],
      [1, 4],
    ]);
    assert.deepEqual(rowsOf(comparison.worse), [[2, 3]]);
    assert.deepEqual([comparison.onlyBefore, comparison.onlyAfter, comparison.n], [[3], [2], 3]);
    assert.deepEqual([comparison.before, comparison.after], [1 / 3, 2 / 3]);
    assert.deepEqual(comparison.interval, pairedDifference([0, 1, 0], [1, 0, 1]).interval);
    assert.equal(comparison.verdict, 'no real difference');
  });

  it('says better and worse only of what chance does not explain', async () => {
    const inputs = letters(40);
    const half = await report((a) => (Number(a.slice(4)) % 2 === 0 ? 'yes' : 'no'), inputs);
    const most = await report((a) => (Number(a.slice(4)) % 8 === 1 ? 'no' : 'yes'), inputs);
    assert.equal(compareReports(half, most).verdict, 'better');
    assert.equal(compareReports(most, half).verdict, 'worse');
    assert.equal(compareReports(half, half).verdict, 'no real difference');
    const slightly = await report((a) => (Number(a.slice(4)) % 2 === 0 || a === 'row 1' ? 'yes' : 'no'), inputs);
    assert.equal(compareReports(half, slightly).verdict, 'no real difference');
  });

  it('counts an answer that cannot be read as 0: who answers only what is easy is not better', async () => {
    const inputs = letters(40);
    const easy = (a: string) => Number(a.slice(4)) < 20;
    const before = await report((a) => (easy(a) ? 'yes' : '0.5'), inputs);
    const after = await report((a) => (easy(a) ? 'yes' : fails('model.invalid_answer')), inputs);
    assert.ok((after.score ?? 0) > (before.score ?? 0));
    const comparison = compareReports(before, after);
    assert.deepEqual([comparison.verdict, comparison.difference, comparison.worse.length], ['worse', -0.25, 20]);
  });

  it('leaves out what failed for another reason, and what was seen, and lists both', async () => {
    const before = await report((a) => (a === 'b' ? fails('model.timeout') : 'no'), ['a', 'b', 'c']);
    const demos = answering(() => 'yes', { demos: [{ a: 'c' }] });
    const after = await run(demos.executor, examplesOf('a', 'b', 'c'), { leakage: 'mark' });
    const comparison = compareReports(before, after);
    assert.deepEqual([comparison.n, comparison.failed, comparison.leaked], [1, [2], [3]]);
  });

  it('takes the mean of repeats, and pairs equal rows one by one', async () => {
    const before = await report((_, seed) => (seed === 1 ? 'yes' : 'no'), ['a', 'a'], { repeats: 2 });
    const after = await report(() => 'yes', ['a', 'a', 'a']);
    const comparison = compareReports(before, after);
    assert.deepEqual([comparison.n, comparison.difference, comparison.onlyAfter], [2, 0.5, [3]]);
  });

  it('knows nothing without pairs, and refuses other metrics', async () => {
    const before = await report(() => 'yes', ['a']);
    const { difference, interval, verdict, n } = compareReports(before, await report(() => 'yes', ['b']));
    assert.deepEqual([difference, interval, verdict, n], [undefined, [-1, 1], 'no real difference', 0]);
    const other = await report(() => 'yes', ['a'], { scorer: { ...graded, name: 'other' } });
    assert.throws(
      () => compareReports(before, other),
      (error) => AtelierError.is(error, 'usage.invalid'),
    );
  });
});
