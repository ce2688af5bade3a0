import { AtelierError } from '../../errors.js';
import type { FieldValues } from '../../program/program.js';
import { type Field, type Module, REASONING, type Signature } from '../../signature/signature.js';
import { nearest } from '../../text/edit-distance.js';
import { isTooDeep } from '../../text/json-place.js';
import { isJsonObject, type JsonValue } from '../../text/json-schema.js';
import type { VersionDemo, VersionSettings } from '../version.js';
import { AUGMENTED, type DspyState, defaultDescription, prefixOf } from './dspy-export.js';

/** A DSPy program as one of ours. */
export interface DspyImport {
  readonly signature: Signature;
  readonly instructions: string;
  readonly module: Module;
  readonly demos: readonly VersionDemo[];
  readonly settings?: VersionSettings;
  /** The predictor that was read; undefined for a bare one. */
  readonly predictor: string | undefined;
  /** What of the file has no place here, a sentence each. */
  readonly notCarried: readonly string[];
}

/** Keys of DSPy's own in a demo. */
const DSPY_KEYS = ['dspy_uuid', 'dspy_split'];
/** What a predictor's state has; the rest is named. */
const KNOWN = ['traces', 'train', 'demos', 'signature', 'lm'];

/**
 * Reads the state of a DSPy 3 program (see `toDspyState`). DSPy saves fields by order and without names: a field is found by the name in
 * its default description (`${name}`), else by its prefix, when all are found so; else by its place.
 * @param value the parsed JSON
 * @param signature names and types of the fields
 * @param predictor which one, of several: `predict`, `steps[0]`
 * @param shown the file as people read it
 * @throws AtelierError `usage.invalid` for several predictors, or one that there is not; `version.invalid` for what is no state;
 *   `signature.invalid` for another number of fields, which DSPy itself takes without a word
 */
export function fromDspyState(value: unknown, signature: Signature, predictor?: string, shown?: string): DspyImport {
  const fail = (message: string, hint: string) => new AtelierError('version.invalid', message, { hint, file: shown });
  if (!isJsonObject(value) || isTooDeep(value)) throw fail('This is no saved DSPy program.', 'Save it with module.save("program.json").');
  const { name, state, others } = choose(value, predictor, shown);
  const { signature: saved, demos } = state;
  const fields = isJsonObject(saved) && Array.isArray(saved.fields) ? (saved.fields as readonly JsonValue[]) : [];
  if (!isJsonObject(saved) || typeof saved.instructions !== 'string' || !fields.every(isJsonObject) || !Array.isArray(demos)) {
    throw fail('The predictor has no instructions, fields or demos as DSPy 3 saves them.', 'Save it again with DSPy 3.');
  }
  const notCarried = [
    ...others.map((other) => `The predictor ${other}.`),
    ...['traces', 'train'].flatMap((part) => (isEmpty(state[part]) ? [] : [`What the predictor recorded under "${part}".`])),
    ...Object.keys(state)
      .filter((key) => !KNOWN.includes(key) && !(name === undefined && key === 'metadata'))
      .map((key) => `What the predictor has under "${key}".`),
  ];
  const { module, signature: matched } = matchFields(fields as readonly DspyState[], signature, notCarried, shown);
  const settings = readLm(state.lm, notCarried);
  return {
    signature: matched,
    instructions: saved.instructions,
    module,
    demos: (demos as readonly JsonValue[]).flatMap((demo, index) => readDemo(demo, index, matched, notCarried)),
    ...(settings === undefined ? {} : { settings }),
    predictor: name,
    notCarried,
  };
}

/** The names of the predictors of a saved program; none for a bare one, or for what is no program. */
export function dspyPredictors(value: unknown): string[] {
  return isJsonObject(value) && !isPredictor(value) ? Object.keys(value).filter((key) => isPredictor(value[key])) : [];
}

