import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { AtelierError } from '../../../src/core/errors.js';
import { evaluate } from '../../../src/core/evaluation/evaluate.js';
import { scorerOf } from '../../../src/core/evaluation/scorer.js';
import { parseMetric } from '../../../src/core/metric/catalog.js';
import { firstDeciding } from '../../../src/core/metric/first-deciding.js';
import { judgeScorer } from '../../../src/core/metric/judge.js';
import type { MetricCase } from '../../../src/core/metric/metric.js';
import { comparePair, positionBias } from '../../../src/core/metric/pairwise.js';
import { rubricOf } from '../../../src/core/metric/rubric.js';
import { createExecutor, type Executor } from '../../../src/core/program/executor.js';
import { type FieldValues, NOTHING_SPENT } from '../../../src/core/program/program.js';
import type { SignatureDefinition } from '../../../src/core/signature/definition.js';
import { baseProgram } from '../../../src/core/signature/find-signature.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';
import { parseSignature, requireDefinition } from '../../../src/store/signatures-file.js';
import { answering, CALL, examplesOf, fails } from './evaluation-support.js';

const definition = (text: string, weights?: JsonValue): SignatureDefinition => ({
  ...{ signature: parseOneLine(text), module: 'predict', examples: [], source: 'workspace' },
  optimization: weights === undefined ? undefined : { weights },
});
const SCALES = 'correct: integer(min 1, max 5), clear: number(min 0, max 10)';
const RUBRIC = definition(`task, given_inputs: json, answer: json, reference?: json -> reasons, ${SCALES}`);
const builtIn = async (name: string) =>
  requireDefinition(parseSignature(await readFile(`data/signatures/${name}.signature.yaml`, 'utf8'), name), true);

type Reply = FieldValues | ((inputs: FieldValues) => FieldValues);

/** A judge that answers this, and what it was asked. */
function judging(of: SignatureDefinition, reply: Reply, model = 'judge') {
  const asked: { readonly inputs: FieldValues; readonly seed: number | undefined }[] = [];
  const executor: Executor = createExecutor([
    {
      program: baseProgram(of),
      predictor: {
        ...{ model, endpoint: 'test' },
        async predict({ inputs }, options) {
          asked.push({ inputs, seed: options?.seed });
          return { ...CALL, outputs: typeof reply === 'function' ? reply(inputs) : reply, reasoning: undefined, cached: false };
        },
      },
    },
  ]);
  return { executor, asked };
}

const TASK = { ...parseOneLine('question, photo?: image -> answer, note?'), instructions: 'Answer shortly.' };
const given = (answer: string, more: Partial<MetricCase> = {}): MetricCase => ({
  ...{ signature: TASK, inputs: { question: 'Capital?' }, expected: {}, outputs: { answer } },
  ...more,
});
const GOOD = { reasons: 'All is right.', correct: 5, clear: 5 };
const scoreOf = (of: SignatureDefinition, reply: Reply, row = given('Rome')) =>
  judgeScorer({ executor: judging(of, reply).executor, rubric: rubricOf(of) }).score(row, {});

