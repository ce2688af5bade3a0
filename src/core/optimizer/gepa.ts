import { AtelierError } from '../errors.js';
import { type Effort, FULL_EVERY, MINIBATCH, trialsFor } from './mipro/settings.js';
import type { Optimizer, OptimizerTask } from './optimizer.js';

/** Candidates by effort (GEPA in DSPy 3). */
const CANDIDATES: Readonly<Record<Effort, number>> = { light: 6, medium: 12, heavy: 18 };
/** Attempts for each candidate that the budget is reckoned from. */
const BOOTSTRAPS = 5;
/** Calls of the teacher for each proposal: one that reads the mistakes, and one or two that write. */
const CALLS_PER_PROPOSAL = 3;

export interface ReflectiveOptions {
  /** Sets the most answers that are scored; undefined: they are given. */
  readonly auto?: Effort | undefined;
  readonly maxMetricCalls?: number | undefined;
}

/**
 * A search that rewrites instructions by reflecting on what goes wrong; it adds candidates to the board.
 * @throws AtelierError as `Optimizer.run`
 */
export type ReflectiveSearch = (task: OptimizerTask, limits: { readonly metricCalls: number; readonly trials: number }) => Promise<void>;

/**
 * Answers that are scored at the most, by effort: those of GEPA in DSPy 3, for programs of one predictor by default.
 * @param validation rows of the validation set
 */
export function metricCallsFor(effort: Effort, validation: number, predictors = 1): number {
  const candidates = CANDIDATES[effort];
  const trials = trialsFor(2 * predictors, candidates);
  const fulls = Math.trunc((trials + 1) / FULL_EVERY) + 1 + (trials < FULL_EVERY ? 1 : 0);
  return validation + candidates * BOOTSTRAPS + trials * MINIBATCH + fulls * validation;
}

/** GEPA (Agrawal et al. 2025): reflective evolution of instructions. @param search runs it */
export function reflectiveOptimizer({ auto, maxMetricCalls }: ReflectiveOptions, search: ReflectiveSearch): Optimizer {
  if (auto !== undefined && maxMetricCalls !== undefined) {
    throw new AtelierError('usage.invalid', `auto=${auto} sets max_metric_calls itself.`, { hint: 'Leave one of them out.' });
  }
  const callsFor = (validation: number) => maxMetricCalls ?? metricCallsFor(auto ?? 'light', validation);
  const proposalsFor = (validation: number) => Math.max(1, Math.trunc((callsFor(validation) - validation) / (2 * MINIBATCH)));
  return {
    name: 'gepa',
    options: auto === undefined ? { max_metric_calls: maxMetricCalls ?? 0 } : { auto },
    forecast: ({ validation, demos }) => ({
      parts: [
        { by: 'asker', calls: CALLS_PER_PROPOSAL * proposalsFor(validation), demos: 0 },
        { by: 'student', calls: callsFor(validation), demos },
      ],
      exact: false,
    }),
    async run(task) {
      if (!task.lab.canPropose) {
        throw new AtelierError('model.unsupported', 'GEPA rewrites instructions, and the teacher writes none.', {
          hint: 'Take a language model as the teacher: --teacher <provider>:<model>.',
        });
      }
      const validation = task.valset.length;
      task.lab.emit({ kind: 'phase', phase: 'search' });
      await search(task, { metricCalls: callsFor(validation), trials: proposalsFor(validation) });
    },
  };
}
