import assert from 'node:assert/strict';
import type { OptimizeDocument } from '../../../src/core/optimizer/document.js';
import type { BootstrapVerdict, CandidateSummary } from '../../../src/core/optimizer/events.js';
import { newRunView, type RunView } from '../../../src/core/optimizer/run-view.js';
import { isPageMessage } from '../../../src/features/optimize/protocol.js';
import { callCost, callSubject } from '../../../webview/run/call-words.js';
import { chartPoints, chartWords } from '../../../webview/run/chart-points.js';
import { candidateRows, exampleCounts, foundIn, learntNote, notesOf } from '../../../webview/run/facts.js';
import { offerOf } from '../../../webview/run/offer.js';
import { verdictSentence, verdictWords } from '../../../webview/run/verdict-words.js';
import { money, optimizerName, stateFacts, timeWords } from '../../../webview/run/words.js';

const candidate = (id: string, score?: number, more: Partial<CandidateSummary> = {}): CandidateSummary => ({
  ...{ id, about: id, instructions: 'Judge.', demos: 0, augmented: 0, interval: undefined, n: 40, tokens: 200 },
  ...{ score, ...more },
});
const CANDIDATES = [candidate('baseline', 0.7), candidate('trial 1', 0.65), candidate('trial 2', 0.83, { instructions: 'Judge it all.' })];
const FORECAST = { calls: 670, exact: false, prompt_tokens: 1000, completion_tokens: 100, usd: 0.08, seconds: 300, parts: [] };

const view = (more: Partial<RunView> = {}): RunView => ({
  ...newRunView({
    ...{ run: 'r1', signature: 'sentiment', optimizer: 'mipro', options: { auto: 'light' }, seed: 1, student: 's', teacher: 't' },
    ...{ metric: 'exact_match', rows: { train: 40, validation: 40, test: 150 }, budget: {}, forecast: FORECAST, warnings: [] },
    created: '2026-01-01T00:00:00.000Z',
  }),
  ...{ candidates: CANDIDATES, best: 'trial 2', ...more },
});

const measured = (score: number, interval: readonly [number, number], n: number, tokens: number | null, failures = 0) => ({
  ...{ score, interval, n, tokens, failures },
});
const result = (more: Partial<OptimizeDocument> = {}): OptimizeDocument => ({
  ...{ run: 'r1', signature: 'sentiment', optimizer: 'mipro', options: {}, seed: 1, student: 's', teacher: 't', metric: 'exact_match' },
  ...{ version: 'v4', forecast: FORECAST, calls: 655, usage: { prompt_tokens: 1, completion_tokens: 1 }, cost_usd: 0.05 },
  baseline: { validation: measured(0.7, [0.55, 0.82], 40, 200), test: measured(0.72, [0.64, 0.79], 150, 212) },
  result: { validation: measured(0.83, [0.69, 0.92], 40, 400), test: measured(0.84, [0.77, 0.89], 150, 391.6) },
  difference: {
    validation: { value: 0.13, interval: [0.01, 0.25], n: 40 },
    test: { value: 0.12, interval: [0.05, 0.19], n: 150 },
  },
  ...{ verdict: 'better', demos: [], instructions: 'Judge it all.', instructions_before: 'Judge.', candidates: CANDIDATES },
  ...{ best: 'trial 2', pareto: ['baseline', 'trial 2'], verdicts: [], notes: [], stopped: null, ...more },
});
const done = (more: Partial<OptimizeDocument> = {}, rows = { train: 40, validation: 40, test: 150 }) =>
  view({ status: 'done', rows, result: result(more) });
const withoutTest = { baseline: { ...result().baseline, test: null }, result: { ...result().result, test: null }, verdict: null };

describe('the verdict of a run, in words', () => {
  it('comes first, then its numbers with their intervals and what answers cost more', () => {
    assert.equal(
      verdictSentence(result(), 150),
      'Better on rows never seen: 0.72 [0.64, 0.79] → 0.84 [0.77, 0.89], difference +0.12 [+0.05, +0.19], n = 150, +180 tokens per call',
    );
    assert.match(verdictSentence(result({ verdict: 'worse' }), 150), /^Worse on rows never seen: /);
    assert.match(verdictSentence(result({ verdict: 'no real difference' }), 150), /^No real difference on rows never seen: /);
  });

  it('says why there is none', () => {
    const without = result({ ...withoutTest, difference: { ...result().difference, test: null } });
    assert.equal(verdictSentence(without, 0), 'Not measured on rows never seen: there is no test set.');
    assert.match(verdictSentence(without, 150), /: the run ended before it came to that\.$/);
    assert.match(verdictSentence(result({ verdict: null }), 150), /: all of those rows are known to the program\.$/);
  });

  it('tells failures, an early end, and that nothing was found', () => {
    const stopped = { code: 'budget.exceeded', message: 'The budget is spent.', hint: 'Raise it.' } as const;
    const failing = { ...result().result, test: measured(0.84, [0.77, 0.89], 150, 212, 3) };
    const { more, measured: words } = verdictWords(result({ best: 'baseline', stopped, result: failing }), 150);
    assert.deepEqual(more, [
      'No candidate beat the start on validation: the program stays as it was.',
      'It ended early, and kept its best: The budget is spent.',
      'Answers that failed count as 0: 0 of the start, 3 of the result.',
    ]);
    assert.match(words, /, as many tokens per call$/);
  });
});

