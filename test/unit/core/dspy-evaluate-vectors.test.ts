import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scorerOf } from '../../../src/core/evaluation/scorer.js';
import { exampleHash, readExamples } from '../../../src/core/example/example.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { answering, examplesOf, fails, run } from './evaluation-support.js';

type Fields = Readonly<Record<string, JsonValue>>;
type Outcome = boolean | number | 'raise' | 'raise_metric';
interface EvaluateVector {
  readonly id: string;
  readonly input: { readonly per_example?: readonly Outcome[] | string };
  readonly expect: { readonly score?: number; readonly row_scores?: readonly number[]; readonly row_has_prediction?: readonly boolean[] };
}
interface ExampleVector {
  readonly id: string;
  readonly input: { readonly a?: Fields; readonly b?: Fields; readonly fields?: Fields };
  readonly expect: { readonly equal?: boolean; readonly keys?: readonly string[] };
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as {
  groups: { evaluate: readonly EvaluateVector[]; example: readonly ExampleVector[] };
};

/** Where we decide otherwise than DSPy 3.3.1, and what we do instead. Everything else must agree. */
const DECISIONS: Readonly<Record<string, string>> = {
  'ev-007': 'a failure has no score, and is counted apart; the score with 0 for it is given beside',
  'ev-011': 'a failure has no score, and is counted apart; the score with 0 for it is given beside',
  'ev-010': 'no number of failing rows ends a run: what was paid for is kept',
  'ev-012': 'no number of failing rows ends a run: what was paid for is kept',
  'ev-016': 'there are no options that were removed: types refuse what is unknown',
  'ex-005': 'a signature says which fields are inputs: an example cannot be without',
  'ex-006': 'no name is special: a column that is no field is not in an example, whatever it is called',
};

/** `1 true then 999 false` in full. */
function outcomesOf({ per_example: given = [] }: EvaluateVector['input']): readonly Outcome[] {
  if (typeof given !== 'string') return given;
  return given.split(' then ').flatMap((part) => {
    const [count, value] = part.split(' ');
    return Array<boolean>(Number(count)).fill(value === 'true');
  });
}

function evaluateVector(input: EvaluateVector['input']) {
  const outcomes = outcomesOf(input);
  const { executor } = answering((index) => (outcomes[Number(index)] === 'raise' ? fails('model.invalid_answer') : index));
  const scorer = scorerOf({
    name: 'scripted',
    needsLabels: false,
    score: ({ inputs }) => {
      const outcome = outcomes[Number(inputs.a)];
      if (outcome === 'raise_metric') throw new Error('scripted');
      return { score: Number(outcome), feedback: '' };
    },
  });
  return run(executor, examplesOf(...outcomes.map((_, index) => String(index))), { scorer });
}

describe('DSPy vectors: evaluate', () => {
  for (const { id, input, expect } of groups.evaluate) {
    const decision = DECISIONS[id];
    it(`${id}${decision === undefined ? '' : ` (${decision})`}`, async () => {
      if (input.per_example === undefined) return assert.ok(decision !== undefined);
      const outcomes = outcomesOf(input);
      const report = await evaluateVector(input);
      const failures = outcomes.filter((outcome) => typeof outcome === 'string').length;
      assert.deepEqual([report.rows.length, report.failures, report.stopped], [outcomes.length, failures, undefined]);
      const { score, row_scores: scores, row_has_prediction: predicted } = expect;
      if (score !== undefined) {
        assert.equal(Math.round((report.scoreWithFailuresAsZero ?? Number.NaN) * 1e4) / 100, score);
        assert.equal(report.score === report.scoreWithFailuresAsZero, decision === undefined);
      }
      if (scores !== undefined) {
        assert.deepEqual(
          report.rows.map((row) => row.score ?? 0),
          scores,
        );
      }
      if (predicted !== undefined) {
        assert.deepEqual(
          report.rows.map(({ outputs }) => outputs !== undefined),
          predicted,
        );
      }
    });
  }
});

/** An example as a signature with all fields as inputs reads it. */
function exampleOf(fields: Fields, names: readonly string[]) {
  const signature = parseOneLine(`${names.map((name) => `${name}: int`).join(', ')} -> answer`);
  const { examples } = readExamples({
    signature,
    columns: Object.keys(fields),
    rows: [{ row: 1, line: 2, values: fields }],
    file: 'vector.jsonl',
    needsLabels: false,
  });
  assert.ok(examples[0] !== undefined);
  return examples[0];
}

describe('DSPy vectors: example', () => {
  for (const { id, input, expect } of groups.example) {
    const decision = DECISIONS[id];
    it(`${id}${decision === undefined ? '' : ` (${decision})`}`, () => {
      const { a, b, fields } = input;
      if (a !== undefined && b !== undefined) {
        const names = Object.keys(a).sort();
        assert.equal(exampleHash(exampleOf(a, names)) === exampleHash(exampleOf(b, names)), expect.equal);
        return;
      }
      assert.ok(decision !== undefined && fields !== undefined);
      const names = expect.keys ?? Object.keys(fields);
      assert.deepEqual(Object.keys(exampleOf(fields, names).inputs), names);
    });
  }
});

it('DSPy vectors of evaluate and example are decided only where they exist', () => {
  const ids = [...groups.evaluate, ...groups.example].map(({ id }) => id);
  assert.equal(ids.length, 14);
  for (const id of Object.keys(DECISIONS)) assert.ok(ids.includes(id), id);
});
