import { AtelierError } from '../errors.js';
import { parsedJson, readSpecLine } from '../spec/spec-line.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';

/** A metric by its name, with its options as they were written; or a composition. */
export type MetricSpec =
  | { readonly metric: string; readonly options: Readonly<Record<string, JsonValue>> }
  | { readonly weighted: readonly { readonly spec: JsonValue; readonly weight: JsonValue }[] }
  | { readonly allOf: readonly JsonValue[] };

const HINT =
  'Write exact_match, contains(word=foo, field=label), {metric: …, field: …}, {weighted: [{metric: …, weight: …}]} or {all_of: […]}.';

/** Reads the form of a specification. @throws AtelierError `usage.invalid` with the forms that are allowed */
export function readSpec(spec: JsonValue): MetricSpec {
  if (typeof spec === 'string') return readLine(spec.trim());
  if (!isJsonObject(spec)) throw badForm(JSON.stringify(spec));
  const { metric, weighted, all_of: allOf, weight: _, ...options } = spec;
  if ([metric, weighted, allOf].filter((part) => part !== undefined).length !== 1) throw badForm(JSON.stringify(spec));
  if (typeof metric === 'string') {
    const line = readLine(metric.trim());
    return 'metric' in line ? { metric: line.metric, options: { ...line.options, ...options } } : line;
  }
  if (Object.keys(options).length > 0) throw badForm(JSON.stringify(spec));
  if (Array.isArray(allOf)) return { allOf };
  if (!Array.isArray(weighted)) throw badForm(JSON.stringify(spec));
  const parts = weighted as readonly JsonValue[];
  return { weighted: parts.map((part) => ({ spec: part, weight: isJsonObject(part) ? (part.weight ?? 1) : 1 })) };
}

function readLine(line: string): MetricSpec {
  if (line.startsWith('{')) return readSpec(parsedJson(line) ?? badSpec(line));
  const { name, options } = readSpecLine(line) ?? badSpec(line);
  return { metric: name, options };
}

function badSpec(text: string): never {
  throw badForm(text);
}

function badForm(text: string): AtelierError {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return new AtelierError('usage.invalid', `"${short}" is no metric.`, { hint: HINT });
}
