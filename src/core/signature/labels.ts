import type { Field } from './signature.js';

/**
 * The label of a field that people and models read: `someHTTPName2` is "Some HTTP Name 2". DSPy's `infer_prefix`, without its colon
 * (dspy/signatures/signature.py).
 */
export function labelOf(name: string): string {
  return name
    .replace(/([^_])([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([a-zA-Z])(\d)/g, '$1_$2')
    .replace(/(\d)([a-zA-Z])/g, '$1_$2')
    .split('_')
    .filter((word) => word !== '')
    .map((word) => (word === word.toUpperCase() ? word : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()))
    .join(' ');
}

/** The instructions of a signature that gives none; DSPy's sentence. */
export function defaultInstructions(inputs: readonly Pick<Field, 'name'>[], outputs: readonly Pick<Field, 'name'>[]): string {
  const list = (fields: readonly Pick<Field, 'name'>[]) => fields.map(({ name }) => `\`${name}\``).join(', ');
  return `Given the fields ${list(inputs)}, produce the fields ${list(outputs)}.`;
}
