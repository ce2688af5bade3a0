import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { majority } from '../../../src/core/metric/majority.js';
import type { FieldValue } from '../../../src/core/program/program.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';

const TEXT = parseOneLine('question -> answer');
const vote = (...answers: FieldValue[]) => {
  const { winner, votes } = majority(
    TEXT,
    answers.map((answer) => ({ answer })),
  );
  return [winner.answer, votes];
};

describe('majority', () => {
  const cases: [string, FieldValue[], FieldValue, number][] = [
    ['counts texts that are the same once normalised', ['Paris.', 'Rome', 'the paris'], 'Paris.', 2],
    ['keeps 1.5 and 15 apart', ['15', '1.5', '1.50'], '1.5', 2],
    ['gives a tie to what came first', ['b', 'a', 'a', 'b'], 'b', 2],
    ['does not count empty answers', ['', null, '', 'x'], 'x', 1],
    ['counts empty answers when there is nothing else', ['', '?'], '', 2],
    ['compares objects whatever the order of their keys', [{ a: 1, b: 2 }, { a: 1 }, { b: 2, a: 1 }], { a: 1, b: 2 }, 2],
    ['keeps a number and another apart', [0, 1, 1], 1, 2],
  ];
  for (const [what, answers, winner, votes] of cases) it(what, () => assert.deepEqual(vote(...answers), [winner, votes]));

  it('refuses to vote on nothing', () =>
    assert.throws(
      () => majority(TEXT, []),
      (error) => AtelierError.is(error, 'usage.invalid'),
    ));
});