describe('a judge', () => {
  it('scores all dimensions in one call, each brought to 0..1', async () => {
    const { executor, asked } = judging(RUBRIC, { reasons: 'Short, but a city is named.', correct: 4, clear: 5 });
    const scorer = judgeScorer({ executor, rubric: rubricOf(RUBRIC) });
    const { score, ...others } = await scorer.score(given('Rome'), {});
    assert.equal(score, 0.625);
    assert.deepEqual(others, { feedback: 'Short, but a city is named.', parts: { correct: 0.75, clear: 0.5 }, spent: CALL });
    assert.deepEqual(asked, [
      { inputs: { task: 'Answer shortly.', given_inputs: { question: 'Capital?' }, answer: { answer: 'Rome' } }, seed: 0 },
    ]);
    assert.equal(scorer.needsLabels, false);
  });

  it('is shown the labels that there are, and no picture', async () => {
    const { executor, asked } = judging(RUBRIC, GOOD);
    const inputs = { question: 'Capital?', photo: 'data:image/png;base64,AAAA' };
    await judgeScorer({ executor, rubric: rubricOf(RUBRIC) }).score(given('Rome', { inputs, expected: { answer: ['Rome', 'Roma'] } }), {});
    assert.deepEqual(asked[0]?.inputs.reference, { answer: ['Rome', 'Roma'] });
    assert.deepEqual(asked[0]?.inputs.given_inputs, { question: 'Capital?', photo: '(an image, not shown)' });
  });

  it('weighs dimensions as the file says', async () => {
    const weighing = definition(`answer -> reasons, ${SCALES}`, { correct: 3 });
    assert.equal((await scoreOf(weighing, { ...GOOD, correct: 5, clear: 0 })).score, 0.75);
  });

  it('never gives more than 1, and says the ratings where it is given no reason', async () => {
    const many = definition(`answer -> reasons, ${['a', 'b', 'c'].map((name) => `${name}: number(min 0.1, max 0.3)`).join(', ')}`, {
      a: 0.1,
      b: 0.7,
    });
    const { score, feedback } = await scoreOf(many, { reasons: ' ', a: 0.3, b: 0.3, c: 0.3 });
    assert.deepEqual([score, feedback], [1, 'a 0.3 of 0.3, b 0.3 of 0.3, c 0.3 of 0.3.']);
  });

  for (const [what, rating] of Object.entries({ 'a text': 'good', 'too much': 6, nothing: null, 'no number': Number.NaN })) {
    it(`that gives ${what} for a rating fails, and says what it cost`, async () => {
      await assert.rejects(scoreOf(RUBRIC, { ...GOOD, correct: rating }), (error) => {
        assert.ok(AtelierError.is(error, 'model.invalid_answer'));
        assert.match(error.message, /^The judge judge gave .* for "correct", not a number from 1 to 5\.$/);
        assert.deepEqual(error.spent, CALL);
        return true;
      });
    });
  }

  it('that makes no sense is the error of its row, paid for; the others count', async () => {
    const rubric = definition(`answer: json -> reasons, ${SCALES}`);
    const { executor } = judging(rubric, ({ answer }) => ({
      ...GOOD,
      clear: 10,
      correct: JSON.stringify(answer).includes('bad') ? 'x' : 5,
    }));
    const options = { examples: examplesOf('bad', 'yes'), concurrency: 2, seed: 1, now: () => 0 };
    const scorer = judgeScorer({ executor, rubric: rubricOf(rubric) });
    const report = await evaluate({ ...options, executor: answering((a) => a).executor, scorer });
    assert.deepEqual([report.failures, report.score, report.spent.calls], [1, 1, 4]);
    assert.match(report.rows[0]?.error?.message ?? '', /gave "x" for "correct"/);
  });

  it('has a name that changes with rubric, weights, model and seed', () => {
    const other = definition(`answer -> reasons, ${SCALES}`);
    const weighing = { ...RUBRIC, optimization: { weights: { clear: 2 } } };
    const named = (of: SignatureDefinition, model: string, seed?: number) =>
      judgeScorer({ executor: judging(of, GOOD, model).executor, rubric: rubricOf(of), seed }).name;
    const names = [named(RUBRIC, 'a'), named(RUBRIC, 'b'), named(other, 'a'), named(weighing, 'a'), named(RUBRIC, 'a', 2)];
    assert.equal(new Set(names).size, 5, names.join('\n'));
    assert.equal(named(RUBRIC, 'a', 0), names[0]);
    assert.match(names[0] ?? '', /^judge\(.+, model=a, rubric=[0-9a-f]{12}\)$/);
  });

  it('refuses a way that rates otherwise', () => {
    const { executor } = judging(definition('answer -> reasons, correct: integer(min 0, max 100), clear: number(min 0, max 10)'), GOOD);
    assert.throws(() => judgeScorer({ executor, rubric: rubricOf(RUBRIC) }), /its output "correct" is missing or differs/);
  });

  it('with the built-in rubric rates three dimensions from 1 to 5', async () => {
    const rubric = rubricOf(await builtIn('JudgeAnswer'));
    const scale = { min: 1, max: 5, weight: 1 };
    assert.deepEqual(rubric.dimensions, [
      { name: 'correctness', ...scale },
      { name: 'completeness', ...scale },
      { name: 'clarity', ...scale },
    ]);
    assert.equal(rubric.reasons, 'reasons');
  });
});

