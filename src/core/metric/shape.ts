import type { FieldValue } from '../program/program.js';
import type { Field } from '../signature/signature.js';
import { type JsonSchema, type JsonValue, schemaProblems } from '../text/json-schema.js';
import { outputMetric } from './fields.js';
import { type Metric, verdict } from './metric.js';
import { isEmpty } from './read-label.js';

/** So many problems are told; the rest are counted. */
const TOLD = 3;

/** 1 when the output fits a JSON Schema, else 0. An output that is text is read as JSON first. */
export function fitsSchema(name: string, field: Field, schema: JsonSchema): Metric {
  const isText = field.array !== true && field.type !== 'json' && field.type !== 'object';
  return outputMetric(name, field, (output) => {
    const value = isText && typeof output === 'string' ? parsed(output) : output;
    if (value === undefined) return verdict(false, `"${field.name}" is not JSON.`);
    const problems = schemaProblems(value, schema);
    if (problems.length === 0) return verdict(true, 'Fits the schema.');
    const more = problems.length > TOLD ? `, and ${problems.length - TOLD} more` : '';
    return verdict(false, `Does not fit the schema: ${problems.slice(0, TOLD).join('; ')}${more}.`);
  });
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The share of the fields that are filled: not missing, blank, or an empty list. */
export function requiredFields(name: string, fields: readonly Field[]): Metric {
  const isFilled = (value: FieldValue | undefined) => !isEmpty(value) && !(Array.isArray(value) && value.length === 0);
  return {
    name,
    needsLabels: false,
    score: ({ outputs }) => {
      const missing = fields.filter((field) => !isFilled(outputs[field.name])).map((field) => field.name);
      return {
        score: (fields.length - missing.length) / fields.length,
        feedback: missing.length === 0 ? 'Every required output is there.' : `Not answered: ${missing.join(', ')}.`,
        parts: Object.fromEntries(fields.map((field) => [field.name, missing.includes(field.name) ? 0 : 1])),
      };
    },
  };
}
