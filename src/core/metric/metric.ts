import type { Target } from '../image-prompt/target.js';
import type { FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import type { Taste } from '../taste/taste.js';

/** How good an answer is, and why. */
export interface Scored {
  /** 0..1. */
  readonly score: number;
  readonly feedback: string;
  /** What the score is made of, by name. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** One answer to be scored. */
export interface MetricCase {
  readonly signature: Signature;
  readonly inputs: FieldValues;
  /** The labels; empty when the row has none. */
  readonly expected: FieldValues;
  readonly outputs: FieldValues;
  /** For image prompts. */
  readonly taste?: Taste;
  readonly target?: Target;
}

/** (example, prediction) -> score, at once and without a model. */
export interface Metric {
  readonly name: string;
  /** Whether it compares with labels. */
  readonly needsLabels: boolean;
  score(given: MetricCase): Scored;
}
