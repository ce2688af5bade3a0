import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { defaultMetric, listMetrics, parseMetric } from '../../../src/core/metric/catalog.js';
import { allOf, weighted } from '../../../src/core/metric/compose.js';
import type { Metric, Scored } from '../../../src/core/metric/metric.js';
import type { FieldValue, FieldValues } from '../../../src/core/program/program.js';
import { seededRandom } from '../../../src/core/random.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { Field, FieldType, Signature } from '../../../src/core/signature/signature.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';

const TEXT = parseOneLine('question -> answer');
const REVIEW = parseOneLine('review -> label: class "positive, negative, neutral", score: int, reason: str');

function withOutput(type: FieldType, more: Partial<Field> = {}): Signature {
  return { ...TEXT, outputs: [{ name: 'answer', type, description: '', ...more }] };
}
function score(metric: JsonValue, output: FieldValue | undefined, label?: JsonValue, signature = TEXT): Scored {
  return parseMetric(metric, signature).score({
    signature,
    inputs: { question: 'a dragon' },
    outputs: output === undefined ? {} : { answer: output },
    expected: label === undefined ? {} : { answer: label },
  });
}
function rated(metric: Metric, signature: Signature, outputs: FieldValues, expected: FieldValues): Scored {
  return metric.score({ signature, inputs: {}, outputs, expected });
}
const invalid =
  (code: string, ...says: RegExp[]) =>
  (error: unknown) => {
    assert.ok(AtelierError.is(error), String(error));
    assert.equal(error.code, code);
    for (const pattern of says) assert.match(`${error.message} ${error.hint}`, pattern);
    return true;
  };

describe('exact_match', () => {
  const cases: [string, Signature, FieldValue, JsonValue, number][] = [
    ['numbers in texts by value', TEXT, '1,000', '1000.0', 1],
    ['a decimal point as no decoration', TEXT, '1.5', '15', 0],
    ['a sign as no decoration', TEXT, '-5', '5', 0],
    ['signs alone as signs', TEXT, '+', '-', 0],
    ['codes with leading zeros as texts', TEXT, '007', '7', 0],
    ['the best of several labels', TEXT, 'two', ['2', 'Two.'], 1],
    ['integers by value', withOutput('integer'), '7', 7, 1],
    ['numbers written in another way', withOutput('number'), 0.5, '0.50', 1],
    ['booleans by value', withOutput('boolean'), true, 'yes', 1],
    ['dates by day', withOutput('date'), '2026-03-05', 'March 5, 2026', 1],
    ['datetimes by moment', withOutput('datetime'), '2026-03-05T10:00:00+02:00', '2026-03-05T08:00:00Z', 1],
    ['datetimes without an offset as written', withOutput('datetime'), '2026-03-05T10:00:00', '2026-03-05T10:00:00Z', 0],
    ['addresses by value', withOutput('url'), 'HTTPS://Example.org', 'https://example.org/', 1],
    ['code with its articles', withOutput('code'), 'a = b', '= b', 0],
    ['code without trailing blanks', withOutput('code'), 'x = 1  \ny\n', 'x = 1\r\ny', 1],
    ['classes in any case of the label', withOutput('class', { options: ['Yes', 'No'] }), 'Yes', 'yes', 1],
    ['lists in order', withOutput('string', { array: true }), ['a dog', 'Cat'], ['dog', 'cat'], 1],
    ['lists in another order', withOutput('string', { array: true }), ['cat', 'dog'], ['dog', 'cat'], 0],
    ['objects key by key', withOutput('object'), { b: [1, 'The X'], a: null }, { a: null, b: [1, 'x'] }, 1],
    ['objects with a key too many', withOutput('object'), { a: 1, b: 2 }, { a: 1 }, 0],
    ['a list under an object as alternatives', withOutput('object'), { a: 2 }, [{ a: 1 }, { a: 2 }], 1],
    ['a list under json as the value', withOutput('json'), [1, 2], [1, 2], 1],
  ];
  for (const [what, signature, output, label, wanted] of cases) {
    it(`takes ${what}`, () => assert.equal(score('exact_match', output, label, signature).score, wanted));
  }

  it('says where an object differs', () =>
    assert.equal(
      score('exact_match', { a: { b: [1, 2] } }, { a: { b: [1, 3] } }, withOutput('object')).feedback,
      'Does not match: a.b[1]: expected "3", got "2".',
    ));

  it('says what was expected of a class', () =>
    assert.match(score('exact_match', 'No', 'Yes', withOutput('class', { options: ['Yes', 'No'] })).feedback, /expected "Yes", got "No"/));

  it('takes null and the empty label of an optional output as "nothing"', () => {
    const optional = withOutput('string', { optional: true });
    assert.equal(score('exact_match', null, '', optional).score, 1);
    assert.equal(score('exact_match', 'x', null, optional).feedback, 'Expected nothing, got "x".');
    assert.equal(score('exact_match', null, 'x', optional).feedback, 'Nothing was answered; expected "x".');
  });

  it('averages the labeled outputs, and tells of the wrong ones only', () => {
    const outputs = { label: 'positive', score: 3, reason: 'long' };
    const { score: mean, feedback, parts } = rated(parseMetric('exact_match', REVIEW), REVIEW, outputs, { label: 'positive', score: 4 });
    assert.deepEqual([mean, parts], [0.5, { label: 1, score: 0 }]);
    assert.equal(feedback, 'score: Does not match: expected "4", got "3".');
  });
});

