import { plainOf, type SourceNode, type SourcePath, textAt, valueAt } from '../text/source-tree.js';
import { parseField } from './parse-field.js';
import { printType } from './print-one-line.js';
import type { Field } from './signature.js';

/** A field of a file that is being written. */
export interface WrittenField {
  readonly field: Field;
  readonly side: 'input' | 'output';
  readonly node: SourceNode;
}

/** The part of a file that holds the fields of a side. */
export const FIELDS_PART = { input: 'input_fields', output: 'output_fields' } as const;

/** The fields that a file has so far, inputs first; of a broken one at least its name. */
export function fieldsInTree(root: SourceNode | undefined): WrittenField[] {
  return (['input', 'output'] as const).flatMap((side) => {
    const list = valueAt(root, FIELDS_PART[side]);
    if (list?.kind !== 'list') return [];
    return list.items.flatMap((node): WrittenField[] => {
      const name = textAt(node, 'name');
      if (name === undefined) return [];
      const field = parseField(plainOf(node), [], side, () => undefined);
      return [{ field: field ?? { name, type: 'string', description: textAt(node, 'description') ?? '' }, side, node }];
    });
  });
}

/** The field that a key in an example stands for, or undefined for any other key. */
export function fieldOfExampleKey(fields: readonly WrittenField[], path: SourcePath): WrittenField | undefined {
  const [part, index, ...rest] = path;
  if (part !== 'examples' || typeof index !== 'number') return undefined;
  const [first, second] = rest;
  const find = (name: unknown, side?: WrittenField['side']) =>
    fields.find((known) => known.field.name === name && (side === undefined || known.side === side));
  if (rest.length === 1) return find(first);
  return rest.length === 2 && (first === 'inputs' || first === 'outputs')
    ? find(second, first === 'inputs' ? 'input' : 'output')
    : undefined;
}

/** A field in a few words: `label: class "positive, negative"`. */
export function describeField({ field, side }: WrittenField): string {
  return `(${side}) ${field.name}${field.optional === true ? '?' : ''}: ${printType(field)}`;
}
