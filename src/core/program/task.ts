import type { Target } from '../image-prompt/target.js';
import type { Taste } from '../taste/taste.js';
import type { FieldValues, Program } from './program.js';

/**
 * The structured task behind a request's messages. A model that is not neural works from this instead of guessing it back from prose.
 */
export interface Task {
  readonly program: Program;
  readonly inputs: FieldValues;
  /** For image prompts: the style, with its words. */
  readonly taste?: Taste;
  /** For image prompts: what the prompt is written for. */
  readonly target?: Target;
}