describe('rows that cannot be scored', () => {
  const cases: [string, string, Signature, FieldValue, JsonValue | undefined, RegExp][] = [
    ['a missing label', 'exact_match', TEXT, 'x', undefined, /"answer" has no label/],
    ['a blank label', 'token_f1', TEXT, 'x', ' ', /"answer" has no label/],
    ['an empty list of labels', 'bleu', TEXT, 'x', [], /is an empty list/],
    [
      'an unknown class',
      'class_accuracy',
      withOutput('class', { options: ['yes', 'no'] }),
      'yes',
      'maybe',
      /"maybe" is not one of yes, no/,
    ],
    [
      'a label that only resembles a class',
      'exact_match',
      withOutput('class', { options: ['yes', 'no'] }),
      'yes',
      'yes or so',
      /yes or so/,
    ],
    ['a label that is no number', 'number_within', withOutput('number'), 1, 'many', /"many" is not a number/],
    ['NaN as label', 'number_within', withOutput('number'), 1, Number.NaN, /is not a number/],
    ['NaN as output', 'number_within', withOutput('number'), Number.NaN, 1, /the output "answer" is NaN/],
    ['text instead of a number in a text field', 'number_within', TEXT, '1', 'many', /not a number/],
  ];
  for (const [what, metric, signature, output, label, says] of cases) {
    it(`names ${what}`, () => assert.throws(() => score(metric, output, label, signature), invalid('metric.invalid', says)));
  }

  it('names all outputs when none is labeled', () =>
    assert.throws(
      () => rated(parseMetric('exact_match', REVIEW), REVIEW, { label: 'positive' }, {}),
      invalid('metric.invalid', /none of "label", "score", "reason" has a label/),
    ));

  it('says so when nothing was answered', () => {
    assert.deepEqual(score('token_f1', undefined, 'x'), { score: 0, feedback: 'Nothing was answered; expected "x".' });
    assert.equal(score('regex(pattern=x)', undefined).feedback, '"answer" was not answered.');
  });
});

describe('rules on one output', () => {
  const cases: [JsonValue, FieldValue, JsonValue | undefined, number][] = [
    ['number_within(tolerance=0.1)', '0.4', '0.3', 1],
    ['number_within(tolerance=0.1)', '0.41', '0.3', 0],
    ['number_within(relative=0.1)', '-91', '-100', 1],
    ['number_within', '0.30000000000000004', '0.3', 0],
    ['regex(pattern="^a, (b|c)$")', 'a, c', undefined, 1],
    ['regex(pattern="^A")', 'abc', undefined, 0],
    ['regex(pattern=^A, ignore_case=true)', 'abc', undefined, 1],
    ['contains(word=FOX)', 'the quick fox', undefined, 1],
    ['contains(word="fox|dog")', 'the quick fox', undefined, 0.5],
    [{ metric: 'contains', word: ['fox', 'a|b'] }, 'fox', undefined, 0.5],
    ['contains(word=FOX, match_case=true)', 'the quick fox', undefined, 0],
    ['contains', 'It is The Eiffel-Tower!', 'eiffeltower', 1],
    ['contains', 'artist', 'art', 0],
    ['not_contains(word="as an AI")', 'As an ai model', undefined, 0],
    ['not_contains(word=sorry)', 'fine', undefined, 1],
    ['length(max=3)', '👩‍👩‍👦ab', undefined, 1],
    ['length(max=3)', 'abcd', undefined, 0],
    ['length(min=2, max=3, unit=words)', 'well-known fact', undefined, 1],
    [{ metric: 'json_schema', schema: { type: 'object', required: ['a'] } }, '{"a": 1}', undefined, 1],
    [{ metric: 'json_schema', schema: { type: 'object', required: ['a'] } }, 'a: 1', undefined, 0],
    ['required_fields', '  ', undefined, 0],
    ['token_f1(at_least=0.5)', 'red red red', 'red', 1],
  ];
  for (const [metric, output, label, wanted] of cases) {
    it(`${JSON.stringify(metric)} of ${JSON.stringify(output)} is ${wanted}`, () =>
      assert.equal(score(metric, output, label).score, wanted));
  }

  it('tells by how much a length and a number are off', () => {
    assert.equal(score('length(min=5)', 'abc').feedback, 'It has 3 characters, 2 too few.');
    assert.equal(score('number_within(tolerance=1)', '7', '5').feedback, '7 is off by 2 from 5; 1 is allowed.');
  });

  it('takes the schema of the field, for each item of a list', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const list = withOutput('object', { array: true, schema });
    assert.equal(score('json_schema', [{ n: 1 }], undefined, list).score, 1);
    assert.match(score('json_schema', [{ n: 1 }, {}], undefined, list).feedback, /\[1\] has no "n"/);
  });

  it('counts the required outputs that are there', () => {
    const { score: part, parts } = rated(parseMetric('required_fields', REVIEW), REVIEW, { label: 'positive', score: 0, reason: '' }, {});
    assert.deepEqual([part, parts], [2 / 3, { label: 1, score: 1, reason: 0 }]);
  });
});

