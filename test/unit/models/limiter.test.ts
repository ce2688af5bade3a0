import assert from 'node:assert/strict';
import { Limiter, type Permit } from '../../../src/models/guard/limiter.js';
import { backoffMs, DEFAULT_RETRY } from '../../../src/models/guard/retry.js';
import { faults, Gate } from '../../fixtures/fault-server.js';
import { afterRoundTrip, ask, eachServer, failure, guarded } from './support.js';

describe('Limiter', () => {
  it('lets in as many as may run at once, in the order of their coming', async () => {
    const limiter = new Limiter({ concurrency: 2 });
    const order: number[] = [];
    const enter = async (number: number) => {
      const permit = await limiter.acquire(1, undefined);
      order.push(number);
      return permit;
    };
    const permits = [1, 2, 3, 4].map(enter);
    const first = await permits[0];
    await permits[1];
    assert.deepEqual(order, [1, 2]);
    first?.release();
    await permits[2];
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('frees a place once, however often a permit is released', async () => {
    const limiter = new Limiter({ concurrency: 1 });
    const first = await limiter.acquire(1, undefined);
    first.release();
    first.release();
    await limiter.acquire(1, undefined);
    let entered = false;
    void limiter.acquire(1, undefined).then(() => {
      entered = true;
    });
    await afterRoundTrip();
    assert.equal(entered, false);
  });

  it('keeps to the requests of a window, wherever it is laid', async () => {
    const windowMs = 120;
    const limiter = new Limiter({ concurrency: 100, requestsPerMinute: 3 }, windowMs);
    const entries: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const permit = await limiter.acquire(1, undefined);
        entries.push(performance.now());
        permit.release();
      }),
    );
    assert.equal(entries.length, 10);
    for (let index = 3; index < entries.length; index++) {
      assert.ok((entries[index] ?? 0) - (entries[index - 3] ?? 0) >= windowMs - 1, `four within a window, at ${index}`);
    }
  });

  it('keeps to the tokens of a window', async () => {
    const windowMs = 120;
    const limiter = new Limiter({ concurrency: 100, tokensPerMinute: 100 }, windowMs);
    const entries: { at: number; tokens: number }[] = [];
    await Promise.all(
      [40, 60, 50, 50, 90, 20].map(async (tokens) => {
        const permit = await limiter.acquire(tokens, undefined);
        entries.push({ at: performance.now(), tokens });
        permit.release();
      }),
    );
    assert.equal(entries.length, 6);
    for (const { at } of entries) {
      const within = entries.filter((entry) => entry.at >= at && entry.at < at + windowMs - 1);
      assert.ok(within.reduce((sum, { tokens }) => sum + tokens, 0) <= 100, JSON.stringify(entries));
    }
  });

  it('counts the tokens really used, not the estimate', async () => {
    const limiter = new Limiter({ concurrency: 100, tokensPerMinute: 100 });
    const first = await limiter.acquire(90, undefined);
    first.settle(10);
    await limiter.acquire(90, undefined);
    let entered = false;
    void limiter.acquire(1, undefined).then(() => {
      entered = true;
    });
    await afterRoundTrip();
    assert.equal(entered, false);
  });

  it('lets a request through that is larger than the whole limit, alone', async () => {
    const limiter = new Limiter({ concurrency: 100, tokensPerMinute: 100 }, 50);
    await limiter.acquire(60, undefined);
    const entries: number[] = [];
    const permits: Permit[] = await Promise.all([
      limiter.acquire(500, undefined).then((permit) => {
        entries.push(500);
        return permit;
      }),
      limiter.acquire(10, undefined).then((permit) => {
        entries.push(10);
        return permit;
      }),
    ]);
    assert.equal(permits.length, 2);
    assert.deepEqual(entries, [500, 10]);
  });

  it('rejects a waiting request at once when its signal fires, and lets those behind it on', async () => {
    const limiter = new Limiter({ concurrency: 100, tokensPerMinute: 100 });
    await limiter.acquire(50, undefined);
    const controller = new AbortController();
    const big = failure(limiter.acquire(90, controller.signal), 'cancelled');
    const small = limiter.acquire(50, undefined);
    controller.abort();
    await big;
    await small;
  });
});

