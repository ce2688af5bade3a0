import { sha256 } from '../text/sha256.js';

/** What the results of a run depend on, beside the rows. */
export interface RunParts {
  /** From `programHash`. */
  readonly program: string;
  /** The name of the model that is asked first. */
  readonly model: string;
  /** The scorer's name. */
  readonly scorer: string;
  readonly seed: number;
}

/**
 * The names under which the results of a run are kept, to be found again while nothing that they depend on has changed.
 * @returns the name for an example (from `exampleHash`: inputs and labels, not the place in a file) and a repeat (0 for the first)
 */
export function resultKeys({ program, model, scorer, seed }: RunParts): (example: string, repeat: number) => string {
  const run = sha256(JSON.stringify([program, model, scorer, seed]));
  return (example, repeat) => `${run.slice(0, 32)}-${example}-${repeat}`;
}
