import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { sameSignature } from '../../../src/core/signature/edit-signature.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { printOneLine } from '../../../src/core/signature/print-one-line.js';

function refused(text: string): AtelierError {
  try {
    parseOneLine(text);
  } catch (error) {
    assert.ok(AtelierError.is(error, 'signature.invalid'), String(error));
    return error;
  }
  assert.fail(`"${text}" was accepted`);
}

describe('the one-line form', () => {
  it('reads that of DSPy', () => {
    const { name, instructions, inputs, outputs } = parseOneLine(
      'question: str, context: list[str] -> answer: Literal["a","b"], n: Optional[int]',
    );
    assert.equal(name, 'question, context -> answer, n');
    assert.equal(instructions, 'Given the fields `question`, `context`, produce the fields `answer`, `n`.');
    assert.deepEqual(inputs, [
      { name: 'question', type: 'string', description: '' },
      { name: 'context', type: 'string', array: true, description: '' },
    ]);
    assert.deepEqual(outputs, [
      { name: 'answer', type: 'class', options: ['a', 'b'], description: '' },
      { name: 'n', type: 'integer', optional: true, description: '' },
    ]);
  });

  it('reads that of Ax', () => {
    const { description, inputs, outputs } = parseOneLine(
      '"Judge it" review:string "its text" -> label:class "positive, negative" "the tone", score?:number(min 0, max 1), tags:class[] "a | b", people:object{ name:string, age?:number(min 0) }[]',
    );
    assert.equal(description, 'Judge it');
    assert.deepEqual(inputs, [{ name: 'review', type: 'string', description: 'its text' }]);
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'number', minimum: 0 } }, required: ['name'] };
    assert.deepEqual(outputs, [
      { name: 'label', type: 'class', options: ['positive', 'negative'], description: 'the tone' },
      { name: 'score', type: 'number', min: 0, max: 1, optional: true, description: '' },
      { name: 'tags', type: 'class', array: true, options: ['a', 'b'], description: '' },
      { name: 'people', type: 'object', array: true, schema, description: '' },
    ]);
  });

  const WRONG: [string, number, RegExp, RegExp][] = [
    ['question', 9, /no "->"/, /question -> answer/],
    ['', 1, /no "->"/, /question -> answer/],
    ['a -> b -> c', 8, /second "->"/, /commas/],
    ['-> b', 1, /no input/, /before "->"/],
    ['a ->', 5, /no output/, /after "->"/],
    ['a, a -> b', 4, /"a" is here twice/, /names of their own/],
    ['a -> b, a', 9, /"a" is here twice/, /names of their own/],
    ['a: strng -> b', 4, /no type "strng"/, /Did you mean "string"\?/],
    ['a -> b: "note', 9, /no closing quote/, /Close it with "/],
    ['a: "note" -> b', 4, /A type is missing before "note"/, /behind the type/],
    ['1a -> b', 1, /name is missing before "1"/, /begins with a letter/],
    ['a b -> c', 3, /"b" is not expected/, /commas/],
    ['a = 1 -> b', 3, /no default value/, /optional/],
    ['a -> b: class', 14, /class needs its options/, /positive, negative/],
    ['a -> b: class "x, x"', 15, /"x" is here twice/, /Remove/],
    ['a -> b: class "x,"', 15, /option is empty/, /comma/],
    ['a -> b: Optional[int, str]', 9, /one type, not 2/, /brackets/],
    ['a -> b: list[str', 17, /"]" is missing/, /before the end/],
    ['a -> b: number(maxLength 2)', 16, /number has no condition "maxLength"/, /min, max/],
    ['a -> b: object(schema {"$ref": "x"})', 23, /\$ref is a keyword/, /properties/],
    ['a -> b: string(pattern "(")', 6, /no regular expression/, /Correct/],
    ['a -> b: image', 6, /cannot be an image/, /inputs/],
    ['a -> b!', 7, /Internal fields/, /chain_of_thought/],
    ['a -> b § c', 8, /"§" means nothing/, /commas/],
    [`a -> b: ${'list['.repeat(40)}`, 94, /nested too deeply/, /json/],
  ];
  for (const [text, column, message, hint] of WRONG) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))} at column ${column}`, () => {
      const error = refused(text);
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      assert.equal(error.column, column);
      assert.ok(error.message.endsWith(`(column ${column}).`));
    });
  }

  const ROUND = [
    'question, context: list[str] -> answer',
    '"What \\"it\\" does" a: string "x -> y", b?: integer(min -1, max 5) -> c: class "x, y" "d", e: class[] "x|y"',
    `a -> b: Literal["it's, bad", "c|d", "q\\"e"], c: list[Literal["a,b"]]`,
    'a: string(maxLength 10, pattern "^[a-z]\\\\d+$") -> b: date[], c: datetime, d: url, e: code, f: json[], g: boolean',
    'a: dict[str, list[Optional[Tuple[int, str]]]] -> b: Union[list[str], dict[str, Any]], c: list[list[int]]',
    'вкус: str, picture: image -> описание: str | None',
  ];
  for (const text of ROUND) {
    it(`prints ${text.slice(0, 50)} so that it reads the same`, () => {
      const first = parseOneLine(text);
      const again = parseOneLine(printOneLine(first));
      assert.deepEqual(again, first);
      assert.ok(sameSignature(again, first));
    });
  }
});