describe('the calls of a run, in words', () => {
  it('say when and who was asked, and what it took as far as it is known', () => {
    assert.equal(callSubject({ phase: 'bootstrap', by: 'teacher', set: 'train', row: 3, round: 1 }), 'bootstrap · teacher · try 2');
    assert.equal(callSubject({ phase: 'propose', asked: 'ProposeInstructions' }), 'propose · ProposeInstructions');
    assert.equal(callSubject(undefined), 'call');
    const call = { key: 'k', for: undefined, answer: '', score: undefined, feedback: undefined, error: undefined };
    assert.equal(callCost({ ...call, tokens: 1_200, usd: 0.0021, latencyMs: 1_250 }), '1,200 tokens · $0.0021 · 1.25 s');
    assert.equal(callCost({ ...call, tokens: 1, usd: 0, latencyMs: undefined }), '1 token');
  });
});

describe('what a run lets people do', () => {
  const offers = (run: RunView, canAct = true) => {
    const { actions, primary } = offerOf(run, canAct);
    return [actions.join(' '), primary];
  };

  it('follows its status', () => {
    assert.deepEqual(offers(view({ status: 'running' })), ['pause stop', undefined]);
    for (const status of ['paused', 'failed'] as const) assert.deepEqual(offers(view({ status })), ['resume', 'resume']);
    assert.deepEqual(offers(view({ status: 'discarded', result: result() })), ['', undefined]);
  });

  it('is to promote what is better, and only that', () => {
    assert.deepEqual(offers(done()), ['promote compare discard', 'promote']);
    for (const verdict of ['worse', 'no real difference', null] as const) {
      assert.deepEqual(offers(done({ verdict })), ['compare discard', 'compare']);
      assert.match(verdictWords(result({ verdict }), 150).noPromotion ?? '', /^Promote is not offered: /);
    }
    assert.deepEqual(offers(done({ best: 'baseline', verdict: 'no real difference' })), ['discard', undefined]);
  });

  it('is to look where it cannot be acted on', () => {
    assert.deepEqual(offers(done(), false), ['compare', 'compare']);
    assert.deepEqual(offers(view(), false), ['', undefined]);
    assert.ok(candidateRows(done(), false).every(({ canSave }) => !canSave));
  });
});

describe('the state of a run, in facts', () => {
  const facts = (run: RunView, secondsLeft: number | null = 100) =>
    stateFacts({ type: 'run', view: run, canAct: true, progress: 0.615, secondsLeft });

  it('tells calls, money and budget, and while it runs the time', () => {
    const spent = { calls: 412, tokens: 91_234, usd: 0.0312 };
    const running = view({ spent, budget: { usd: 0.1 } });
    assert.deepEqual(facts(running), ['61 %', '412 of ≈ 670 calls', '$0.031 of $0.10', 'about 2 min left']);
    assert.deepEqual(facts({ ...running, status: 'paused' }).length, 3);
    assert.deepEqual(facts(running, null).length, 3);
    assert.deepEqual(facts({ ...running, status: 'done', seconds: 262 }), [
      ...['412 calls, ≈ 670 were forecast', '$0.031 of $0.10', 'took 4 min'],
    ]);
  });

  it('tells tokens where no price is known, and what limits them', () => {
    const spent = { calls: 1, tokens: 1234, usd: null };
    const exact = { ...FORECAST, exact: true };
    const limited = view({ spent, forecast: exact, budget: { tokens: 5000, calls: 800 } });
    assert.deepEqual(facts(limited, null), ['61 %', '1 of 670 calls', '1,234 of 5,000 tokens', 'at most 800 calls']);
    assert.deepEqual(facts(view({ spent, forecast: exact }), null).at(-1), '1,234 tokens');
  });

  it('rounds as people do', () => {
    assert.deepEqual([0, 0.000_123, 0.0312, 0.1, 12.345].map(money), ['$0', '$0.00012', '$0.031', '$0.10', '$12.35']);
    assert.deepEqual([12.4, 262, 3599, 4200].map(timeWords), ['12 s', '4 min', '1 h', '1 h 10 min']);
    assert.deepEqual(
      [optimizerName(view()), optimizerName({ optimizer: 'toString', options: { auto: 3 } })],
      ['MIPROv2 light', 'toString'],
    );
  });
});

