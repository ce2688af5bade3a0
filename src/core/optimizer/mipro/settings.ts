import { AtelierError } from '../../errors.js';

/** How far MIPROv2 goes. */
export const EFFORTS = ['light', 'medium', 'heavy'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Candidates to draw instructions and demo sets from, and the most rows of validation, by effort: those of DSPy 3. */
const PRESETS: Readonly<Record<Effort, { readonly candidates: number; readonly validation: number }>> = {
  light: { candidates: 6, validation: 100 },
  medium: { candidates: 12, validation: 300 },
  heavy: { candidates: 18, validation: 1000 },
};
/** Rows of a minibatch. */
export const MINIBATCH = 35;
/** Minibatch trials after which the best one is run on all of validation. */
export const FULL_EVERY = 5;
/** Up to so many rows of validation every trial runs on all of them. */
const SMALL_VALIDATION = 50;

export interface MiproOptions {
  /** Sets candidates, trials and rows of validation; undefined: they are given. */
  readonly auto?: Effort | undefined;
  readonly candidates?: number | undefined;
  readonly trials?: number | undefined;
  /** Instructions alone, without demos. */
  readonly zeroShot: boolean;
  readonly maxBootstrapped: number;
  readonly maxLabeled: number;
  readonly threshold: number;
}

/** What a search does, settled. Counts. */
export interface MiproPlan {
  /** The start's own among them. */
  readonly instructions: number;
  readonly demoSets: number;
  readonly trials: number;
  /** Rows of validation that count. */
  readonly validation: number;
  readonly minibatch: boolean;
  /** Minibatch trials and runs on all of validation, the first of the start included; without minibatches the trials alone. */
  readonly steps: number;
}

/** Trials for so many candidates: more when more is searched. @param variables predictors, doubled when demos are searched, too */
export function trialsFor(variables: number, candidates: number): number {
  return Math.trunc(Math.max(2 * variables * Math.log2(candidates), 1.5 * candidates));
}

/** @throws AtelierError `usage.invalid` when the effort and the figures that it sets are both given, or neither */
export function miproPlan(options: MiproOptions, validationRows: number): MiproPlan {
  const { auto, zeroShot } = options;
  if (auto !== undefined && (options.candidates !== undefined || options.trials !== undefined)) {
    throw wrong(`auto=${auto} sets candidates and trials itself.`, 'Leave auto out, or the others.');
  }
  if (auto === undefined && (options.candidates === undefined || options.trials === undefined)) {
    const { candidates } = options;
    const advice =
      candidates === undefined ? '' : ` For ${candidates} candidates about ${trialsFor(zeroShot ? 1 : 2, candidates)} trials do.`;
    throw wrong('Without auto, mipro needs both candidates and trials.', `Give both, or auto=light.${advice}`);
  }
  const preset = auto === undefined ? undefined : PRESETS[auto];
  const candidates = preset?.candidates ?? options.candidates ?? 0;
  const validation = Math.min(validationRows, preset?.validation ?? validationRows);
  const trials = options.trials ?? trialsFor(zeroShot ? 1 : 2, candidates);
  const minibatch = validation > SMALL_VALIDATION;
  const fulls = 1 + Math.ceil(trials / FULL_EVERY);
  return {
    ...{ trials, validation, minibatch, demoSets: candidates },
    instructions: zeroShot || preset === undefined ? candidates : Math.trunc(candidates / 2),
    steps: minibatch ? trials + fulls : trials,
  };
}

function wrong(message: string, hint: string): AtelierError {
  return new AtelierError('usage.invalid', message, { hint });
}
