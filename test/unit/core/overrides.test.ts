import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { evaluationDocument } from '../../../src/core/evaluation/evaluation-document.js';
import { markdownReport } from '../../../src/core/evaluation/markdown.js';
import { overriddenOutcome, overrideOf, type ScoreOverride } from '../../../src/core/evaluation/overrides.js';
import type { EvaluatedRow } from '../../../src/core/evaluation/report.js';
import { failedRow, REVIEWS, reportFrom, rowOf, wrongRow } from './report-samples.js';

const METRIC = 'exact_match';
const WHO = { timestamp: '2026-01-02T03:04:05Z', signature: REVIEWS.name, metric: METRIC, userId: 'ada' };
const DATA = { file: 'data/reviews.csv', sha256: 'ab'.repeat(32), rows: 4, split: null };

function setScore(row: EvaluatedRow, score: number | undefined, more: Partial<ScoreOverride> = {}): ScoreOverride {
  return { ...overrideOf(row, { ...WHO, score, comment: 'I say so.' }), ...more };
}

function documentOf(rows: readonly EvaluatedRow[], overrides: readonly ScoreOverride[], before?: readonly EvaluatedRow[]) {
  const baseline = before === undefined ? undefined : { with: 'v1', report: reportFrom(before) };
  const outcome = { facts: { signature: REVIEWS, version: 'v3', data: DATA }, report: reportFrom(rows), baseline };
  return evaluationDocument(overriddenOutcome(outcome, overrides));
}

describe('scores that people set', () => {
  const rows = [rowOf(1, 'a'), wrongRow(2, 'b'), wrongRow(3, 'c'), failedRow(4, 'd')];
  const [, b = assert.fail(), c = assert.fail(), d = assert.fail()] = rows;

  it('count in place of the measured ones, in the score, its interval and the comparison', () => {
    const document = documentOf(rows, [setScore(b, 1)], rows);
    assert.deepEqual([document.score, document.n, document.failures, document.overridden], [2 / 3, 3, 1, 1]);
    assert.deepEqual(document.interval, documentOf([rowOf(1, 'a'), rowOf(2, 'b'), c, d], []).interval);
    assert.deepEqual(document.rows[1]?.overridden, { score: 0, comment: 'I say so.', user_id: 'ada', timestamp: WHO.timestamp });
    assert.equal(document.rows[1]?.score, 1);
    assert.equal(document.compare?.difference, 0, 'the same answer has the same score on both sides');
  });

  it('hold for the same answer to the same row alone, by the same metric, wherever the row stands', () => {
    const moved = { ...wrongRow(9, 'b'), line: 77 };
    assert.equal(documentOf([moved], [setScore(b, 1)]).score, 1);
    assert.equal(documentOf([wrongRow(2, 'b', 'neutral')], [setScore(b, 1)]).score, 0, 'another answer');
    assert.equal(documentOf([c], [setScore(b, 1)]).score, 0, 'another row');
    assert.equal(documentOf([b], [setScore(b, 1, { metric: 'token_f1' })]).overridden, 0);
    assert.equal(documentOf([b], [setScore(b, 1, { signature: 'other' })]).overridden, 0);
  });

  it('are the last ones that were set, and can be taken back', () => {
    assert.equal(documentOf([b], [setScore(b, 1), setScore(b, 0.5)]).score, 0.5);
    const back = documentOf([b], [setScore(b, 1), setScore(b, undefined)]);
    assert.deepEqual([back.score, back.overridden], [0, 0]);
  });

  it('mend a metric that failed, and cannot be given to what has no answer', () => {
    const { score: _, ...unscored } = b;
    const broken = { ...unscored, error: { code: 'metric.failed' as const, message: 'The judge said nothing.', hint: 'Try again.' } };
    const document = documentOf([broken], [setScore(broken, 0.5)]);
    assert.deepEqual([document.score, document.failures, document.rows[0]?.error], [0.5, 0, undefined]);
    assert.equal(document.rows[0]?.overridden?.score, null);
    for (const [work, message] of [
      [() => setScore(d, 1), /Row 4 has no answer/],
      [() => setScore(b, 1.5), /from 0 to 1, not 1.5/],
      [() => setScore(b, Number.NaN), /not NaN/],
    ] as const) {
      assert.throws(work, (error) => AtelierError.is(error, 'usage.invalid') && message.test(error.message));
    }
  });

  it('say how far a judge agrees with the person who set them', () => {
    const judge = 'judge(JudgeAnswer, model=m, rubric=abc)';
    const judged = Array.from({ length: 12 }, (_, index) => rowOf(index + 1, `text ${index}`, { score: index / 11 }));
    const outcome = (overrides: readonly ScoreOverride[], scorer = judge) =>
      overriddenOutcome({ facts: { signature: REVIEWS, version: 'v3', data: DATA }, report: reportFrom(judged, { scorer }) }, overrides);
    const alike = judged.map((row) => setScore(row, row.score, { metric: judge }));
    assert.deepEqual([outcome(alike).facts.judge?.trust.level, outcome(alike).facts.judge?.agreement.n], ['fair', 12]);
    const contrary = judged.map((row) => setScore(row, 1 - (row.score ?? 0), { metric: judge }));
    assert.equal(outcome(contrary).facts.judge?.trust.level, 'low');
    assert.match(outcome([]).facts.judge?.trust.sentence ?? '', /no answer that both you and the judge have scored/);
    assert.equal(outcome(alike, 'exact_match').facts.judge, undefined);
  });

  it('are counted once for an answer that came again, and of the baseline as well', () => {
    const repeated = [b, { ...b, repeat: 1 }, { ...b, repeat: 2 }];
    assert.equal(documentOf(repeated, [setScore(b, 1)]).overridden, 1);
    const document = documentOf([wrongRow(2, 'b', 'neutral')], [setScore(b, 1)], [b]);
    assert.deepEqual([document.overridden, document.compare?.overridden, document.compare?.difference], [0, 1, -1]);
    assert.equal(document.rows[0]?.before?.overridden?.score, 0);
    assert.ok(markdownReport(document).includes('Of v1, 1 score is set by hand'));
  });
});
