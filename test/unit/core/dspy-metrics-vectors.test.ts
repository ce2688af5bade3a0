import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AtelierError } from '../../../src/core/errors.js';
import { parseMetric } from '../../../src/core/metric/catalog.js';
import { majority } from '../../../src/core/metric/majority.js';
import type { Scored } from '../../../src/core/metric/metric.js';
import { normaliseText } from '../../../src/core/metric/normalise.js';
import { fMeasure } from '../../../src/core/metric/overlap.js';
import { tokenF1 } from '../../../src/core/metric/token-f1.js';
import type { FieldValue } from '../../../src/core/program/program.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';
import { repoRoot } from '../../workbench/paths.mjs';

interface Input {
  readonly fn: string;
  readonly text?: string;
  readonly prediction?: string;
  readonly answers?: readonly string[];
  readonly answer?: JsonValue;
  readonly passages?: readonly string[];
  readonly frac?: number;
  readonly precision?: number;
  readonly recall?: number;
}
interface Expect {
  readonly value?: JsonValue;
  readonly code_points?: readonly number[] | null;
  readonly F1?: number;
  readonly HotPotF1?: number;
  readonly error?: string;
  readonly score_without_trace?: number;
  readonly score_with_trace?: boolean;
}
interface Groups {
  readonly metrics: readonly { readonly id: string; readonly input: Input; readonly expect: Expect }[];
  readonly majority: readonly {
    readonly id: string;
    readonly input: { readonly completions: readonly Readonly<Record<string, string>>[]; readonly field?: string };
    readonly expect: { readonly winner: Readonly<Record<string, string>> };
  }[];
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as { groups: Groups };

/** Where we decide otherwise than DSPy 3.3.1, and what we do instead. Everything else must agree. */
const DECISIONS: Readonly<Record<string, string>> = {
  'aem-006': 'a label is read by the type of its field: 5 is the text "5", and matches',
};

function scored(metric: JsonValue, output: FieldValue, label: JsonValue, signature = parseOneLine('question -> answer')): Scored {
  const field = signature.outputs[0]?.name ?? assert.fail();
  return parseMetric(metric, signature).score({ signature, inputs: {}, outputs: { [field]: output }, expected: { [field]: label } });
}

const near = (actual: number | undefined, wanted: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - wanted) < 1e-9, `${actual} is not ${wanted}`);

/** What of ours answers a vector. */
const RUN: Readonly<Record<string, (input: Input, expect: Expect, id: string) => void>> = {
  normalize_text: ({ text = '' }, { value, code_points: points }) => {
    assert.equal(normaliseText(text), String(value).normalize('NFD'));
    if (points)
      assert.deepEqual(
        [...normaliseText(text)].map((character) => character.codePointAt(0)),
        points,
      );
  },
  EM: ({ prediction = '', answers = [] }, { value }) => assert.equal(scored('exact_match', prediction, answers).score, value ? 1 : 0),
  'F1 and HotPotF1': ({ prediction = '', answers = [] }, { F1 = Number.NaN, HotPotF1 = Number.NaN }) => {
    near(scored('token_f1', prediction, answers).score, F1);
    near(scored('token_f1(closed=true)', prediction, answers).score, HotPotF1);
  },
  precision: ({ prediction = '', answer }, { value }) => near(tokenF1(prediction, String(answer)).precision, Number(value)),
  answer_exact_match: ({ prediction = '', answer = null, frac = 1 }, { value, error }, id) => {
    const metric = frac === 1 ? 'exact_match' : `token_f1(at_least=${frac})`;
    if (error !== undefined && DECISIONS[id] === undefined) {
      assert.throws(
        () => scored(metric, prediction, answer),
        (thrown) => AtelierError.is(thrown, 'metric.invalid') && thrown.message.includes('"answer"'),
      );
      return;
    }
    assert.equal(scored(metric, prediction, answer).score, value === true || DECISIONS[id] !== undefined ? 1 : 0);
  },
  answer_passage_match: ({ passages = [], answer = null }, { value }) => {
    const retrieval = parseOneLine('question -> passages: list[str]');
    assert.equal(scored('contains', passages, answer, retrieval).score, value ? 1 : 0);
  },
  'semantic_f1 combination of judge numbers': ({ precision = 0, recall = 0 }, { value }) =>
    near(fMeasure(precision, recall), Number(value)),
  'SemanticF1(threshold 0.66) with judge precision .8 recall .6': (_, { score_without_trace: score = Number.NaN, score_with_trace }) => {
    near(fMeasure(0.8, 0.6), score);
    assert.equal(fMeasure(0.8, 0.6) >= 0.66, score_with_trace);
  },
};

describe('the vectors of DSPy on metrics', () => {
  for (const { id, input, expect } of groups.metrics) {
    const decision = DECISIONS[id] === undefined ? '' : `: ${DECISIONS[id]}`;
    it(`${id} ${JSON.stringify(input)}${decision}`, () => (RUN[input.fn] ?? assert.fail(input.fn))(input, expect, id));
  }

  it('are decided only where they exist', () => {
    for (const id of Object.keys(DECISIONS))
      assert.ok(
        groups.metrics.some((vector) => vector.id === id),
        id,
      );
  });
});

describe('the vectors of DSPy on majority', () => {
  for (const { id, input, expect } of groups.majority) {
    it(`${id} ${JSON.stringify(input.completions)} on ${input.field ?? 'the last output'}`, () => {
      const names = Object.keys(input.completions[0] ?? {});
      const { winner } = majority(parseOneLine(`x -> ${names.join(', ')}`), input.completions, input.field);
      assert.deepEqual(winner, expect.winner);
    });
  }
});