describe('parseMetric', () => {
  const refused: [JsonValue, Signature, RegExp][] = [
    ['exact_mach', TEXT, /There is no metric "exact_mach".*Did you mean "exact_match"\? Valid metrics: exact_match, class_accuracy/],
    ['constructor', TEXT, /There is no metric "constructor"/],
    ['contains(wrd=x)', TEXT, /no option "wrd".*Did you mean "word"\?/],
    ['contains(word=)', TEXT, /cannot take "" for "word"/],
    ['regex', TEXT, /needs the option "pattern"/],
    ['regex(pattern="(")', TEXT, /a regular expression/],
    ['number_within(tolerance=-1)', TEXT, /takes a number from 0/],
    ['length', TEXT, /no bounds/],
    ['length(min=3, max=2)', TEXT, /no bounds/],
    ['length(max=3, unit=lines)', TEXT, /characters or words/],
    ['json_schema', TEXT, /no schema to check "answer" with/],
    ['exact_match(field=anser)', TEXT, /"anser", which is no output.*Did you mean "answer"\?/],
    ['class_accuracy', TEXT, /scores class outputs, and .+ has none/],
    ['class_accuracy(field=score)', REVIEW, /"score" is of type integer/],
    ['regex(pattern=x)', REVIEW, /scores one output.*Add field=… with one of label, score, reason/],
    ['prompt_quality', parseOneLine('a, b -> c'), /Add subject=… with one of a, b/],
    ['exact_match(', TEXT, /is no metric.*Write exact_match/],
    ['contains(word="x)', TEXT, /is no metric/],
    ['{"metric": ', TEXT, /is no metric/],
    [7, TEXT, /is no metric/],
    [{ metric: 'exact_match', all_of: ['bleu'] }, TEXT, /is no metric/],
    [{ weighted: [] }, TEXT, /has no parts/],
    [{ all_of: [] }, TEXT, /has no parts/],
    [{ weighted: [{ metric: 'bleu', weight: 0 }] }, TEXT, /weight of bleu is 0/],
    [{ weighted: [{ metric: 'bleu', weight: 'much' }] }, TEXT, /weight of bleu is NaN/],
  ];
  for (const [spec, signature, says] of refused) {
    it(`refuses ${JSON.stringify(spec)}`, () => assert.throws(() => parseMetric(spec, signature), invalid('usage.invalid', says)));
  }

  it('names a metric by a specification that makes it again', () => {
    const specs: JsonValue[] = [
      'exact_match',
      { metric: 'contains', word: ['a, "b"', 'c'], field: 'reason' },
      'number_within( relative = 0.1,tolerance=2 )',
      'regex(pattern="a(b)=c", field=reason)',
    ];
    const names = specs.map((spec) => parseMetric(spec, REVIEW).name);
    assert.deepEqual(names, [
      'exact_match',
      'contains(word="a, \\"b\\"|c", field=reason)',
      'number_within(tolerance=2, relative=0.1)',
      'regex(pattern="a(b)=c", field=reason)',
    ]);
    for (const name of names) assert.equal(parseMetric(name, REVIEW).name, name);
  });

  it('takes an object as JSON, and options beside a name with options', () => {
    assert.equal(score('{"metric": "contains(word=x)", "match_case": true}', 'X').score, 0);
  });

  it('lists every metric with what it is and its options', () => {
    assert.equal(listMetrics().length, 19);
    for (const { name, about } of listMetrics()) assert.ok(name !== '' && about.endsWith('.'), name);
  });
});

