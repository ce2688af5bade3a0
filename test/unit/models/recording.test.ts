import assert from 'node:assert/strict';
import type { RecordedCall } from '../../../src/core/program/recorded-call.js';
import type { ChatRequest } from '../../../src/models/chat-model.js';
import { Budget } from '../../../src/models/guard/budget.js';
import { MemoryCache } from '../../../src/models/guard/cache.js';
import type { CallEvent } from '../../../src/models/guard/guarded-model.js';
import { type HubOptions, ModelHub } from '../../../src/models/model-hub.js';
import { faults } from '../../fixtures/fault-server.js';
import { ask, eachServer, FAST, failure, KEY, readAll } from './support.js';

function hub(more: Partial<HubOptions>): ModelHub {
  return new ModelHub({
    keyFor: async () => KEY,
    baseUrlFor: () => undefined,
    limits: {},
    timeoutMs: 60_000,
    prices: async () => [{ model: 'openai:m', inputUsdPerMillion: 1e6, outputUsdPerMillion: 1e6 }],
    retry: FAST,
    environmentProxy: false,
    ...more,
  });
}

/** A hub that has nothing but a recording. */
function replay(calls: readonly RecordedCall[], more: Partial<HubOptions> = {}): ModelHub {
  return hub({
    keyFor: () => assert.fail('asked for a key'),
    baseUrlFor: () => assert.fail('asked for an address'),
    prices: () => assert.fail('asked for prices'),
    cache: { get: () => assert.fail('asked the cache'), set: () => assert.fail('told the cache') },
    replay: { file: 'run.jsonl', calls },
    ...more,
  });
}

function recorded(request: ChatRequest, text = 'recorded', model = 'openai:m'): RecordedCall {
  const { model: _model, signal: _signal, task: _task, ...rest } = request;
  return {
    model,
    request: rest,
    response: { text: [text], usage: { promptTokens: 7, completionTokens: 5, estimated: false }, costUsd: 1 },
  };
}

