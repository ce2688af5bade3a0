import assert from 'node:assert/strict';
import schema from '../../../schemas/signature.schema.json' with { type: 'json' };
import { isBlank, type Suggestion, suggestionsAt } from '../../../src/core/signature/complete.js';
import { fieldsInTree } from '../../../src/core/signature/fields-in-tree.js';
import { FIELD_PARTS } from '../../../src/core/signature/parse-field.js';
import { FIELD_TYPES } from '../../../src/core/signature/signature.js';
import type { JsonSchema } from '../../../src/core/text/json-schema.js';
import { writingAt } from '../../../src/store/index.js';

/** What is offered at the "|" of a text. */
function at(marked: string, withoutSchema = false): Suggestion[] {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const writing = writingAt(text, offset);
  if (writing === undefined) return [];
  const { place, root } = writing;
  const isEmpty = isBlank(`${text.slice(0, place.start)}${text.slice(place.end)}`);
  return suggestionsAt({
    place,
    isEmpty,
    fields: fieldsInTree(root),
    schema: schema as unknown as JsonSchema,
    withoutSchema,
  });
}
const labels = (marked: string, withoutSchema = false) => at(marked, withoutSchema).map(({ label }) => label);

const FIELDS = `name: x
input_fields:
  - {name: review, type: string, description: The text}
output_fields:
  - name: label
    type: class
    options: [positive, "it's"]
  - {name: sure, type: boolean}
`;

const BLANKS = 'output_fields:\n  - {name: label, type: class, options: [very good, so so]}\n';

