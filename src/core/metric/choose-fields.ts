import { AtelierError } from '../errors.js';
import type { Field, Signature } from '../signature/signature.js';
import { nearest } from '../text/edit-distance.js';

/** Which outputs a metric can score. */
export interface Suits {
  /** For messages, in the plural: "class outputs". */
  readonly what: string;
  readonly fits: (field: Field) => boolean;
}

/**
 * The outputs that a metric scores: the named one, or all that suit it.
 * @throws AtelierError `usage.invalid` when the named one is unknown or does not suit, or none does
 */
export function suitingOutputs(metric: string, signature: Signature, suits: Suits, named: string | undefined): readonly Field[] {
  const fields = named === undefined ? signature.outputs : [outputNamed(metric, signature, named)];
  const found = fields.filter(suits.fits);
  if (found.length > 0) return found;
  const which = named === undefined ? `${signature.name} has none` : `"${named}" is ${kindOf(fields[0])}`;
  throw wrong(`The metric ${metric} scores ${suits.what}, and ${which}.`, 'Choose another metric or another output.');
}

/** The one output that a metric scores by itself. @throws AtelierError `usage.invalid`, also when several would do */
export function soleOutput(metric: string, signature: Signature, suits: Suits, named: string | undefined): Field {
  const [first, ...others] = suitingOutputs(metric, signature, suits, named);
  if (first !== undefined && others.length === 0) return first;
  const names = [first, ...others].flatMap((field) => (field === undefined ? [] : [field.name]));
  throw wrong(
    `The metric ${metric} scores one output, and ${signature.name} has ${names.length}.`,
    `Add field=… with one of ${names.join(', ')}.`,
  );
}

/** The output of a name. @throws AtelierError `usage.invalid` */
export function outputNamed(metric: string, signature: Signature, name: string): Field {
  return fieldNamed(metric, signature, 'outputs', name);
}

/** The input that holds the user's idea: the named one, `user_input`, or the only text beside the taste. @throws AtelierError `usage.invalid` */
export function subjectInput(metric: string, signature: Signature, named: string | undefined): string {
  if (named !== undefined) return fieldNamed(metric, signature, 'inputs', named).name;
  const texts = signature.inputs.filter(({ type, array, name }) => type === 'string' && array !== true && name !== 'taste');
  const found = texts.find(({ name }) => name === 'user_input') ?? (texts.length === 1 ? texts[0] : undefined);
  if (found !== undefined) return found.name;
  const names = signature.inputs.map(({ name }) => name).join(', ');
  throw wrong(
    `The metric ${metric} does not know which input of ${signature.name} holds the user's idea.`,
    `Add subject=… with one of ${names}.`,
  );
}

function fieldNamed(metric: string, signature: Signature, side: 'inputs' | 'outputs', name: string): Field {
  const found = signature[side].find((field) => field.name === name);
  if (found !== undefined) return found;
  const names = signature[side].map((field) => field.name);
  const guess = nearest(name, names);
  throw wrong(
    `The metric ${metric} names "${name}", which is no ${side === 'inputs' ? 'input' : 'output'} of ${signature.name}.`,
    `${guess === undefined ? '' : `Did you mean "${guess}"? `}There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.`,
  );
}

function kindOf(field: Field | undefined): string {
  return `${field?.array === true ? 'a list of ' : 'of type '}${field?.type ?? 'unknown'}`;
}

function wrong(message: string, hint: string): AtelierError {
  return new AtelierError('usage.invalid', message, { hint });
}