describe('record and replay', () => {
  const server = eachServer({ key: KEY });
  const REQUESTS: readonly ChatRequest[] = [
    ask('one', { seed: 1, temperature: 0.5 }),
    ask('two', { maxTokens: 50, stop: ['\n\n'] }),
    { model: 'm', messages: [{ role: 'system', content: 'Be kind.' }, ...ask('three').messages], n: 2, seed: 3 },
  ];

  it('gives the same answers offline: chats, streams and what came from the cache', async () => {
    const calls: RecordedCall[] = [];
    const record = async (call: RecordedCall) => void calls.push(call);
    const open = await hub({ baseUrlFor: () => server().url, cache: new MemoryCache(), record }).open('openai:m');
    assert.deepEqual([open.name, open.model, open.port.endpoint], ['openai:m', 'm', server().url]);
    const chats = [];
    for (const request of REQUESTS) chats.push(await open.port.chat(request));
    const first = REQUESTS[0] ?? assert.fail();
    const again = await open.port.chat(first);
    const streamed = await readAll(open.port.stream(ask('  four  words in here')));
    assert.deepEqual([again.cached, server().count], [true, 4]);
    assert.deepEqual(
      calls.map(({ model, response }) => [model, response.costUsd]),
      [...chats, again, streamed.result].map(({ cost }) => ['openai:m', cost]),
    );
    assert.ok(!JSON.stringify(calls).includes(KEY));
    await server().close();

    const offline = await replay(JSON.parse(JSON.stringify(calls))).open('openai:m');
    assert.deepEqual([offline.name, offline.model, offline.port.endpoint], ['openai:m', 'm', 'replay']);
    for (const [index, request] of REQUESTS.entries()) {
      assert.deepEqual(await offline.port.chat(request), { ...chats[index], cost: 0 });
    }
    const { deltas, result } = await readAll(offline.port.stream(ask('  four  words in here')));
    assert.deepEqual(result, { ...streamed.result, cost: 0 });
    assert.equal(deltas.join(''), result.text[0]);
    assert.ok(deltas.length > 3);
    assert.equal(server().count, 4);
  });

  it('records no failure, and no stream that the reader left', async () => {
    const calls: RecordedCall[] = [];
    const record = async (call: RecordedCall) => void calls.push(call);
    const { port } = await hub({ baseUrlFor: () => server().url, record }).open('openai:m');
    server().inject(faults.status(400));
    await failure(port.chat(ask()), 'model.bad_request');
    for await (const _delta of port.stream(ask())) break;
    assert.deepEqual(calls, []);
  });

  it('gives repeated calls in recorded order, then the last one again, whoever asks', async () => {
    const models = replay([recorded(ask('a'), 'first'), recorded(ask('b'), 'other'), recorded(ask('a'), 'second')]);
    const answers = [];
    for (let time = 0; time < 4; time++) answers.push((await (await models.open('openai:m')).port.chat(ask('a'))).text[0]);
    assert.deepEqual(answers, ['first', 'second', 'second', 'second']);
  });

  it('keeps models apart', async () => {
    const models = replay([recorded(ask('a'), 'of m'), recorded(ask('a'), 'of groq', 'groq:m'), recorded(ask('a'), 'own', 'embedded')]);
    const answers = [];
    for (const name of ['embedded', 'groq:m', 'openai:m']) {
      const { port, model } = await models.open(name);
      answers.push((await port.chat(ask('a', { model }))).text[0]);
    }
    assert.deepEqual(answers, ['own', 'of groq', 'of m']);
  });

  it('books calls and tokens, reports events, and costs nothing', async () => {
    const budget = new Budget({ calls: 1, usd: 0.1 });
    const events: CallEvent[] = [];
    const { port } = await replay([recorded(ask('a'))], { budget, onCall: (event) => events.push(event) }).open('openai:m');
    const { usage, cost, cached } = await port.chat(ask('a'));
    assert.deepEqual({ usage, cost, cached }, { usage: recorded(ask()).response.usage, cost: 0, cached: false });
    assert.deepEqual([budget.calls, budget.tokens, budget.usd], [1, 12, 0]);
    assert.deepEqual(
      events.map(({ endpoint, model, attempt }) => [endpoint, model, attempt]),
      [['replay', 'm', 1]],
    );
    await failure(port.chat(ask('a')), 'budget.exceeded');
  });

  it('does not know other names than a hub with endpoints does', () =>
    failure(replay([]).open('opnai:m'), 'model.unknown').then(() => undefined));

  it('is cancelled by the signal', async () => {
    const { port } = await replay([recorded(ask('a'))]).open('openai:m');
    await failure(port.chat(ask('a', { signal: AbortSignal.abort() })), 'cancelled');
  });
});