describe('what can be written in a signature file', () => {
  it('is a whole signature where there is nothing', () => {
    assert.equal(labels('|')[0], 'New signature');
    assert.equal(labels('na|')[0], 'New signature');
    assert.ok(labels('|').includes('instructions'));
  });

  const KEYS: Record<string, { text: string; has: string[]; not?: string[] }> = {
    'at the top': { text: `${FIELDS}|`, has: ['module', 'examples'], not: ['name', 'input_fields', 'New signature', 'type'] },
    'at the top, before other keys': {
      text: `name: x\nmo|\ninput_fields:\n  - {name: a}\n`,
      has: ['module'],
      not: ['name', 'input_fields'],
    },
    'in place of a key': { text: 'name: x\nmod|ul: predict\n', has: ['module'], not: ['name'] },
    'in a field, in lines': {
      text: 'input_fields:\n  - name: a\n    |\n    type: string\n',
      has: ['description', 'optional'],
      not: ['name', 'type', 'module'],
    },
    'in a field, in braces': { text: 'input_fields:\n  - {name: a, |}\n', has: ['type', 'maxLength'], not: ['name', 'module'] },
    'in a field, in open braces': {
      text: 'input_fields:\n  - {name: a, |\noutput_fields:\n  - {name: b}\n',
      has: ['type'],
      not: ['name', 'module'],
    },
    'in a new field': { text: 'input_fields:\n  - |\n', has: ['New field', 'name'], not: ['module'] },
    'below the fields': {
      text: `name: x\ninput_fields:\n  - {name: a}\n  |\noutput_fields:\n  - {name: b}\n`,
      has: ['New field'],
      not: ['module', 'name'],
    },
    'below the name of a list': {
      text: 'name: x\ninput_fields:\n  |\noutput_fields:\n  - {name: b}\n',
      has: ['New field'],
      not: ['module'],
    },
    'in the optimization': { text: 'name: x\noptimization:\n  |\n', has: ['optimizer', 'metric'], not: ['module'] },
    'in an example, in lines': {
      text: `${FIELDS}examples:\n  - review: x\n    |\n`,
      has: ['label', 'sure', 'reasoning'],
      not: ['review', 'module', 'type'],
    },
    'in an example, in braces': { text: `${FIELDS}examples:\n  - {review: x, |\n`, has: ['label', 'sure'], not: ['review'] },
    'in the outputs of an example': {
      text: `${FIELDS}examples:\n  - inputs: {review: x}\n    outputs: {|}\n`,
      has: ['label', 'sure'],
      not: ['review', 'reasoning'],
    },
    'in a new field, at the beginning of its line': { text: 'input_fields:\n- |\n', has: ['New field', 'name'], not: ['module'] },
    'in a field of a list that is not indented': {
      text: 'input_fields:\n- name: a\n  |\n',
      has: ['type', 'optional'],
      not: ['name', 'module'],
    },
    'below a list that is not indented': {
      text: 'name: x\ninput_fields:\n- name: a\n  type: string\n|\noutput_fields:\n- {name: b}\n',
      has: ['New field', 'module'],
      not: ['name', 'output_fields'],
    },
    'of a signature, below a comment': { text: '# Mine\n\n|', has: ['New signature', 'name'] },
    'in a new example': { text: `${FIELDS}examples:\n  - |\n`, has: ['New example', 'review'], not: ['name'] },
  };
  for (const [where, { text, has, not = [] }] of Object.entries(KEYS)) {
    it(`are the keys ${where}`, () => {
      const found = labels(text);
      for (const label of has) assert.ok(found.includes(label), `${label} in ${found.join(', ')}`);
      for (const label of not) assert.ok(!found.includes(label), `no ${label} in ${found.join(', ')}`);
      assert.equal(new Set(found).size, found.length, found.join(', '));
    });
  }

  const VALUES: Record<string, { text: string; values: readonly string[] }> = {
    modules: { text: 'name: x\nmodule: |\n', values: ['predict', 'chain_of_thought'] },
    'types in lines': { text: 'input_fields:\n  - name: a\n    type: str|\n', values: FIELD_TYPES },
    'types in braces': { text: 'input_fields:\n  - {name: a, type: |}\n', values: FIELD_TYPES },
    'types in open braces': { text: 'input_fields:\n  - {name: a, type: |\noutput_fields:\n  - {name: b}\n', values: FIELD_TYPES },
    'types in quotes': { text: 'input_fields:\n  - {name: a, type: "|"}\n', values: FIELD_TYPES },
    booleans: { text: 'input_fields:\n  - {name: a, optional: |}\n', values: ['true', 'false'] },
    'options in braces': { text: `${FIELDS}examples:\n  - {review: x, label: |}\n`, values: ['positive', "it's"] },
    'options in lines': { text: `${FIELDS}examples:\n  - review: x\n    label: po|\n`, values: ['positive', "it's"] },
    'options under outputs': {
      text: `${FIELDS}examples:\n  - inputs: {review: x}\n    outputs:\n      label: |\n`,
      values: ['positive', "it's"],
    },
    'options in a list': {
      text: `${FIELDS.replace('type: class', 'type: class[]')}examples:\n  - {review: x, label: [|]}\n`,
      values: ['positive', "it's"],
    },
    'options with blanks': { text: `${BLANKS}examples:\n  - {label: very g|}\n`, values: ['very good', 'so so'] },
    'options with blanks, in lines': { text: `${BLANKS}examples:\n  - label: very g|\n`, values: ['very good', 'so so'] },
    'options with blanks, in quotes': { text: `${BLANKS}examples:\n  - {label: "very g|"}\n`, values: ['very good', 'so so'] },
    'types in brackets': { text: 'input_fields:\n  - name: a\n    type: list[|]\n', values: FIELD_TYPES },
    'types in brackets and quotes': { text: 'input_fields:\n  - {name: a, type: "list[|]"}\n', values: FIELD_TYPES },
    'booleans of an example': { text: `${FIELDS}examples:\n  - {review: x, sure: |}\n`, values: ['true', 'false'] },
    nothing: { text: `${FIELDS}examples:\n  - {review: |}\n`, values: [] },
  };
  for (const [what, { text, values }] of Object.entries(VALUES)) it(`are ${what}`, () => assert.deepEqual(labels(text), values));

  it('replaces an option with blanks as a whole, and in brackets only the word', () => {
    const replaced = (marked: string) => {
      const text = marked.replace('|', '');
      const { start, end } = writingAt(text, marked.indexOf('|'))?.place ?? assert.fail(marked);
      return text.slice(start, end);
    };
    assert.equal(replaced(`${BLANKS}examples:\n  - {label: very g|oo d}\n`), 'very goo d');
    assert.equal(replaced(`${BLANKS}examples:\n  - label: "very g|"\n`), 'very g');
    assert.equal(replaced(`${BLANKS}examples:\n  - label: "very g|\n`), 'very g');
    assert.equal(replaced('input_fields:\n  - name: a\n    type: list[st|r]\n'), 'str');
  });

  it('is nothing in texts and comments', () => {
    for (const text of [
      'instructions: |\n  Judge na|\n'.replace('|', '>'),
      'name: x\n# mod|\n',
      'description: some text with na|\n',
      FIELDS.replace('The text', 'The "|'),
    ]) {
      assert.deepEqual(labels(text), [], text);
    }
  });

  it('is in quotes where YAML needs it, and never breaks a snippet', () => {
    const inserted = at(`${FIELDS}examples:\n  - {review: x, label: |}\n`).map(({ snippet }) => snippet);
    assert.deepEqual(inserted, ['positive', '"it\'s"']);
    const [example] = at(`${FIELDS}examples:\n  - |\n`);
    assert.equal(example?.snippet, 'review: $1\n  label: \u0024{2|positive,"it\'s"|}\n  sure: \u0024{3|true,false|}');
  });

  it('goes on below the first word of an example, however wide its dash is', () => {
    const [wide] = at(`${FIELDS}examples:\n  -   |\n`);
    assert.match(wide?.snippet ?? '', /^review: \$1\n {4}label: /);
    const [missing] = at(`${FIELDS}examples:\n  |\n`);
    assert.match(missing?.snippet ?? '', /^- review: \$1\n {2}label: /);
  });

  it('leaves what the schema says to an extension that reads it', () => {
    assert.deepEqual(labels(`${FIELDS}|`, true), []);
    assert.deepEqual(labels('input_fields:\n  - {name: a, type: |}\n', true), []);
    assert.deepEqual(labels(`${FIELDS}examples:\n  - {|}\n`, true), ['review', 'label', 'sure']);
    assert.deepEqual(labels('input_fields:\n  - |\n', true), ['New field']);
  });

  it('says what each thing is', () => {
    for (const text of ['|', 'input_fields:\n  - {|}\n', 'module: |\n', 'input_fields:\n  - {name: a, type: |}\n']) {
      for (const { label, documentation } of at(text)) assert.ok(documentation.length > 10, label);
    }
    assert.equal(at('input_fields:\n  - {|}\n').length, FIELD_PARTS.length);
  });
});
