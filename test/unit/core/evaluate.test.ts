import assert from 'node:assert/strict';
import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import type { EvaluatedRow } from '../../../src/core/evaluation/report.js';
import type { Scorer } from '../../../src/core/evaluation/scorer.js';
import { meanInterval, wilson } from '../../../src/core/evaluation/statistics.js';
import { trainKeysOf } from '../../../src/core/example/leakage.js';
import { createExecutor } from '../../../src/core/program/executor.js';
import { answering, CALL, examplesOf, fails, graded, run } from './evaluation-support.js';

const echo = () => answering((a) => a);
const scoring = (score: Scorer['score'], needsLabels = false): Scorer => ({ name: 'mine', needsLabels, score });
const byKey = (rows: readonly EvaluatedRow[]) => new Map(rows.map((row) => [row.key, row]));

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<AtelierError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(AtelierError.is(error, code), String(error));
  return error;
}

describe('an evaluation', () => {
  it('scores rows in their order, with what each answer was and cost', async () => {
    const report = await run(echo().executor, examplesOf('yes', 'no', 'yes'));
    assert.deepEqual(
      report.rows.map(({ row, line, score, feedback, outputs }) => [row, line, score, feedback, outputs]),
      [
        [1, 2, 1, 'got yes', { c: 'yes' }],
        [2, 3, 0, 'got no', { c: 'no' }],
        [3, 4, 1, 'got yes', { c: 'yes' }],
      ],
    );
    assert.deepEqual([report.score, report.n, report.failures, report.total], [2 / 3, 3, 0, 3]);
    assert.deepEqual(report.interval, wilson(2, 3));
    assert.deepEqual([report.spent.calls, report.spent.usage.promptTokens, report.spent.costUsd], [3, 30, 1.5]);
    assert.deepEqual(
      [report.cachedShare, report.reused, report.stopped, report.unseen, report.variance],
      [0, 0, undefined, undefined, undefined],
    );
  });

  it('never has more rows under way than asked', async () => {
    let under = 0;
    let most = 0;
    const { executor } = answering(async () => {
      most = Math.max(most, ++under);
      await new Promise(setImmediate);
      under--;
      return 'yes';
    });
    await run(executor, examplesOf(...Array<string>(20).fill('x')), { concurrency: 3 });
    assert.equal(most, 3);
  });

  it('gives the same report at any width, whatever finishes first', async () => {
    const inputs = Array.from({ length: 24 }, (_, index) => String(index / 24));
    const reports = await Promise.all(
      [1, 5, 24].map(async (concurrency) => {
        const { executor } = answering(async (a) => {
          for (let turn = Math.floor(Number(a) * 100) % 7; turn > 0; turn--) await new Promise(setImmediate);
          return Number(a) > 0.9 ? fails('model.timeout', CALL) : a;
        });
        return run(executor, examplesOf(...inputs), { concurrency, now: () => 0 });
      }),
    );
    assert.deepEqual(reports[1], reports[0]);
    assert.deepEqual(reports[2], reports[0]);
  });

  it('measures the time of answers that did not come from the cache', async () => {
    const { latencyMs, cachedShare } = await run(echo().executor, examplesOf('yes', 'yes'), { concurrency: 1 });
    assert.deepEqual([latencyMs, cachedShare], [{ p50: 1, p95: 1 }, 0]);
    const cached = await run(answering((a) => a, { cached: true }).executor, examplesOf('yes'));
    assert.deepEqual([cached.latencyMs, cached.cachedShare], [undefined, 1]);
  });
});