describe('the chart of a run', () => {
  it('has a place for each scored candidate, and the best up to it', () => {
    const chart = chartPoints([...CANDIDATES, candidate('trial 3'), candidate('trial 4', 0.8, { interval: [0.6, 0.9] })]);
    assert.deepEqual([chart?.from, chart?.to], [0.6, 0.9]);
    const rounded = chart?.points.map(({ id, x, y, best }) => [id, x, ...[y, best].map((each) => Number(each.toFixed(2)))]);
    assert.deepEqual(rounded, [
      ['baseline', 0.125, 0.33, 0.33],
      ['trial 1', 0.375, 0.17, 0.33],
      ['trial 2', 0.625, 0.77, 0.77],
      ['trial 4', 0.875, 0.67, 0.77],
    ]);
    assert.deepEqual(
      chart?.points.map(({ low, high }) => high - low > 0),
      [false, false, false, true],
    );
    assert.equal(chart?.baseline.toFixed(2), '0.33');
  });

  it('stands with one score, also at an end, and is none without', () => {
    const heights = [0, 0.3, 1].map((score) => chartPoints([candidate('baseline', score)]));
    for (const chart of heights) assert.ok(chart !== undefined && chart.to > chart.from && [chart.baseline].every((y) => y >= 0 && y <= 1));
    assert.equal(chartPoints([candidate('baseline')]), undefined);
    assert.deepEqual(chartWords([], null, 40), { best: '', baseline: '', of: '0 candidates on validation, 40 rows' });
    assert.equal(chartWords(CANDIDATES, 'trial 2', 40).best, 'best 0.83');
  });
});

describe('what the page folds away', () => {
  it('offers to save every candidate but the start and the one that is saved', () => {
    const marks = candidateRows(done(), true).map(({ isBest, isFront, version, canSave }) => [isBest, isFront, version, canSave]);
    assert.deepEqual(marks, [
      [false, true, undefined, false],
      [false, false, undefined, true],
      [true, true, 'v4', false],
    ]);
    assert.ok(candidateRows(view(), true).every(({ canSave }) => !canSave));
  });

  it('tells what was learnt so far, and at the end', () => {
    assert.equal(learntNote(foundIn(view({ candidates: [], best: null }))), 'nothing yet');
    assert.equal(learntNote(foundIn(view())), 'so far: instructions changed · 0 demos');
    assert.equal(learntNote(foundIn(done({ instructions: 'Judge.' }))), 'instructions as they were · 0 demos');
  });

  it('counts examples by what became of them, and tells each note once', () => {
    const verdicts = (['accepted', 'failed', 'accepted'] as const).map((verdict, row): BootstrapVerdict => ({ row, round: 0, verdict }));
    assert.deepEqual([exampleCounts(verdicts), exampleCounts([])], ['2 accepted, 1 failed', 'none']);
    const run = { ...done({ notes: ['b', 'c'] }), warnings: ['a', 'a'], notes: ['b'] };
    assert.deepEqual(
      notesOf(run).map(({ kind, text }) => `${kind} ${text}`),
      ['warning a', 'note b', 'note c'],
    );
  });
});

describe('a message of the page of a run', () => {
  it('is one of those that are known', () => {
    const plain = ['ready', 'pause', 'resume', 'stop', 'promote', 'compare', 'discard', 'showLog'];
    for (const type of plain) assert.ok(isPageMessage({ type }), type);
    assert.ok(isPageMessage({ type: 'openRow', file: 'data/train.csv', row: 12 }));
    assert.ok(isPageMessage({ type: 'saveCandidate', id: 'trial 7' }));
  });

  it('is nothing else', () => {
    const others = [
      ...[undefined, null, 'ready', [], {}, { type: 'run' }, { type: ['ready'] }, { type: 'openRow' }, { type: 'saveCandidate' }],
      ...[0, -1, 1.5, Number.NaN, '12', undefined].map((row) => ({ type: 'openRow', file: 'a.csv', row })),
      ...[
        { type: 'openRow', file: '', row: 1 },
        { type: 'openRow', file: 3, row: 1 },
      ],
      ...[
        { type: 'saveCandidate', id: '' },
        { type: 'saveCandidate', id: 7 },
      ],
    ];
    for (const message of others) assert.ok(!isPageMessage(message), JSON.stringify(message));
  });
});
