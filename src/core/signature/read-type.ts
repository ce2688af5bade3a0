import { nearest } from '../text/edit-distance.js';
import { isJsonObject, type JsonSchema, unsupportedSchema } from '../text/json-schema.js';
import { described, invalidAt, type Scanner, type Token } from './one-line-scanner.js';
import { type FieldShape, fieldSchema, TYPE_NAMES, type TypeExpression } from './type-expression.js';

const CONTAINERS = ['list', 'dict', 'tuple', 'Optional', 'Union', 'Literal'] as const;
/** Brackets in brackets: more is no type that a person wrote. */
const MAX_DEPTH = 16;

/** Reads a type: Python's (`list[str] | None`), Ax's (`class "a, b"`, `number(min 0)[]`), or ours. @throws AtelierError `signature.invalid` */
export function readType(scanner: Scanner, depth = 0): TypeExpression {
  if (depth > MAX_DEPTH) throw invalidAt(scanner.peek().start, 'This type is nested too deeply', 'Use json for it.');
  const members = [readOne(scanner, depth)];
  while (scanner.takes('|')) members.push(readOne(scanner, depth));
  const [only] = members;
  return only !== undefined && members.length === 1 ? only : { kind: 'union', of: members };
}

function readOne(scanner: Scanner, depth: number): TypeExpression {
  if (scanner.takes('(')) {
    const inner = readType(scanner, depth + 1);
    scanner.expect(')', 'the type in parentheses');
    return inner;
  }
  const token = scanner.next();
  if (token.kind === 'text') {
    const hint = 'A description stands behind the type: name: string "description".';
    throw invalidAt(token.start, `A type is missing before ${JSON.stringify(token.text)}`, hint);
  }
  if (token.kind !== 'word') throw invalidAt(token.start, 'A type is missing', `Write one before ${described(token)}, for example string.`);
  if ((token.text === 'typing' || token.text === 'dspy') && scanner.takes('.')) return readOne(scanner, depth);
  if (token.text === 'None') return { kind: 'none' };
  const container = CONTAINERS.find((name) => name === token.text || name === token.text.toLowerCase());
  if (container !== undefined) return readContainer(scanner, container, token, depth);
  return readPlain(scanner, token, depth);
}

function readContainer(scanner: Scanner, name: (typeof CONTAINERS)[number], token: Token, depth: number): TypeExpression {
  if (!scanner.takes('[')) {
    if (name === 'list' || name === 'dict') return { kind: name };
    throw invalidAt(
      token.end,
      `${token.text} needs types in brackets`,
      `For example ${token.text}[${name === 'Literal' ? '"a", "b"' : 'str'}].`,
    );
  }
  if (name === 'Literal') return readLiteral(scanner, token);
  const of: TypeExpression[] = [];
  do of.push(readType(scanner, depth + 1));
  while (scanner.takes(','));
  scanner.expect(']', `the types of ${token.text}`);
  const [first, second] = of;
  const wanted = name === 'dict' ? 2 : name === 'list' || name === 'Optional' ? 1 : undefined;
  if (first === undefined || (wanted !== undefined && of.length !== wanted)) {
    throw invalidAt(token.start, `${token.text} takes ${wanted === 1 ? 'one type' : '2 types'}, not ${of.length}`, 'Correct the brackets.');
  }
  if (name === 'list') return { kind: 'list', of: first };
  if (name === 'dict') return second === undefined ? { kind: 'dict' } : { kind: 'dict', of: second };
  if (name === 'tuple') return { kind: 'tuple', of };
  return { kind: 'union', of: name === 'Optional' ? [first, { kind: 'none' }] : of };
}

function readLiteral(scanner: Scanner, start: Token): TypeExpression {
  const options: string[] = [];
  do {
    const token = scanner.next();
    if (token.kind !== 'text' && token.kind !== 'number' && token.kind !== 'word') {
      throw invalidAt(token.start, 'A value is missing in Literal', 'Write the allowed values in quotes: Literal["a", "b"].');
    }
    addOption(options, token.text, token.start);
  } while (scanner.takes(','));
  scanner.expect(']', 'the values of Literal');
  if (options.length === 0) throw invalidAt(start.start, 'Literal has no values', 'For example Literal["a", "b"].');
  return { kind: 'plain', field: { type: 'class', options } };
}

function readPlain(scanner: Scanner, token: Token, depth: number): TypeExpression {
  const type = Object.hasOwn(TYPE_NAMES, token.text) ? TYPE_NAMES[token.text] : undefined;
  if (type === undefined) {
    const guess = nearest(token.text, [...Object.keys(TYPE_NAMES), ...CONTAINERS]);
    throw invalidAt(
      token.start,
      `There is no type "${token.text}"`,
      `${guess === undefined ? '' : `Did you mean "${guess}"? `}Types: string, number, integer, boolean, class, date, datetime, url, code, json, object, image, and lists of them.`,
    );
  }
  let field: FieldShape = { type };
  if (type === 'object' && scanner.sees('{')) field = { type, schema: readProperties(scanner, depth) };
  if (scanner.sees('(')) field = readModifiers(scanner, field);
  if (scanner.sees('[') && scanner.peek(1).text === ']') {
    scanner.next();
    scanner.next();
    field = { ...field, array: true };
  }
  return { kind: 'plain', field: type === 'class' ? readOptions(scanner, field, token) : field };
}

