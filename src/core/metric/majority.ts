import { AtelierError } from '../errors.js';
import type { FieldValue, FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { canonicalJson } from '../text/json-schema.js';
import { answerKey } from './normalise.js';

/** The answer that most completions agree on. */
export interface Majority {
  /** The first completion with that answer, whole. */
  readonly winner: FieldValues;
  /** How many completions gave it. */
  readonly votes: number;
}

/**
 * Majority vote over completions of one prediction (self-consistency: Wang et al. 2023). Texts that are the same once normalised vote
 * together; empty ones vote only when all are empty; of equally many votes the answer that came first wins.
 * @param completions at least one
 * @param field the output that is voted on; the last when not given
 * @throws AtelierError `usage.invalid` without completions or outputs
 */
export function majority(signature: Signature, completions: readonly FieldValues[], field = signature.outputs.at(-1)?.name): Majority {
  const [first] = completions;
  if (first === undefined || field === undefined) {
    throw new AtelierError('usage.invalid', 'There is nothing to vote on.', { hint: 'Give at least one completion with an output.' });
  }
  const keys = completions.map((completion) => keyOf(completion[field]));
  const counts = new Map<string, number>();
  const filled = keys.filter((key) => key !== '');
  for (const key of filled.length > 0 ? filled : keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [key, votes] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
  return { winner: completions[keys.indexOf(key)] ?? first, votes };
}

function keyOf(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? answerKey(value) : canonicalJson(value);
}
