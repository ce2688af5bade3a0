import type { Module, Signature } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';

/** The value of a field, typed by the field: text, number, boolean, list, object; null for an optional output that is not there. */
export type FieldValue = JsonValue;

/** The values of fields, by name. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** A value as a model reads it: text as it is, anything else as JSON. */
export function textOf(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An example placed in the prompt. */
export interface Demo {
  readonly inputs: FieldValues;
  readonly outputs: FieldValues;
  /** The thoughts before the outputs, for `chain_of_thought`. */
  readonly reasoning?: string;
  /** How good the outputs are, 0..1. */
  readonly quality: number;
}

/** A signature with instructions and demos: what runs, and what an optimizer returns. */
export interface Program {
  readonly signature: Signature;
  readonly instructions: string;
  readonly demos: readonly Demo[];
  /** `predict` when absent. */
  readonly module?: Module;
  /** How many demos the prompt gets: those nearest to the inputs. All, whatever the inputs, when absent. */
  readonly nearestDemos?: number | undefined;
}

/** What a prediction cost in tokens. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** True when the endpoint reported no usage and the figures are estimated from the texts. */
  readonly estimated: boolean;
}

/** No tokens. */
export const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0, estimated: false };

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    estimated: a.estimated || b.estimated,
  };
}

/** What calls of models cost together. */
export interface Spent {
  readonly calls: number;
  readonly usage: Usage;
  /** US dollars; undefined when a model has no known price. */
  readonly costUsd: number | undefined;
}

/** No calls. */
export const NOTHING_SPENT: Spent = { calls: 0, usage: NO_USAGE, costUsd: 0 };

/** The sum of two. */
export function addSpent(a: Spent, b: Spent): Spent {
  return {
    calls: a.calls + b.calls,
    usage: addUsage(a.usage, b.usage),
    costUsd: a.costUsd === undefined || b.costUsd === undefined ? undefined : a.costUsd + b.costUsd,
  };
}
