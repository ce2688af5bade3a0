import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import schema from '../../../schemas/signature.schema.json' with { type: 'json' };
import { SIGNATURE_PARTS } from '../../../src/core/signature/parse-definition.js';
import { FIELD_PARTS } from '../../../src/core/signature/parse-field.js';
import { descriptionAt, keysAt, valuesAt } from '../../../src/core/signature/schema-at.js';
import { FIELD_TYPES, MODULES } from '../../../src/core/signature/signature.js';
import { TYPE_NAMES } from '../../../src/core/signature/type-expression.js';
import { isJsonObject, type JsonSchema, type JsonValue, schemaProblems } from '../../../src/core/text/json-schema.js';
import { parseSignature } from '../../../src/store/index.js';

const SCHEMA = schema as unknown as JsonSchema;

/** Problems by the whole of the schema: the parts that the core's own checker does not know are followed here. */
function problemsOf(value: JsonValue, part: JsonSchema): string[] {
  if (typeof part.$ref === 'string')
    return problemsOf(value, (schema.definitions as unknown as Record<string, JsonSchema>)[part.$ref.slice(14)] ?? {});
  const { properties, items, additionalProperties, ...own } = part;
  const problems = schemaProblems(
    value,
    properties === undefined
      ? own
      : { ...own, properties: blanked(properties), ...(additionalProperties === undefined ? {} : { additionalProperties }) },
  );
  if (Array.isArray(part.allOf)) for (const each of part.allOf) problems.push(...problemsOf(value, each as JsonSchema));
  if (isJsonObject(part.not) && problemsOf(value, part.not).length === 0) problems.push('it is what it must not be');
  if (isJsonObject(part.if) && problemsOf(value, part.if).length === 0) problems.push(...problemsOf(value, part.then as JsonSchema));
  const isRepeated = Array.isArray(value) && new Set(value.map((item) => JSON.stringify(item))).size < value.length;
  if (part.uniqueItems === true && isRepeated) problems.push('an item is there twice');
  if (Array.isArray(value) && isJsonObject(items)) for (const item of value) problems.push(...problemsOf(item, items));
  if (isJsonObject(value) && isJsonObject(properties)) {
    for (const [key, item] of Object.entries(value)) if (isJsonObject(properties[key])) problems.push(...problemsOf(item, properties[key]));
  }
  return problems;
}

function blanked(properties: JsonValue): JsonValue {
  return Object.fromEntries(Object.keys(properties as object).map((key) => [key, {}]));
}

