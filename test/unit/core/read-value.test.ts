import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { checkInputs } from '../../../src/core/program/check-inputs.js';
import { readValue } from '../../../src/core/program/read-value.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';

const fieldOf = (type: string) => parseOneLine(`x -> value: ${type}`).outputs[0] ?? assert.fail();

const READ: [type: string, raw: JsonValue, value: JsonValue][] = [
  ['string', ' as it is ', ' as it is '],
  ['string', 5, '5'],
  ['number', '3.14', 3.14],
  ['number', '**0.5**', 0.5],
  ['number', 'about 5', 5],
  ['number', '4 out of 5', 4],
  ['number', '0.5 / 1', 0.5],
  ['number', '1,234.5', 1234.5],
  ['number', '3,5', 3.5],
  ['number', '−2', -2],
  ['number(max 1)', '85%', 0.85],
  ['number', '85%', 85],
  ['integer', '42.0', 42],
  ['boolean', 'Yes, because it is.', true],
  ['boolean', 'FALSE', false],
  ['boolean', '"no"', false],
  ['class "yes, no"', 'Yes.', 'yes'],
  ['class "yes, no"', "Literal['yes']", 'yes'],
  ['class "in_progress, done"', 'In progress', 'in_progress'],
  ['class "positive, negative"', 'positive, not negative', 'positive'],
  ['class "positive, negative"', 'It is clearly negative', 'negative'],
  ['class "bug, bug report"', 'a bug report', 'bug report'],
  ['class "C, C++"', 'C++', 'C++'],
  ['date', '2026-1-5', '2026-01-05'],
  ['date', 'March 5, 2026', '2026-03-05'],
  ['date', 'Thursday, 5th of March 2026', '2026-03-05'],
  ['datetime', '2026-03-05 09:30', '2026-03-05T09:30:00'],
  ['datetime', '2026-03-05T09:30:15+0200', '2026-03-05T09:30:15+02:00'],
  ['datetime', 'March 5, 2026 at 9:30 UTC', '2026-03-05T09:30:00Z'],
  ['url', '[docs](https://example.org/a?b=1)', 'https://example.org/a?b=1'],
  ['url', '<https://example.org>.', 'https://example.org'],
  ['code', 'Here it is:\n```ts\nconst a = 1;\n```\nEnjoy!', 'const a = 1;'],
  ['json', '{"a": [1, null]}', { a: [1, null] }],
  ['object', "Sure: {'a': True, b: None,}", { a: true, b: null }],
  ['object{ n: integer }', '```json\n{"n": 1}\n```', { n: 1 }],
  ['string[]', '["a", "b"]', ['a', 'b']],
  ['string[]', '- a\n- b\n\nThat is all.', ['a', 'b']],
  ['string[]', '1. a\n2) b', ['a', 'b']],
  ['string[]', 'a, b', ['a', 'b']],
  ['string[]', 'none', []],
  ['integer[]', '[1, 2, "3"]', [1, 2, 3]],
  ['object[]', '[{"a": 1}, {"a": 2}]', [{ a: 1 }, { a: 2 }]],
  ['number | None', 'null', null],
  ['int | str', 'text', 'text'],
];

const REFUSED: [type: string, raw: JsonValue, problem: RegExp][] = [
  ['number', 'forty-two', /"forty-two" is not a number/],
  ['number', '3 to 5', /not a number/],
  ['number(min 0, max 1)', '7', /7 is not a number from 0 to 1/],
  ['integer', '4.5', /not a whole number/],
  ['boolean', 'perhaps', /not true or false/],
  ['boolean', 'nothing', /not true or false/],
  ['class "positive, negative"', 'not positive', /not one of positive, negative/],
  ['class "positive, negative"', 'mixed', /"mixed" is not one of positive, negative/],
  ['class "positive, negative"', 'positive and negative', /not one of/],
  ['date', '03/04/2026', /not a date/],
  ['date', '2026-02-30', /not a date/],
  ['datetime', '2026-03-05T25:00', /not a date and time/],
  ['url', 'see the docs', /not an address/],
  ['url', 'javascript alert', /not an address/],
  ['string(maxLength 3)', 'four', /4 characters, the most is 3/],
  ['string(pattern "^a")', 'b', /does not match/],
  ['object', '[1]', /not a JSON object/],
  ['object', '{"a": 1', /not a JSON object/],
  ['json', 'words', /not JSON/],
  ['object{ n: integer }', '{"n": "x"}', /does not fit: n is "x", not integer/],
  ['object{ n: integer }', '{}', /it has no "n"/],
  ['integer[]', '[1, "x"]', /item 2: "x" is not a whole number/],
  ['string[]', '["a", "b', /not a list/],
  ['class[] "a, b"', 'a, c', /item 2: "c" is not one of a, b/],
  ['number', '', /it is empty/],
  ['string', null, /it is empty/],
];

describe('readValue', () => {
  for (const [type, raw, value] of READ) {
    it(`reads ${JSON.stringify(raw)} as ${type}`, () => assert.deepEqual(readValue(fieldOf(type), raw), { value }));
  }
  for (const [type, raw, problem] of REFUSED) {
    it(`refuses ${JSON.stringify(raw)} as ${type}`, () => {
      const reading = readValue(fieldOf(type), raw);
      assert.ok('problem' in reading, JSON.stringify(reading));
      assert.match(reading.problem, problem);
    });
  }

  it('survives brackets without end', () => {
    assert.ok('problem' in readValue(fieldOf('object'), '{"a":'.repeat(50_000)));
    assert.ok('problem' in readValue(fieldOf('string[]'), '['.repeat(200_000)));
  });
});

describe('checkInputs', () => {
  const signature = parseOneLine('review, stars: integer(min 1, max 5), note?: str -> label');

  it('types what is given, and needs no optional one', () => {
    assert.deepEqual(checkInputs(signature, { review: 'fine', stars: '4' }), { review: 'fine', stars: 4 });
  });

  it('lists every problem at once, with what is allowed', () => {
    assert.throws(
      () => checkInputs(signature, { reviw: 'x', stars: '9' }),
      (error) => {
        assert.ok(AtelierError.is(error, 'input.unknown'));
        for (const part of [
          'There is no input "reviw", did you mean "review"?',
          '"review" is missing',
          '9 is not a whole number from 1 to 5',
        ]) {
          assert.ok(error.message.includes(part), error.message);
        }
        assert.match(error.hint, /review \(string\), stars \(integer\), note\? \(string\)/);
        return true;
      },
    );
    assert.throws(
      () => checkInputs(signature, { stars: 1 }),
      (error) => AtelierError.is(error, 'input.missing'),
    );
    assert.throws(
      () => checkInputs(signature, { review: 'x', stars: 'x' }),
      (error) => AtelierError.is(error, 'input.invalid'),
    );
    assert.throws(
      () => checkInputs(signature, { review: 'x', stars: 1, constructor: 'x' }),
      (error) => AtelierError.is(error, 'input.unknown'),
    );
  });
});
