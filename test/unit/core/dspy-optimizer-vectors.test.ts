import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AtelierError } from '../../../src/core/errors.js';
import { baselineOf } from '../../../src/core/optimizer/candidate.js';
import { sampleDemos } from '../../../src/core/optimizer/demo-pool.js';
import { bootstrapFewShot } from '../../../src/core/optimizer/few-shot.js';
import { metricCallsFor, reflectiveOptimizer } from '../../../src/core/optimizer/gepa.js';
import { type Effort, miproPlan, trialsFor } from '../../../src/core/optimizer/mipro/settings.js';
import { randomSearch } from '../../../src/core/optimizer/random-search.js';
import { withValidation } from '../../../src/core/optimizer/rows.js';
import { seededRandom } from '../../../src/core/random.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { numbered, programOf, rows, scripted, search } from './optimizer-support.js';

type Row = Readonly<Record<string, string>>;
interface Vector<Input, Expect> {
  readonly id: string;
  readonly input: Input;
  readonly expect: Expect & { readonly error?: string };
}
interface Groups {
  readonly bootstrap: readonly Vector<
    {
      readonly program: string;
      readonly trainset: readonly Row[];
      readonly lm_script: readonly (Row | string)[];
      readonly options: { readonly max_bootstrapped_demos: number; readonly max_labeled_demos: number };
    },
    {
      readonly demos: readonly (Row & { readonly augmented?: boolean })[];
      readonly lm_calls: number;
      readonly teacher_lm_calls?: number;
      readonly calls: readonly { readonly n_demos: number; readonly demo_inputs: readonly string[]; readonly input: string }[];
    }
  >[];
  readonly labeled_fewshot: readonly Vector<{ readonly trainset_size: number; readonly k: number }, { readonly n: number }>[];
  readonly random_search: readonly Vector<
    {
      readonly trainset?: readonly Row[];
      readonly seeds?: readonly number[];
      readonly options?: {
        readonly max_bootstrapped_demos: number;
        readonly max_labeled_demos: number;
        readonly num_candidate_programs: number;
        readonly stop_at_score?: number;
      };
      readonly compile?: { readonly restrict?: readonly number[] };
    },
    {
      readonly candidates: readonly {
        readonly seed: number;
        readonly score: number;
        readonly n_demos: number;
        readonly n_augmented: number;
      }[];
      readonly lm_calls: number;
    }
  >[];
  readonly mipro: readonly Vector<
    {
      readonly predictors?: number;
      readonly zero_shot?: boolean;
      readonly num_candidates?: number;
      readonly num_trials?: number | null;
      readonly trainset_size?: number;
      readonly auto?: Effort | null;
      readonly valset_size?: number;
    },
    {
      readonly num_trials?: number;
      readonly train?: number;
      readonly val?: number;
      readonly train_first?: readonly number[];
      readonly val_first?: readonly number[];
      readonly few_shot?: MiproFigures;
      readonly zero_shot?: MiproFigures;
    }
  >[];
  readonly gepa: readonly Vector<
    { readonly auto?: Effort; readonly predictors?: number; readonly valset_size?: number },
    { readonly metric_calls?: number }
  >[];
}
interface MiproFigures {
  readonly num_trials: number;
  readonly val_size: number;
  readonly minibatch: boolean;
  readonly instructions: number;
  readonly demo_sets: number;
  readonly trials_incl_full_evals: number;
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as { groups: Groups };

/** Where we decide otherwise than DSPy 3.3.1, and what we do instead. Everything else must agree. */
const DECISIONS: Readonly<Record<string, string>> = {
  'bs-011': 'an answer is accepted from a threshold on, 0.5 unless said otherwise: a score that is merely not 0 makes no demo',
  'bs-019': 'a program is one predictor: there is no second one that could draw from what the first one drew',
  'bs-023': 'an empty trainset makes no demos, and says so',
  'bs-025': 'a program is one predictor: teacher and student cannot have different numbers of them',
  'bs-027': 'an answer that a person would understand is read at once; what cannot be read is asked for once more with what was wrong',
  'bs-033': 'a failing call is never repeated in another format: the attempt failed, with its reason',
  'bs-034': 'a program is one predictor: there is no second one that could draw from what the first one drew',
  'ge-010': 'every metric says why: there is no other kind',
};

function inputOf({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }): string {
  return String(inputs.input);
}

describe('DSPy vectors: bootstrap few-shot', () => {
  for (const { id, input, expect } of groups.bootstrap) {
    if (DECISIONS[id] !== undefined) continue;
    it(id, async () => {
      const trainset = rows(input.trainset.map((row) => [row.input ?? '', row.output ?? ''] as const));
      const settings = {
        maxBootstrapped: input.options.max_bootstrapped_demos,
        maxLabeled: input.options.max_labeled_demos,
        ...{ rounds: 1, threshold: 0.5 },
      };
      const script = [...input.lm_script] as Row[];
      const student = scripted(() => ({ output: script.shift()?.output ?? '' }));
      const teacher = id === 'bs-022' ? scripted(({ inputs }) => ({ output: `a${inputOf({ inputs }).slice(1)}` }), 'teacher') : student;
      const optimizer = bootstrapFewShot(settings);
      if (id === 'bs-024') {
        const teacherProgram = baselineOf(programOf('input -> other'));
        await assert.rejects(search(optimizer, { trainset, teacherProgram }, { student, teacher }), (error) =>
          AtelierError.is(error, 'usage.invalid'),
        );
        assert.equal(student.calls.length, 0);
        return;
      }
      const { board } = await search(optimizer, { trainset }, { student, teacher });
      const demos = board.best?.demos ?? [];
      const augmented = expect.demos.filter((demo) => demo.augmented === true);
      const made = demos.filter((demo) => demo.augmented);
      assert.deepEqual(
        made.map(({ inputs, outputs }) => ({ augmented: true, ...inputs, ...outputs })),
        augmented,
      );
      const labeled = demos.slice(made.length).map(({ inputs, outputs }) => JSON.stringify({ ...inputs, ...outputs }));
      const wanted = expect.demos.filter((demo) => demo.augmented !== true).map((demo) => JSON.stringify(demo));
      assert.deepEqual(labeled.sort(), wanted.sort(), 'which labeled rows; their order is chance');
      assert.equal(student.calls.length, expect.lm_calls);
      assert.equal(teacher === student ? undefined : teacher.calls.length, expect.teacher_lm_calls);
      for (const [index, call] of expect.calls.entries()) {
        const ours = student.calls[index];
        assert.equal(ours === undefined ? '' : inputOf(ours), call.input);
        assert.deepEqual(ours?.program.demos.map(inputOf).sort(), [...call.demo_inputs].sort());
      }
    });
  }

  it('is better than the reference where that accepts what is not good, or crashes', async () => {
    const answers: Readonly<Record<string, number>> = { a0: 0, a1: 0.01, a2: 0.6 };
    const student = scripted(({ inputs }) => ({ output: `a${inputOf({ inputs }).slice(1)}` }));
    const scorer = {
      name: 'graded',
      needsLabels: true,
      score: async ({ outputs }: { readonly outputs: Readonly<Record<string, unknown>> }) => ({
        score: answers[String(outputs.output)] ?? 0,
        feedback: '',
      }),
    };
    const optimizer = bootstrapFewShot({ maxBootstrapped: 3, maxLabeled: 0, rounds: 1, threshold: 0.5 });
    const { board } = await search(optimizer, { trainset: numbered(3) }, { student, scorer });
    assert.deepEqual(board.best?.demos.map(inputOf), ['q2']);
    await assert.rejects(search(optimizer, { trainset: [] }, { student }), (error) => AtelierError.is(error, 'optimizer.nothing_accepted'));
  });
});

describe('DSPy vectors: labeled few-shot', () => {
  for (const { id, input, expect } of groups.labeled_fewshot) {
    it(id, () => {
      const demos = numbered(input.trainset_size).map(({ inputs, expected }) => ({
        inputs,
        outputs: expected,
        quality: 1,
        augmented: false,
      }));
      const sample = sampleDemos(demos, input.k, seededRandom(0), programOf('input -> output').signature);
      assert.equal(sample.length, expect.n);
      assert.equal(new Set(sample).size, expect.n, 'without putting back');
    });
  }
});

describe('DSPy vectors: bootstrap with random search', () => {
  for (const { id, input, expect } of groups.random_search) {
    const { trainset: given, options } = input;
    if (given === undefined || options === undefined) continue;
    it(id, async () => {
      const trainset = rows(given.map((row) => [row.input ?? '', row.output ?? ''] as const));
      const student = scripted(({ inputs, program }) => ({ output: program.demos.length > 0 ? `a${inputOf({ inputs }).slice(1)}` : 'x' }));
      const optimizer = randomSearch({
        maxBootstrapped: options.max_bootstrapped_demos,
        maxLabeled: options.max_labeled_demos,
        candidates: options.num_candidate_programs,
        stopAt: options.stop_at_score === undefined ? undefined : options.stop_at_score / 100,
        seeds: input.compile?.restrict,
        ...{ rounds: 1, threshold: 0.5 },
      });
      const { board } = await search(optimizer, { trainset, valset: trainset }, { student });
      const seedOf: Readonly<Record<string, number>> = { 'zero-shot': -3, labeled: -2, bootstrap: -1 };
      const found = board.candidates.map(({ id: name, score, demos }) => ({
        seed: seedOf[name] ?? Number(name.replace('seed ', '')),
        score: 100 * score,
        n_demos: demos.length,
        augmented: demos.filter(({ augmented }) => augmented).length,
      }));
      const bySeed = new Map(found.map((candidate) => [candidate.seed, candidate]));
      assert.equal(found.length, expect.candidates.length);
      for (const { seed, score, n_demos, n_augmented } of expect.candidates) {
        const ours = bySeed.get(seed);
        assert.deepEqual([ours?.score, ours?.n_demos], [score, n_demos], `seed ${seed}`);
        // How many demos a seed by chance bootstraps is chance: from 1 to the most.
        if (seed < 0) assert.equal(ours?.augmented, n_augmented);
        else assert.ok(ours !== undefined && ours.augmented >= 1 && ours.augmented <= options.max_bootstrapped_demos);
      }
      const most = Math.max(...expect.candidates.map(({ n_augmented }) => n_augmented));
      assert.ok(student.calls.length <= expect.lm_calls && student.calls.length > expect.lm_calls - Math.max(1, most));
    });
  }

  it('rs-006: sizes are chance, from 1 to the most', async () => {
    const student = scripted(({ inputs }) => ({ output: `a${inputOf({ inputs }).slice(1)}` }));
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const optimizer = randomSearch({ maxBootstrapped: 4, maxLabeled: 4, candidates: 0, seeds, rounds: 1, threshold: 0.5 });
    const { board } = await search(optimizer, { trainset: numbered(20), valset: numbered(2, 90) }, { student });
    const sizes = board.candidates.map(({ demos }) => demos.filter(({ augmented }) => augmented).length);
    assert.deepEqual([...new Set(sizes)].sort(), [1, 2, 3, 4]);
  });
});

describe('DSPy vectors: MIPROv2 budgets and splits', () => {
  for (const { id, input, expect } of groups.mipro) {
    it(id, () => {
      const base = { zeroShot: input.zero_shot === true, maxBootstrapped: 4, maxLabeled: 4, threshold: 0.5 };
      if (input.trainset_size !== undefined) {
        const trainset = Array.from({ length: input.trainset_size }, (_, index) => index);
        if (expect.error !== undefined) {
          assert.throws(
            () => withValidation(trainset),
            (error) => AtelierError.is(error, 'usage.invalid'),
          );
          return;
        }
        const { train, validation } = withValidation(trainset);
        assert.deepEqual([train.length, validation.length], [expect.train, expect.val]);
        assert.deepEqual([train[0], validation[0]], [expect.train_first?.[0], expect.val_first?.[0]]);
      } else if (expect.error !== undefined) {
        const { auto, num_candidates, num_trials } = input;
        const options = { ...base, auto: auto ?? undefined, candidates: num_candidates, trials: num_trials ?? undefined };
        assert.throws(
          () => miproPlan(options, 100),
          (error) => AtelierError.is(error, 'usage.invalid') && (num_candidates === undefined || error.hint.includes('about 9 trials')),
        );
      } else if (input.auto !== undefined && input.auto !== null) {
        for (const zeroShot of [false, true]) {
          const wanted = zeroShot ? expect.zero_shot : expect.few_shot;
          const plan = miproPlan({ ...base, auto: input.auto, zeroShot }, input.valset_size ?? 0);
          assert.deepEqual(plan, {
            ...{ trials: wanted?.num_trials, validation: wanted?.val_size, minibatch: wanted?.minibatch, demoSets: wanted?.demo_sets },
            ...{ instructions: wanted?.instructions, steps: wanted?.trials_incl_full_evals },
          });
        }
      } else {
        const variables = (input.predictors ?? 1) * (input.zero_shot === true ? 1 : 2);
        assert.equal(trialsFor(variables, input.num_candidates ?? 0), expect.num_trials);
      }
    });
  }
});

describe('DSPy vectors: GEPA budgets', () => {
  for (const { id, input, expect } of groups.gepa) {
    if (DECISIONS[id] !== undefined) continue;
    it(id, async () => {
      if (expect.error !== undefined) {
        const optimizer = reflectiveOptimizer({ auto: input.auto }, async () => assert.fail('must not be searched'));
        const student = scripted(() => ({ output: '' }));
        await assert.rejects(search(optimizer, { trainset: numbered(2) }, { student }), (error) =>
          AtelierError.is(error, 'model.unsupported'),
        );
        return;
      }
      assert.equal(metricCallsFor(input.auto ?? 'light', input.valset_size ?? 0, input.predictors), expect.metric_calls);
    });
  }
});
