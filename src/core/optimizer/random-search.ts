import { seededRandom } from '../random.js';
import type { VersionDemo } from '../version/version.js';
import { type BootstrapSettings, bootstrap, filledDemos, nothingAccepted, type Teacher, teacherOf } from './bootstrap.js';
import { type Candidate, changed } from './candidate.js';
import { plainDemos, sampleDemos, shuffled } from './demo-pool.js';
import type { Optimizer, OptimizerTask } from './optimizer.js';
import { inOrder } from './slots.js';

/** Seeds of the candidates that are not drawn by chance: no demos, labeled rows alone, the trainset in its order. */
const ZERO_SHOT = -3;
const LABELED = -2;
const IN_ORDER = -1;

export interface RandomSearchSettings extends BootstrapSettings {
  /** Candidates by chance, beside the three that are not. */
  readonly candidates: number;
  /** Ends the search at a candidate that scores so much on validation, 0..1. */
  readonly stopAt?: number | undefined;
  /** The seeds to try, in this order; all when absent. */
  readonly seeds?: readonly number[] | undefined;
}

/**
 * Bootstrap few-shot with random search: demo sets of different sizes, bootstrapped from the trainset in different orders, by their score on
 * the validation set. One teacher makes the demos of all sets, so an example that two sets try is paid once.
 */
export function randomSearch(settings: RandomSearchSettings): Optimizer {
  const { candidates, stopAt, maxBootstrapped, maxLabeled, rounds, threshold } = settings;
  const seeds = settings.seeds ?? Array.from({ length: candidates + 3 }, (_, index) => index + ZERO_SHOT);
  return {
    name: 'random_search',
    options: {
      ...{ candidates, max_bootstrapped_demos: maxBootstrapped, max_labeled_demos: maxLabeled, rounds, threshold },
      ...(stopAt === undefined ? {} : { stop_at: stopAt }),
    },
    forecast: ({ train, validation, labeled }) => ({
      parts: [
        { by: 'teacher', calls: train * rounds, demos: Math.min(maxLabeled, labeled) },
        { by: 'student', calls: seeds.length * validation, demos: Math.min(Math.max(maxBootstrapped, maxLabeled), labeled) },
      ],
      exact: false,
    }),
    async run(task) {
      const { lab, board, valset } = task;
      const teacher = teacherOf(task, maxLabeled, seededRandom(lab.seed));
      lab.emit({ kind: 'phase', phase: 'search' });
      // While one candidate is scored, one waits to be, and the demos of one more are made: what these wait for must not leave slots free.
      const ahead = lab.width === 1 ? 1 : 2 + Math.ceil(lab.width / valset.length);
      await inOrder(
        seeds,
        ahead,
        async (seed, signal) => board.score(await candidateOf(task, teacher, settings, seed), signal),
        (scored) => {
          board.add(scored);
          return stopAt === undefined || scored.score < stopAt;
        },
      );
    },
  };
}

/** A demo set of a size by chance, bootstrapped from the trainset in an order by chance; the recipe of MIPROv2, too. */
export async function demoSet(
  task: OptimizerTask,
  teacher: Teacher,
  settings: BootstrapSettings,
  seed: number,
): Promise<{ readonly demos: readonly VersionDemo[]; readonly about: string }> {
  const { start, trainset, labeled, lab } = task;
  const { maxBootstrapped, maxLabeled, threshold } = settings;
  const random = seededRandom(lab.seed * 1_000 + seed);
  if (seed === ZERO_SHOT) return { demos: [], about: 'no demos' };
  if (seed === LABELED) {
    const demos = plainDemos(sampleDemos(labeled, maxLabeled, random, start.program.signature));
    return { demos, about: `${demos.length} labeled rows` };
  }
  const order = seed === IN_ORDER ? trainset : shuffled(trainset, random);
  const size = seed === IN_ORDER ? maxBootstrapped : 1 + Math.floor(random() * maxBootstrapped);
  const { demos: made, verdicts } = await bootstrap(task, teacher, order, {
    ...settings,
    maxBootstrapped: Math.min(size, maxBootstrapped),
  });
  if (made.length === 0 && maxBootstrapped > 0 && seed === IN_ORDER) {
    lab.emit({ kind: 'note', text: `The teacher made no demo: ${nothingAccepted(verdicts, threshold)}.` });
  }
  const demos = filledDemos(made, labeled, maxLabeled, random, task);
  return { demos, about: `${made.length} demos of the teacher, ${demos.length - made.length} labeled rows` };
}

async function candidateOf(task: OptimizerTask, teacher: Teacher, settings: RandomSearchSettings, seed: number): Promise<Candidate> {
  const { demos, about } = await demoSet(task, teacher, settings, seed);
  const name = { [ZERO_SHOT]: 'zero-shot', [LABELED]: 'labeled', [IN_ORDER]: 'bootstrap' }[seed] ?? `seed ${seed}`;
  return changed(task.start, name, about, { demos });
}