describe('a call that a recording does not have', () => {
  const OTHER = recorded(ask('Translate this into French, and keep the names as they are: Anna met Bob.'));
  const NEWS = 'Summarise the news in one line. Markets opened higher. Shares rose by two percent on Monday, led by banks.';
  const near = recorded(ask(NEWS.replace('rose', 'fell'), { seed: 1 }));
  const missing = async (calls: readonly RecordedCall[], request: ChatRequest, name = 'openai:m') => {
    const { port } = await replay(calls).open(name);
    return failure(port.chat(request), 'replay.missing');
  };

  it('is told with the nearest one, how alike it is, and where they part', async () => {
    const error = await missing([OTHER, near, OTHER], ask(NEWS, { seed: 1 }));
    assert.equal(
      error.message,
      'The recording run.jsonl has no such call. The nearest is call 2, 94% alike: user message differs at ' +
        '"…higher. Shares rose by two percent on Monday,…" (recorded: "…higher. Shares fell by two percent on Monday,…").',
    );
    assert.match(error.hint, /--record/);
    assert.equal(error.file, 'run.jsonl');
  });

  const base = ask('Hello there', { seed: 1, temperature: 0.5 });
  const differences: [ChatRequest, string, string][] = [
    [{ ...base, seed: 2 }, 'openai:m', '100% alike: seed is 2 (recorded: 1).'],
    [{ ...base, seed: undefined }, 'openai:m', '100% alike: seed is not set (recorded: 1).'],
    [{ ...base, stop: ['\n'] }, 'openai:m', '100% alike: stop is ["\\n"] (recorded: not set).'],
    [base, 'groq:m', '100% alike: model is groq:m (recorded: openai:m).'],
    [{ ...base, messages: [] }, 'openai:m', '0% alike: it has 0 messages (recorded: 1).'],
    [
      { ...base, messages: [{ role: 'system', content: 'Hello there' }] },
      'openai:m',
      '99% alike: message 1 is of the system (recorded: user).',
    ],
    [{ ...base, messages: [...base.messages, { role: 'user', content: '' }] }, 'openai:m', '99% alike: it has 2 messages (recorded: 1).'],
    [
      ask('Hello  there', { seed: 1, temperature: 0.5 }),
      'openai:m',
      '99% alike: user message differs at "Hello  there" (recorded: "Hello there").',
    ],
    [ask('', { seed: 1, temperature: 0.5 }), 'openai:m', '0% alike: user message differs at "" (recorded: "Hello there").'],
  ];
  for (const [request, name, told] of differences) {
    it(`says "${told}"`, async () => {
      const { message } = await missing([recorded(base)], request, name);
      assert.ok(message.endsWith(`The nearest is call 1, ${told}`), message);
    });
  }

  it('tells other images apart', async () => {
    const showing = (url: string) => ({ ...base, messages: [{ role: 'user' as const, content: 'What is it?', images: [{ url }] }] });
    const { message } = await missing([recorded(showing('data:image/png;base64,AAAA'))], showing('data:image/png;base64,BBBB'));
    assert.ok(message.endsWith('99% alike: user message has other images.'), message);
  });

  it('prefers the same model and settings among calls with the same words', async () => {
    const calls = [recorded(base, 'x', 'groq:m'), recorded({ ...base, temperature: 1 }), recorded(base), recorded(base)];
    const { message } = await missing(calls, { ...base, seed: 9 });
    assert.match(message, /The nearest is call 3, 100% alike: seed is 9/);
  });

  it('numbers the messages of one role, and cuts no character in two', async () => {
    const talk = (last: string) =>
      ['user', 'assistant', 'user'].map((role, index) => ({ role: role as 'user', content: index === 2 ? last : 'same' }));
    const emoji = '🐉'.repeat(40);
    const request = { ...base, messages: talk(`${emoji}x${emoji}`) };
    const { message } = await missing([recorded({ ...base, messages: talk(`${emoji}y${emoji}`) })], request);
    assert.match(message, /user message 2 differs at "…🐉+x🐉+…" \(recorded: "…🐉+y🐉+…"\)\.$/u);
    assert.doesNotMatch(message, /\p{Surrogate}/u);
  });

  it('is nearest by its characters in a script without spaces', async () => {
    const calls = [recorded(ask('今日は雨が降っています。')), recorded(ask('株価が上昇しました。')), recorded(ask('猫が好きです。'))];
    assert.match((await missing(calls, ask('株価が下落しました。'))).message, /The nearest is call 2, 80% alike/);
  });

  it('is told of an empty recording, too', async () => {
    assert.equal((await missing([], base)).message, 'The recording run.jsonl is empty.');
  });

  it('is found among ten thousand long ones', async () => {
    const filler = 'A long introduction that all of them share. '.repeat(90);
    const calls = Array.from({ length: 10_000 }, (_, index) => recorded(ask(`${filler} Article number ${index} of the year.`)));
    const { port } = await replay(calls).open('openai:m');
    assert.deepEqual((await port.chat(ask(`${filler} Article number 9876 of the year.`))).text, ['recorded']);
    const error = await failure(port.chat(ask(`${filler} Article number 4321 of that year.`)), 'replay.missing');
    assert.match(error.message, /The nearest is call 4322, 99% alike: user message differs at "…number 4321 of that year\."/);
  });
});
