import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';
import { isJsonObject, patternProblem, unsupportedSchema } from '../text/json-schema.js';
import type { Path, Report } from './definition.js';
import { Scanner } from './one-line-scanner.js';
import { readType } from './read-type.js';
import { FIELD_NAME, FIELD_TYPES, type Field } from './signature.js';
import { type FieldShape, fieldOf, TYPE_NAMES } from './type-expression.js';

/** The parts of a field, by the names that a file gives them. */
export const FIELD_PARTS = ['name', 'type', 'description', 'optional', 'array', 'options', 'min', 'max', 'maxLength', 'pattern', 'schema'];
/** Which types a part is for; a part that is not here is for all. */
const FOR: Readonly<Record<string, readonly string[]>> = {
  options: ['class'],
  min: ['number', 'integer'],
  max: ['number', 'integer'],
  maxLength: ['string', 'code', 'url'],
  pattern: ['string', 'code', 'url'],
  schema: ['json', 'object'],
};
const NAME_HINT = 'A name has letters, digits and underscores, and begins with a letter.';

/**
 * Checks one field, as plain data from a file; reports every problem.
 * @returns undefined when it cannot be used
 */
export function parseField(value: unknown, path: Path, side: 'input' | 'output', report: Report): Field | undefined {
  if (!isJsonObject(value)) {
    report(path, `An ${side} must be a map.`, 'For example {name: review, type: string, description: The text}.');
    return undefined;
  }
  let sound = true;
  const wrong = (part: string, message: string, hint: string) => {
    sound = false;
    report([...path, part], message, hint);
  };
  for (const part of Object.keys(value).filter((key) => !FIELD_PARTS.includes(key))) {
    const guess = nearest(part, FIELD_PARTS);
    const hint = `${guess === undefined ? '' : `Did you mean "${guess}"? `}Parts of a field: ${FIELD_PARTS.join(', ')}.`;
    report([...path, part], `A field has no part "${part}"; it is ignored.`, hint, 'warning');
  }
  const { name, description = '', type = 'string', optional, array } = value;
  if (typeof name !== 'string' || !FIELD_NAME.test(name)) {
    if (name === undefined) report(path, `This ${side} has no name.`, NAME_HINT);
    else report([...path, 'name'], `${JSON.stringify(name)} is no name of a field.`, NAME_HINT);
    sound = false;
  }
  if (typeof description !== 'string') wrong('description', 'The description is not text.', 'Put it in quotes.');
  for (const [part, flag] of Object.entries({ optional, array })) {
    if (flag !== undefined && typeof flag !== 'boolean') wrong(part, `"${part}" is not true or false.`, 'Write true, or leave it out.');
  }
  const shape = readShape(type, wrong);
  const options = value.options === undefined ? shape?.options : value.options;
  if (shape === undefined) return undefined;
  for (const [part, types] of Object.entries(FOR)) {
    if (value[part] !== undefined && !types.includes(shape.type)) {
      wrong(part, `"${part}" is not for ${shape.type} fields.`, `It is for ${types.join(', ')}.`);
    }
  }
  if (shape.type === 'class') checkOptions(options, wrong);
  if (shape.type === 'image' && side === 'output') wrong('type', 'An output cannot be an image.', 'Images are inputs.');
  checkConditions(value, wrong);
  if (!sound) return undefined;
  const { min, max, maxLength, pattern, schema } = value;
  return {
    name: String(name),
    ...shape,
    description: String(description),
    ...(optional === true ? { optional } : {}),
    ...(array === true ? { array } : {}),
    ...(Array.isArray(options) ? { options: options.map(String) } : {}),
    ...(typeof min === 'number' ? { min } : {}),
    ...(typeof max === 'number' ? { max } : {}),
    ...(typeof maxLength === 'number' ? { maxLength } : {}),
    ...(typeof pattern === 'string' ? { pattern } : {}),
    ...(isJsonObject(schema) ? { schema } : {}),
  };
}

type Wrong = (part: string, message: string, hint: string) => void;

/** `string`, `string[]`, `list[string]`, `Literal["a", "b"]`: the options of `class` stand in a part of their own. */
function readShape(type: unknown, wrong: Wrong): FieldShape | undefined {
  if (typeof type !== 'string') {
    wrong('type', 'The type is not text.', `Types: ${FIELD_TYPES.join(', ')}.`);
    return undefined;
  }
  const [, listed, suffixed] = /^\s*(?:list\[\s*(\w+)\s*\]|(\w+)\s*\[\s*\])\s*$/.exec(type) ?? [];
  const item = listed ?? suffixed;
  const base = item ?? type.trim();
  const known = Object.hasOwn(TYPE_NAMES, base) ? TYPE_NAMES[base] : undefined;
  if (known !== undefined) return { type: known, ...(item === undefined ? {} : { array: true }) };
  try {
    const scanner = new Scanner(type);
    const shape = fieldOf(readType(scanner));
    if (scanner.peek().kind === 'end') return shape;
    wrong('type', `"${type}" is more than a type.`, `Types: ${FIELD_TYPES.join(', ')}, and type[] for a list.`);
  } catch (error) {
    if (!AtelierError.is(error)) throw error;
    wrong('type', error.message.replace(/ \(column \d+\)\.$/, '.'), error.hint);
  }
  return undefined;
}

function checkOptions(options: unknown, wrong: Wrong): void {
  if (!Array.isArray(options) || options.length === 0) {
    wrong('options', 'A class needs its options.', 'For example options: [positive, negative].');
    return;
  }
  const bad = options.find((option) => !['string', 'number', 'boolean'].includes(typeof option) || String(option).trim() === '');
  if (bad !== undefined) wrong('options', `The option ${JSON.stringify(bad)} is not text.`, 'Put it in quotes.');
  const twice = options.find((option, index) => options.findIndex((other) => String(other) === String(option)) < index);
  if (twice !== undefined) wrong('options', `The option "${String(twice)}" is here twice.`, 'Remove one of them.');
}

function checkConditions(value: Readonly<Record<string, unknown>>, wrong: Wrong): void {
  const { min, max, maxLength, pattern, schema } = value;
  for (const [part, number] of Object.entries({ min, max, maxLength })) {
    if (number !== undefined && typeof number !== 'number')
      wrong(part, `"${part}" is not a number.`, 'Write it as a number without quotes.');
  }
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    wrong('max', `max ${max} is less than min ${min}.`, 'Exchange them.');
  if (typeof maxLength === 'number' && (maxLength < 1 || !Number.isInteger(maxLength))) {
    wrong('maxLength', `maxLength ${maxLength} is no whole number above 0.`, 'Count in characters.');
  }
  if (pattern !== undefined) {
    const problem = typeof pattern === 'string' ? patternProblem(pattern) : 'it is not text';
    if (problem !== undefined) wrong('pattern', `The pattern is no regular expression: ${problem}.`, 'Correct it.');
  }
  if (schema !== undefined) {
    for (const problem of unsupportedSchema(schema)) {
      wrong('schema', `In the schema, ${problem}.`, 'Use type, properties, required, items, enum, anyOf, minimum, maximum, pattern.');
    }
  }
}