describe('a failing row', () => {
  it('is a result with its reason and its cost, counted apart', async () => {
    const { executor } = answering((a) => (a === 'bad' ? fails('model.invalid_answer', CALL) : a));
    const report = await run(executor, examplesOf('yes', 'bad', 'yes'));
    assert.deepEqual([report.score, report.scoreWithFailuresAsZero, report.n, report.failures], [1, 2 / 3, 2, 1]);
    assert.equal(report.rows[1]?.error?.code, 'model.invalid_answer');
    assert.equal(report.rows[1]?.outputs, undefined);
    assert.equal(report.spent.calls, 3);
    assert.equal(report.stopped, undefined);
  });

  it('never ends the run, however many there are', async () => {
    const { executor } = answering(() => fails('model.server'));
    const report = await run(executor, examplesOf(...Array<string>(50).fill('x')));
    assert.deepEqual([report.rows.length, report.failures, report.score, report.n], [50, 50, undefined, 0]);
    assert.deepEqual([report.interval, report.scoreWithFailuresAsZero], [[0, 1], 0]);
  });

  const broken: Readonly<Record<string, [Scorer['score'], ErrorCode]>> = {
    throws: [() => Promise.reject(new TypeError('x is undefined')), 'metric.failed'],
    'throws what is no error': [() => Promise.reject('no'), 'metric.failed'],
    'gives NaN': [async () => ({ score: Number.NaN, feedback: '' }), 'metric.invalid_score'],
    'gives more than 1': [async () => ({ score: 1.5, feedback: '' }), 'metric.invalid_score'],
    'gives less than 0': [async () => ({ score: -0.1, feedback: '' }), 'metric.invalid_score'],
    'gives a text': [async () => JSON.parse('{"score": "1", "feedback": ""}'), 'metric.invalid_score'],
    'gives nothing': [async () => JSON.parse('null'), 'metric.invalid_score'],
  };
  for (const [what, [score, code]] of Object.entries(broken)) {
    it(`is one whose metric ${what}: its answer stays`, async () => {
      const scorer = scoring(async (given, options) => (given.outputs.c === 'bad' ? score(given, options) : { score: 1, feedback: 'ok' }));
      const report = await run(echo().executor, examplesOf('bad', 'yes'), { scorer });
      assert.deepEqual([report.rows[0]?.error?.code, report.rows[0]?.outputs, report.failures, report.score], [code, { c: 'bad' }, 1, 1]);
      assert.equal(report.stopped, undefined);
    });
  }

  it('is one whose judge cannot be understood; it is not the fault of the program', async () => {
    const scorer = scoring(async () => fails('model.invalid_answer', CALL));
    const report = await run(echo().executor, examplesOf('yes'), { scorer });
    assert.deepEqual([report.rows[0]?.error?.code, report.spent.calls], ['metric.failed', 2]);
  });

  it('is one without a label where the metric needs one, and nobody is asked for it', async () => {
    const [first, ...others] = examplesOf('yes', 'yes');
    assert.ok(first !== undefined);
    const { executor, asked } = echo();
    const report = await run(executor, [{ ...first, expected: {} }, ...others]);
    assert.deepEqual([report.rows[0]?.error?.code, report.n, asked.length], ['metric.failed', 1, 1]);
  });

  it('is not one whose answer merely looks like an error', async () => {
    const report = await run(answering(() => 'Error: it failed').executor, examplesOf('x'));
    assert.deepEqual([report.failures, report.score], [0, 0]);
  });
});

describe('an evaluation that ends early', () => {
  for (const code of ['model.auth', 'model.no_key', 'model.quota', 'model.unreachable', 'budget.exceeded', 'cancelled'] as const) {
    it(`because of ${code} has the results that there were, and what was paid`, async () => {
      const { executor } = answering((a) => (Number(a) >= 6 ? fails(code, CALL) : 'yes'));
      const report = await run(executor, examplesOf(...Array.from({ length: 20 }, (_, index) => String(index))), { concurrency: 1 });
      assert.equal(report.stopped?.code, code);
      assert.deepEqual([report.rows.length, report.total, report.score, report.failures, report.spent.calls], [6, 20, 1, 0, 7]);
    });
  }

  it('because a person stopped it begins no further row', async () => {
    const controller = new AbortController();
    const { executor, asked } = answering((a) => {
      if (a === '3') controller.abort();
      return 'yes';
    });
    const report = await run(executor, examplesOf('1', '2', '3', '4', '5'), { concurrency: 1, signal: controller.signal });
    assert.deepEqual([report.stopped?.code, report.rows.length, asked.length], ['cancelled', 3, 3]);
  });

  it('because the judge has no budget left counts the answer that it could not score', async () => {
    const scorer = scoring(async () => fails('budget.exceeded'));
    const report = await run(echo().executor, examplesOf('yes', 'yes'), { scorer, concurrency: 1 });
    assert.deepEqual([report.stopped?.code, report.rows.length, report.spent.calls], ['budget.exceeded', 0, 1]);
  });

  it('because results cannot be kept has them in the report all the same', async () => {
    const onRow = () => Promise.reject(new AtelierError('data.not_writable', 'Full.', { hint: 'x' }));
    const { executor, asked } = echo();
    const report = await run(executor, examplesOf(...Array<string>(20).fill('yes')), { onRow });
    assert.equal(report.stopped?.code, 'data.not_writable');
    assert.ok(asked.length < 20 && report.rows.length === asked.length);
  });
});

describe('what is wrong before anything is sent', () => {
  it('is an empty dataset, labels that no row has, and numbers that are none', async () => {
    const { executor, asked } = echo();
    const unlabeled = examplesOf('a').map((example) => ({ ...example, expected: {} }));
    assert.match((await refused(run(executor, []), 'usage.invalid')).message, /no row/);
    assert.match((await refused(run(executor, unlabeled), 'usage.invalid')).message, /no row has one/);
    await refused(run(executor, examplesOf('a'), { repeats: 0 }), 'usage.invalid');
    await refused(run(executor, examplesOf('a'), { concurrency: 1.5 }), 'usage.invalid');
    assert.equal(asked.length, 0);
  });

  it('is a row that the program has seen, unless both scores are asked for', async () => {
    const { executor, asked } = answering((a) => a, { demos: [{ a: 'yes' }] });
    const trainKeys = trainKeysOf(examplesOf('old'));
    const examples = examplesOf('yes', 'no', 'old', 'yes ');
    assert.match((await refused(run(executor, examples, { trainKeys }), 'evaluation.leaked')).message, /row 1, 3, 4/);
    assert.equal(asked.length, 0);
    const report = await run(executor, examples, { trainKeys, leakage: 'mark' });
    assert.deepEqual(
      report.rows.map(({ leaked }) => leaked),
      ['demo', undefined, 'train', 'demo'],
    );
    assert.deepEqual([report.leaked, report.n, report.unseen?.n, report.unseen?.score], [3, 4, 1, 0]);
  });

  it('also finds what only the way that stood in had seen', async () => {
    const first = answering(() => fails('model.server')).executor.routes[0];
    const second = answering((a) => a, { demos: [{ a: 'yes' }] }).executor.routes[0];
    const report = await run(createExecutor([first, second]), examplesOf('yes', 'no'));
    assert.deepEqual(
      report.rows.map(({ leaked }) => leaked),
      ['demo', undefined],
    );
  });
});