describe('the schema of signature files', () => {
  it('has the keys that the parser knows, and no other', () => {
    assert.deepEqual(keysAt(SCHEMA, []), SIGNATURE_PARTS);
    for (const part of ['input_fields', 'output_fields']) assert.deepEqual(keysAt(SCHEMA, [part, 0]).sort(), [...FIELD_PARTS].sort());
    assert.deepEqual(
      valuesAt(SCHEMA, ['module']).map(({ value }) => value),
      [...MODULES],
    );
    assert.deepEqual(
      valuesAt(SCHEMA, ['input_fields', 0, 'type']).map(({ value }) => value),
      [...FIELD_TYPES],
    );
  });

  it('describes every key and every value', () => {
    const paths = [
      ...SIGNATURE_PARTS.map((key) => [key]),
      ...FIELD_PARTS.map((key) => ['output_fields', 0, key]),
      ...['inputs', 'outputs', 'reasoning'].map((key) => ['examples', 0, key]),
      ...['optimizer', 'metric'].map((key) => ['optimization', key]),
    ];
    for (const path of paths) assert.match(descriptionAt(SCHEMA, path), /^.{15,}[.:]/, path.join('.'));
    for (const path of [['module'], ['input_fields', 0, 'type']]) {
      for (const { value, description } of valuesAt(SCHEMA, path)) assert.ok(description.endsWith('.'), value);
    }
  });

  it('accepts every built-in signature', async () => {
    for (const name of await readdir('data/signatures')) {
      const value = parse(await readFile(`data/signatures/${name}`, 'utf8')) as JsonValue;
      assert.deepEqual(problemsOf(value, SCHEMA), [], name);
    }
  });

  const BASE = { name: 'x', input_fields: [{ name: 'a' }], output_fields: [{ name: 'b' }] };
  const field = (more: object) => ({ ...BASE, input_fields: [{ name: 'a', ...more }] });
  const output = (more: object) => ({ ...BASE, output_fields: [{ name: 'b', ...more }] });
  const types = Object.keys(TYPE_NAMES).filter((type) => type !== 'class');
  const COMPLEX = [
    ...[
      'string[]',
      'list[int]',
      'Literal["y", "n"]',
      "Literal['bogus']",
      'str | None',
      'list',
      'dict',
      'List[str]',
      'dict[str, int]',
      'any[]',
    ],
    ...['number(min 0)', 'string(pattern "(a)")[]', 'class "a, b"', 'class[] "a|b"', 'object{ a: string, b?: object{ c: number } }'],
    ...['Optional[str]', 'typing.List[str]', 'dspy.Image', '( str | int )', 'Union[str, list[int]]', 'tuple[int, str]', 'str|int'],
    'json(schema {"type": "object"})',
  ];
  const ACCEPTED: Record<string, object> = {
    'the least': BASE,
    'empty parts': { ...BASE, description: null, instructions: null, examples: null, optimization: null },
    ...Object.fromEntries([...types, ...COMPLEX].map((type) => [type, field({ type })])),
    'a class': field({ type: 'class', options: ['a', 1, true] }),
    'a list of a class': output({ type: 'class[]', options: ['a'] }),
    'a class by another name': field({ type: 'Literal["a"]', options: ['b'] }),
    'conditions of lists': field({ type: 'list[int]', min: 0 }),
    'conditions of what may be missing': field({ type: 'Optional[float]', max: 0 }),
    'conditions of other texts': field({ type: 'str | None', maxLength: 3 }),
    'objects of Python': field({ type: 'dict[str, int]', schema: { type: 'object' } }),
    conditions: field({ type: 'number', min: 0, max: 1.5, optional: true, array: false }),
    texts: field({ maxLength: 3, pattern: '^a', description: 'x' }),
    objects: field({ type: 'object', schema: { type: 'object' } }),
    'flat examples': { ...BASE, examples: [{ a: 'x', b: 'y', reasoning: 'z' }] },
    'nested examples': { ...BASE, examples: [{ inputs: { a: 'x' }, outputs: { b: 'y' } }] },
    optimization: { ...BASE, optimization: { optimizer: 'bootstrap', metric: 'exact_match', seed: 1 } },
  };
  for (const [what, value] of Object.entries(ACCEPTED)) {
    it(`accepts ${what}, as the parser does`, () => {
      assert.deepEqual(problemsOf(value as JsonValue, SCHEMA), []);
      assert.deepEqual(parseSignature(JSON.stringify(value), 'x').problems, []);
    });
  }

  const REFUSED: Record<string, object> = {
    'no name': { ...BASE, name: undefined },
    'a name with spaces': { ...BASE, name: 'my signature' },
    'no outputs': { ...BASE, output_fields: [] },
    'an unknown part': { ...BASE, modul: 'predict' },
    'an unknown module': { ...BASE, module: 'predikt' },
    'an unknown type': field({ type: 'strng' }),
    ...Object.fromEntries(
      [
        'bogus[]',
        'list[bogus]',
        'list[st]',
        'dict[str, st]',
        'bogus | None',
        'Optional',
        'Literal',
        'String',
        'typing.bogus',
        'strings',
      ].map((type) => [`the type ${type}`, field({ type })]),
    ),
    'options of a text': field({ type: 'string', options: ['a'] }),
    'options without a type': field({ options: ['a'] }),
    'a minimum of a text': field({ type: 'string', min: 1 }),
    'a minimum without a type': field({ min: 1 }),
    'a maximum of a class': field({ type: 'class', options: ['a'], max: 1 }),
    'a length of a number': field({ type: 'number', maxLength: 1 }),
    'a pattern of json': field({ type: 'json', pattern: 'a' }),
    'a schema of a text': field({ schema: { type: 'object' } }),
    'an option twice': field({ type: 'class', options: ['a', 'a'] }),
    'an option of blanks': field({ type: 'class', options: [' '] }),
    'the name of a device': { ...BASE, name: 'Nul' },
    'an unknown part of a field': field({ maxlen: 1 }),
    'a class without options': field({ type: 'class' }),
    'an image as output': output({ type: 'image' }),
    'a field without a name': { ...BASE, input_fields: [{ type: 'string' }] },
    'a length of nothing': field({ maxLength: 0 }),
    'a flag in words': field({ optional: 'yes' }),
    'examples in a map': { ...BASE, examples: {} },
  };
  for (const [what, value] of Object.entries(REFUSED)) {
    it(`refuses ${what}, as the parser does`, () => {
      const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
      assert.notDeepEqual(problemsOf(plain, SCHEMA), []);
      assert.notDeepEqual(parseSignature(JSON.stringify(value), 'x').problems, []);
    });
  }
});
