import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { ChatRequest, Provider, ProviderResult } from '../../../src/models/chat-model.js';
import type { CallEvent } from '../../../src/models/guard/guarded-model.js';
import { GuardedModel } from '../../../src/models/guard/guarded-model.js';
import { Limiter } from '../../../src/models/guard/limiter.js';
import { PriceTable } from '../../../src/models/prices.js';
import { faults, Gate } from '../../fixtures/fault-server.js';
import { afterRoundTrip, ask, eachServer, FAST, failure, guarded, PATIENT, readAll } from './support.js';

/** A listener for call events, and the first one as a promise. */
function firstEvent(): { readonly onCall: (event: CallEvent) => void; readonly event: Promise<CallEvent> } {
  let onCall: (event: CallEvent) => void = () => undefined;
  const event = new Promise<CallEvent>((resolve) => {
    onCall = resolve;
  });
  return { onCall, event };
}

describe('GuardedModel: abort', () => {
  const server = eachServer();

  it('in flight rejects at once and closes the connection', async () => {
    server().inject(faults.hang);
    const controller = new AbortController();
    const { model, events } = guarded(server().url);
    const call = failure(model.chat(ask('x', { signal: controller.signal })), 'cancelled');
    await server().arrived(1);
    controller.abort();
    await call;
    const [request] = server().requests;
    await request?.closed;
    assert.equal(request?.aborted, true);
    assert.equal(server().count, 1);
    assert.deepEqual(
      events.map((event) => event.error?.code),
      ['cancelled'],
    );
  });

  it('while the body is half sent rejects and closes the connection', async () => {
    const gate = new Gate();
    server().inject({ gate, pieceBytes: 20 });
    const controller = new AbortController();
    const call = failure(guarded(server().url).model.chat(ask('x', { signal: controller.signal })), 'cancelled');
    await server().arrived(1);
    gate.open(2);
    await afterRoundTrip();
    controller.abort();
    await call;
    await server().requests[0]?.closed;
    assert.equal(server().requests[0]?.aborted, true);
  });

  it('in a stream rejects after the words that came, and closes the connection', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    const controller = new AbortController();
    const stream = guarded(server().url).model.stream(ask('x', { signal: controller.signal }));
    gate.open(2);
    assert.deepEqual(await stream.next(), { done: false, value: 'You ' });
    const next = failure(stream.next(), 'cancelled');
    controller.abort();
    await next;
    await server().requests[0]?.closed;
    assert.equal(server().requests[0]?.aborted, true);
    assert.equal(server().count, 1);
  });

  it('before the start sends nothing', async () => {
    const signal = AbortSignal.abort();
    const { model } = guarded(server().url);
    await failure(model.chat(ask('x', { signal })), 'cancelled');
    await failure(readAll(model.stream(ask('x', { signal }))), 'cancelled');
    assert.equal(server().count, 0);
  });

  it('in the queue rejects while the request before it is still under way', async () => {
    server().inject(faults.hang);
    const controller = new AbortController();
    const waiting = new AbortController();
    const { model } = guarded(server().url, { limiter: new Limiter({ concurrency: 1 }) });
    const first = failure(model.chat(ask('first', { signal: controller.signal })), 'cancelled');
    await server().arrived(1);
    const second = failure(model.chat(ask('second', { signal: waiting.signal })), 'cancelled');
    const third = model.chat(ask('third'));
    waiting.abort();
    await second;
    assert.equal(server().requests[0]?.aborted, false);
    controller.abort();
    await first;
    assert.deepEqual((await third).text, ['You said: third']);
    assert.equal(server().count, 2);
  });

  it('during back-off rejects though a minute of it is left', async () => {
    server().inject(faults.status(503));
    const controller = new AbortController();
    const { onCall, event } = firstEvent();
    const { model } = guarded(server().url, { retry: PATIENT, onCall });
    const call = failure(model.chat(ask('x', { signal: controller.signal })), 'cancelled');
    assert.ok(((await event).error?.retryInMs ?? 0) >= 30_000);
    controller.abort();
    await call;
    assert.equal(server().count, 1);
  });

  it('during the back-off of a stream rejects though a minute of it is left', async () => {
    server().inject(faults.status(503));
    const controller = new AbortController();
    const { onCall, event } = firstEvent();
    const { model } = guarded(server().url, { retry: PATIENT, onCall });
    const call = failure(readAll(model.stream(ask('x', { signal: controller.signal }))), 'cancelled');
    await event;
    controller.abort();
    await call;
    assert.equal(server().count, 1);
  });

  it('frees the place in the queue, also during back-off', async () => {
    server().inject(faults.status(503));
    const controller = new AbortController();
    const { onCall, event } = firstEvent();
    const { model } = guarded(server().url, { retry: PATIENT, onCall, limiter: new Limiter({ concurrency: 1 }) });
    const first = failure(model.chat(ask('first', { signal: controller.signal })), 'cancelled');
    await event;
    assert.deepEqual((await model.chat(ask('second'))).text, ['You said: second']);
    controller.abort();
    await first;
  });

  it('leaves no listener on the caller’s signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    server().inject(faults.status(503));
    const { model } = guarded(server().url);
    await model.chat(ask('x', { signal }));
    await readAll(model.stream(ask('x', { signal })));
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  it('does not wait for a provider that ignores its signal', async () => {
    const never = new Promise<ProviderResult>(() => undefined);
    const deaf: Provider = {
      endpoint: 'deaf',
      chat: () => never,
      async *stream(request: ChatRequest) {
        yield request.model;
        return never;
      },
    };
    const limiter = new Limiter({ concurrency: 1 });
    const model = new GuardedModel(deaf, { limiter, prices: new PriceTable([]), priceName: (name) => name, timeoutMs: 60_000 });
    for (const start of [(request: ChatRequest) => model.chat(request), (request: ChatRequest) => readAll(model.stream(request))]) {
      const controller = new AbortController();
      const call = failure(start(ask('x', { signal: controller.signal })), 'cancelled');
      await new Promise(setImmediate);
      controller.abort();
      await call;
    }
  });
});