describe('a signature is no rubric', () => {
  for (const [what, text, says, weights] of [
    ['without an answer', `task -> reasons, ${SCALES}`, /no input "answer"/],
    ['with an input that nobody knows', `answer, mood -> reasons, ${SCALES}`, /nothing for its input "mood"/],
    ['without ratings', 'answer -> reasons, score: number', /rates nothing/],
    ['without reasons', `answer -> ${SCALES}`, /gives no reasons/],
    ['with an optional rating', 'answer -> reasons, clear?: integer(min 1, max 5)', /"clear" is optional/],
    ['with a rating without a range', 'answer -> reasons, clear: integer(min 5, max 5)', /"clear" has no range/],
    ['with a weight for nothing', `answer -> reasons, ${SCALES}`, /weight for "cleer".*/, { cleer: 2 }],
    ['with a weight of 0', `answer -> reasons, ${SCALES}`, /weight of "clear" in .* is 0/, { clear: 0 }],
    ['with weights that are no map', `answer -> reasons, ${SCALES}`, /are no map/, [1, 2]],
  ] as [string, string, RegExp, JsonValue?][]) {
    it(what, () => {
      assert.throws(
        () => rubricOf(definition(text, weights)),
        (error) => AtelierError.is(error, 'signature.invalid') && says.test(error.message) && error.hint !== '',
      );
    });
  }
});

describe('cheap tiers first', () => {
  const exact = parseMetric('exact_match(field=answer)', TASK);
  const judge = (ask: () => number) =>
    scorerOf({ name: 'judge(x)', needsLabels: false, score: () => ({ score: ask(), feedback: 'judged' }) });
  const never = judge(() => assert.fail('asked'));

  it('ask the judge only between low and high', async () => {
    const tiers = [{ metric: exact, low: 0, high: 0.99 }];
    const right = given('Rome', { expected: { answer: 'rome' } });
    assert.equal((await firstDeciding(tiers, never).score(right, {})).score, 1);
    const { score, feedback } = await firstDeciding(
      tiers,
      judge(() => 0.4),
    ).score(given('Roma', { expected: { answer: 'Rome' } }), {});
    assert.deepEqual([score, feedback], [0.4, 'judged']);
  });

  it('take the first that decides', async () => {
    const long = parseMetric('length(max=3, field=answer)', TASK);
    const tiers = [
      { metric: exact, low: 0, high: 0.99 },
      { metric: long, low: 0.5, high: 1 },
    ];
    const { score, feedback } = await firstDeciding(tiers, never).score(given('Madrid', { expected: { answer: 'Rome' } }), {});
    assert.equal(score, 0);
    assert.match(feedback, /6 characters/);
  });

  it('leave a row that they cannot score to the judge', async () => {
    const scorer = firstDeciding(
      [{ metric: exact, low: 0.5, high: 1 }],
      judge(() => 0.4),
    );
    assert.equal((await scorer.score(given('Rome'), {})).score, 0.4);
    assert.equal(scorer.needsLabels, false);
  });

  it('carry every option in the name', () => {
    const name = (low: number) => firstDeciding([{ metric: exact, low, high: 0.9 }], never).name;
    assert.equal(name(0.1), 'first_deciding(exact_match(field=answer) unless 0.1..0.9, judge(x))');
    assert.notEqual(name(0.1), name(0.2));
  });

  for (const tiers of [[], [[0, 1]], [[0.5, 0.4]], [[-1, 0.5]], [[Number.NaN, 1]]] as [number, number][][]) {
    it(`refuse the bounds ${JSON.stringify(tiers)}`, () => {
      const made = tiers.map(([low, high]) => ({ metric: exact, low, high }));
      assert.throws(() => firstDeciding(made, never), { code: 'usage.invalid' });
    });
  }
});

