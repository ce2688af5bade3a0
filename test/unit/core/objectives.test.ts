import assert from 'node:assert/strict';
import { compareObjectives, objectivesOf } from '../../../src/core/evaluation/objectives.js';
import { type EvaluatedRow, resultsByRow } from '../../../src/core/evaluation/report.js';
import { failedRow, rowOf } from './report-samples.js';

/** An answer of so many tokens. */
function paid(row: number, tokens: number, more: Partial<EvaluatedRow> = {}): EvaluatedRow {
  const usage = { promptTokens: tokens - 1, completionTokens: 1, estimated: false };
  return rowOf(row, `text ${row}`, { answering: { calls: 1, usage, costUsd: tokens / 1000 }, latencyMs: 10 * tokens, ...more });
}

function compared(before: readonly EvaluatedRow[], after: readonly EvaluatedRow[]) {
  const later = resultsByRow(after);
  return compareObjectives(resultsByRow(before).map((results, index) => ({ before: results, after: later[index] ?? [] })));
}

describe('what answers cost', () => {
  it('is the mean of what is known: of cached answers tokens alone, of failed ones nothing', () => {
    const rows = [paid(1, 10), paid(2, 20), paid(3, 60, { cached: true }), failedRow(4, 'd')];
    assert.deepEqual(objectivesOf(rows), [
      { name: 'tokens', mean: 30, n: 3 },
      { name: 'cost_usd', mean: 0.015, n: 2 },
      { name: 'latency_ms', mean: 150, n: 2 },
    ]);
    assert.deepEqual(objectivesOf([failedRow(1, 'a')]), []);
  });

  it('is compared on the same rows, with Student’s interval of the differences', () => {
    const before = [10, 20, 30, 40, 50].map((tokens, index) => paid(index + 1, tokens));
    const after = [12, 23, 31, 44, 55].map((tokens, index) => paid(index + 1, tokens));
    const [tokens, cost, latency] = compared(before, after);
    // Differences 2, 3, 1, 4, 5: mean 3, s = 1.5811, t(0.975, 4) = 2.7764, so 3 ± 1.9632.
    assert.deepEqual([tokens?.difference, tokens?.n, tokens?.verdict], [3, 5, 'more']);
    assert.deepEqual(
      tokens?.interval?.map((bound) => bound.toFixed(2)),
      ['1.04', '4.96'],
    );
    assert.deepEqual([cost?.name, latency?.name, latency?.verdict], ['cost_usd', 'latency_ms', 'more']);
    assert.equal(compared(after, before)[0]?.verdict, 'less');
  });

  it('is no real difference when chance explains it, or few rows say it', () => {
    const amounts = [10, 20, 30, 40, 50, 60];
    const before = amounts.map((tokens, index) => paid(index + 1, tokens));
    const mixed = amounts.map((tokens, index) => paid(index + 1, tokens + (index % 2 === 0 ? 3 : -2)));
    assert.equal(compared(before, mixed)[0]?.verdict, 'no real difference');
    const few = compared([paid(1, 10), paid(2, 10)], [paid(1, 99), paid(2, 99)])[0];
    assert.deepEqual([few?.difference, few?.interval, few?.verdict], [89, null, 'no real difference']);
  });

  it('takes the repeats of a row as one', () => {
    const before = [1, 2, 3, 4, 5].map((row) => paid(row, 10));
    const after = [1, 2, 3, 4, 5].flatMap((row) => [paid(row, 12), paid(row, 16 + row, { repeat: 1 })]);
    assert.equal(compared(before, after)[0]?.n, 5);
    assert.equal(compared(before, after)[0]?.difference, 5.5);
  });
});
