import type { FieldValues } from '../program/program.js';
import type { Signature } from './signature.js';

/** A text for each input, in place of a value: `‹review: The review's text›`; of an image, which goes beside the text, an address. */
export function placeholderInputs(signature: Signature): FieldValues {
  return Object.fromEntries(
    signature.inputs.map(({ name, type, description }) => {
      if (type === 'image') return [name, 'data:image/png;base64,…'];
      return [name, description === '' ? `‹${name}›` : `‹${name}: ${description}›`];
    }),
  );
}
