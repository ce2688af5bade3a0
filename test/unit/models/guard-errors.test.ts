import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { ErrorCode } from '../../../src/core/errors.js';
import type { CallEvent } from '../../../src/models/guard/guarded-model.js';
import { type Fault, faults, startFaultServer } from '../../fixtures/fault-server.js';
import { afterRoundTrip, ask, closedAfter, eachServer, FAST, failure, guarded, KEY, PATIENT } from './support.js';

const always = (fault: Fault): Fault => ({ ...fault, times: Number.POSITIVE_INFINITY });

const ONCE: [string, Fault, ErrorCode][] = [
  ['400', faults.status(400), 'model.bad_request'],
  ['401', faults.status(401), 'model.auth'],
  ['402', faults.status(402), 'model.quota'],
  ['403', faults.status(403), 'model.auth'],
  ['404', faults.status(404), 'model.not_found'],
  ['413', faults.status(413), 'model.context_length'],
  ['422', faults.status(422), 'model.bad_request'],
  ['400 of a too long context', faults.contextLength(), 'model.context_length'],
  ['429 of a used-up quota', faults.quota(), 'model.quota'],
];

const THRICE: [string, Fault, ErrorCode][] = [
  ['408', faults.status(408), 'model.server'],
  ['409', faults.status(409), 'model.server'],
  ['429', faults.status(429), 'model.rate_limited'],
  ['500', faults.status(500), 'model.server'],
  ['502 with an HTML page', { ...faults.html, status: 502 }, 'model.server'],
  ['503', faults.status(503), 'model.server'],
  ['504', faults.status(504), 'model.server'],
  ['529', faults.status(529), 'model.server'],
  ['a reset connection', faults.reset(), 'model.unreachable'],
  ['a connection reset in the body', faults.reset(60), 'model.unreachable'],
  ['JSON that ends too early', faults.badJson, 'model.malformed'],
  ['a body cut short', faults.cut(70), 'model.malformed'],
  ['an empty body', { body: '' }, 'model.malformed'],
  ['a JSON string', { body: '"hello"' }, 'model.malformed'],
  ['an HTML page with 200', faults.html, 'model.malformed'],
  ['an error document with 200', { body: '{"error":{"message":"overloaded"}}' }, 'model.malformed'],
  ['no choices', faults.emptyChoices, 'model.malformed'],
  ['an empty answer', faults.emptyContent, 'model.empty_answer'],
  ['a choice without a message', { body: '{"choices":[{"index":0}]}' }, 'model.empty_answer'],
  ['an answer of spaces', faults.text(' \n '), 'model.empty_answer'],
];

describe('GuardedModel: errors of an endpoint', () => {
  const server = eachServer();

  for (const [what, fault, code] of ONCE) {
    it(`${what} is ${code}, after one attempt`, async () => {
      server().inject(always(fault));
      const { model, events } = guarded(server().url);
      const error = await failure(model.chat(ask()), code);
      assert.equal(server().count, 1);
      assert.deepEqual(
        events.map(({ attempt, error: reported }) => [attempt, reported?.code, reported?.retryInMs]),
        [[1, code, undefined]],
      );
      assert.ok(error.message.length > 0 && error.hint.length > 0);
    });
  }

  for (const [what, fault, code] of THRICE) {
    it(`${what} is ${code}, after three attempts`, async () => {
      server().inject(always(fault));
      const { model, events } = guarded(server().url);
      await failure(model.chat(ask()), code);
      assert.equal(server().count, 3);
      assert.deepEqual(
        events.map(({ attempt, error, usage }) => [attempt, error?.code, usage]),
        [1, 2, 3].map((attempt) => [attempt, code, undefined]),
      );
    });
  }

  it('answers when the third attempt succeeds', async () => {
    server().inject(faults.status(503), faults.reset());
    const { model, events } = guarded(server().url);
    const result = await model.chat(ask('ping'));
    assert.deepEqual(result.text, ['You said: ping']);
    assert.deepEqual(
      events.map((event) => [event.attempt, event.error?.code]),
      [
        [1, 'model.server'],
        [2, 'model.unreachable'],
        [3, undefined],
      ],
    );
  });

  it('makes as many attempts as the policy says', async () => {
    server().inject(always(faults.status(500)));
    await failure(guarded(server().url, { retry: { ...FAST, attempts: 5 } }).model.chat(ask()), 'model.server');
    assert.equal(server().count, 5);
  });

  it('names the endpoint, the status and the endpoint’s own words', async () => {
    server().inject(faults.status(422, { message: 'temperature must be below 1' }));
    const error = await failure(guarded(server().url).model.chat(ask()), 'model.bad_request');
    assert.equal(error.message, 'Test did not accept the request. (422: temperature must be below 1)');
  });

  it('names the model that is not there', async () => {
    const strict = closedAfter(await startFaultServer({ models: ['other'] }));
    const error = await failure(guarded(strict.url).model.chat(ask()), 'model.not_found');
    assert.match(error.message, /^Test has no model "m"/);
  });

  it('says which host cannot be reached, and why', async () => {
    const gone = closedAfter(await startFaultServer());
    const { url, host } = gone;
    await gone.close();
    const error = await failure(guarded(url).model.chat(ask()), 'model.unreachable');
    assert.equal(error.message, `Test (${host}) cannot be reached: ECONNREFUSED.`);
  });
});

