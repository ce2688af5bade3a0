import assert from 'node:assert/strict';
import type { Program } from '../../../src/core/program/program.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { createPredictor } from '../../../src/engine/predict.js';
import { MemoryCache } from '../../../src/models/guard/cache.js';
import { contentText, faults } from '../../fixtures/fault-server.js';
import { eachServer, failure } from '../models/support.js';
import { openAt } from './support.js';

const program = (text: string, more: Partial<Program> = {}): Program => {
  const signature = parseOneLine(text);
  return { signature, instructions: signature.instructions, demos: [], ...more };
};
const REVIEW = program('text: str -> label: class "positive, negative", score: number(min 0, max 1), tags: str[], day?: date');
const GOOD = 'Label: positive\nScore: 0.5\nTags: ["a", "b"]';

describe('predict (Ax over the port)', () => {
  const server = eachServer();
  const predictor = () => createPredictor(openAt(server().url));
  const messages = (at: number) =>
    (server().requests[at]?.body?.messages ?? []).map(({ role, content }) => ({ role, text: contentText(content) }));

  it('gives typed outputs, cost and usage, after one request', async () => {
    server().answer(() => `${GOOD}\nDay: March 5, 2026`);
    const result = await predictor().predict({ program: REVIEW, inputs: { text: 'Fine.' } });
    assert.deepEqual(result.outputs, { label: 'positive', score: 0.5, tags: ['a', 'b'], day: '2026-03-05' });
    assert.equal(result.reasoning, undefined);
    assert.equal(result.costUsd, result.usage.promptTokens + 2 * result.usage.completionTokens);
    assert.deepEqual([server().count, result.calls, result.cached], [1, 1, false]);
  });

  const SHAPES: Record<string, string> = {
    'plain lines': GOOD,
    'another name that the prompt gives': 'label: positive\nscore: 0.5\ntags: a, b',
    'bold labels and bullets': '**Label**: *Positive*\n**Score:** 0.5/1\n**Tags:**\n- a\n- b\n\nHope that helps!',
    headings: '## Label\nPositive.\n\n## Score\n0.5\n\n## Tags\n1. a\n2. b',
    JSON: '{"label":"Positive","score":"0.5","tags":["a","b"],"day":null}',
    'Python’s JSON in a fence with chatter': "Sure!\n```json\n{'label': 'positive', 'score': 0.5, 'tags': ['a', 'b'],}\n```\nDone.",
    'sections of DSPy': '[[ ## label ## ]]\npositive\n\n[[ ## score ## ]]\n0.5\n\n[[ ## tags ## ]]\n["a", "b"]\n\n[[ ## completed ## ]]',
    'a list over several lines': 'Label: positive\nScore: 0.5\nTags: [\n  "a",\n  "b"\n]',
    'a sentence for a class': 'Label: positive. The writer is happy.\nScore: about 0.5\nTags: a, b',
    'a thinking block': `<think>Label: negative</think>\n${GOOD}`,
    CRLF: GOOD.replaceAll('\n', '\r\n'),
  };
  for (const [what, text] of Object.entries(SHAPES)) {
    it(`reads ${what} at the first try`, async () => {
      server().answer(() => text);
      const { outputs } = await predictor().predict({ program: REVIEW, inputs: { text: 'Fine.' } });
      assert.deepEqual(outputs, { label: 'positive', score: 0.5, tags: ['a', 'b'], day: null });
      assert.equal(server().count, 1);
    });
  }

  it('takes an answer without a label for the only output', async () => {
    server().answer(() => 'Paris is the capital: it has been so for long.');
    const { outputs } = await predictor().predict({ program: program('question -> answer'), inputs: { question: 'Capital?' } });
    assert.deepEqual(outputs, { answer: 'Paris is the capital: it has been so for long.' });
    server().answer(() => 'Let me see.\n\nNegative');
    const label = await predictor().predict({ program: program('review -> label: class "positive, negative"'), inputs: { review: 'x' } });
    assert.deepEqual(label.outputs, { label: 'negative' });
  });

  it('keeps the lines of a text and of an object as they are', async () => {
    server().answer(() => 'Answer: one\n\nLabel-like: two\nfoo: bar');
    const text = await predictor().predict({ program: program('question -> answer'), inputs: { question: 'x' } });
    assert.deepEqual(text.outputs, { answer: 'one\n\nLabel-like: two\nfoo: bar' });
    server().answer(() => '{\n  "name": "Ada",\n  "person": "x"\n}');
    const object = await predictor().predict({ program: program('passage -> info: object'), inputs: { passage: 'x' } });
    assert.deepEqual(object.outputs, { info: { name: 'Ada', person: 'x' } });
  });

  it('shows the model its answer and what was wrong with it, once', async () => {
    server().inject(faults.text('Label: mixed\nScore: 7\nTags: a'));
    server().answer(() => GOOD);
    const result = await predictor().predict({ program: REVIEW, inputs: { text: 'Fine.' } });
    assert.deepEqual([result.outputs.label, result.calls, server().count], ['positive', 2, 2]);
    const added = messages(1).slice(messages(0).length);
    assert.deepEqual(added[0], { role: 'assistant', text: 'Label: mixed\nScore: 7\nTags: a' });
    assert.equal(added[1]?.role, 'user');
    assert.match(added[1]?.text ?? '', /"label": "mixed" is not one of positive, negative/);
    assert.match(added[1]?.text ?? '', /"score": 7 is not a number from 0 to 1/);
    assert.doesNotMatch(added[1]?.text ?? '', /"tags"/);
    assert.equal(added.length, 2);
  });

  it('gives up after the second answer, with the raw answer in the error', async () => {
    server().answer(() => 'I would rather talk about fish.');
    const error = await failure(predictor().predict({ program: REVIEW, inputs: { text: 'x' } }), 'model.invalid_answer');
    assert.match(error.message, /"label" is missing; "score" is missing; "tags" is missing.*I would rather talk about fish\./s);
    assert.equal(server().count, 2);
  });

  it('asks again for no other error than an unreadable answer', async () => {
    server().inject(faults.status(401));
    await failure(predictor().predict({ program: REVIEW, inputs: { text: 'x' } }), 'model.auth');
    assert.equal(server().count, 1);
  });

  it('takes names that Ax refuses, on both sides and in the demos', async () => {
    const odd = program('text, q, вкус -> output, result, описание', {
      demos: [{ inputs: { text: 't1', q: 'q1', вкус: 'v1' }, outputs: { output: 'o1', result: 'r1', описание: 'd1' }, quality: 1 }],
    });
    server().answer(() => 'Output: one\nResult: two\nОписание: three');
    const { outputs } = await predictor().predict({ program: odd, inputs: { text: 'a', q: 'b', вкус: 'c' } });
    assert.deepEqual(outputs, { output: 'one', result: 'two', описание: 'three' });
    const all = messages(0).map(({ text }) => text);
    for (const part of ['t1', 'q1', 'v1', 'o1', 'r1', 'd1']) assert.ok(all.slice(1).join('\n').includes(part), part);
    const wire = [...(all[0] ?? '').matchAll(/wire key: `(\w+)`/g)].map(([, key]) => key);
    server().answer(() => wire.map((key, index) => `${key}: ${index}`).join('\n'));
    assert.deepEqual((await predictor().predict({ program: odd, inputs: { text: 'a', q: 'b', вкус: 'd' } })).outputs, {
      ...{ output: '0', result: '1', описание: '2' },
    });
    assert.equal(server().count, 2);
  });

  it('tells the model about types and conditions', async () => {
    server().answer(() => 'When: 2026-01-01\nNames: ["x"]\nKind: it\'s\nCount: 2');
    const typed = program(`text -> when: date, names: str[], kind: Literal["it's", "a,b"], count: integer(min 1)`);
    const { outputs } = await predictor().predict({ program: typed, inputs: { text: 'x' } });
    assert.deepEqual(outputs, { when: '2026-01-01', names: ['x'], kind: "it's", count: 2 });
    const system = messages(0)[0]?.text ?? '';
    for (const part of ['YYYY-MM-DD', 'JSON list', '"it\'s", "a,b"', 'a whole number', 'At least 1'])
      assert.ok(system.includes(part), part);
  });

  it('sends instructions, typed inputs and text with braces as they are', async () => {
    server().answer(() => 'Answer: x');
    const task = {
      program: program('passage, n: int, xs: list[int] -> answer', { instructions: 'Use {braces} $& {{x}}' }),
      inputs: { passage: '{a} $1', n: 3, xs: [1, 2] },
    };
    await predictor().predict(task, { seed: 7 });
    const [system, user] = messages(0);
    assert.ok(system?.text.includes('Use {braces} $& {{x}}'));
    for (const part of ['{a} $1', '3', '[1,2]']) assert.ok(user?.text.includes(part), part);
    assert.equal(server().requests[0]?.body?.seed, 7);
  });

  it('is marked when its answer came from the cache', async () => {
    server().answer(() => GOOD);
    const cached = createPredictor(openAt(server().url, { cache: new MemoryCache() }));
    const first = await cached.predict({ program: REVIEW, inputs: { text: 'x' } }, { seed: 1 });
    assert.deepEqual(await cached.predict({ program: REVIEW, inputs: { text: 'x' } }, { seed: 1 }), { ...first, cached: true, costUsd: 0 });
    assert.equal(server().count, 1);
  });

  it('keeps predictions that run together apart', async () => {
    server().answer((body) => `Answer: ${/Passage: (\w+)/.exec(contentText(body.messages.at(-1)?.content))?.[1]}`);
    const shared = program('passage -> answer');
    const one = predictor();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => one.predict({ program: shared, inputs: { passage: `p${index}` } })),
    );
    assert.deepEqual(
      results.map(({ outputs }) => outputs.answer),
      Array.from({ length: 20 }, (_, index) => `p${index}`),
    );
  });

  it('streams the raw text when asked to', async () => {
    server().answer(() => GOOD);
    const shown: string[] = [];
    await predictor().predict({ program: REVIEW, inputs: { text: 'x' } }, { onText: (text) => shown.push(text) });
    assert.ok(shown.length > 3);
    assert.equal(shown.at(-1), GOOD);
  });

  describe('with images', () => {
    const picture = program('photos: image[], sketch?: image, question -> answer', {
      demos: [{ inputs: { photos: ['data:image/png;base64,DEMO'], question: 'What is it?' }, outputs: { answer: 'a cat' }, quality: 1 }],
    });
    const inputs = {
      photos: ['https://example.com/a.png', 'data:image/png;base64,AAAA'],
      sketch: 'data:image/svg+xml,<svg/>',
      question: 'And this?',
    };
    const urls = (at: number) =>
      (server().requests[at]?.body?.messages ?? []).map(({ content }) =>
        Array.isArray(content) ? content.flatMap((part: { image_url?: { url: string } }) => part.image_url?.url ?? []) : [],
      );

    it('sends them with the inputs, and names them there; those of demos are not sent', async () => {
      server().answer(() => 'Answer: a dog');
      const { outputs } = await predictor().predict({ program: picture, inputs });
      assert.deepEqual(outputs, { answer: 'a dog' });
      assert.deepEqual(urls(0).at(-1), [...inputs.photos, inputs.sketch]);
      assert.deepEqual(urls(0).slice(0, -1).flat(), []);
      const texts = messages(0).map(({ text }) => text);
      assert.match(texts.at(-1) ?? '', /Photos: \(attached image 1, 2\)\n+Sketch: \(attached image 3\)\n+Question: And this\?/);
      assert.ok(texts.some((text) => text.includes('Photos: (an image, not attached)')));
      assert.ok(!texts.join().includes('base64'));
    });

    it('sends them again when the answer cannot be read', async () => {
      server().answer(() => 'Answer: 5');
      server().inject(faults.text('no number'));
      const counted = program('photo: image -> answer: integer');
      const { calls } = await predictor().predict({ program: counted, inputs: { photo: inputs.sketch } });
      assert.equal(calls, 2);
      assert.deepEqual(urls(1).flat(), [inputs.sketch]);
    });

    it('keeps the words of an endpoint whose model takes none', async () => {
      server().inject(faults.status(400, { message: 'This model does not support image inputs.' }));
      const error = await failure(predictor().predict({ program: picture, inputs }), 'model.bad_request');
      assert.match(error.message, /does not support image inputs/);
    });

    it('refuses what is no address of an image, and models that are given text only, before sending', async () => {
      for (const sketch of ['a.png', 'http://example.com/a.png', 'data:text/html,x', 'https:///x']) {
        const error = await failure(predictor().predict({ program: picture, inputs: { ...inputs, sketch } }), 'input.invalid');
        assert.equal(error.message, 'The input "sketch" is no address of an image.');
      }
      const open = openAt(server().url);
      const textOnly = { ...open, port: { endpoint: 'x', chat: () => assert.fail('sent'), stream: () => assert.fail('sent') } };
      const error = await failure(createPredictor(textOnly).predict({ program: picture, inputs }), 'model.unsupported');
      assert.equal(error.message, 'test:m is given text only, and "photos" is an image.');
      assert.equal(server().count, 0);
    });

    it('runs as ever when an optional image is not given', async () => {
      const optional = program('photo?: image, question -> answer');
      await predictor().predict({ program: optional, inputs: { question: 'x' } });
      assert.deepEqual(urls(0).flat(), []);
    });
  });

  it('sends nothing for a cancelled run', async () => {
    await failure(predictor().predict({ program: REVIEW, inputs: { text: 'x' } }, { signal: AbortSignal.abort() }), 'cancelled');
    assert.equal(server().count, 0);
  });
});

