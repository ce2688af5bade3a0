import type { FieldValue } from '../program/program.js';
import { quote } from '../program/read-scalar.js';
import type { Field } from '../signature/signature.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import { sameText } from './normalise.js';
import { readTyped } from './read-label.js';

/**
 * Where an output is not its label, in words; undefined when both say the same. Numbers, booleans, dates and addresses are compared by
 * value, texts normalised, code line by line without trailing blanks, lists in order, and objects key by key.
 * @param label a value of the field's type
 */
export function difference(field: Field, output: FieldValue, label: FieldValue): string | undefined {
  const reading = readTyped(field, output);
  if ('problem' in reading) return reading.problem;
  if (field.array !== true) return scalarDifference(field, reading.value, label, '');
  const items = Array.isArray(reading.value) ? (reading.value as readonly JsonValue[]) : [];
  const wanted = Array.isArray(label) ? (label as readonly JsonValue[]) : [];
  if (items.length !== wanted.length) return counted(items.length, wanted.length, '');
  return firstOf(items, (item, index) => scalarDifference(field, item, wanted[index] ?? null, `item ${index + 1}: `));
}

function scalarDifference({ type }: Field, value: JsonValue, label: JsonValue, place: string): string | undefined {
  if (type === 'json' || type === 'object') return jsonDifference(value, label, '');
  if (typeof value !== 'string' || typeof label !== 'string') return value === label ? undefined : expected(value, label, place);
  return sameScalarText(type, value, label) ? undefined : expected(value, label, place);
}

function sameScalarText(type: Field['type'], value: string, label: string): boolean {
  switch (type) {
    case 'string':
      return sameText(value, label);
    case 'code':
      return linesOf(value) === linesOf(label);
    case 'url':
      return new URL(value).href === new URL(label).href;
    case 'datetime':
      // Without an offset the clock is unknown: then both must be written alike.
      return value === label || (hasOffset(value) && hasOffset(label) && Date.parse(value) === Date.parse(label));
    default:
      return value === label;
  }
}

function jsonDifference(value: JsonValue, label: JsonValue, place: string): string | undefined {
  const at = place === '' ? '' : `${place}: `;
  if (typeof value === 'string' && typeof label === 'string') return sameText(value, label) ? undefined : expected(value, label, at);
  if (Array.isArray(value) && Array.isArray(label)) {
    const wanted = label as readonly JsonValue[];
    if (value.length !== wanted.length) return counted(value.length, wanted.length, at);
    return firstOf(value as readonly JsonValue[], (item, index) => jsonDifference(item, wanted[index] ?? null, `${place}[${index}]`));
  }
  if (!isJsonObject(value) || !isJsonObject(label)) return value === label ? undefined : expected(value, label, at);
  const missing = Object.keys(label).find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${at}"${missing}" is missing`;
  return firstOf(Object.entries(value), ([key, item]) => {
    if (!Object.hasOwn(label, key)) return `${at}"${key}" is not expected`;
    return jsonDifference(item, label[key] ?? null, place === '' ? key : `${place}.${key}`);
  });
}

function firstOf<T>(items: readonly T[], differs: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = differs(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function expected(value: JsonValue, label: JsonValue, place: string): string {
  return `${place}expected ${quote(label)}, got ${quote(value)}`;
}

function counted(count: number, wanted: number, place: string): string {
  return `${place}expected ${wanted} ${wanted === 1 ? 'item' : 'items'}, got ${count}`;
}

function linesOf(code: string): string {
  return code
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

function hasOffset(datetime: string): boolean {
  return /(?:Z|[+-]\d{2}:\d{2})$/.test(datetime);
}
