import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { type Example, exampleHash, inputsKey, readExamples } from '../../../src/core/example/example.js';
import { leakageOf, requireUnseen, trainKeysOf } from '../../../src/core/example/leakage.js';
import type { BatchRow } from '../../../src/core/program/batch-result.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';

const signature = parseOneLine('review, stars?: int -> label: class "positive, negative", score?: number');

function read(values: readonly Record<string, JsonValue>[], more: Partial<Parameters<typeof readExamples>[0]> = {}) {
  const rows: BatchRow[] = values.map((each, index) => ({ row: index + 1, line: 2 * index + 2, values: each }));
  const columns = [...new Set(values.flatMap((each) => Object.keys(each)))];
  return readExamples({ signature, columns, rows, file: 'reviews.csv', needsLabels: true, ...more });
}

describe('reading examples', () => {
  it('types inputs and labels; an optional label that is not there is null', () => {
    const { examples, problems, labels } = read([{ review: 'Good.', stars: '4', label: 'Positive', score: '' }]);
    assert.deepEqual(problems, []);
    assert.deepEqual(labels, ['label', 'score']);
    assert.deepEqual(examples[0]?.inputs, { review: 'Good.', stars: 4 });
    assert.deepEqual(examples[0]?.expected, { label: 'positive', score: null });
  });

  it('takes labels from expected_<name> before <name>, and from the column that the mapping names before both', () => {
    const row = { review: 'x', label: 'negative', expected_label: 'positive', truth: 'negative' };
    assert.deepEqual(read([row]).examples[0]?.expected, { label: 'positive' });
    assert.deepEqual(read([row], { mapping: { label: 'truth' } }).examples[0]?.expected, { label: 'negative' });
  });

  it('leaves a wrong row out, with its line and all that is wrong', () => {
    const { examples, problems } = read([
      { review: 'a', stars: 'many', label: 'meh' },
      { review: 'b', stars: '', label: 'rather positive' },
      { review: '', stars: '1', label: 'positive' },
      { review: 'd', stars: '2', label: '' },
      { review: 'e', stars: '3', label: 'negative' },
    ]);
    assert.deepEqual(
      examples.map(({ row }) => row.row),
      [5],
    );
    assert.deepEqual(
      problems.map(({ row, line }) => [row, line]),
      [
        [1, 2],
        [2, 4],
        [3, 6],
        [4, 8],
      ],
    );
    assert.match(problems[0]?.message ?? '', /"stars" is wrong.*"label" is wrong: "meh" is not one of positive, negative/);
    assert.match(problems[1]?.message ?? '', /"rather positive" is not one of positive, negative/);
    assert.match(problems[2]?.message ?? '', /"review" is missing/);
    assert.match(problems[3]?.message ?? '', /label "label" is missing/);
  });

  it('does not read "no idea" as false where it is a label', () => {
    const { problems } = read([{ review: 'a', spam: 'no idea' }], { signature: parseOneLine('review -> spam: bool') });
    assert.match(problems[0]?.message ?? '', /"no idea" is not true or false/);
  });

  it('needs no labels when nothing compares with them, but reads those that are there', () => {
    assert.deepEqual(read([{ review: 'a' }], { needsLabels: false }).examples[0]?.expected, {});
    assert.deepEqual(read([{ review: 'a', label: 'negative' }], { needsLabels: false }).examples[0]?.expected, { label: 'negative' });
  });

  it('names every missing column, inputs and labels alike', () => {
    assert.throws(
      () => read([{ text: 'a' }]),
      (error) => AtelierError.is(error, 'usage.invalid') && /no column "review".*no column "label"/.test(error.message),
    );
  });

  it('gives all rows the inputs that are fixed', () => {
    assert.deepEqual(read([{ label: 'positive' }], { fixed: { review: 'same' } }).examples[0]?.inputs, { review: 'same' });
  });
});

describe('the key of inputs', () => {
  it('is one for what a reader cannot tell apart', () => {
    const key = inputsKey({ a: 'caf\u00e9\nx', b: [1, { c: ' d ' }] });
    assert.equal(inputsKey({ b: [1, { c: 'd', e: null }], a: ' cafe\u0301\r\nx ', z: null }), key);
    assert.notEqual(inputsKey({ a: 'Café\nx', b: [1, { c: 'd' }] }), key);
  });
});

describe('leakage', () => {
  const program = {
    ...baseProgram(findSignature([], 'a, b: int -> c')),
    demos: [{ inputs: { b: 1, a: ' one ' }, outputs: { c: 'x' }, quality: 1 }],
  };
  const example = (row: number, a: string, b: number): Example => ({
    row: { row, line: row + 1, values: {} },
    inputs: { a, b },
    expected: {},
  });
  const examples = [example(1, 'one', 1), example(2, 'one', 2), example(3, 'two', 2)];

  it('finds rows in the prompt and in the trainset, by what their inputs say', () => {
    const leaks = leakageOf(program, trainKeysOf([example(9, 'two', 2)]), examples);
    assert.deepEqual(
      [...leaks],
      [
        [1, 'demo'],
        [3, 'train'],
      ],
    );
  });

  it('refuses unless it shall only mark them', () => {
    const leaks = leakageOf(program, new Set(), examples);
    assert.throws(
      () => requireUnseen(leaks, 'refuse'),
      (error) => AtelierError.is(error, 'evaluation.leaked') && /seen 1 of these rows .*row 1\./.test(error.message),
    );
    requireUnseen(leaks, 'mark');
    requireUnseen(new Map(), 'refuse');
  });
});

describe('the hash of an example', () => {
  it('changes with inputs and labels alone', () => {
    const hash = exampleHash({ inputs: { a: 1, b: 2 }, expected: { c: 'x' } });
    assert.equal(exampleHash({ inputs: { b: 2, a: 1 }, expected: { c: 'x' } }), hash);
    assert.notEqual(exampleHash({ inputs: { a: 1, b: 2 }, expected: { c: 'y' } }), hash);
  });
});
