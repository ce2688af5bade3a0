import { AtelierError } from '../errors.js';
import type { Field } from '../signature/signature.js';
import { nearest } from '../text/edit-distance.js';
import type { JsonValue } from '../text/json-schema.js';

/** Reads the fields of a row of a dataset, by the columns that hold them. */
export type ReadFields = (values: Readonly<Record<string, JsonValue>>) => Readonly<Record<string, JsonValue>>;

/**
 * Finds the column of each field: the one that the mapping names, else the one with the field's name.
 * @param fields what the rows must give
 * @param mapping column by field
 * @param file the dataset, as people read it
 * @param hint how to say which column holds what
 * @returns what reads a row; an empty cell counts as not given
 * @throws AtelierError `usage.invalid`: lists every required field without a column, and every mistake of the mapping
 */
export function mapColumns(
  fields: readonly Field[],
  columns: readonly string[],
  mapping: Readonly<Record<string, string>>,
  file: string,
  hint = 'Rename a column, or map it to the field.',
): ReadFields {
  const problems: string[] = [];
  const names = fields.map((field) => field.name);
  for (const [field, column] of Object.entries(mapping)) {
    if (!names.includes(field)) problems.push(`There is no field "${field}"${guessOf(field, names)}`);
    if (!columns.includes(column)) problems.push(`${file} has no column "${column}"${guessOf(column, columns)}`);
  }
  const columnOf = new Map<string, string>();
  for (const { name, optional } of fields) {
    const column = Object.hasOwn(mapping, name) ? mapping[name] : name;
    if (column !== undefined && columns.includes(column)) columnOf.set(name, column);
    else if (optional !== true && !Object.hasOwn(mapping, name)) problems.push(`${file} has no column "${name}"${guessOf(name, columns)}`);
  }
  if (problems.length > 0) {
    throw new AtelierError('usage.invalid', problems.join(' '), {
      hint: `Columns: ${columns.join(', ')}. ${hint}`,
      file,
      line: 1,
    });
  }
  return (values) => {
    const given: [string, JsonValue][] = [];
    for (const [name, column] of columnOf) {
      const value = values[column];
      if (value !== undefined && value !== null && value !== '') given.push([name, value]);
    }
    return Object.fromEntries(given);
  };
}

function guessOf(name: string, names: readonly string[]): string {
  const guess = nearest(name, names);
  return guess === undefined ? '.' : `, did you mean "${guess}"?`;
}
