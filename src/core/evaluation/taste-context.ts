import { matchTaste } from '../taste/find-taste.js';
import type { Taste } from '../taste/taste.js';
import type { EvaluateOptions } from './evaluate.js';

/** What metrics are told about an example besides its fields: the taste that its input `taste` names, when there is such a one. */
export function tasteContext(tastes: readonly Taste[]): NonNullable<EvaluateOptions['context']> {
  return ({ inputs }) => {
    const taste = typeof inputs.taste === 'string' ? matchTaste(tastes, inputs.taste) : undefined;
    return taste === undefined ? {} : { taste };
  };
}
