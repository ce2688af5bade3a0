import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';
import { canonicalJson } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { Field, Signature } from './signature.js';

/** Which list of fields an edit is about. */
export type Side = 'inputs' | 'outputs';

/** The signature with other instructions. */
export function withInstructions(signature: Signature, instructions: string): Signature {
  return { ...signature, instructions };
}

/** The signature with a paragraph more at the end of its instructions. */
export function appendInstructions(signature: Signature, text: string): Signature {
  return withInstructions(signature, signature.instructions === '' ? text : `${signature.instructions}\n\n${text}`);
}

/**
 * The signature with parts of one field replaced.
 * @throws AtelierError `signature.invalid` when it has no such field, or another one has the new name
 */
export function withField(signature: Signature, name: string, change: Partial<Field>): Signature {
  const side = sideOf(signature, name);
  if (change.name !== undefined && change.name !== name) refuseTaken(signature, change.name);
  return { ...signature, [side]: signature[side].map((field) => (field.name === name ? { ...field, ...change } : field)) };
}

/**
 * The signature with one field more.
 * @param index 0-based; counted from the end when negative (-1: behind the last); behind the last when absent
 * @throws AtelierError `signature.invalid` when the name is taken or there is no such place
 */
export function insertField(signature: Signature, side: Side, field: Field, index = -1): Signature {
  refuseTaken(signature, field.name);
  const fields = signature[side];
  const at = index < 0 ? fields.length + 1 + index : index;
  if (!Number.isInteger(at) || at < 0 || at > fields.length) {
    throw invalid(`There is no place ${index} among ${fields.length} ${side}.`, `Give a place from 0 to ${fields.length}.`);
  }
  return { ...signature, [side]: [...fields.slice(0, at), field, ...fields.slice(at)] };
}

/**
 * The signature without one field.
 * @throws AtelierError `signature.invalid` when it has no such field
 */
export function removeField(signature: Signature, name: string): Signature {
  const side = sideOf(signature, name);
  return { ...signature, [side]: signature[side].filter((field) => field.name !== name) };
}

/** True when two signatures ask for the same: instructions, names, types, constraints and descriptions, in order. Names do not count. */
export function sameSignature(a: Signature, b: Signature): boolean {
  return canonicalJson(content(a)) === canonicalJson(content(b));
}

/** SHA-256 over what {@link sameSignature} compares: the same in every process and on every machine. */
export function signatureHash(signature: Signature): string {
  return sha256(canonicalJson(content(signature)));
}

function content({ description, instructions, inputs, outputs }: Signature): unknown {
  return { description, instructions, inputs: inputs.map(plain), outputs: outputs.map(plain) };
}

/** False and absent are the same. */
function plain(field: Field): unknown {
  return { ...field, array: field.array === true, optional: field.optional === true };
}

function sideOf(signature: Signature, name: string): Side {
  if (signature.inputs.some((field) => field.name === name)) return 'inputs';
  if (signature.outputs.some((field) => field.name === name)) return 'outputs';
  const names = [...signature.inputs, ...signature.outputs].map((field) => field.name);
  const guess = nearest(name, names);
  throw invalid(
    `${signature.name} has no field "${name}".`,
    `${guess === undefined ? '' : `Did you mean "${guess}"? `}Its fields: ${names.join(', ')}.`,
  );
}

function refuseTaken(signature: Signature, name: string): void {
  if ([...signature.inputs, ...signature.outputs].some((field) => field.name === name)) {
    throw invalid(`${signature.name} has a field "${name}" already.`, 'Choose another name.');
  }
}

function invalid(message: string, hint: string): AtelierError {
  return new AtelierError('signature.invalid', message, { hint });
}
