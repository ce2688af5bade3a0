import type { FieldValue, FieldValues, RowDocument } from '../../src/features/evaluate/protocol.js';

type Column = readonly [name: string, value: (row: RowDocument) => FieldValue | undefined];

/** Rows as a CSV file for a spreadsheet (RFC 4180, with a mark that tells Excel the encoding). */
export function rowsAsCsv(rows: readonly RowDocument[]): string {
  const columns: Column[] = [
    ['row', ({ row }) => row],
    ['line', ({ line }) => line],
    ['run', ({ repeat }) => repeat + 1],
    ['score', ({ score }) => score],
    ...fieldColumns(rows, 'input', ({ inputs }) => inputs),
    ...fieldColumns(rows, 'expected', ({ expected }) => expected),
    ...fieldColumns(rows, 'output', ({ outputs }) => outputs),
    ['feedback', ({ feedback }) => feedback],
    ['error', ({ error }) => (error === undefined ? undefined : `${error.code}: ${error.message}`)],
    ['latency_ms', ({ latency_ms: latency }) => latency],
    ['known_to_program', ({ leaked }) => leaked],
    ['score_measured', ({ overridden }) => overridden?.score],
    ['comment', ({ overridden }) => overridden?.comment],
    ['score_before', ({ before }) => before?.score],
    ...fieldColumns(rows, 'output_before', ({ before }) => before?.outputs),
  ];
  const lines = [columns.map(([name]) => csvCell(name)), ...rows.map((row) => columns.map(([, value]) => csvCell(value(row))))];
  return `\uFEFF${lines.map((cells) => `${cells.join(',')}\r\n`).join('')}`;
}

function fieldColumns(rows: readonly RowDocument[], prefix: string, pick: (row: RowDocument) => FieldValues | null | undefined): Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(pick(row) ?? {})));
  return [...names].map((name) => [`${prefix}.${name}`, (row) => pick(row)?.[name]]);
}

/** A cell. A text that a spreadsheet would run as a formula gets a quote before it; numbers stay numbers. */
export function csvCell(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
