import type { FieldValues, Spent } from './program.js';
import type { Task } from './task.js';

/** What a run of a program gives. Its calls are two when the first answer could not be read. */
export interface Prediction extends Spent {
  /** Typed by field; an optional output that is not there is null. */
  readonly outputs: FieldValues;
  /** The thoughts before the answer, for `chain_of_thought`. */
  readonly reasoning: string | undefined;
  /** True when no call had to be paid: all came from the cache. */
  readonly cached: boolean;
}

export interface PredictOptions {
  readonly seed?: number | undefined;
  /** 0..2; the endpoint's own default when absent. */
  readonly temperature?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told the raw text so far; the answer is streamed then. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** Runs programs with one model. */
export interface Predictor {
  /** The name of the model. */
  readonly model: string;
  /** What it is asked at. Never holds a key. */
  readonly endpoint: string;
  /**
   * One prediction: one call, and a second one only when the answer cannot be read.
   * @param task its inputs are checked already (`checkInputs`)
   * @throws AtelierError `model.*`, `budget.exceeded`, `cancelled`; `model.invalid_answer` holds the raw answer, and what it cost
   */
  predict(task: Task, options?: PredictOptions): Promise<Prediction>;
}
