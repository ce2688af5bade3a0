import { AtelierError } from '../errors.js';
import { seededRandom } from '../random.js';
import { type BootstrapSettings, bootstrap, filledDemos, nothingAccepted, teacherOf } from './bootstrap.js';
import { changed } from './candidate.js';
import { plainDemos, sampleDemos } from './demo-pool.js';
import type { Optimizer } from './optimizer.js';

/**
 * Labeled few-shot: rows of the trainset as demos, by chance.
 * @param options `demos`: how many at the most
 */
export function labeledFewShot(options: { readonly demos: number }): Optimizer {
  return {
    name: 'labeled',
    options: { demos: options.demos },
    forecast: ({ validation, labeled }) => ({
      parts: [{ by: 'student', calls: validation, demos: Math.min(options.demos, labeled) }],
      exact: true,
    }),
    async run({ start, labeled, lab, board }) {
      const demos = plainDemos(sampleDemos(labeled, options.demos, seededRandom(lab.seed), start.program.signature));
      await board.consider(changed(start, 'labeled', `${demos.length} labeled rows by chance`, { demos }));
    },
  };
}

/**
 * KNN few-shot: all labeled rows go along, and each prompt gets those that are nearest to its inputs. No service is asked for nearness
 * (`demoChooser`).
 * @param options `demos`: how many each prompt gets at the most
 */
export function knnFewShot(options: { readonly demos: number }): Optimizer {
  return {
    name: 'knn',
    options: { demos: options.demos },
    forecast: ({ validation, labeled }) => ({
      parts: [{ by: 'student', calls: validation, demos: Math.min(options.demos, labeled), held: labeled }],
      exact: true,
    }),
    async run({ start, labeled, board }) {
      const demos = plainDemos(labeled);
      const about = `the ${Math.min(options.demos, demos.length)} nearest of ${demos.length} labeled rows, for each input`;
      await board.consider(changed(start, 'knn', about, { demos, nearestDemos: options.demos }));
    },
  };
}

/** Bootstrap few-shot: demos that the teacher made and the metric accepted, filled up with labeled rows. */
export function bootstrapFewShot(settings: BootstrapSettings): Optimizer {
  const { maxBootstrapped, maxLabeled, rounds, threshold } = settings;
  return {
    name: 'bootstrap',
    options: { max_bootstrapped_demos: maxBootstrapped, max_labeled_demos: maxLabeled, rounds, threshold },
    forecast: ({ train, validation, labeled }) => ({
      parts: [
        { by: 'teacher', calls: maxBootstrapped === 0 ? 0 : train * rounds, demos: Math.min(maxLabeled, labeled) },
        { by: 'student', calls: validation, demos: Math.min(Math.max(maxBootstrapped, maxLabeled), labeled) },
      ],
      exact: false,
    }),
    async run(task) {
      const { start, trainset, labeled, lab, board } = task;
      const random = seededRandom(lab.seed);
      lab.emit({ kind: 'phase', phase: 'bootstrap' });
      const { demos: made, verdicts } = await bootstrap(task, teacherOf(task, maxLabeled, random), trainset, settings);
      if (made.length === 0 && maxBootstrapped > 0) {
        const why = nothingAccepted(verdicts, threshold);
        if (maxLabeled === 0) throw noDemos(why);
        lab.emit({ kind: 'note', text: `The teacher made no demo: ${why}.` });
      }
      lab.emit({ kind: 'phase', phase: 'search' });
      const demos = filledDemos(made, labeled, maxLabeled, random, task);
      const about = `${made.length} demos of the teacher, ${demos.length - made.length} labeled rows`;
      await board.consider(changed(start, 'bootstrap', about, { demos }));
    },
  };
}

function noDemos(why: string): AtelierError {
  return new AtelierError('optimizer.nothing_accepted', `The teacher made no demo: ${why}.`, {
    hint: 'Lower the threshold, choose a metric that gives parts of a score, allow labeled demos, or take a stronger teacher.',
  });
}
