import { AtelierError } from '../../errors.js';
import { mean } from '../../evaluation/statistics.js';
import { seededRandom } from '../../random.js';
import type { VersionDemo } from '../../version/version.js';
import { type Teacher, teacherOf } from '../bootstrap.js';
import { type Candidate, changed, type ScoredCandidate } from '../candidate.js';
import type { ForecastFacts, Optimizer, OptimizerTask, SearchForecast } from '../optimizer.js';
import { describeDataset, descriptionCalls, proposeInstructions } from '../propose.js';
import { demoSet } from '../random-search.js';
import { someOf } from '../rows.js';
import { FULL_EVERY, MINIBATCH, type MiproOptions, type MiproPlan, miproPlan } from './settings.js';
import { type Choice, nextChoice, type Observation } from './tpe.js';

/**
 * Steps that begin before earlier ones have ended: enough to keep many slots busy. It is the same at any width, as what a step may know
 * decides what it tries.
 */
const AHEAD = 3;
/** Trials by chance before the estimator decides, and the least of them. */
const STARTUP_SHARE = 1 / 3;
const LEAST_STARTUP = 3;
/** Seed of the first demo set that is no set of the start: labeled rows (see `demoSet`). */
const FIRST_SET = -2;

/**
 * MIPROv2 (Opsahl-Ong et al. 2024): demo sets are bootstrapped, instructions proposed from the rows, the program and tips, and the best pair
 * is searched with a tree-structured Parzen estimator, on minibatches of validation with full runs of the best in between where validation
 * is large.
 */
export function miproV2(options: MiproOptions): Optimizer {
  const { auto, candidates, trials, zeroShot, maxBootstrapped, maxLabeled, threshold } = options;
  const most = miproPlan(options, Number.MAX_SAFE_INTEGER).validation;
  return {
    name: 'mipro',
    options: {
      ...(auto === undefined ? { candidates: candidates ?? 0, trials: trials ?? 0 } : { auto }),
      ...{ zero_shot: zeroShot, max_bootstrapped_demos: maxBootstrapped, max_labeled_demos: maxLabeled, threshold },
    },
    mostValidation: most,
    forecast: (facts) => forecast(options, facts),
    async run(task) {
      const { start, lab, valset } = task;
      if (zeroShot && !lab.canPropose) throw cannotPropose();
      const plan = miproPlan(options, valset.length);
      const settings = { maxBootstrapped, maxLabeled, threshold, rounds: 1 };
      const teacher = teacherOf(task, maxLabeled, seededRandom(lab.seed));
      lab.emit({ kind: 'phase', phase: 'bootstrap' });
      // Proposals wait for few of the sets, and the search for both: they are made together.
      const making = demoSets(task, teacher, settings, zeroShot ? Math.min(4, plan.demoSets) : plan.demoSets);
      const [sets, proposed] = await Promise.all([Promise.all(making), lab.canPropose ? propose(task, making, plan.instructions - 1) : []]);
      const instructions = [start.program.instructions, ...proposed];
      if (!lab.canPropose) lab.emit({ kind: 'note', text: 'The teacher writes no instructions: demo sets alone were searched.' });
      lab.emit({ kind: 'phase', phase: 'search' });
      await new Search(task, plan, instructions, zeroShot ? [start.demos] : sets).run();
    },
  };
}

function forecast(options: MiproOptions, { train, validation, labeled, canPropose }: ForecastFacts): SearchForecast {
  const plan = miproPlan(options, validation);
  const { zeroShot, maxBootstrapped, maxLabeled } = options;
  const demos = zeroShot ? 0 : Math.min(Math.max(maxBootstrapped, maxLabeled), labeled);
  const instructions = canPropose ? plan.instructions : 1;
  const pairs = instructions * (zeroShot ? 1 : plan.demoSets);
  const fulls = Math.ceil(plan.trials / FULL_EVERY);
  const student = plan.minibatch
    ? plan.trials * MINIBATCH + Math.min(fulls, pairs) * plan.validation
    : Math.min(plan.trials, pairs - 1) * plan.validation;
  return {
    parts: [
      { by: 'teacher', calls: train, demos: Math.min(maxLabeled, labeled) },
      ...(canPropose ? [{ by: 'asker' as const, calls: descriptionCalls(train) + plan.instructions - 1, demos: 0 }] : []),
      { by: 'student', calls: student, demos },
    ],
    exact: false,
  };
}

type DemoSets = readonly Promise<readonly VersionDemo[]>[];

/** The start's own demos, labeled rows, the trainset in its order, then by chance. */
function demoSets(task: OptimizerTask, teacher: Teacher, settings: Parameters<typeof demoSet>[2], count: number): DemoSets {
  const made = Array.from({ length: count - 1 }, async (_, index) => (await demoSet(task, teacher, settings, FIRST_SET + index)).demos);
  return [Promise.resolve(task.start.demos), ...made];
}

/** Instructions from the rows, the program, and the demos that the teacher made for a set. */
async function propose({ start, lab, trainset }: OptimizerTask, sets: DemoSets, count: number): Promise<string[]> {
  const { signature, instructions } = start.program;
  const dataset = await describeDataset(lab, signature, trainset);
  const demosFor = async (index: number) => (await sets[index % sets.length])?.filter(({ augmented }) => augmented) ?? [];
  lab.emit({ kind: 'phase', phase: 'propose' });
  return proposeInstructions(lab, { signature, instructions, dataset, demosFor }, count);
}

/** One run of a pair of instructions and demos: on a minibatch, or on all of validation. */
interface Step {
  readonly choice: Choice;
  readonly result: Promise<StepResult>;
}

interface StepResult {
  /** 0..1. */
  readonly value: number;
  /** Of a run on all of validation. */
  readonly scored: ScoredCandidate | undefined;
}

