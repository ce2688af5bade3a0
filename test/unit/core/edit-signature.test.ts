import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import {
  appendInstructions,
  insertField,
  removeField,
  sameSignature,
  signatureHash,
  withField,
  withInstructions,
} from '../../../src/core/signature/edit-signature.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { Field } from '../../../src/core/signature/signature.js';

const BASE = parseOneLine('a, b -> c: class "x, y"');
const FIELD: Field = { name: 'd', type: 'string', description: '' };
const invalid = (message: RegExp) => (error: unknown) => AtelierError.is(error, 'signature.invalid') && message.test(error.message);

describe('edits of a signature', () => {
  const before = structuredClone(BASE);
  afterEach(() => assert.deepEqual(BASE, before, 'the signature itself was changed'));

  it('replace and extend the instructions', () => {
    assert.equal(withInstructions(BASE, 'New.').instructions, 'New.');
    assert.equal(appendInstructions(withInstructions(BASE, 'One.'), 'Two.').instructions, 'One.\n\nTwo.');
    assert.equal(appendInstructions(withInstructions(BASE, ''), 'Two.').instructions, 'Two.');
  });

  it('change a field, and refuse one that is not there', () => {
    assert.equal(withField(BASE, 'b', { type: 'number' }).inputs[1]?.type, 'number');
    assert.throws(() => withField(BASE, 'z', {}), invalid(/no field "z"/));
    assert.throws(() => withField(BASE, 'b', { name: 'c' }), invalid(/has a field "c" already/));
  });

  it('insert a field at its place', () => {
    const names = (index?: number) => insertField(BASE, 'inputs', FIELD, index).inputs.map(({ name }) => name);
    assert.deepEqual(
      [names(), names(0), names(1), names(-2)],
      [
        ['a', 'b', 'd'],
        ['d', 'a', 'b'],
        ['a', 'd', 'b'],
        ['a', 'd', 'b'],
      ],
    );
    assert.throws(() => insertField(BASE, 'inputs', FIELD, 5), invalid(/no place 5 among 2 inputs/));
    assert.throws(() => insertField(BASE, 'outputs', { ...FIELD, name: 'a' }), invalid(/"a" already/));
  });

  it('remove a field, and refuse one that is not there', () => {
    assert.deepEqual(
      removeField(BASE, 'a').inputs.map(({ name }) => name),
      ['b'],
    );
    assert.throws(() => removeField(BASE, 'e'), invalid(/no field "e"/));
  });
});

describe('equality and hash of signatures', () => {
  it('are of the content: not of the name, nor of the order of keys', () => {
    const reordered = { outputs: BASE.outputs, inputs: BASE.inputs, instructions: BASE.instructions, description: '', name: 'other' };
    assert.ok(sameSignature(BASE, reordered));
    assert.equal(signatureHash(reordered), signatureHash(BASE));
    assert.ok(sameSignature(BASE, withField(BASE, 'a', { optional: false })));
  });

  for (const [what, other] of [
    ['a type', withField(BASE, 'a', { type: 'number' })],
    ['a list', withField(BASE, 'a', { array: true })],
    ['an option', withField(BASE, 'c', { options: ['x', 'z'] })],
    ['the order of options', withField(BASE, 'c', { options: ['y', 'x'] })],
    ['a description', withField(BASE, 'a', { description: 'd' })],
    ['the instructions', withInstructions(BASE, 'i')],
    ['the order of fields', parseOneLine('b, a -> c: class "x, y"')],
  ] as const) {
    it(`tell ${what} apart`, () => {
      assert.ok(!sameSignature(BASE, withInstructions(other, what === 'the order of fields' ? BASE.instructions : other.instructions)));
      assert.notEqual(signatureHash(other), signatureHash(BASE));
    });
  }

  it('hash the same in every process', () => {
    assert.equal(signatureHash(parseOneLine('question -> answer')), signatureHash(parseOneLine(' question: str->answer:string ')));
    assert.match(signatureHash(BASE), /^[0-9a-f]{64}$/);
  });
});
