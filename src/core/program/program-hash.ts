import { signatureHash } from '../signature/edit-signature.js';
import { canonicalJson } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { Program } from './program.js';

/**
 * What tells programs apart that may answer differently: SHA-256, in lower-case hex, over signature, instructions, demos, how these are chosen, and module. A
 * new name alone changes nothing.
 */
export function programHash({ signature, instructions, demos, module = 'predict', nearestDemos }: Program): string {
  const chosen = nearestDemos === undefined ? {} : { nearestDemos };
  return sha256(canonicalJson({ signature: signatureHash(signature), instructions, demos, module, ...chosen }));
}
