import { AtelierError } from '../errors.js';
import { type Effort, FULL_EVERY, MINIBATCH, trialsFor } from './mipro/settings.js';
import type { ForecastFacts, Optimizer, OptimizerTask } from './optimizer.js';

/** Candidates by effort (GEPA in DSPy 3). */
const CANDIDATES: Readonly<Record<Effort, number>> = { light: 6, medium: 12, heavy: 18 };
/** Attempts for each candidate that the budget is reckoned from. */
const BOOTSTRAPS = 5;
/** Calls of the teacher for each proposal: one that reads the mistakes, one that writes, and one more when that cannot be used. */
const CALLS_PER_PROPOSAL = 3;
/** Rows that a proposal is made from, and held against. */
const REFLECTED_ROWS = 5;
/** Rows of validation that Ax looks at, at the most. */
const MOST_VALIDATION = 1000;

export interface ReflectiveOptions {
  /** Sets the most answers that are scored; undefined: they are given. */
  readonly auto?: Effort | undefined;
  readonly maxMetricCalls?: number | undefined;
}

/** How far a reflective search may go. Counts. */
export interface ReflectiveLimits {
  /** Answers that are scored, those of the start on validation included. */
  readonly metricCalls: number;
  /** Proposals. */
  readonly trials: number;
  /** Rows of the trainset that a proposal is made from, and held against. */
  readonly minibatch: number;
}

/**
 * A search that rewrites instructions by reflecting on what goes wrong; it adds candidates to the board.
 * @throws AtelierError as `Optimizer.run`
 */
export type ReflectiveSearch = (task: OptimizerTask, limits: ReflectiveLimits) => Promise<void>;

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

/**
 * GEPA (Agrawal et al. 2025): reflective evolution of instructions.
 * @param search runs it
 * @throws AtelierError `usage.invalid` when the effort and the number that it sets are both given
 */
export function reflectiveOptimizer({ auto, maxMetricCalls }: ReflectiveOptions, search: ReflectiveSearch): Optimizer {
  if (auto !== undefined && maxMetricCalls !== undefined) {
    throw new AtelierError('usage.invalid', `auto=${auto} sets max_metric_calls itself.`, { hint: 'Leave one of them out.' });
  }
  const limitsFor = ({ train, validation }: Pick<ForecastFacts, 'train' | 'validation'>): ReflectiveLimits => {
    const minibatch = Math.max(1, Math.min(REFLECTED_ROWS, train));
    const metricCalls = maxMetricCalls ?? metricCallsFor(auto ?? 'light', validation);
    // The start and, or it were for nothing, the last proposal must fit in on all of validation.
    const trials = Math.trunc((metricCalls - 2 * validation) / (2 * minibatch));
    if (trials >= 1) return { metricCalls, minibatch, trials };
    throw new AtelierError('usage.invalid', `max_metric_calls=${metricCalls} leaves no room for a proposal.`, {
      hint: `Give at least ${2 * (validation + minibatch)}: ${validation} rows of validation are scored for the start and for each proposal that does well.`,
    });
  };
  return {
    name: 'gepa',
    options: auto === undefined ? { max_metric_calls: maxMetricCalls ?? 0 } : { auto },
    mostValidation: MOST_VALIDATION,
    forecast: ({ train, validation: all, demos }) => {
      const validation = Math.min(all, MOST_VALIDATION);
      const { metricCalls, trials } = limitsFor({ train, validation });
      return {
        parts: [
          { by: 'asker', calls: CALLS_PER_PROPOSAL * trials, demos: 0 },
          // The start on validation is paid already.
          { by: 'student', calls: Math.max(0, metricCalls - validation), demos },
        ],
        exact: false,
      };
    },
    async run(task) {
      const { lab, trainset, valset } = task;
      if (!lab.canPropose) {
        throw new AtelierError('model.unsupported', 'GEPA rewrites instructions, and the teacher writes none.', {
          hint: 'Take a language model as the teacher: --teacher <provider>:<model>.',
        });
      }
      const limits = limitsFor({ train: trainset.length, validation: valset.length });
      lab.emit({ kind: 'phase', phase: 'search' });
      await search(task, limits);
    },
  };
}
