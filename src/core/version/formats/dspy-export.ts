import { labelOf } from '../../signature/labels.js';
import { type Field, REASONING } from '../../signature/signature.js';
import type { JsonValue } from '../../text/json-schema.js';
import type { Version, VersionDemo } from '../version.js';

/** A JSON object. */
export type DspyState = { readonly [key: string]: JsonValue };

/** Keys of a demo that mean something to DSPy beside the fields. */
export const AUGMENTED = 'augmented';

/** What `chain_of_thought` calls its only predictor. */
const COT_PREDICTOR = 'predict';

/**
 * A version as DSPy 3 saves and loads the state of a program (`dspy/primitives/base_module.py`, `dspy/predict/predict.py`): of a bare
 * `Predict` without a level of names; of `ChainOfThought` under `predict`, with `reasoning` as first output.
 * @param predictor the attribute of a DSPy module that holds the predictor, in place of that
 * @returns also what DSPy has no place for, a sentence each
 */
export function toDspyState(version: Version, predictor?: string): { state: DspyState; notCarried: string[] } {
  const { signature, instructions, demos, module } = version;
  const reasons = module === 'chain_of_thought';
  const fields = [
    ...signature.inputs.map(fieldState),
    ...(reasons ? [{ prefix: `${labelOf(REASONING)}:`, description: `\${${REASONING}}` }] : []),
    ...signature.outputs.map(fieldState),
  ];
  const own = { traces: [], train: [], demos: demos.map(demoState), signature: { instructions, fields }, lm: null };
  const name = predictor ?? (reasons ? COT_PREDICTOR : undefined);
  // DSPy compares the versions that it finds here with its own; it wants the map to be there.
  const metadata = { dependency_versions: {} };
  return { state: name === undefined ? { ...own, metadata } : { [name]: own, metadata }, notCarried: missing(version) };
}

/** What a field without a description is described as. */
export function defaultDescription(name: string): string {
  return `\${${name}}`;
}

export function prefixOf(name: string): string {
  return `${labelOf(name)}:`;
}

function fieldState({ name, description }: Field): { readonly [key: string]: JsonValue } {
  return { prefix: prefixOf(name), description: description === '' ? defaultDescription(name) : description };
}

function demoState({ inputs, outputs, reasoning, augmented }: VersionDemo): { readonly [key: string]: JsonValue } {
  const values = { ...inputs, ...(reasoning === undefined ? {} : { [REASONING]: reasoning }), ...outputs };
  // A field of that name wins: it is a value of the program.
  return augmented && !Object.hasOwn(values, AUGMENTED) ? { [AUGMENTED]: true, ...values } : values;
}

function missing({ signature, demos, settings, scores, data, scope, optimizer }: Version): string[] {
  const fields = [...signature.inputs, ...signature.outputs];
  const hasScope = scope.taste !== undefined || scope.user !== undefined;
  const lost: readonly (readonly [boolean, string])[] = [
    [true, `The types of the fields: write them in the DSPy signature (${fields.map(({ name, type }) => `${name} ${type}`).join(', ')}).`],
    [signature.description !== '', 'The description of the signature.'],
    [
      settings?.temperature !== undefined || settings?.maxTokens !== undefined,
      'The settings (temperature, longest answer): DSPy keeps them with its model.',
    ],
    [settings?.nearestDemos !== undefined, 'That each prompt gets the nearest demos alone: all of them stand in the program.'],
    [demos.some(({ quality }) => quality !== 1), 'The quality of the demos.'],
    [demos.some(({ source }) => source !== undefined), 'The files and rows that demos came from.'],
    [
      fields.some(({ name }) => name === AUGMENTED) && demos.some(({ augmented }) => augmented),
      'Which demos are augmented: a field has that name.',
    ],
    [hasScope, 'The taste or user that it was made for.'],
    [scores.own !== undefined || data.length > 0 || optimizer !== undefined, 'Scores, data and where it came from.'],
  ];
  return lost.flatMap(([isLost, sentence]) => (isLost ? [sentence] : []));
}
