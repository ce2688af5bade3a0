import { AtelierError } from '../errors.js';
import { ENHANCE_PROMPT, IMAGE_PROMPT } from '../image-prompt/programs.js';
import type { Field, Signature } from '../signature/signature.js';
import { SpecOptions } from '../spec/spec-options.js';
import { nearest } from '../text/edit-distance.js';
import type { JsonValue } from '../text/json-schema.js';
import { BUILT_IN } from './built-in.js';
import { allOf, weighted } from './compose.js';
import { perOutput } from './fields.js';
import type { Metric } from './metric.js';
import { readSpec } from './read-spec.js';

/** A metric as lists and completions show it. */
export interface MetricEntry {
  readonly name: string;
  readonly about: string;
  readonly options: readonly string[];
}

/** The metrics that can be named. */
export function listMetrics(): readonly MetricEntry[] {
  return Object.entries(BUILT_IN).map(([name, { about, options }]) => ({ name, about, options: Object.keys(options) }));
}

/**
 * The metric of a specification: a name (`exact_match`), a name with options (`contains(word=foo, field=label)`), an object
 * (`{metric: …, field: …}`), or a composition (`{weighted: [{metric: …, weight: …}]}`, `{all_of: [ … ]}`); a text may also hold such an
 * object as JSON. `field` picks the output; without it the metric takes all outputs that suit it, and averages those that a row labels.
 * @param texts what the rarity of words is learnt from (`tfidf_similarity`), for example the labels of the dataset
 * @throws AtelierError `usage.invalid` with the valid names, and the nearest
 */
export function parseMetric(spec: JsonValue, signature: Signature, texts: readonly string[] = []): Metric {
  const read = readSpec(spec);
  if ('allOf' in read) return allOf(read.allOf.map((part) => parseMetric(part, signature, texts)));
  if ('weighted' in read) {
    return weighted(
      read.weighted.map(({ spec: part, weight }) => ({ metric: parseMetric(part, signature, texts), weight: Number(weight) })),
    );
  }
  const builtIn = Object.hasOwn(BUILT_IN, read.metric) ? BUILT_IN[read.metric] : undefined;
  if (builtIn === undefined) throw unknownMetric(read.metric);
  const options = SpecOptions.read({ kind: 'metric', name: read.metric }, builtIn.options, read.options);
  return builtIn.make({ name: `${read.metric}${options}`, signature, options, texts });
}

/**
 * What a signature is scored with when nobody chose: the prompt's quality and lint for image prompts; otherwise for each output equality
 * (classes, dates, lists, …), equality of value (numbers), or overlap of words (texts), averaged.
 * @param hasLabels whether the rows say what the outputs should be
 * @throws AtelierError `usage.invalid` when there are no labels to compare with
 */
export function defaultMetric(signature: Signature, hasLabels: boolean): Metric {
  if (signature.name === IMAGE_PROMPT.name || signature.name === ENHANCE_PROMPT.name) {
    return parseMetric({ weighted: ['prompt_quality', 'image_prompt_lint'] }, signature);
  }
  if (!hasLabels) {
    throw new AtelierError('usage.invalid', `The rows have no labels to compare the outputs of ${signature.name} with.`, {
      hint: 'Add a column for an output, or choose a metric that needs none: regex, contains, length, json_schema, required_fields.',
    });
  }
  const scored = signature.outputs.filter(({ type }) => type !== 'image');
  const names = new Set(scored.map(defaultFor));
  const [only] = names;
  if (only !== undefined && names.size === 1) return parseMetric(only, signature);
  const parts = scored.map((field) => [field, parseMetric({ metric: defaultFor(field), field: field.name }, signature)] as const);
  return perOutput(`per_output(${parts.map(([, metric]) => metric.name).join(', ')})`, parts);
}

function defaultFor({ type, array }: Field): string {
  if (array === true) return 'exact_match';
  if (type === 'number' || type === 'integer') return 'number_within';
  return type === 'string' ? 'token_f1' : 'exact_match';
}

function unknownMetric(name: string): AtelierError {
  const names = Object.keys(BUILT_IN);
  const guess = nearest(name, names);
  return new AtelierError('usage.invalid', `There is no metric "${name}".`, {
    hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}Valid metrics: ${names.join(', ')}.`,
  });
}
