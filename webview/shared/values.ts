import type { FieldValue, FieldValues } from '../../src/features/evaluate/protocol.js';

/** A value as people read it: text as it is, structures as JSON. */
export function valueText(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** The beginning of the values of fields, on one line. */
export function snippet(values: FieldValues | null): string {
  const shown = Object.entries(values ?? {}).filter(([, value]) => value !== null);
  const text = (value: FieldValue) => valueText(value).slice(0, 400).replace(/\s+/g, ' ');
  return shown.map(([name, value]) => (shown.length === 1 ? text(value) : `${name}: ${text(value)}`)).join(' · ');
}