/** Ax's `class "a, b"` or `class "a|b"`. */
function readOptions(scanner: Scanner, field: FieldShape, start: Token): FieldShape {
  const token = scanner.peek();
  if (token.kind !== 'text') throw invalidAt(start.end, 'class needs its options', 'For example class "positive, negative".');
  scanner.next();
  const options: string[] = [];
  for (const part of token.text.split(token.text.includes('|') ? '|' : ',')) addOption(options, part.trim(), token.start);
  return { ...field, options };
}

function addOption(options: string[], option: string, at: number): void {
  if (option === '') throw invalidAt(at, 'An option is empty', 'Remove the comma too many.');
  if (options.includes(option)) throw invalidAt(at, `The option "${option}" is here twice`, 'Remove one of them.');
  options.push(option);
}

/** Ax's `object{ name:string, age?:number }`. */
function readProperties(scanner: Scanner, depth: number): JsonSchema {
  scanner.expect('{', 'object');
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  do {
    const name = scanner.next();
    if (name.kind !== 'word') throw invalidAt(name.start, 'A name is missing in object', 'Write object{ name: string, age?: number }.');
    if (Object.hasOwn(properties, name.text)) throw invalidAt(name.start, `"${name.text}" is here twice`, 'Remove one of them.');
    if (!scanner.takes('?')) required.push(name.text);
    const type = scanner.takes(':') ? readType(scanner, depth + 1) : undefined;
    const description = scanner.peek().kind === 'text' ? { description: scanner.next().text } : {};
    const schema = type === undefined ? { type: 'string' } : type.kind === 'plain' ? fieldSchema(type.field) : { type: 'array' };
    properties[name.text] = { ...schema, ...description };
  } while (scanner.takes(','));
  scanner.expect('}', 'the parts of object');
  return { type: 'object', properties, required };
}

/** `(min 0, max 1)`, `(maxLength 20, pattern "^a")`, `(schema {…})`. */
function readModifiers(scanner: Scanner, field: FieldShape): FieldShape {
  scanner.expect('(', 'the type');
  let shape = field;
  do shape = readModifier(scanner, shape);
  while (scanner.takes(','));
  scanner.expect(')', 'the conditions of the type');
  return shape;
}

function readModifier(scanner: Scanner, field: FieldShape): FieldShape {
  const name = scanner.next();
  const numeric = field.type === 'number' || field.type === 'integer';
  const textual = field.type === 'string' || field.type === 'code' || field.type === 'url';
  if (numeric && (name.text === 'min' || name.text === 'max')) return { ...field, [name.text]: Number(value(scanner, name, 'number')) };
  if (textual && (name.text === 'max' || name.text === 'maxLength')) return { ...field, maxLength: Number(value(scanner, name, 'number')) };
  if (textual && name.text === 'pattern') return { ...field, pattern: value(scanner, name, 'text') };
  if ((field.type === 'json' || field.type === 'object') && name.text === 'schema') return { ...field, schema: readSchema(scanner) };
  const known = numeric
    ? 'min, max'
    : textual
      ? 'maxLength, pattern'
      : field.type === 'json' || field.type === 'object'
        ? 'schema'
        : 'none';
  throw invalidAt(name.start, `${field.type} has no condition ${described(name)}`, `Conditions of ${field.type}: ${known}.`);
}

function value(scanner: Scanner, name: Token, kind: 'number' | 'text'): string {
  const token = scanner.next();
  if (token.kind === kind) return token.text;
  throw invalidAt(token.start, `${name.text} needs a ${kind}`, `For example ${name.text} ${kind === 'number' ? '1' : '"^[A-Z]"'}.`);
}

function readSchema(scanner: Scanner): JsonSchema {
  const open = scanner.peek();
  scanner.expect('{', 'schema');
  let end = open;
  for (let depth = 1; depth > 0; ) {
    end = scanner.next();
    if (end.kind === 'end') throw invalidAt(open.start, 'The schema that begins here is not closed', 'Close it with "}".');
    if (end.kind === 'symbol') depth += end.text === '{' ? 1 : end.text === '}' ? -1 : 0;
  }
  let schema: unknown;
  try {
    schema = JSON.parse(scanner.source.slice(open.start, end.end));
  } catch (error) {
    throw invalidAt(open.start, `The schema is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'Write it as JSON.');
  }
  const [problem] = unsupportedSchema(schema);
  if (problem === undefined && isJsonObject(schema)) return schema;
  throw invalidAt(
    open.start,
    `In the schema ${problem ?? 'something is wrong'}`,
    'Use type, properties, required, items, enum, minimum, maximum.',
  );
}
