import type { FieldValues } from '../program/program.js';
import type { Signature } from './signature.js';

/** A text for each input, in place of a value: `‹review: The review's text›`. */
export function placeholderInputs(signature: Signature): FieldValues {
  return Object.fromEntries(
    signature.inputs.map(({ name, description }) => [name, description === '' ? `‹${name}›` : `‹${name}: ${description}›`]),
  );
}
