/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON Schema, of which {@link schemaProblems} knows a part; what it does not know is refused when the schema is read. */
export type JsonSchema = { readonly [keyword: string]: JsonValue };

/** Keywords that are checked, and those that only describe. */
const CHECKED = new Set(
  'type enum const properties required additionalProperties items prefixItems minItems maxItems minimum maximum minLength maxLength pattern anyOf'.split(
    ' ',
  ),
);
const DESCRIBING = new Set('title description default examples format $schema $comment'.split(' '));
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
/** A pattern is tried on so many characters at most: it comes from a file, and may be slow. */
const PATTERN_REACH = 10_000;

export function isJsonObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a schema itself: an empty list when every part of it will be checked. */
export function unsupportedSchema(schema: unknown, place = 'schema'): string[] {
  if (!isJsonObject(schema)) return [`${place} is not a map`];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const here = `${place}.${keyword}`;
    if (keyword === 'properties') {
      if (!isJsonObject(value)) return [`${here} is not a map`];
      return Object.entries(value).flatMap(([name, part]) => unsupportedSchema(part, `${here}.${name}`));
    }
    if (keyword === 'items') return unsupportedSchema(value, here);
    if (keyword === 'additionalProperties') return typeof value === 'boolean' ? [] : unsupportedSchema(value, here);
    if (keyword === 'anyOf' || keyword === 'prefixItems') {
      if (!Array.isArray(value)) return [`${here} is not a list`];
      return value.flatMap((part, index) => unsupportedSchema(part, `${here}[${index}]`));
    }
    if (keyword === 'type') {
      const wrong = listOf(value).filter((type) => !TYPES.includes(String(type)));
      return wrong.map((type) => `${here} is "${String(type)}", not one of ${TYPES.join(', ')}`);
    }
    if (keyword === 'pattern') return patternProblem(value) === undefined ? [] : [`${here} is no regular expression`];
    return CHECKED.has(keyword) || DESCRIBING.has(keyword) ? [] : [`${here} is a keyword that is not supported`];
  });
}

/** Why a pattern is no regular expression, or undefined. */
export function patternProblem(pattern: unknown): string | undefined {
  try {
    new RegExp(String(pattern), 'u');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether a text matches a pattern; only its beginning is looked at. */
export function matchesPattern(text: string, pattern: string): boolean {
  return new RegExp(pattern, 'u').test(text.slice(0, PATTERN_REACH));
}

/** What of a value does not fit a schema, each with its place. */
export function schemaProblems(value: JsonValue, schema: JsonSchema, place = ''): string[] {
  const { anyOf, enum: allowed, const: only, type } = schema;
  const at = place === '' ? 'it' : place;
  if (type !== undefined && !listOf(type).some((name) => isOfType(value, String(name)))) {
    return [`${at} is ${shown(value)}, not ${listOf(type).join(' or ')}`];
  }
  if (Array.isArray(allowed) && !allowed.some((option) => same(option, value))) {
    return [`${at} is ${shown(value)}, not one of ${allowed.map(shown).join(', ')}`];
  }
  if (only !== undefined && !same(only, value)) return [`${at} is ${shown(value)}, not ${shown(only)}`];
  if (Array.isArray(anyOf) && !anyOf.some((part) => isJsonObject(part) && schemaProblems(value, part, place).length === 0)) {
    return [`${at} is ${shown(value)}, which fits none of the allowed forms`];
  }
  if (typeof value === 'number') return rangeProblems(value, schema, at);
  if (typeof value === 'string') return textProblems(value, schema, at);
  if (Array.isArray(value)) return itemProblems(value, schema, place, at);
  return isJsonObject(value) ? propertyProblems(value, schema, place, at) : [];
}

function rangeProblems(value: number, { minimum, maximum }: JsonSchema, at: string): string[] {
  if (typeof minimum === 'number' && value < minimum) return [`${at} is ${value}, less than ${minimum}`];
  if (typeof maximum === 'number' && value > maximum) return [`${at} is ${value}, more than ${maximum}`];
  return [];
}

function textProblems(value: string, { minLength, maxLength, pattern }: JsonSchema, at: string): string[] {
  if (typeof minLength === 'number' && value.length < minLength) return [`${at} is shorter than ${minLength} characters`];
  if (typeof maxLength === 'number' && value.length > maxLength) return [`${at} is longer than ${maxLength} characters`];
  return typeof pattern === 'string' && !matchesPattern(value, pattern) ? [`${at} does not match ${pattern}`] : [];
}

function itemProblems(value: readonly JsonValue[], schema: JsonSchema, place: string, at: string): string[] {
  const { items, prefixItems, minItems, maxItems } = schema;
  if (typeof minItems === 'number' && value.length < minItems) return [`${at} has fewer than ${minItems} items`];
  if (typeof maxItems === 'number' && value.length > maxItems) return [`${at} has more than ${maxItems} items`];
  const prefix = Array.isArray(prefixItems) ? prefixItems : [];
  return value.flatMap((item, index) => {
    const part = prefix[index] ?? items;
    return isJsonObject(part) ? schemaProblems(item, part, `${place}[${index}]`) : [];
  });
}

function propertyProblems(value: { readonly [key: string]: JsonValue }, schema: JsonSchema, place: string, at: string): string[] {
  const { properties, required, additionalProperties } = schema;
  const known = isJsonObject(properties) ? properties : {};
  const missing = listOf(required ?? []).filter((name) => !Object.hasOwn(value, String(name)));
  const problems = missing.map((name) => `${at} has no "${String(name)}"`);
  for (const [name, item] of Object.entries(value)) {
    const here = place === '' ? name : `${place}.${name}`;
    const part = Object.hasOwn(known, name) ? known[name] : additionalProperties;
    if (part === false) problems.push(`"${here}" is not expected`);
    else if (isJsonObject(part)) problems.push(...schemaProblems(item, part, here));
  }
  return problems;
}

function isOfType(value: JsonValue, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

function same(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** JSON with sorted keys and without what is undefined: one text per value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  // No lists on the way: the hashes of thousands of files go through here.
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (item !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}
