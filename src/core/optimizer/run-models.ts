import type { Predictor } from '../program/predictor.js';
import type { FieldValues, Program } from '../program/program.js';
import type { ModelTerms } from './forecast.js';
import type { ReflectiveSearch } from './gepa.js';
import type { Asker } from './lab.js';

/** The models of a run, and what is known of them. */
export interface RunModels {
  readonly student: Predictor;
  readonly teacher: Predictor;
  /** Undefined: the teacher writes no instructions. */
  readonly asker: Asker | undefined;
  readonly reflect: ReflectiveSearch;
  readonly terms: { readonly student: ModelTerms; readonly teacher: ModelTerms };
  /** Runs of programs under way at a time. */
  readonly concurrency: number;
  /** Tokens of a prompt as it would be sent, estimated. */
  promptTokens(program: Program, inputs: FieldValues): Promise<number>;
  tokensOf(text: string): number;
}