describe('GuardedModel: timeout', () => {
  const server = eachServer();

  it('of an endpoint that never answers is model.timeout, after three attempts', async () => {
    server().inject({ ...faults.hang, times: 3 });
    const { model, events } = guarded(server().url, { timeoutMs: 40, retry: FAST });
    const error = await failure(model.chat(ask()), 'model.timeout');
    assert.equal(error.message, 'm did not answer within 0.04 s.');
    assert.equal(server().count, 3);
    assert.equal(events.length, 3);
    for (const request of server().requests) {
      await request.closed;
      assert.equal(request.aborted, true);
    }
  });

  it('is followed by an answer when the endpoint recovers', async () => {
    server().inject(faults.hang);
    const { model } = guarded(server().url, { timeoutMs: 300 });
    assert.deepEqual((await model.chat(ask('ping'))).text, ['You said: ping']);
    assert.equal(server().count, 2);
  });

  it('of a stream that falls silent is model.timeout, without a second request', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    gate.open(3);
    const deltas: string[] = [];
    await failure(readAll(guarded(server().url, { timeoutMs: 300 }).model.stream(ask()), deltas), 'model.timeout');
    assert.deepEqual(deltas, ['You ', 'said: ']);
    assert.equal(server().count, 1);
  });

  it('of a stream that never begins is tried again', async () => {
    server().inject(faults.hang);
    const { result } = await readAll(guarded(server().url, { timeoutMs: 300 }).model.stream(ask('ping')));
    assert.deepEqual(result.text, ['You said: ping']);
    assert.equal(server().count, 2);
  });

  it('counts silence, not the whole length of a stream', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    server().answer(() => 'one two three four five six seven eight nine ten');
    const stream = guarded(server().url, { timeoutMs: 1000 }).model.stream(ask());
    const started = performance.now();
    gate.open(1);
    const drip = setInterval(() => gate.open(1), 130);
    const { deltas } = await readAll(stream);
    clearInterval(drip);
    assert.equal(deltas.length, 10);
    assert.ok(performance.now() - started > 1000, 'the stream was shorter than the timeout: this proves nothing');
  });

  it('does not count the time that a slow reader takes', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate), { ...faults.hang, when: (request) => request.body?.messages[0]?.content === 'clock' });
    const stream = guarded(server().url, { timeoutMs: 200 }).model.stream(ask());
    gate.open(2);
    assert.deepEqual(await stream.next(), { done: false, value: 'You ' });
    // The reader is busy for longer than the timeout: until another request, with twice the timeout, has timed out.
    await failure(guarded(server().url, { timeoutMs: 400, retry: { ...FAST, attempts: 1 } }).model.chat(ask('clock')), 'model.timeout');
    gate.open();
    assert.equal((await readAll(stream)).deltas.join(''), 'said: Say hello.');
  });
});
