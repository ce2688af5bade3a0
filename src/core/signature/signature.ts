import type { JsonSchema } from '../text/json-schema.js';

/** The types a field can have; a field with `array` holds a list of them. */
export const FIELD_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'class',
  'date',
  'datetime',
  'url',
  'code',
  'json',
  'object',
  'image',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** One input or output of a signature. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** A list of values of the type. */
  readonly array?: boolean;
  /** May be left out of the inputs, or of the answer. */
  readonly optional?: boolean;
  /** The allowed values of a `class` field. */
  readonly options?: readonly string[];
  /** Smallest and largest value of a `number` or `integer`. */
  readonly min?: number;
  readonly max?: number;
  /** Longest text, in characters, of a `string`, `code` or `url`. */
  readonly maxLength?: number;
  /** A regular expression that a `string`, `code` or `url` must contain a match of. */
  readonly pattern?: string;
  /** What an `object` or `json` value must look like. */
  readonly schema?: JsonSchema;
}

/** The typed contract of one task: instructions, inputs, outputs. */
export interface Signature {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
}

/** How a signature is run: answer at once, or reason first. */
export const MODULES = ['predict', 'chain_of_thought'] as const;
export type Module = (typeof MODULES)[number];

/** The name of the output that `chain_of_thought` puts before the others. */
export const REASONING = 'reasoning';

/** What a field's name may be: letters of any language, digits and underscores, a letter or underscore first. */
export const FIELD_NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;

/** The ending of signature files. */
export const SIGNATURE_ENDING = '.signature.yaml';

const SIGNATURE_NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_-]{0,63}$/u;
/** Windows keeps these names for devices, in any case and with any ending: no file or folder there can have them. */
const DEVICE_NAME = /^(?:con|nul|aux|prn|(?:com|lpt)[1-9¹²³])$/i;

/**
 * Why a text is no name of a signature, as a hint; undefined when it is one. A name is a folder's name, too: `prompts/<signature>/`.
 */
export function signatureNameProblem(name: string): string | undefined {
  if (!SIGNATURE_NAME.test(name)) return 'Use up to 64 letters, digits, "_" and "-", a letter first.';
  return DEVICE_NAME.test(name) ? 'Windows keeps this name for a device. Choose another one.' : undefined;
}