describe('chain_of_thought', () => {
  const server = eachServer();
  const reasoned = program('question -> answer: integer', {
    module: 'chain_of_thought',
    demos: [
      { inputs: { question: 'one and one' }, outputs: { answer: 2 }, reasoning: 'count fingers', quality: 1 },
      { inputs: { question: 'two and two' }, outputs: { answer: 4 }, quality: 1 },
    ],
  });
  const ask = () => createPredictor(openAt(server().url)).predict({ program: reasoned, inputs: { question: 'x' } });

  it('asks for the reasoning first, and keeps it apart from the outputs', async () => {
    server().answer(() => 'Reasoning: first this,\nthen that\nAnswer: 5');
    const { outputs, reasoning } = await ask();
    assert.deepEqual(outputs, { answer: 5 });
    assert.equal(reasoning, 'first this,\nthen that');
    const texts = (server().requests[0]?.body?.messages ?? []).map(({ content }) => contentText(content));
    assert.match(texts[0] ?? '', /`Reasoning`, `Answer`/);
    assert.ok(texts.includes('Reasoning: count fingers\nAnswer: 2'), JSON.stringify(texts));
  });

  for (const [what, text, reasoning] of [
    ['no label', 'I count: four, five.\n\nAnswer: 5', 'I count: four, five.'],
    ['none at all', 'Answer: 5', undefined],
    ['JSON', '{"reasoning": "so", "answer": 5}', 'so'],
  ] as const) {
    it(`needs one request for a reasoning with ${what}`, async () => {
      server().answer(() => text);
      assert.deepEqual(await ask().then((result) => [result.outputs.answer, result.reasoning]), [5, reasoning]);
      assert.equal(server().count, 1);
    });
  }
});