describe('results from before', () => {
  it('are not run again: nothing changed, nothing is asked, the report is the same', async () => {
    const examples = examplesOf('yes', 'no', '0.5');
    const first = await run(echo().executor, examples);
    const { executor, asked } = echo();
    const told: EvaluatedRow[] = [];
    const again = await run(executor, examples, { known: byKey(first.rows), onRow: (row) => void told.push(row) });
    assert.deepEqual([asked, told, again.reused, again.spent.calls], [[], [], 3, 0]);
    assert.deepEqual({ ...again, spent: first.spent, reused: 0 }, first);
  });

  it('survive a journal, a new order of rows and a stop', async () => {
    const before = await run(answering((a) => (a === 'no' ? fails('cancelled') : a)).executor, examplesOf('yes', 'no', '0.5'), {
      concurrency: 1,
    });
    const journal = before.rows.map((row) => JSON.parse(JSON.stringify(row)) as EvaluatedRow);
    const { executor, asked } = echo();
    const report = await run(executor, examplesOf('0.5', 'yes', 'no'), { known: byKey(journal) });
    assert.deepEqual(asked.sort(), ['0.5 1', 'no 1']);
    assert.deepEqual(
      report.rows.map(({ row, line, score }) => [row, line, score]),
      [
        [1, 2, 0.5],
        [2, 3, 1],
        [3, 4, 0],
      ],
    );
  });

  const changes: Readonly<Record<string, Parameters<typeof run>>> = {
    'the prompt': [answering((a) => a, { instructions: 'Other.' }).executor, examplesOf('yes')],
    'a label': [echo().executor, examplesOf('yes').map((example) => ({ ...example, expected: { c: 'no' } }))],
    'an input': [echo().executor, examplesOf('yes!')],
    'the metric': [echo().executor, examplesOf('yes'), { scorer: { ...graded, name: 'other' } }],
    'the seed': [echo().executor, examplesOf('yes'), { seed: 2 }],
  };
  for (const [what, [executor, examples, more]] of Object.entries(changes)) {
    it(`do not count when ${what} changed`, async () => {
      const known = byKey((await run(echo().executor, examplesOf('yes'))).rows);
      assert.equal((await run(executor, examples, { ...more, known })).reused, 0);
    });
  }

  it('without a score or a reason are run again', async () => {
    const { rows } = await run(echo().executor, examplesOf('yes'));
    const known = byKey(rows.map((row) => ({ ...row, score: Number.NaN })));
    assert.equal((await run(echo().executor, examplesOf('yes'), { known })).reused, 0);
  });
});

describe('repeats', () => {
  it('ask with seeds of their own, count each row once, and tell the noise', async () => {
    const { executor, asked } = answering((a, seed) => (a === 'steady' ? 'yes' : seed === 5 ? 'yes' : 'no'));
    const report = await run(executor, examplesOf('steady', 'shaky'), { repeats: 2, seed: 5, concurrency: 1 });
    assert.deepEqual(asked, ['steady 5', 'steady 6', 'shaky 5', 'shaky 6']);
    assert.deepEqual(
      report.rows.map(({ row, repeat, score }) => [row, repeat, score]),
      [
        [1, 0, 1],
        [1, 1, 1],
        [2, 0, 1],
        [2, 1, 0],
      ],
    );
    assert.deepEqual([report.score, report.n, report.total], [0.75, 2, 4]);
    assert.deepEqual(report.interval, meanInterval([1, 0.5], 5));
    assert.deepEqual(report.variance, { mean: 0.75, between: Math.sqrt(0.125), within: 0.5 });
  });
});

describe('progress', () => {
  it('tells rows, failures and the score so far', async () => {
    const { executor } = answering((a) => (a === 'bad' ? fails('model.timeout') : a));
    const seen: (number | undefined)[][] = [];
    await run(executor, examplesOf('1', '0', 'bad', '1'), {
      concurrency: 1,
      onProgress: ({ rows, done, failed, score }) => seen.push([rows, done, failed, score]),
    });
    assert.deepEqual(seen, [
      [4, 0, 0, undefined],
      [4, 1, 0, 1],
      [4, 2, 0, 0.5],
      [4, 3, 1, 0.5],
      [4, 4, 1, 2 / 3],
    ]);
  });
});
