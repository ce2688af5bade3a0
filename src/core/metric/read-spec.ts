import { AtelierError } from '../errors.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';

/** A metric by its name, with its options as they were written; or a composition. */
export type MetricSpec =
  | { readonly metric: string; readonly options: Readonly<Record<string, JsonValue>> }
  | { readonly weighted: readonly { readonly spec: JsonValue; readonly weight: JsonValue }[] }
  | { readonly allOf: readonly JsonValue[] };

const HINT =
  'Write exact_match, contains(word=foo, field=label), {metric: …, field: …}, {weighted: [{metric: …, weight: …}]} or {all_of: […]}.';
/** One option: a name, "=", and a text in double quotes (as in JSON) or one without blanks at its ends. */
const OPTION = /\s*([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^",()]*?)\s*(,|$)/uy;

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
  if (line.startsWith('{')) return readSpec(parsed(line) ?? badSpec(line));
  const found = /^([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*(?:\(([\s\S]*)\))?$/u.exec(line);
  if (found === null) throw badForm(line);
  const [, metric = '', inner = ''] = found;
  return { metric, options: readOptions(inner, line) };
}

function readOptions(inner: string, line: string): Readonly<Record<string, JsonValue>> {
  const options: [string, JsonValue][] = [];
  const text = inner.trim();
  let at = 0;
  while (at < text.length) {
    OPTION.lastIndex = at;
    const found = OPTION.exec(text);
    if (found === null) throw badForm(line);
    const [, name = '', value = ''] = found;
    options.push([name, value.startsWith('"') ? (parsed(value) ?? badSpec(line)) : value]);
    at = OPTION.lastIndex;
  }
  return Object.fromEntries(options);
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function badSpec(text: string): never {
  throw badForm(text);
}

function badForm(text: string): AtelierError {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return new AtelierError('usage.invalid', `"${short}" is no metric.`, { hint: HINT });
}
