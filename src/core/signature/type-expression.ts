import type { JsonSchema } from '../text/json-schema.js';
import type { Field, FieldType } from './signature.js';

/** A type as it is written, before it becomes a field's: Python's annotations can say more than a field can hold. */
export type TypeExpression =
  | { readonly kind: 'plain'; readonly field: FieldShape }
  | { readonly kind: 'list'; readonly of?: TypeExpression }
  | { readonly kind: 'dict'; readonly of?: TypeExpression }
  | { readonly kind: 'tuple'; readonly of: readonly TypeExpression[] }
  | { readonly kind: 'union'; readonly of: readonly TypeExpression[] }
  | { readonly kind: 'none' };

/** The parts of a field that its type decides. */
export type FieldShape = Omit<Field, 'name' | 'description'>;

/** Names of types, in any of the spellings of DSPy, Ax and the signature files. */
export const TYPE_NAMES: Readonly<Record<string, FieldType>> = {
  str: 'string',
  string: 'string',
  int: 'integer',
  integer: 'integer',
  float: 'number',
  number: 'number',
  bool: 'boolean',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  url: 'url',
  code: 'code',
  json: 'json',
  Any: 'json',
  any: 'json',
  object: 'object',
  image: 'image',
  Image: 'image',
  class: 'class',
};

/**
 * The field that a type makes. What a field cannot hold (unions, tuples, lists of lists) becomes `json` with a schema, so that it is
 * checked all the same; `X | None` makes the field optional.
 */
export function fieldOf(type: TypeExpression): FieldShape {
  switch (type.kind) {
    case 'plain':
      return type.field;
    case 'none':
      return { type: 'json', optional: true };
    case 'dict':
      return { type: 'object', schema: schemaOf(type) };
    case 'list': {
      const item = type.of === undefined ? undefined : fieldOf(type.of);
      if (item === undefined || item.array === true || item.optional === true || (item.type === 'json' && item.schema !== undefined)) {
        return { type: 'json', schema: schemaOf(type) };
      }
      return { ...item, array: true };
    }
    case 'tuple':
      return { type: 'json', schema: schemaOf(type) };
    case 'union':
      return unionField(flat(type.of));
  }
}

function unionField(members: readonly TypeExpression[]): FieldShape {
  const values = members.filter((member) => member.kind !== 'none');
  const optional = values.length < members.length ? { optional: true } : {};
  const [only] = values;
  if (only !== undefined && values.length === 1) return { ...fieldOf(only), ...optional };
  return { type: 'json', schema: unionSchema(values), ...optional };
}

/** In one order, however the union was written: `int | str` is `str | int`. */
function unionSchema(members: readonly TypeExpression[]): JsonSchema {
  return { anyOf: members.map(schemaOf).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

/** Unions in unions are one union. */
function flat(members: readonly TypeExpression[]): TypeExpression[] {
  return members.flatMap((member) => (member.kind === 'union' ? flat(member.of) : [member]));
}

/** The type as a JSON Schema. */
function schemaOf(type: TypeExpression): JsonSchema {
  switch (type.kind) {
    case 'none':
      return { type: 'null' };
    case 'list':
      return { type: 'array', ...(type.of === undefined ? {} : { items: schemaOf(type.of) }) };
    case 'dict':
      return { type: 'object', ...(type.of === undefined ? {} : { additionalProperties: schemaOf(type.of) }) };
    case 'tuple':
      return { type: 'array', prefixItems: type.of.map(schemaOf), minItems: type.of.length, maxItems: type.of.length };
    case 'union':
      return unionSchema(flat(type.of));
    case 'plain':
      return fieldSchema(type.field);
  }
}

/** A field's value as a JSON Schema. */
export function fieldSchema(field: FieldShape): JsonSchema {
  const value = valueSchema(field);
  return field.array === true ? { type: 'array', items: value } : value;
}

function valueSchema({ type, options, min, max, maxLength, pattern, schema }: FieldShape): JsonSchema {
  if (type === 'json' || type === 'object') return schema ?? (type === 'object' ? { type: 'object' } : {});
  if (type === 'class') return { enum: options ?? [] };
  if (type === 'boolean') return { type };
  if (type === 'number' || type === 'integer') {
    return { type, ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  }
  return { type: 'string', ...(maxLength === undefined ? {} : { maxLength }), ...(pattern === undefined ? {} : { pattern }) };
}
