import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AtelierError } from '../../../src/core/errors.js';
import { type OptimizerPorts, parseOptimizer } from '../../../src/core/optimizer/catalog.js';
import { labeledPool } from '../../../src/core/optimizer/demo-pool.js';
import type { OptimizerEvent } from '../../../src/core/optimizer/events.js';
import { forecastRun } from '../../../src/core/optimizer/forecast.js';
import type { JournalEntry } from '../../../src/core/optimizer/journal.js';
import type { Asker } from '../../../src/core/optimizer/lab.js';
import { type Optimized, type OptimizeOptions, optimize } from '../../../src/core/optimizer/optimize.js';
import { NOTHING_SPENT } from '../../../src/core/program/program.js';
import { hash32 } from '../../../src/core/random.js';
import { exact, FILE, numbered, programOf, type Scripted, scripted } from './optimizer-support.js';

const PORTS: OptimizerPorts = { reflect: async () => undefined };
const START = programOf('input -> output');
/** What an ablation starts from. */
const DEMOS = numbered(5, 800).map(({ inputs, expected }) => ({ inputs, outputs: expected, quality: 1 }));

/**
 * A model that is right about what hashes low, the more demos and the longer instructions it has. It answers after a while that depends on
 * the question alone, so that answers come in another order at another width.
 */
function student(options: { readonly latency?: boolean; readonly fails?: (input: string) => boolean } = {}): Scripted {
  return scripted(async ({ program, inputs }) => {
    const input = String(inputs.input);
    const chance = hash32(`${input} ${program.demos.map((demo) => demo.inputs.input).join()} ${program.instructions}`) % 100;
    if (options.latency === true) await sleep(hash32(input) % 4);
    if (options.fails?.(input) === true) throw new AtelierError('model.invalid_answer', 'Unreadable.', { hint: '' });
    return { output: chance < 30 + 8 * program.demos.length + program.instructions.length / 2 ? `a${input.slice(1)}` : 'x' };
  });
}

/** Proposes instructions that differ by seed and question. */
const asker: Asker & { calls: number } = {
  model: 'asker',
  calls: 0,
  async ask(signature, inputs, { seed }) {
    this.calls++;
    const said = `Answer with care ${hash32(JSON.stringify([signature, inputs, seed])) % 1000}`;
    return { outputs: { observations: said, instructions: said }, spent: { ...NOTHING_SPENT, calls: 1 } };
  },
};

interface Given extends Partial<OptimizeOptions> {
  readonly train?: number;
  readonly validation?: number;
}

function run(spec: string, { train = 24, validation = 60, ...more }: Given = {}): Promise<Optimized> {
  const model = more.student ?? student();
  const start = spec === 'ablation' ? { ...START, demos: DEMOS } : START;
  return optimize(start, numbered(train), numbered(validation, 100), exact, parseOptimizer(spec, PORTS), {
    ...{ student: model, teacher: model, asker, concurrency: 8, seed: 7, testset: numbered(40, 500), trainFile: FILE, now: () => 0 },
    ...more,
  });
}

/** What a run decided. */
function decisions({ program, report }: Optimized) {
  const { candidates, best, verdict, comparison } = report;
  return {
    ...{ instructions: program.instructions, demos: program.demos, best: best.id, verdict, difference: comparison.test?.difference },
    candidates: candidates.map(({ id, score, demos }) => [id, score, demos.map(({ source }) => source?.row)]),
  };
}

const SPECS = ['labeled', 'bootstrap', 'random_search(candidates=4)', 'knn', 'mipro', 'mipro(zero_shot=true)', 'instructions', 'ablation'];

