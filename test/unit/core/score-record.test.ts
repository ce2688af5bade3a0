import assert from 'node:assert/strict';
import { lastScores, type ScoreRecord, scoreOf, withScore } from '../../../src/core/version/score-record.js';
import { factsOf } from '../../../src/core/version/version-facts.js';
import { documentFrom, reportFrom, rowOf, wrongRow } from './report-samples.js';
import { sampleVersion } from './version-samples.js';

const usage = { promptTokens: 90, completionTokens: 10, estimated: false };
const paid = { calls: 1, usage, costUsd: 0.002 };

function record(hash: string, score: number, more: Partial<ScoreRecord['score']> = {}): ScoreRecord {
  const measured = scoreOf(documentFrom(reportFrom([rowOf(1, 'a', { score })]))) ?? assert.fail();
  return { hash, number: 3, score: { ...measured, ...more }, when: '2026-01-02T03:04:05Z', who: 'ada' };
}

describe('scores that are measured after a version was saved', () => {
  it('say what they are worth and what a call costs', () => {
    const document = documentFrom(reportFrom([rowOf(1, 'a', { answering: paid }), wrongRow(2, 'b')]));
    const score = scoreOf(document) ?? assert.fail();
    assert.deepEqual([score.score, score.n, score.failures, score.leaked], [0.5, 2, 0, false]);
    assert.deepEqual(score.interval, document.interval);
    assert.deepEqual([score.file, score.split, score.metric], ['data/reviews.csv', 'test', 'exact_match']);
    assert.deepEqual(score.perCall, { tokens: 100, usd: 0.002 });
  });

  it('are none for a run that ended early, or scored nothing, and marked when rows were known', () => {
    const stopped = { code: 'budget.exceeded', message: 'Used up.', hint: 'Raise it.' } as const;
    assert.equal(scoreOf({ ...documentFrom(reportFrom([rowOf(1, 'a')])), stopped }), undefined);
    assert.equal(scoreOf(documentFrom(reportFrom([]))), undefined);
    assert.equal(scoreOf(documentFrom(reportFrom([rowOf(1, 'a', { leaked: 'train' }), rowOf(2, 'b')])))?.leaked, true);
  });

  it('belong to the version with that hash alone, and the last one counts', () => {
    const version = sampleVersion(3);
    const scores = lastScores([record(version.hash, 0.2), record('another', 1), record(version.hash, 0.7)]);
    assert.equal(withScore(version, scores).scores.own?.score, 0.7);
    assert.equal(version.scores.own?.score === 0.7, false, 'the version itself does not change');
    const other = sampleVersion(3, { note: 'another one of this number' });
    assert.equal(withScore(other, scores), other);
    const facts = withScore(factsOf(version), lastScores([record(version.hash, 1, { leaked: true })]));
    assert.equal(facts.leaked, true);
  });
});