class Search {
  private readonly steps: Step[] = [];
  /** What the decisions of a step may know: results of steps that are far enough behind it. */
  private readonly known: { readonly choice: Choice; readonly result: StepResult }[] = [];
  private readonly sizes: readonly [number, number];
  /** Pairs that run, or ran, on all of validation. */
  private readonly inFull = new Set([String([0, 0])]);
  private trial = 0;
  /** Steps whose results are known. */
  private taken = 0;

  constructor(
    private readonly task: OptimizerTask,
    private readonly plan: MiproPlan,
    private readonly instructions: readonly string[],
    private readonly sets: readonly (readonly VersionDemo[])[],
  ) {
    this.sizes = [instructions.length, sets.length];
  }

  async run(): Promise<void> {
    const { best } = this.task.board;
    // The start was run on all of validation before the search began.
    if (best !== undefined) this.known.push({ choice: [0, 0], result: { value: best.score, scored: best } });
    const { trials, minibatch } = this.plan;
    const pairs = this.sizes[0] * this.sizes[1];
    try {
      if (minibatch) {
        for (let trial = 1; trial <= trials; trial++) {
          await this.beginTrial();
          if (trial % FULL_EVERY === 0 || trial === trials) await this.beginFull();
        }
      } else {
        for (let trial = 1; trial <= Math.min(trials, pairs - 1); trial++) await this.beginTrial();
      }
    } finally {
      await this.takeAll();
    }
  }

  /** Waits until the steps have ended that the next one may know, and takes in what they found. */
  private async catchUp(upTo: number): Promise<void> {
    while (this.taken < Math.min(upTo, this.steps.length)) {
      const { choice, result } = this.steps[this.taken] as Step;
      this.take(choice, await result);
    }
  }

  private take(choice: Choice, result: StepResult): void {
    this.taken++;
    this.known.push({ choice, result });
    if (result.scored !== undefined) this.task.board.add(result.scored);
  }

  /** What ended in order counts, also when the search ends early. */
  private async takeAll(): Promise<void> {
    const ended = await Promise.allSettled(this.steps.map(({ result }) => result));
    for (const [index, outcome] of ended.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason;
      if (index >= this.taken) this.take((this.steps[index] as Step).choice, outcome.value);
    }
  }

  private async beginTrial(): Promise<void> {
    await this.catchUp(this.steps.length - AHEAD);
    const { lab } = this.task;
    const trial = ++this.trial;
    const random = seededRandom(lab.seed * 7_919 + trial);
    const observed: Observation[] = this.known.map(({ choice, result }) => ({ choice, value: result.value }));
    const expected = mean(observed.map(({ value }) => value)) ?? 0;
    const underWay = this.steps.slice(this.taken).map(({ choice }) => ({ choice, value: expected }));
    const startup = Math.max(LEAST_STARTUP, Math.round(this.plan.trials * STARTUP_SHARE));
    const tried = new Set([...observed, ...underWay].map(({ choice }) => String(choice)));
    // On a minibatch a second look is worth something; on all of validation it finds the same.
    const isOpen = this.plan.minibatch ? undefined : (choice: Choice) => !tried.has(String(choice));
    const choice = nextChoice(this.sizes, [...observed, ...underWay], startup, random, isOpen);
    this.begin(choice, this.plan.minibatch ? this.onMinibatch(choice, trial) : this.onAll(choice, `trial ${trial}`));
  }

  /** The pair with the best mean that was not run on all of validation yet. */
  private async beginFull(): Promise<void> {
    await this.catchUp(this.steps.length - AHEAD);
    const values = new Map<string, { readonly choice: Choice; readonly values: number[] }>();
    for (const { choice, result } of this.known) {
      if (this.inFull.has(String(choice))) continue;
      const seen = values.get(String(choice)) ?? { choice, values: [] };
      seen.values.push(result.value);
      values.set(String(choice), seen);
    }
    const means = [...values.values()].map(({ choice, values: each }) => ({ choice, value: mean(each) ?? 0 }));
    const [best] = means.sort((a, b) => b.value - a.value);
    if (best === undefined) return;
    this.inFull.add(String(best.choice));
    this.begin(best.choice, this.onAll(best.choice, `trial ${this.trial} in full`));
  }

  private begin(choice: Choice, result: Promise<StepResult>): void {
    // It is awaited in the order of steps; until then nobody looks.
    result.catch(() => undefined);
    this.steps.push({ choice, result });
  }

  private async onMinibatch(choice: Choice, trial: number): Promise<StepResult> {
    const { lab, valset } = this.task;
    const { program } = this.candidate(choice, `trial ${trial}`);
    const rows = await Promise.all(someOf(valset, MINIBATCH, lab.seed * 104_729 + trial).map((example) => lab.attempt(program, example)));
    return { value: mean(rows.map(({ score = 0 }) => score)) ?? 0, scored: undefined };
  }

  private async onAll(choice: Choice, id: string): Promise<StepResult> {
    const scored = await this.task.board.score(this.candidate(choice, id));
    return { value: scored.score, scored };
  }

  private candidate([instruction = 0, set = 0]: Choice, id: string): Candidate {
    const demos = this.sets[set] ?? [];
    const about = `instructions ${instruction === 0 ? 'as they were' : instruction}, demo set ${set === 0 ? 'as it was' : set}`;
    return changed(this.task.start, id, about, { instructions: this.instructions[instruction] ?? '', demos });
  }
}

function cannotPropose(): AtelierError {
  return new AtelierError('model.unsupported', 'Instructions alone were asked for, and the teacher writes none.', {
    hint: 'Take a language model as the teacher: --teacher <provider>:<model>.',
  });
}
