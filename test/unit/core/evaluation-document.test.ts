import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { findSignature } from '../../../src/core/signature/find-signature.js';
import { documentFrom, failedRow, reportFrom, rowOf, wrongRow } from './report-samples.js';

describe('the JSON document of an evaluation', () => {
  it('has the keys that it promises, and can be written as JSON without loss', () => {
    const document = documentFrom(reportFrom([rowOf(1, 'a'), wrongRow(2, 'b'), failedRow(3, 'c')]), { created: '2026-01-02T03:04:05Z' });
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
    const { signature, version, model, metric, score, n, failures, usage, cost_usd, latency_ms, cached, total } = document;
    assert.deepEqual(
      { signature, version, model, metric, score, n, failures, usage, cost_usd, latency_ms, cached, total },
      {
        ...{ signature: 'sentiment_1', version: 'v3', model: 'openai:gpt-4o-mini', metric: 'exact_match', score: 0.5, n: 2 },
        ...{ failures: 1, usage: { prompt_tokens: 1200, completion_tokens: 80 }, cost_usd: 0.0123, latency_ms: { p50: 250, p95: 250 } },
        ...{ cached: 0, total: 3 },
      },
    );
    assert.deepEqual(document.data, { file: 'data/reviews.csv', sha256: 'ab'.repeat(32), rows: 3, split: 'test' });
    assert.equal(document.score_with_failures_as_zero, 1 / 3);
    const [right, , failed] = document.rows;
    assert.deepEqual(right?.outputs, { label: 'positive' });
    assert.deepEqual([failed?.score, failed?.outputs, failed?.error?.code], [null, null, 'model.timeout']);
    for (const key of ['unseen', 'variance', 'stopped', 'gate', 'compare']) assert.equal(key in document, false, key);
  });

  it('says null where nothing is known, and gives numbers that JSON has no word for as text', () => {
    const spent = { calls: 1, usage: { promptTokens: 0, completionTokens: 0, estimated: false }, costUsd: undefined };
    const none = documentFrom(reportFrom([failedRow(1, 'a')], { spent }));
    assert.deepEqual([none.score, none.cost_usd, none.latency_ms, none.cached], [null, null, null, null]);
    const row = { ...rowOf(1, 'a'), outputs: { label: Number.NaN, list: [Number.POSITIVE_INFINITY, 1] } };
    assert.deepEqual(documentFrom(reportFrom([row])).rows[0]?.outputs, { label: 'NaN', list: ['Infinity', 1] });
  });

  it('leaves out the bytes of images', () => {
    const signature = findSignature([], 'picture: image -> label: class "a, b"').signature;
    const row = {
      ...rowOf(1, ''),
      inputs: { picture: `data:image/png;base64,${'A'.repeat(40_000)}` },
      expected: {},
      outputs: { label: 'a' },
    };
    assert.deepEqual(documentFrom(reportFrom([row]), { signature }).rows[0]?.inputs, { picture: 'image/png (30 kB)' });
  });

  it('counts classes as they were read: any case, several right answers, answers that are none', () => {
    const rows = [
      rowOf(1, 'a', { outputs: { label: ' Positive' } }),
      wrongRow(2, 'b'),
      rowOf(3, 'c', { expected: { label: ['neutral', 'negative'] }, outputs: { label: 'negative' } }),
      rowOf(4, 'd', { outputs: { label: 'splendid' }, score: 0 }),
      failedRow(5, 'e', 'model.invalid_answer'),
      failedRow(6, 'f', 'model.timeout'),
      rowOf(7, 'g', { expected: {} }),
    ];
    const document = documentFrom(reportFrom(rows));
    assert.deepEqual(document.confusion?.[0]?.matrix, [
      [1, 1, 0, 2],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
    assert.deepEqual(
      document.rows.map(({ cells }) => cells?.label),
      [[0, 0], [0, 1], [1, 1], [0, 3], [0, 3], undefined, undefined],
    );
    assert.equal(document.confusion?.[0]?.classes[2]?.precision, null);
  });

  it('puts what the baseline answered beside each row, wherever it stood there', () => {
    const before = reportFrom([wrongRow(1, 'b'), rowOf(2, 'a'), rowOf(3, 'gone')]);
    const after = reportFrom([rowOf(1, 'a'), rowOf(2, 'b'), rowOf(3, 'new')]);
    const document = documentFrom(after, {}, { with: 'v2', report: before });
    assert.deepEqual(
      document.rows.map((row) => row.before?.outputs?.label ?? null),
      ['positive', 'negative', null],
    );
    const { with: other, difference, verdict, better, worse, only_before, only_after } = document.compare ?? assert.fail();
    assert.deepEqual([other, difference, verdict], ['v2', 0.5, 'no real difference']);
    assert.deepEqual([better, worse, only_before, only_after], [[2], [], [3], [3]]);
    assert.throws(
      () => documentFrom(after, {}, { with: 'v2', report: { ...before, scorer: 'other' } }),
      (error) => AtelierError.is(error, 'usage.invalid'),
    );
  });

  it('opens the gate for what was shown only: failures count as 0, known rows do not count, an early end fails', () => {
    const gate = (...[rows, facts]: Parameters<typeof reportFrom>) => documentFrom(reportFrom(rows, facts), { failUnder: 0.8 }).gate;
    const right = [1, 2, 3, 4].map((row) => rowOf(row, `right ${row}`));
    assert.deepEqual(gate(right), { fail_under: 0.8, score: 1, passed: true, reason: 'The score 1 is not under 0.8.' });
    assert.deepEqual(gate([...right, wrongRow(5, 'b')])?.passed, true, 'as much as the gate asks for is enough');
    const failing = gate([...right.slice(1), failedRow(5, 'b')]);
    assert.equal(failing?.passed, false);
    assert.equal(failing?.reason, 'The score 0.75 is under 0.8 (of the rows, 1 without a score counts as 0).');
    const known = gate([...right.map((row) => ({ ...row, leaked: 'demo' as const })), wrongRow(5, 'b')]);
    assert.deepEqual([known?.passed, known?.score], [false, 0]);
    const stopped = new AtelierError('budget.exceeded', 'The budget is used up.', { hint: 'Raise it.' });
    assert.match(gate(right, { stopped })?.reason ?? '', /ended early.*budget/);
    assert.equal(gate([])?.passed, false);
  });
});