function choose(value: DspyState, wanted: string | undefined, file: string | undefined) {
  if (isPredictor(value) && (wanted === undefined || wanted === 'self')) return { name: undefined, state: value, others: [] };
  const names = dspyPredictors(value);
  const [only] = names;
  const name = wanted ?? (names.length === 1 ? only : undefined);
  const state = name !== undefined && names.includes(name) ? value[name] : undefined;
  if (isJsonObject(state)) return { name, state, others: names.filter((other) => other !== name) };
  const list = names.length === 0 ? 'It has none.' : `Its predictors: ${names.join(', ')}.`;
  if (wanted === undefined && names.length === 0) {
    throw new AtelierError('version.invalid', 'This is no saved DSPy program: it has no predictor.', {
      ...{ hint: 'Save it with module.save("program.json").', file },
    });
  }
  const guess = wanted === undefined ? undefined : nearest(wanted, names);
  throw wanted === undefined
    ? new AtelierError('usage.invalid', `The DSPy program has ${names.length} predictors.`, { hint: `Choose one. ${list}`, file })
    : new AtelierError('usage.invalid', `The DSPy program has no predictor "${wanted}".`, {
        ...{ hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}${list}`, file },
      });
}

function isPredictor(value: JsonValue | undefined): value is DspyState {
  return isJsonObject(value) && Array.isArray(value.demos) && isJsonObject(value.signature);
}

/** The signature with DSPy's descriptions, and whether there is a reasoning between inputs and outputs. */
function matchFields(states: readonly DspyState[], signature: Signature, notCarried: string[], file: string | undefined) {
  const ours = [...signature.inputs, ...signature.outputs];
  const isOurs = ours.some(({ name }) => name === REASONING);
  const reasoning =
    isOurs || states.length !== ours.length + 1 ? -1 : states.findIndex((state) => nameIn(state, [REASONING]) !== undefined);
  const rest = states.filter((_, index) => index !== reasoning);
  if (rest.length !== ours.length) {
    const prefixes = rest.map(({ prefix }) => String(prefix).replace(/:\s*$/, '')).join(', ');
    throw new AtelierError(
      'signature.invalid',
      `The DSPy program has ${rest.length} fields (${prefixes}), and ${signature.name} has ${ours.length} (${ours.map(({ name }) => name).join(', ')}).`,
      { hint: 'Name the signature that it was saved from.', file },
    );
  }
  const names = ours.map(({ name }) => name);
  const found = rest.map((state) => nameIn(state, names));
  const isByName = new Set(found).size === ours.length && !found.includes(undefined);
  const descriptions = new Map<string, string>();
  rest.forEach((state, index) => {
    const name = (isByName ? found[index] : names[index]) ?? '';
    const { prefix, description } = state;
    const isDefault = typeof description !== 'string' || /^\$\{.*\}$/.test(description);
    descriptions.set(name, isDefault ? '' : description);
    if (prefix !== prefixOf(name))
      notCarried.push(`The prefix ${JSON.stringify(prefix ?? null)} of ${name}: fields are labeled by their names.`);
    if (isDefault && typeof description === 'string' && description !== defaultDescription(name)) {
      notCarried.push(`The name ${description.slice(2, -1)}: the field in its place is ${name}.`);
    }
  });
  if (isByName && found.some((name, index) => name !== names[index]))
    notCarried.push('The order of the fields: that of the signature is kept.');
  const described = (field: Field): Field => ({ ...field, description: descriptions.get(field.name) ?? field.description });
  const module: Module = reasoning < 0 ? 'predict' : 'chain_of_thought';
  return { module, signature: { ...signature, inputs: signature.inputs.map(described), outputs: signature.outputs.map(described) } };
}

function nameIn({ prefix, description }: DspyState, names: readonly string[]): string | undefined {
  return names.find((name) => description === defaultDescription(name)) ?? names.find((name) => prefix === prefixOf(name));
}

function readDemo(demo: JsonValue, index: number, { inputs, outputs }: Signature, notCarried: string[]): VersionDemo[] {
  if (!isJsonObject(demo)) {
    notCarried.push(`Demo ${index + 1}: it is no map.`);
    return [];
  }
  const has = (fields: readonly Field[]) => (key: string) => fields.some(({ name }) => name === key);
  const [isInput, isOutput] = [has(inputs), has(outputs)];
  const pick = (isOne: (key: string) => boolean): FieldValues => Object.fromEntries(Object.entries(demo).filter(([key]) => isOne(key)));
  const isField = (key: string) => isInput(key) || isOutput(key);
  const reasoning = isField(REASONING) || typeof demo[REASONING] !== 'string' ? undefined : demo[REASONING];
  const own = [AUGMENTED, ...DSPY_KEYS, ...(reasoning === undefined ? [] : [REASONING])];
  const unknown = Object.keys(demo).filter((key) => !isField(key) && !own.includes(key));
  if (unknown.length > 0) notCarried.push(`Of demo ${index + 1}: ${unknown.join(', ')}, which are no fields.`);
  if (!Object.keys(demo).some(isField)) return [];
  const augmented = !isField(AUGMENTED) && demo[AUGMENTED] === true;
  return [{ inputs: pick(isInput), outputs: pick(isOutput), ...(reasoning === undefined ? {} : { reasoning }), quality: 1, augmented }];
}

/** Temperature and longest answer belong to the program; model and endpoint are chosen here, and never taken from a file. */
function readLm(lm: JsonValue | undefined, notCarried: string[]): VersionSettings | undefined {
  if (!isJsonObject(lm)) return undefined;
  const { temperature, max_tokens: maxTokens, model, ...others } = lm;
  const hasTemperature = typeof temperature === 'number' && temperature >= 0;
  const hasLongest = Number.isSafeInteger(maxTokens) && (maxTokens as number) >= 1;
  if (model !== undefined) notCarried.push(`The model ${String(model)}: choose one here.`);
  const rest = Object.keys(others).filter((key) => !isEmpty(others[key]) && key !== '_dspy_lm_class');
  if (rest.length > 0) notCarried.push(`Settings of the model: ${rest.join(', ')}.`);
  if (!hasTemperature && !hasLongest) return undefined;
  return { ...(hasTemperature ? { temperature } : {}), ...(hasLongest ? { maxTokens: maxTokens as number } : {}) };
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