describe('compositions', () => {
  it('weigh, with the scores of the parts and the feedback of what is wanting', () => {
    const spec = {
      weighted: [
        { metric: 'exact_match', weight: 3 },
        { metric: 'length(max=3)', weight: 1 },
      ],
    };
    assert.deepEqual(score(spec, 'Paris', 'paris'), {
      score: 0.75,
      feedback: 'length(max=3): It has 5 characters, 2 too many.',
      parts: { exact_match: 1, 'length(max=3)': 0 },
    });
    assert.equal(parseMetric(spec, TEXT).name, 'weighted(3 × exact_match, 1 × length(max=3))');
  });

  it('take the lowest of all', () => {
    assert.equal(score({ all_of: ['token_f1', { weighted: ['exact_match', 'length(max=9)'] }] }, 'a red car', 'red').score, 0.5);
  });

  it('need labels when a part does', () => {
    assert.equal(parseMetric({ all_of: ['length(max=3)', 'bleu'] }, TEXT).needsLabels, true);
    assert.equal(parseMetric({ all_of: ['length(max=3)', 'regex(pattern=x)'] }, TEXT).needsLabels, false);
  });

  const fixed = (value: number): Metric => ({ name: 'fixed', needsLabels: false, score: () => ({ score: value, feedback: '.' }) });

  it('stay within 0..1 whatever the weights and scores', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 2000; round++) {
      const parts = Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({
        metric: fixed(random() < 0.3 ? 1 : random() < 0.3 ? 0 : random()),
        weight: 10 ** (random() * 600 - 300),
      }));
      for (const metric of [weighted(parts), allOf(parts.map((part) => part.metric))]) {
        const { score: value } = rated(metric, TEXT, {}, {});
        assert.ok(value >= 0 && value <= 1, `${value}`);
      }
    }
    const huge = [fixed(1), fixed(1)].map((metric) => ({ metric, weight: Number.MAX_VALUE }));
    assert.equal(rated(weighted(huge), TEXT, {}, {}).score, 1);
  });

  for (const value of [Number.NaN, 1.01, -0.01, Number.POSITIVE_INFINITY]) {
    it(`refuse a part that scores ${value}`, () =>
      assert.throws(
        () => rated(allOf([fixed(value)]), TEXT, {}, {}),
        invalid('metric.invalid', /fixed cannot score.*not a number from 0 to 1/),
      ));
  }
});

describe('defaultMetric', () => {
  const cases: [string, string][] = [
    ['x -> label: class "a, b"', 'exact_match'],
    ['x -> n: int, m: float', 'number_within'],
    ['x -> answer', 'token_f1'],
    ['x -> tags: list[str]', 'exact_match'],
  ];
  for (const [line, name] of cases) {
    it(`scores ${line} with ${name}`, () => assert.equal(defaultMetric(parseOneLine(line), true).name, name));
  }

  it('scores each output in its own way', () => {
    const metric = defaultMetric(REVIEW, true);
    assert.equal(metric.name, 'per_output(exact_match(field=label), number_within(field=score), token_f1(field=reason))');
    const outputs = { label: 'positive', score: 2, reason: 'red red red' };
    const { score: mean, parts } = rated(metric, REVIEW, outputs, { label: 'positive', score: 3, reason: 'red' });
    assert.deepEqual([mean, parts], [0.5, { label: 1, score: 0, reason: 0.5 }]);
  });

  it('refuses rows without labels, and names what needs none', () =>
    assert.throws(() => defaultMetric(TEXT, false), invalid('usage.invalid', /no labels.*regex, contains/)));
});

describe('every metric', () => {
  it('gives 1 to the label itself, and stays within 0..1 on any text', () => {
    const texts = [
      'a',
      'the',
      '?',
      ' \n',
      'red car',
      'Red, car!',
      '龍が城の上を飛ぶ',
      '👩‍👩‍👦',
      'İß',
      '$&',
      '1.5',
      'x'.repeat(3000),
      'a b '.repeat(900),
    ];
    const labeled = listMetrics()
      .map(({ name }) => name)
      .filter((name) => !['class_accuracy', 'number_within', 'contains'].includes(name));
    const metrics = labeled.flatMap((name) => {
      const options = name === 'regex' ? '(pattern=x)' : name === 'not_contains' ? '(word=x)' : name === 'length' ? '(max=3)' : '';
      return name === 'json_schema' ? [] : [parseMetric(`${name}${options}`, TEXT)];
    });
    for (const metric of metrics) {
      for (const output of texts) {
        for (const label of texts.filter((text) => text.trim() !== '')) {
          const given = {
            signature: TEXT,
            inputs: { question: 'a dragon (over) a castle' },
            outputs: { answer: output },
            expected: { answer: label },
          };
          const { score: value, feedback } = metric.score(given);
          assert.ok(value >= 0 && value <= 1 && feedback !== '', `${metric.name} of ${output} and ${label}: ${value}`);
          if (metric.needsLabels && output === label) assert.equal(value, 1, `${metric.name} of ${output}`);
        }
      }
    }
  }).timeout(30_000);
});
