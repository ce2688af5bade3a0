import type { Field, Signature } from '../signature/signature.js';
import { type FieldValue, type FieldValues, textOf } from './program.js';

/** Outputs as a person reads and pastes them: a single one alone, as it is; several with their names, one below the other. */
export function presentOutputs(signature: Signature, outputs: FieldValues): string {
  const shown = signature.outputs.filter((field) => (outputs[field.name] ?? null) !== null);
  const [only] = shown;
  if (only !== undefined && signature.outputs.length === 1) return presentValue(outputs[only.name] ?? null);
  return shown.map((field) => labelled(field, outputs[field.name] ?? null)).join('\n');
}

/** A value for reading: lists of simple values as lines, structures as indented JSON. */
function presentValue(value: FieldValue): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map((item) => `- ${textOf(item)}`).join('\n');
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : textOf(value);
}

function labelled(field: Field, value: FieldValue): string {
  const text = presentValue(value);
  return text.includes('\n') ? `${field.name}:\n${text}` : `${field.name}: ${text}`;
}

/**
 * The input that a selected text goes into: the first required text, else the first required input, else the first of all.
 * @param given names of inputs that have a value already
 */
export function selectionInput(signature: Signature, given: readonly string[] = []): Field | undefined {
  const open = signature.inputs.filter((field) => !given.includes(field.name));
  const required = open.filter((field) => field.optional !== true);
  return required.find(isText) ?? required[0] ?? open.find(isText) ?? open[0];
}

/** True when the only output is a text like the selection: it takes the selection's place. What is said about a text goes behind it. */
export function replacesSelection(signature: Signature): boolean {
  const [output] = signature.outputs;
  const input = selectionInput(signature);
  return signature.outputs.length === 1 && output !== undefined && isText(output) && input !== undefined && isText(input);
}

function isText({ type, array }: Field): boolean {
  return array !== true && (type === 'string' || type === 'code');
}