describe('optimizing', () => {
  for (const spec of SPECS) {
    it(`${spec}: the same seed and answers give the same result, whatever the width`, async () => {
      const [one, eight, many] = await Promise.all(
        [1, 8, 32].map((concurrency) => run(spec, { concurrency, student: student({ latency: true }) })),
      );
      assert.deepEqual(decisions(eight as Optimized), decisions(one as Optimized));
      assert.deepEqual(decisions(many as Optimized), decisions(one as Optimized));
    });

    it(`${spec}: goes on where it ended, decides the same, and pays nothing twice`, async () => {
      const whole = await run(spec, { concurrency: 4 });
      const total = whole.report.spent.calls;
      for (const share of [0.1, 0.45, 0.8]) {
        const known = new Map<string, JournalEntry>();
        const append = async (entry: JournalEntry) => void known.set(entry.key, JSON.parse(JSON.stringify(entry)));
        const abort = new AbortController();
        const onEvent = (event: OptimizerEvent) => {
          if (event.kind === 'progress' && event.spent.calls >= share * total) abort.abort();
        };
        const first = student();
        await assert.rejects(
          run(spec, { concurrency: 4, student: first, signal: abort.signal, onEvent, journal: { known: new Map(), append } }),
        );
        const kept = known.size;
        const calledBefore = asker.calls;
        const second = student();
        const resumed = await run(spec, { concurrency: 4, student: second, journal: { known: new Map(known), append } });
        assert.deepEqual(decisions(resumed), decisions(whole));
        assert.equal(kept + second.calls.length + (asker.calls - calledBefore), known.size, 'nothing that was kept is asked again');
        assert.ok(Math.abs(resumed.report.spent.calls - total) <= 3, 'the spend is that of the whole run');
      }
    });

    it(`${spec}: stops within one call per slot when its budget is spent, and keeps the best`, async () => {
      const model = student();
      const before = asker.calls;
      const { report } = await run(spec, { student: model, budget: { calls: 170 }, concurrency: 8 });
      const calls = model.calls.length + asker.calls - before;
      assert.ok(calls <= 170 + 8, `${calls} calls`);
      assert.equal(report.result.test?.n, 40, 'what the test needs was kept back');
      if (report.stopped !== undefined) assert.equal(report.stopped.code, 'budget.exceeded');
    });

    it(`${spec}: forecasts its calls exactly, or an upper bound of them`, async () => {
      const optimizer = parseOptimizer(spec, PORTS);
      const { parts, exact: isExact } = optimizer.forecast({
        train: 24,
        validation: 60,
        demos: DEMOS.length,
        labeled: 24,
        canPropose: true,
      });
      const forecast = 60 + 80 + parts.reduce((sum, { calls }) => sum + calls, 0);
      const { report } = await run(spec);
      if (isExact) assert.equal(report.spent.calls, forecast);
      else assert.ok(report.spent.calls <= forecast, `${report.spent.calls} of ${forecast}`);
    });
  }

  it('never changes the program that it was given', async () => {
    const before = JSON.stringify(START);
    await run('random_search(candidates=2)');
    assert.equal(JSON.stringify(START), before);
  });

  it('says where each demo came from, and what became of each example', async () => {
    const { demos, report } = await run('bootstrap(max_labeled_demos=2, max_bootstrapped_demos=6)', {
      student: student({ fails: (input) => input === 'q3' }),
    });
    assert.ok(demos.some(({ augmented }) => augmented));
    for (const { inputs, source } of demos) assert.deepEqual(source, { file: FILE, row: Number(String(inputs.input).slice(1)) + 1 });
    const failed = report.verdicts.find(({ row }) => row === 4);
    assert.deepEqual([failed?.verdict, failed?.error?.code], ['failed', 'model.invalid_answer']);
    assert.ok(report.verdicts.some(({ verdict, feedback }) => verdict === 'rejected' && feedback?.startsWith('expected a')));
  });

  it('gives no verdict on rows that it chose by', async () => {
    const { report } = await run('labeled', { testset: [] });
    assert.equal(report.verdict, undefined);
    assert.ok(report.comparison.validation.n > 0);
  });

  it('says why no demo was made, with the nearest misses', async () => {
    const model = scripted(({ inputs }) => {
      if (inputs.input === 'q1') throw new AtelierError('model.invalid_answer', 'Unreadable.', { hint: '' });
      return { output: 'x' };
    });
    await assert.rejects(run('bootstrap(max_labeled_demos=0)', { student: model, train: 6 }), (error) => {
      assert.ok(AtelierError.is(error, 'optimizer.nothing_accepted'));
      assert.match(error.message, /0 of 6 accepted: 5 scored below 0\.5, 1 failed; the nearest were row 1 with 0\.00 \(expected a0\)/);
      return error.hint.includes('threshold');
    });
    const { report } = await run('bootstrap', { student: model, train: 6 });
    assert.match(report.notes.join(' '), /0 of 6 accepted/);
  });

  it('keeps the slots full in a search: many are under way while candidates wait for each other', async () => {
    for (const spec of ['random_search(candidates=6)', 'mipro']) {
      const model = student({ latency: true });
      await run(spec, { student: model, concurrency: 16 });
      assert.equal(model.mostUnderWay, 16);
    }
  });

  it('ends with the error when every further attempt would fail, and keeps what was paid', async () => {
    let calls = 0;
    const teacher = scripted(() => {
      if (++calls > 5) throw new AtelierError('model.unreachable', 'The teacher is down.', { hint: 'Try later.' });
      return { output: 'x' };
    }, 'teacher');
    const known = new Map<string, JournalEntry>();
    const journal = { known: new Map(), append: async (entry: JournalEntry) => void known.set(entry.key, entry) };
    await assert.rejects(run('bootstrap', { teacher, journal }), (error) => AtelierError.is(error, 'model.unreachable'));
    assert.equal(known.size, 60 + 5);
  });

  it('refuses at once what the model cannot do at all', async () => {
    const model = scripted(() => {
      throw new AtelierError('model.unsupported', 'It answers classes alone.', { hint: 'Choose another model.' });
    });
    await assert.rejects(run('labeled', { student: model }), (error) => AtelierError.is(error, 'model.unsupported'));
    assert.equal(model.calls.length, 61);
  });

  it('counts a model that needs demos as wrong without them, and finds them', async () => {
    const model = scripted(({ program, inputs }) => {
      if (program.demos.length === 0) throw new AtelierError('model.unsupported', 'There are no examples.', { hint: 'Add some.' });
      return { output: `a${String(inputs.input).slice(1)}` };
    });
    const { report } = await run('labeled', { student: model });
    assert.deepEqual([report.baseline.test?.score, report.result.test?.score, report.verdict], [undefined, 1, 'better']);
  });

  it('measures what each demo is worth', async () => {
    const { report } = await run('labeled(demos=3)', { ablate: true });
    assert.equal(report.worths?.length, 3);
    for (const { without, worth, tokens } of report.worths ?? []) {
      assert.ok(Math.abs(report.best.score - without - worth) < 1e-9);
      assert.equal(tokens, 1);
    }
  });

  it('forecasts an upper bound also with what each demo is worth', async () => {
    for (const spec of ['labeled', 'bootstrap', 'knn(demos=2)', 'mipro']) {
      const optimizer = parseOptimizer(spec, PORTS);
      const [trainset, valset, testset] = [numbered(24), numbered(60, 100), numbered(40, 500)];
      const labeled = labeledPool(START.signature, [], trainset, FILE);
      const terms = { model: 'model', price: undefined, concurrency: 8, latencyMs: 1 };
      const { calls } = await forecastRun({
        ...{
          optimizer,
          program: START,
          trainset,
          valset,
          testset,
          labeled,
          canPropose: true,
          ablate: true,
          student: terms,
          teacher: terms,
        },
        ...{ promptTokens: async () => 100, tokensOf: () => 1 },
      });
      const { report } = await run(spec, { ablate: true });
      assert.ok(report.spent.calls <= calls, `${spec}: ${report.spent.calls} of ${calls}`);
      assert.ok((report.worths?.length ?? 0) > 0, spec);
    }
  });

  it('finishes early when told to: the best up to then is measured', async () => {
    const finish = new AbortController();
    const onEvent = (event: OptimizerEvent) => {
      if (event.kind === 'candidate' && event.candidate.id === 'labeled') finish.abort();
    };
    const { report } = await run('random_search(candidates=8)', { finish: finish.signal, onEvent, concurrency: 1 });
    assert.equal(report.stopped?.code, 'cancelled');
    assert.equal(report.result.test?.n, 40);
    assert.ok(report.candidates.length < 6);
  });
});