describe('a comparison of two answers', () => {
  const pair = { signature: TASK, inputs: { question: 'Capital?' }, expected: {}, first: { answer: 'Rome' }, second: { answer: 'Oslo' } };
  const comparer = definition('task, first_answer: json, second_answer: json -> why, winner: class "first, second, tie"');
  const prefers = (choose: (first: string) => string) =>
    judging(comparer, (inputs) => ({ why: 'So.', winner: choose(JSON.stringify(inputs.first_answer)) }));
  const isRome = (first: string) => first.includes('Rome');

  for (const [what, choose, outcome, orders] of [
    ['wins in both orders', (first) => (isRome(first) ? 'first' : 'second'), 'win', ['win', 'win']],
    ['loses in both orders', (first) => (isRome(first) ? 'second' : 'first'), 'loss', ['loss', 'loss']],
    ['ties in both orders', () => 'tie', 'tie', ['tie', 'tie']],
    ['wins only in the first place', () => 'first', 'tie', ['win', 'loss']],
    ['wins only in the second place', () => 'second', 'tie', ['loss', 'win']],
    ['wins once and ties once', (first) => (isRome(first) ? 'first' : 'tie'), 'tie', ['win', 'tie']],
  ] as [string, (first: string) => string, string, [string, string]][]) {
    it(`is a ${outcome} for what ${what}`, async () => {
      const result = await comparePair({ executor: prefers(choose).executor }, pair);
      assert.deepEqual([result.outcome, result.orders, result.disagreed], [outcome, orders, orders[0] !== orders[1]]);
      assert.deepEqual([result.spent.calls, result.reasons], [2, ['So.', 'So.']]);
    });
  }

  it('counts how often the place decided', () => {
    const results = [
      ['win', 'loss'],
      ['win', 'loss'],
      ['loss', 'win'],
      ['win', 'tie'],
      ['win', 'win'],
    ].map(([straight, swapped]) => ({ orders: [straight, swapped] as ['win', 'win'], disagreed: straight !== swapped }));
    assert.deepEqual(positionBias(results), { n: 5, disagreed: 4, favouredFirst: 2, favouredSecond: 1 });
  });

  it('that fails half-way says what the first call cost', async () => {
    const { executor } = judging(comparer, (inputs) =>
      isRome(JSON.stringify(inputs.first_answer)) ? { why: '', winner: 'tie' } : fails('model.server', NOTHING_SPENT),
    );
    await assert.rejects(comparePair({ executor }, pair), (error) => AtelierError.is(error, 'model.server') && error.spent?.calls === 1);
  });

  it('that names no winner fails, with the cost of both calls', async () => {
    await assert.rejects(
      comparePair({ executor: prefers(() => 'Rome').executor }, pair),
      (error) => AtelierError.is(error, 'model.invalid_answer') && error.spent?.calls === 2,
    );
  });

  it('can be asked of the built-in signature, and of no other kind', async () => {
    const { executor } = judging(await builtIn('CompareAnswers'), { reasons: 'Equal.', winner: 'tie' });
    assert.equal((await comparePair({ executor }, pair)).outcome, 'tie');
    await assert.rejects(comparePair({ executor: judging(RUBRIC, GOOD).executor }, pair), { code: 'signature.invalid' });
  });
});
