import { isJsonObject, type JsonSchema, type JsonValue } from '../text/json-schema.js';
import type { SourcePath } from '../text/source-tree.js';

/** A value that a schema offers, and what it means. */
export interface SchemaValue {
  readonly value: string;
  readonly description: string;
}

/** The schemas of a place, references followed; several where a schema says it in parts. */
function schemasAt(root: JsonSchema, path: SourcePath): JsonSchema[] {
  let found = partsOf(root, root);
  for (const step of path) {
    found = found.flatMap((schema) => {
      const part = typeof step === 'number' ? schema.items : own(schema.properties, step);
      return isJsonObject(part) ? partsOf(root, part) : [];
    });
  }
  return found;
}

/** What a schema says about a place, or ''. */
export function descriptionAt(root: JsonSchema, path: SourcePath): string {
  const said = schemasAt(root, path).find(({ description }) => typeof description === 'string');
  return typeof said?.description === 'string' ? said.description : '';
}

/** The keys that the map at a place may have. */
export function keysAt(root: JsonSchema, path: SourcePath): string[] {
  return schemasAt(root, path).flatMap(({ properties }) => (isJsonObject(properties) ? Object.keys(properties) : []));
}

/** The values that a place may have, when they are few. */
export function valuesAt(root: JsonSchema, path: SourcePath): SchemaValue[] {
  return schemasAt(root, path).flatMap((schema) => {
    if (schema.type === 'boolean') return ['true', 'false'].map((value) => ({ value, description: '' }));
    const { enum: values, enumDescriptions } = schema;
    if (!Array.isArray(values)) return [];
    const said = Array.isArray(enumDescriptions) ? enumDescriptions : [];
    return values.map((value, index) => ({ value: String(value), description: String(said[index] ?? '') }));
  });
}

function partsOf(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (typeof schema.$ref === 'string') {
    const target = own(root.definitions, schema.$ref.replace('#/definitions/', ''));
    return isJsonObject(target) ? partsOf(root, target) : [];
  }
  const parts = [schema.allOf, schema.anyOf].flatMap((list): readonly JsonValue[] => (Array.isArray(list) ? list : []));
  return [schema, ...parts.filter(isJsonObject).flatMap((part) => partsOf(root, part))];
}

function own(map: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;
}
