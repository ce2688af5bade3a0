import assert from 'node:assert/strict';
import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import { runBatch } from '../../../src/core/program/batch.js';
import type { BatchResult, BatchRow, BatchSink } from '../../../src/core/program/batch-result.js';
import { createExecutor, type Route, requireSameOutputs } from '../../../src/core/program/executor.js';
import type { Predictor } from '../../../src/core/program/predictor.js';
import { type FieldValues, NO_USAGE, NOTHING_SPENT } from '../../../src/core/program/program.js';
import type { Task } from '../../../src/core/program/task.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';
import { sampleTaste } from './samples.js';

const SPENT = { calls: 1, usage: { ...NO_USAGE, promptTokens: 10, completionTokens: 2 }, costUsd: 0.5 };

/** A way whose answers a function gives: the port of core, not a model. */
function route(line: string, model: string, answer: (task: Task) => FieldValues | Promise<FieldValues>): Route & { tasks: Task[] } {
  const tasks: Task[] = [];
  const predictor: Predictor = {
    model,
    endpoint: 'test',
    async predict(task) {
      tasks.push(task);
      return { ...SPENT, outputs: await answer(task), reasoning: undefined, cached: false };
    },
  };
  return { program: baseProgram(findSignature([], line)), predictor, tasks };
}