describe('Limiter under the guard', () => {
  const server = eachServer();

  it('sends no more than the requests of a minute: the others wait', async () => {
    const limiter = new Limiter({ concurrency: 16, requestsPerMinute: 3 });
    const { model } = guarded(server().url, { limiter });
    const controller = new AbortController();
    const calls = Array.from({ length: 7 }, (_, index) => model.chat(ask(`${index}`, { signal: controller.signal })));
    const settled = Promise.allSettled(calls);
    await Promise.all(calls.slice(0, 3));
    await afterRoundTrip();
    assert.equal(server().count, 3);
    controller.abort();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected', 'rejected'],
    );
    assert.equal(server().count, 3);
  });

  it('sends what waited when the window has passed', async () => {
    const { model } = guarded(server().url, { limiter: new Limiter({ concurrency: 16, requestsPerMinute: 2 }, 100) });
    await Promise.all(Array.from({ length: 5 }, (_, index) => model.chat(ask(`${index}`))));
    assert.equal(server().count, 5);
    const [first, , third, , fifth] = server().requests;
    assert.ok((third?.startedAt ?? 0) > (first?.startedAt ?? 0) && (fifth?.startedAt ?? 0) > (third?.startedAt ?? 0));
  });

  it('sends no more than the tokens of a minute', async () => {
    server().answer(() => 'x'.repeat(40));
    const { model } = guarded(server().url, { limiter: new Limiter({ concurrency: 16, tokensPerMinute: 100 }) });
    const controller = new AbortController();
    const request = ask('p'.repeat(120), { signal: controller.signal });
    // 30 tokens of prompt and 10 of answer each: two leave too little for the third.
    for (let call = 0; call < 2; call++) await model.chat(request);
    const third = failure(model.chat(request), 'cancelled');
    await afterRoundTrip();
    assert.equal(server().count, 2);
    controller.abort();
    await third;
  });

  it('counts attempts, not calls', async () => {
    server().inject(faults.status(503), faults.status(503));
    const { model } = guarded(server().url, { limiter: new Limiter({ concurrency: 16, requestsPerMinute: 2 }) });
    const controller = new AbortController();
    const call = failure(model.chat(ask('x', { signal: controller.signal })), 'cancelled');
    await server().arrived(2);
    await server().requests[1]?.closed;
    await afterRoundTrip();
    assert.equal(server().count, 2);
    controller.abort();
    await call;
  });

  it('keeps the concurrency over chats and streams together', async () => {
    const gate = new Gate();
    server().inject({ gate, times: 10 });
    const { model } = guarded(server().url, { limiter: new Limiter({ concurrency: 3 }) });
    const calls = Array.from({ length: 10 }, async (_, index) => {
      if (index % 2 === 0) return (await model.chat(ask(`${index}`))).text.join('');
      let text = '';
      for await (const delta of model.stream(ask(`${index}`))) text += delta;
      return text;
    });
    await server().arrived(3);
    await afterRoundTrip();
    assert.equal(server().count, 3);
    gate.open();
    assert.deepEqual(
      await Promise.all(calls),
      Array.from({ length: 10 }, (_, index) => `You said: ${index}`),
    );
    assert.equal(server().maxInFlight, 3);
  });
});

describe('backoffMs', () => {
  const policy = { attempts: 5, baseMs: 100, maxMs: 350 };

  it('doubles, half of it by chance, up to the longest wait', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((attempt) => [backoffMs(policy, attempt, undefined, 0), backoffMs(policy, attempt, undefined, 1)]),
      [
        [50, 100],
        [100, 200],
        [175, 350],
        [175, 350],
      ],
    );
  });

  it('is never shorter than what the endpoint asks for', () => {
    assert.equal(backoffMs(policy, 1, 300, 0.5), 300);
    assert.equal(backoffMs(policy, 3, 10, 0), 175);
  });

  it('makes three attempts by default', () => assert.equal(DEFAULT_RETRY.attempts, 3));
});