describe('GuardedModel: Retry-After', () => {
  const server = eachServer();

  it('is waited for, and holds the whole queue back', async () => {
    server().inject(faults.retryAfterMs(150));
    const events: CallEvent[] = [];
    let announce: () => void = () => undefined;
    const refusedOnce = new Promise<void>((resolve) => {
      announce = resolve;
    });
    const onCall = (event: CallEvent) => {
      events.push(event);
      announce();
    };
    const { model } = guarded(server().url, { onCall });
    const first = model.chat(ask('first'));
    await refusedOnce;
    await Promise.all([first, model.chat(ask('second'))]);
    const [refused, ...rest] = server().requests;
    assert.equal(rest.length, 2);
    for (const request of rest) assert.ok(request.startedAt - (refused?.startedAt ?? 0) >= 150, 'sent before the endpoint was ready');
    assert.ok((events[0]?.error?.retryInMs ?? 0) >= 150);
  });

  it('keeps requests of other callers unsent while it lasts', async () => {
    server().inject(faults.retryAfter(30));
    const controller = new AbortController();
    const { signal } = controller;
    let announce: () => void = () => undefined;
    const backingOff = new Promise<void>((resolve) => {
      announce = resolve;
    });
    const { model } = guarded(server().url, { retry: PATIENT, onCall: () => announce() });
    const first = failure(model.chat(ask('first', { signal })), 'cancelled');
    await backingOff;
    const second = failure(model.chat(ask('second', { signal })), 'cancelled');
    await afterRoundTrip();
    assert.equal(server().count, 1);
    controller.abort();
    await Promise.all([first, second]);
    assert.equal(server().count, 1);
  });

  for (const [form, fault] of [
    ['seconds', faults.retryAfter(3600)],
    ['a date', faults.retryAfter(new Date(Date.now() + 3600_000).toUTCString())],
    ['milliseconds', faults.retryAfterMs(3600_000)],
    ['seconds with a 503', faults.retryAfter(3600, 503)],
  ] as const) {
    it(`beyond the longest wait, given as ${form}, fails at once`, async () => {
      server().inject(always(fault));
      const { model, events } = guarded(server().url, { retry: PATIENT });
      await failure(model.chat(ask()), fault.status === 503 ? 'model.server' : 'model.rate_limited');
      assert.equal(server().count, 1);
      assert.equal(events[0]?.error?.retryInMs, undefined);
    });
  }

  it('that is no number and no date is ignored', async () => {
    server().inject(faults.retryAfter('soon'));
    const { model } = guarded(server().url);
    assert.deepEqual((await model.chat(ask('ping'))).text, ['You said: ping']);
    assert.equal(server().count, 2);
  });
});

describe('GuardedModel: secrets', () => {
  it('shows no key in an error, though the endpoint repeats it', async () => {
    const server = closedAfter(await startFaultServer({ key: 'another' }));
    const { model, events } = guarded(server.url);
    const error = await failure(model.chat(ask()), 'model.auth');
    assert.match(error.message, /Incorrect API key provided: \*\*\*/);
    const shown = inspect([error, error.toJSON(), error.cause, events], { depth: Number.POSITIVE_INFINITY, showHidden: true });
    assert.ok(!shown.includes(KEY));
  });

  it('keeps keys and prompts out of the call events', async () => {
    const server = closedAfter(await startFaultServer({ key: KEY }));
    server.inject(faults.status(500, { message: 'broken' }));
    const { model, events } = guarded(server.url);
    const { text } = await model.chat(ask('A secret garden', { seed: 3 }));
    assert.deepEqual(text, ['You said: A secret garden']);
    assert.equal(events.length, 2);
    const shown = JSON.stringify(events);
    for (const secret of [KEY, 'secret garden', 'You said']) assert.ok(!shown.includes(secret), secret);
    assert.deepEqual(Object.keys(events[1] ?? {}).sort(), ['attempt', 'cost', 'endpoint', 'latencyMs', 'model', 'usage']);
  });
});
