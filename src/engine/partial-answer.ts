import type { Program } from '../core/program/program.js';
import { labelOf } from '../core/signature/labels.js';
import { findValues, shownValue } from './normalise-answer.js';

/** What a person is shown of an answer that still grows: the only output as text, several with their names; '' before there is any. */
export function partialAnswer(text: string, { signature, module }: Program): string {
  const [only] = signature.outputs;
  if (only !== undefined && signature.outputs.length === 1 && module !== 'chain_of_thought') return shownValue(text, only);
  const { values = [] } = findValues(text, signature.outputs, (field) => [labelOf(field.name)]);
  if (only !== undefined && signature.outputs.length === 1) return values[0]?.[1] ?? '';
  return values.map(([field, value]) => `${field.name}: ${value}`).join('\n');
}