function failing(code: ErrorCode, spent = NOTHING_SPENT): () => never {
  return () => {
    throw new AtelierError(code, 'It failed.', { hint: 'Try again.', spent });
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(AtelierError.is(error), String(error));
  return error.code;
}

describe('an executor', () => {
  it('lists every wrong input, and asks nobody', async () => {
    const first = route('a: int, b -> c', 'one', () => ({ c: 'x' }));
    const executor = createExecutor([first]);
    await assert.rejects(executor.run({ a: 'many', d: '' }), /no input "d".*"a" is wrong.*"b" is missing/);
    assert.equal(first.tasks.length, 0);
  });

  it('goes the second way when a model fails, says why, and counts what both cost', async () => {
    const second = route('a -> c', 'two', ({ inputs }) => ({ c: inputs.a ?? '' }));
    const executor = createExecutor([route('a, b -> c', 'one', failing('model.invalid_answer', SPENT)), second]);
    const execution = await executor.run({ a: 'x', b: 'y' });
    assert.deepEqual(execution.outputs, { c: 'x' });
    assert.equal(execution.model, 'two');
    assert.equal(execution.fallback?.code, 'model.invalid_answer');
    assert.deepEqual([execution.calls, execution.usage.promptTokens, execution.costUsd], [2, 20, 1]);
    assert.deepEqual(second.tasks[0]?.inputs, { a: 'x' });
  });

  it('does not take another way when the budget is spent or a person stopped it', async () => {
    for (const code of ['budget.exceeded', 'cancelled', 'data.not_writable'] as const) {
      const second = route('a -> c', 'two', () => ({ c: 'x' }));
      assert.equal(await codeOf(createExecutor([route('a -> c', 'one', failing(code)), second]).run({ a: 'x' })), code);
      assert.equal(second.tasks.length, 0);
    }
  });

  it('reports the first failure when every way fails, with both reasons', async () => {
    const routes = [route('a -> c', 'one', failing('model.timeout')), route('a -> c', 'two', failing('model.auth'))] as const;
    const error: unknown = await createExecutor([...routes])
      .run({ a: 'x' })
      .catch((thrown: unknown) => thrown);
    assert.ok(AtelierError.is(error, 'model.timeout'));
    assert.match(error.message, /The fallback two failed, too: It failed\./);
  });

  it('ends no run for a row that the second way could have answered', async () => {
    const routes = [route('a -> c', 'one', failing('model.unreachable')), route('a -> c', 'two', failing('model.invalid_answer'))] as const;
    assert.equal(await codeOf(createExecutor([...routes]).run({ a: 'x' })), 'model.invalid_answer');
    const both = [route('a -> c', 'one', failing('model.unreachable')), route('a -> c', 'two', failing('model.auth'))] as const;
    assert.equal(await codeOf(createExecutor([...both]).run({ a: 'x' })), 'model.unreachable');
  });

  it('counts what the first way cost when the second is stopped', async () => {
    const routes = [
      route('a -> c', 'one', failing('model.invalid_answer', SPENT)),
      route('a -> c', 'two', failing('budget.exceeded')),
    ] as const;
    const error: unknown = await createExecutor([...routes])
      .run({ a: 'x' })
      .catch((thrown: unknown) => thrown);
    assert.ok(AtelierError.is(error, 'budget.exceeded'));
    assert.equal(error.spent?.calls, 1);
  });

  it('refuses a table whose rows would have different outputs', () => {
    const first = route('a -> label: class "x, y"', 'one', () => ({}));
    assert.throws(() => requireSameOutputs(createExecutor([first, route('a -> category', 'two', () => ({}))])), /has no output "label"/);
    assert.throws(
      () => requireSameOutputs(createExecutor([first, route('a -> label', 'two', () => ({}))])),
      /no output "label" of the same type/,
    );
    requireSameOutputs(createExecutor([first, route('a -> label: class "x, y", more', 'two', () => ({}))]));
  });

  it('refuses a second way that needs an input which the first does not have', () => {
    const other = route('a, z -> c', 'two', () => ({}));
    assert.throws(() => createExecutor([route('a -> c', 'one', () => ({})), other]), /needs "z"/);
  });

  it('gives an image prompt the taste that its input names', async () => {
    const anime = sampleTaste('anime');
    const first = route('taste, user_input -> optimized_prompt', 'one', () => ({ optimized_prompt: 'x' }));
    const program = { ...first.program, signature: { ...first.program.signature, name: 'ImagePrompt' } };
    const executor = createExecutor([{ ...first, program }], [anime]);
    await executor.run({ taste: 'Anime', user_input: 'a fox' });
    await executor.run({ taste: 'ukiyo-e', user_input: 'a fox' });
    assert.deepEqual(
      first.tasks.map((task) => task.taste),
      [anime, undefined],
    );
  });
});

class Results implements BatchSink {
  readonly kept: BatchResult[] = [];
  constructor(readonly done: ReadonlySet<number> = new Set()) {}
  async append(results: readonly BatchResult[]): Promise<void> {
    this.kept.push(...results);
  }
}

const rows = (count: number): BatchRow[] =>
  Array.from({ length: count }, (_, index) => ({ row: index + 1, line: index + 2, values: { a: `v${index + 1}` } }));

function batch(first: Route, sink: BatchSink, more: Partial<Parameters<typeof runBatch>[0]> = {}) {
  let time = 0;
  return runBatch({
    rows: rows(20),
    inputsOf: ({ values }) => values,
    executor: createExecutor([first]),
    sink,
    concurrency: 4,
    now: () => ++time * 1000,
    ...more,
  });
}

describe('a batch', () => {
  it('runs every row that has no result, and no other', async () => {
    const sink = new Results(new Set([1, 2, 3]));
    const first = route('a -> c', 'one', ({ inputs }) => ({ c: inputs.a ?? '' }));
    const report = await batch(first, sink);
    assert.deepEqual([report.rows, report.skipped, report.ran, report.failed, report.spent.calls], [20, 3, 17, 0, 17]);
    assert.deepEqual(
      sink.kept.map(({ row }) => row.row).sort((a, b) => a - b),
      rows(20)
        .slice(3)
        .map(({ row }) => row),
    );
  });

  it('never has more rows under way than asked', async () => {
    let under = 0;
    let most = 0;
    const first = route('a -> c', 'one', async () => {
      most = Math.max(most, ++under);
      await new Promise(setImmediate);
      under--;
      return { c: 'x' };
    });
    await batch(first, new Results());
    assert.equal(most, 4);
  });

  it('keeps a failing row with its reason and goes on; what the failure cost is counted', async () => {
    const sink = new Results();
    const first = route('a: int -> c', 'one', ({ inputs }) => (inputs.a === 7 ? failing('model.invalid_answer', SPENT)() : { c: 'x' }));
    const report = await batch(first, sink, { inputsOf: ({ row }) => ({ a: row === 9 ? 'nine' : row }) });
    assert.deepEqual([report.ran, report.failed, report.spent.calls, report.stopped], [20, 2, 19, undefined]);
    const reasons = sink.kept.flatMap((result) => ('error' in result ? [[result.row.row, result.error.code]] : []));
    assert.deepEqual(reasons.sort(), [
      [7, 'model.invalid_answer'],
      [9, 'input.invalid'],
    ]);
  });

  for (const code of ['model.auth', 'model.unreachable', 'budget.exceeded', 'cancelled'] as const) {
    it(`ends with ${code}: what is done stays, the other rows have no result`, async () => {
      const sink = new Results();
      const first = route('a -> c', 'one', ({ inputs }) => (Number(String(inputs.a).slice(1)) >= 9 ? failing(code)() : { c: 'x' }));
      const report = await batch(first, sink);
      assert.equal(report.stopped?.code, code);
      assert.deepEqual([report.ran, report.failed], [8, 0]);
      assert.ok(first.tasks.length <= 12, 'no row is begun after it');
    });
  }

  it('ends with the error of the disk when results cannot be kept', async () => {
    const sink: BatchSink = {
      done: new Set(),
      append: () => Promise.reject(new AtelierError('data.not_writable', 'Full.', { hint: 'x' })),
    };
    const first = route('a -> c', 'one', () => ({ c: 'x' }));
    assert.equal(await codeOf(batch(first, sink)), 'data.not_writable');
    assert.ok(first.tasks.length < 20);
  });

  it('tells rate and remaining time', async () => {
    const seen: (number | undefined)[] = [];
    await batch(
      route('a -> c', 'one', () => ({ c: 'x' })),
      new Results(),
      {
        concurrency: 1,
        rows: rows(2),
        onProgress: ({ done, perSecond, secondsLeft }) => seen.push(done, perSecond, secondsLeft),
      },
    );
    assert.deepEqual(seen, [0, undefined, undefined, 1, 0.5, 2, 2, 2 / 3, 0]);
  });
});
