import type { Field } from '../signature/signature.js';
import { isJsonObject, type JsonValue, matchesPattern, schemaProblems } from '../text/json-schema.js';
import { looseJson } from '../text/loose-json.js';
import { readDate, readDatetime } from './read-date.js';

/** A value that was read, or what is wrong with it. */
export type Reading<T = JsonValue> = { readonly value: T } | { readonly problem: string };

/** Reads one value (not a list) of a field's type. */
export function readScalar(field: Field, raw: JsonValue): Reading {
  switch (field.type) {
    case 'string':
    case 'code':
    case 'image':
      return readText(field, raw);
    case 'number':
    case 'integer':
      return readNumber(field, raw);
    case 'boolean':
      return readBoolean(raw);
    case 'class':
      return readClass(field.options ?? [], raw);
    case 'date':
      return orProblem(readDate(plain(raw)), raw, 'a date such as 2026-01-31');
    case 'datetime':
      return orProblem(readDatetime(plain(raw)), raw, 'a date and time such as 2026-01-31T09:30:00Z');
    case 'url':
      return readUrl(field, raw);
    case 'json':
    case 'object':
      return readJson(field, raw);
  }
}

/** A value as an error message shows it. */
export function quote(raw: JsonValue): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return `"${text.length > 80 ? `${text.slice(0, 77)}...` : text}"`;
}

function orProblem(value: JsonValue | undefined, raw: JsonValue, expected: string): Reading {
  return value === undefined ? { problem: `${quote(raw)} is not ${expected}` } : { value };
}

function readText(field: Field, raw: JsonValue): Reading {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  const fences = field.type === 'code' ? [...text.matchAll(/```[\w+#.-]*\n([\s\S]*?)\n?```/g)] : [];
  const value = fences.length === 1 ? (fences[0]?.[1] ?? text) : text;
  return bounded(field, value);
}

function bounded({ maxLength, pattern }: Field, value: string): Reading {
  if (maxLength !== undefined && [...value].length > maxLength) {
    return { problem: `it has ${[...value].length} characters, the most is ${maxLength}` };
  }
  return pattern !== undefined && !matchesPattern(value, pattern)
    ? { problem: `${quote(value)} does not match the pattern ${pattern}` }
    : { value };
}

const NUMBER = /[-+−]?(?:\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d+,\d{1,2}(?!\d)|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/g;

function readNumber(field: Field, raw: JsonValue): Reading {
  const { type, min, max } = field;
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' ? numberIn(raw, max) : undefined;
  const expected = type === 'integer' ? 'a whole number' : 'a number';
  const range = min === undefined && max === undefined ? '' : ` from ${min ?? '-∞'} to ${max ?? '∞'}`;
  if (value === undefined || !Number.isFinite(value) || (type === 'integer' && !Number.isInteger(value))) {
    return { problem: `${quote(raw)} is not ${expected}${range}` };
  }
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) return { problem: `${value} is not ${expected}${range}` };
  return { value };
}

/** The one number that a text gives. "4 out of 5" and "0.5 / 1" give their first; "3 to 5" gives none. */
function numberIn(text: string, max: number | undefined): number | undefined {
  const found = [...plain(text).matchAll(NUMBER)];
  const [first, second] = found;
  const between = second === undefined ? '' : text.slice(text.indexOf(first?.[0] ?? '') + (first?.[0].length ?? 0));
  if (first === undefined || (second !== undefined && !/^\s*(?:\/|of|out of)\s*\d/i.test(between))) return undefined;
  const written = first[0].replace('−', '-');
  const decimalComma = /^[-+]?\d+,\d{1,2}$/.test(written);
  const value = Number(decimalComma ? written.replace(',', '.') : written.replace(/[,\u00a0\u202f ]/g, ''));
  return max === 1 && /^\s*%/.test(plain(text).slice(first.index + first[0].length)) ? value / 100 : value;
}

const YES = /^(?:true|yes|y|t|on|1)(?![\p{L}\p{N}])/iu;
const NO = /^(?:false|no|n|f|off|0)(?![\p{L}\p{N}])/iu;

function readBoolean(raw: JsonValue): Reading {
  if (typeof raw === 'boolean') return { value: raw };
  const text = plain(raw);
  if (YES.test(text)) return { value: true };
  return NO.test(text) ? { value: false } : { problem: `${quote(raw)} is not true or false` };
}

/** The option that an answer names: itself in any case, at the beginning of a sentence, or as the only one in it. */
function readClass(options: readonly string[], raw: JsonValue): Reading {
  const text = plain(raw).replace(/^Literal\[\s*["']?([\s\S]*?)["']?\s*\]$/, '$1');
  const wanted = folded(text);
  const exact = options.find((option) => option === text) ?? options.find((option) => folded(option) === wanted);
  if (exact !== undefined) return { value: exact };
  const named = options.filter((option) => whole(option).test(text));
  // "very positive" names positive, even when "not positive" is the opposite: what is negated is left to the model to say anew.
  const longest = named.filter((option) => !named.some((other) => other !== option && folded(other).includes(folded(option))));
  const [only] = longest;
  if (only !== undefined && longest.length === 1 && !/\b(?:not|n't|neither|nor|isn't)\b/i.test(text)) return { value: only };
  const leading = options.find((option) => new RegExp(`^${escaped(option)}(?=\\s*[.,;:(–—-])`, 'iu').test(text));
  if (leading !== undefined) return { value: leading };
  return { problem: `${quote(raw)} is not one of ${options.join(', ')}` };
}

function readUrl(field: Field, raw: JsonValue): Reading {
  const text = plain(raw)
    .replace(/^\[[^\]]*\]\((\S+)\)$/, '$1')
    .replace(/^<|>$/g, '');
  return URL.canParse(text) && /^[a-z][a-z0-9+.-]*:\/?\/?\S+$/i.test(text)
    ? bounded(field, text)
    : { problem: `${quote(raw)} is not an address such as https://example.org` };
}

function readJson(field: Field, raw: JsonValue): Reading {
  const candidates = typeof raw === 'string' ? [looseJson(raw), raw] : [raw];
  let problem = `${quote(raw)} is not ${field.type === 'object' ? 'a JSON object' : 'JSON'}`;
  for (const [index, value] of candidates.entries()) {
    if (value === undefined) continue;
    // A bare text is JSON only where the schema says that a text is welcome.
    const isBareText = typeof raw === 'string' && index === 1;
    if (isBareText && (field.schema === undefined || field.type === 'object')) continue;
    if (field.type === 'object' && !isJsonObject(value)) continue;
    const [first] = field.schema === undefined ? [] : schemaProblems(value, field.schema);
    if (first === undefined) return { value };
    if (!isBareText) problem = `the JSON does not fit: ${first}`;
  }
  return { problem };
}

/** Text without the decoration that models put around short values. */
function plain(raw: JsonValue): string {
  if (typeof raw !== 'string') return JSON.stringify(raw);
  return raw
    .trim()
    .replace(/^[\s"'“”‘’*_`]+|[\s"'“”‘’*_`]+$/gu, '')
    .replace(/[.!]$/, '')
    .replace(/[\s"'“”‘’*_`]+$/gu, '')
    .trim();
}

function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

function whole(option: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(option)}(?![\\p{L}\\p{N}])`, 'iu');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
