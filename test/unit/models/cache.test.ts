import assert from 'node:assert/strict';
import { enhancePromptProgram, imagePromptProgram } from '../../../src/core/image-prompt/programs.js';
import { TARGETS } from '../../../src/core/image-prompt/target.js';
import type { Task } from '../../../src/core/program/task.js';
import type { ChatRequest } from '../../../src/models/chat-model.js';
import { cacheKey, MemoryCache } from '../../../src/models/guard/cache.js';
import { faults, startFaultServer } from '../../fixtures/fault-server.js';
import { sampleTaste } from '../core/samples.js';
import { ask, closedAfter, eachServer, failure, guarded, readAll } from './support.js';

const taste = sampleTaste('anime');
const target = TARGETS[0] ?? assert.fail();
const structure: Task = { program: imagePromptProgram(taste, []), inputs: { taste: 'anime', user_input: 'a cat' }, taste };
const enhance: Task = { ...structure, program: enhancePromptProgram(taste, target, []) };

const SEEDED = ask('hello', { seed: 1, temperature: 0.7 });

describe('GuardedModel: response cache', () => {
  const server = eachServer();

  it('answers the same request again without asking, marked and free of charge', async () => {
    const { model, events } = guarded(server().url, { cache: new MemoryCache() });
    const first = await model.chat(SEEDED);
    const second = await model.chat({ ...SEEDED, signal: new AbortController().signal });
    assert.equal(server().count, 1);
    assert.equal(first.cached, false);
    assert.ok((first.cost ?? 0) > 0);
    assert.deepEqual(second, { ...first, cached: true, cost: 0 });
    assert.deepEqual(
      events.map(({ attempt, cost }) => [attempt, cost]),
      [
        [1, first.cost],
        [0, 0],
      ],
    );
  });

  it('serves streams from chats and chats from streams', async () => {
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    await model.chat(SEEDED);
    const { deltas, result } = await readAll(model.stream(SEEDED));
    assert.equal(deltas.join(''), 'You said: hello');
    assert.equal(result.cached, true);
    await readAll(model.stream({ ...SEEDED, seed: 2 }));
    assert.equal((await model.chat({ ...SEEDED, seed: 2 })).cached, true);
    assert.equal(server().count, 2);
  });

  const others: [string, ChatRequest][] = [
    ['seed', { ...SEEDED, seed: 2 }],
    ['model', { ...SEEDED, model: 'n' }],
    ['temperature', { ...SEEDED, temperature: 0.8 }],
    ['limit of the answer', { ...SEEDED, maxTokens: 5 }],
    ['number of answers', { ...SEEDED, n: 2 }],
    ['stop sequence', { ...SEEDED, stop: ['.'] }],
    ['message', ask('hello!', { seed: 1, temperature: 0.7 })],
    ['role', { ...SEEDED, messages: [{ role: 'system', content: 'hello' }] }],
    ['task', { ...SEEDED, task: structure }],
  ];
  for (const [what, other] of others) {
    it(`asks again for another ${what}`, async () => {
      const { model } = guarded(server().url, { cache: new MemoryCache() });
      await model.chat(SEEDED);
      assert.equal((await model.chat(other)).cached, false);
      assert.equal(server().count, 2);
    });
  }

  it('asks again for another program of the same inputs', async () => {
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    await model.chat({ ...SEEDED, task: structure });
    assert.equal((await model.chat({ ...SEEDED, task: enhance })).cached, false);
    assert.equal((await model.chat({ ...SEEDED, task: enhance })).cached, true);
  });

  it('asks another endpoint, though the cache is the same', async () => {
    const cache = new MemoryCache();
    const other = closedAfter(await startFaultServer({ answer: () => 'from elsewhere' }));
    await guarded(server().url, { cache }).model.chat(SEEDED);
    assert.deepEqual((await guarded(other.url, { cache }).model.chat(SEEDED)).text, ['from elsewhere']);
  });

  it('does not keep what was left to chance', async () => {
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    for (const request of [ask('hello', { temperature: 0.7 }), ask('hello')]) {
      await model.chat(request);
      assert.equal((await model.chat(request)).cached, false);
    }
    assert.equal(server().count, 4);
  });

  it('keeps what has temperature 0, without a seed', async () => {
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    await model.chat(ask('hello', { temperature: 0 }));
    assert.equal((await model.chat(ask('hello', { temperature: 0 }))).cached, true);
  });

  it('keeps no failure', async () => {
    server().inject({ ...faults.status(400) });
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    await failure(model.chat(SEEDED), 'model.bad_request');
    assert.deepEqual((await model.chat(SEEDED)).text, ['You said: hello']);
  });

  it('keeps no half stream', async () => {
    server().inject({ noFinish: true, noDone: true });
    const { model } = guarded(server().url, { cache: new MemoryCache() });
    await failure(readAll(model.stream(SEEDED)), 'model.malformed');
    assert.equal((await model.chat(SEEDED)).cached, false);
  });

  it('takes a damaged entry for none', async () => {
    const damaged = { get: async () => '{"text": [', set: async () => undefined };
    const { model } = guarded(server().url, { cache: damaged });
    assert.deepEqual((await model.chat(SEEDED)).text, ['You said: hello']);
  });
});

describe('cacheKey', () => {
  it('is SHA-256 in hex, without the signal', () => {
    const key = cacheKey('e', SEEDED);
    assert.match(key ?? '', /^[0-9a-f]{64}$/);
    assert.equal(cacheKey('e', { ...SEEDED, signal: AbortSignal.abort() }), key);
  });

  it('tells apart what only looks alike when joined', () => {
    assert.notEqual(cacheKey('a', ask('bc', { seed: 1 })), cacheKey('ab', ask('c', { seed: 1 })));
  });
});

describe('MemoryCache', () => {
  it('forgets entries older than their time', async () => {
    let now = 0;
    const cache = new MemoryCache(10, 1000, () => now);
    await cache.set('a', '1');
    now = 1000;
    assert.equal(await cache.get('a'), '1');
    now = 1001;
    assert.equal(await cache.get('a'), undefined);
  });

  it('does not lengthen the time of an entry that is read', async () => {
    let now = 0;
    const cache = new MemoryCache(10, 1000, () => now);
    await cache.set('a', '1');
    now = 900;
    await cache.get('a');
    now = 1100;
    assert.equal(await cache.get('a'), undefined);
  });

  it('drops what was not used for longest when it is full', async () => {
    const cache = new MemoryCache(2);
    await cache.set('a', '1');
    await cache.set('b', '2');
    await cache.get('a');
    await cache.set('c', '3');
    assert.deepEqual([await cache.get('a'), await cache.get('b'), await cache.get('c')], ['1', undefined, '3']);
  });

  it('replaces an entry without dropping another', async () => {
    const cache = new MemoryCache(2);
    await cache.set('a', '1');
    await cache.set('b', '2');
    await cache.set('b', '3');
    assert.deepEqual([await cache.get('a'), await cache.get('b')], ['1', '3']);
  });
});
