import { AtelierError } from '../errors.js';
import type { Program } from '../program/program.js';
import { nearest } from '../text/edit-distance.js';
import type { SignatureDefinition } from './definition.js';
import { isOneLine, parseOneLine } from './one-line.js';
import { type Module, REASONING } from './signature.js';

/**
 * The signature that a name or a one-line form means; case does not count.
 * @throws AtelierError `signature.unknown` with the nearest name, `signature.invalid` for a broken one-line form
 */
export function findSignature(library: readonly SignatureDefinition[], reference: string): SignatureDefinition {
  if (isOneLine(reference)) {
    return { signature: parseOneLine(reference), module: 'predict', examples: [], optimization: undefined, source: 'one-line' };
  }
  const names = library.map(({ signature }) => signature.name);
  const found =
    library.find(({ signature }) => signature.name === reference) ??
    library.find(({ signature }) => signature.name.toLowerCase() === reference.toLowerCase());
  if (found !== undefined) return found;
  const guess = nearest(reference, names);
  throw new AtelierError('signature.unknown', `There is no signature "${reference}".`, {
    hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}Signatures: ${names.join(', ')}. Or give a file, or one line such as "question -> answer".`,
  });
}

/**
 * What runs when nothing was optimized yet: the signature as it is written, its examples as demos.
 * @param module in place of the signature's own
 * @throws AtelierError `signature.invalid` when it shall reason, but has a field of that name
 */
export function baseProgram(definition: SignatureDefinition, module: Module = definition.module): Program {
  const { signature, examples, nearestDemos } = definition;
  if (module === 'chain_of_thought' && [...signature.inputs, ...signature.outputs].some((field) => field.name === REASONING)) {
    throw new AtelierError('signature.invalid', `${signature.name} has a field "${REASONING}", which chain_of_thought adds itself.`, {
      hint: 'Rename the field, or run it with the module predict.',
    });
  }
  return {
    signature,
    instructions: signature.instructions,
    demos: examples,
    module,
    ...(nearestDemos === undefined ? {} : { nearestDemos }),
  };
}
