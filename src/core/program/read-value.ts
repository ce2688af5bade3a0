import type { Field } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';
import { looseJson } from '../text/loose-json.js';
import { quote, type Reading, readScalar } from './read-scalar.js';

/**
 * Reads the value of a field from a model's answer, a file or the terminal: text, or JSON that was parsed already. Takes what a person
 * would understand ("Yes.", "4 out of 5", "March 5, 2026", a list with bullets), and nothing that could mean two things.
 * @returns the typed value, or what came and what is allowed
 */
export function readValue(field: Field, raw: JsonValue): Reading {
  if (field.optional === true && isNothing(raw)) return { value: null };
  if (raw === null) return { problem: 'it is empty' };
  if (field.type !== 'string' && raw === '') return { problem: 'it is empty' };
  if (field.array !== true) return readScalar(field, raw);
  const items = Array.isArray(raw) ? (raw as readonly JsonValue[]) : itemsOf(field, raw);
  if (items === undefined) return { problem: `${quote(raw)} is not a list` };
  const values: JsonValue[] = [];
  for (const [index, item] of items.entries()) {
    const reading = readScalar(field, item);
    if ('problem' in reading) return { problem: `item ${index + 1}: ${reading.problem}` };
    values.push(reading.value);
  }
  return { value: values };
}

function isNothing(raw: JsonValue): boolean {
  return raw === null || (typeof raw === 'string' && /^(?:null|none|n\/a|-|)$/i.test(raw.trim()));
}

/** The items of a list that is written as JSON, as lines with bullets or numbers, or with commas. */
function itemsOf(field: Field, raw: JsonValue): readonly JsonValue[] | undefined {
  if (typeof raw !== 'string') return undefined;
  const parsed = looseJson(raw);
  if (Array.isArray(parsed)) return parsed as readonly JsonValue[];
  if (/^(?:none|n\/a|-)\.?$/i.test(raw.trim())) return [];
  if (field.type === 'json' || field.type === 'object') return parsed === undefined ? undefined : [parsed];
  if (raw.trim().startsWith('[')) return undefined;
  const lines = raw.split(/\r?\n/).filter((line) => line.trim() !== '');
  const bullets = lines.filter((line) => /^\s*(?:[-*•]|\d+[.)])\s+/.test(line));
  if (bullets.length > 0) return bullets.map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim());
  if (lines.length > 1) return lines.map((line) => line.trim().replace(/,$/, ''));
  return raw
    .split(/[,;]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
