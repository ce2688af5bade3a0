import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { Budget } from '../../../src/models/guard/budget.js';
import { MemoryCache } from '../../../src/models/guard/cache.js';
import { Limiter } from '../../../src/models/guard/limiter.js';
import { PriceTable } from '../../../src/models/prices.js';
import { faults } from '../../fixtures/fault-server.js';
import { ask, eachServer, failure, guarded, readAll } from './support.js';

describe('GuardedModel: usage and cost', () => {
  const server = eachServer({ answer: () => 'x'.repeat(12) });

  it('come from what the endpoint counted', async () => {
    const { model, events } = guarded(server().url);
    const { usage, cost } = await model.chat(ask('12345678'));
    assert.deepEqual(usage, { promptTokens: 2, completionTokens: 3, estimated: false });
    assert.equal(cost, 2 * 1 + 3 * 2);
    assert.deepEqual([events[0]?.usage, events[0]?.cost], [usage, cost]);
  });

  it('are estimated when the endpoint counted nothing', async () => {
    server().inject({ ...faults.noUsage, times: 2 });
    const { model } = guarded(server().url);
    const { usage, cost } = await model.chat(ask('123456789'));
    assert.deepEqual(usage, { promptTokens: 3, completionTokens: 3, estimated: true });
    assert.equal(cost, 9);
    assert.deepEqual((await readAll(model.stream(ask('123456789')))).result.usage, usage);
  });

  it('are estimated when the endpoint counted in a way of its own', async () => {
    const choice = { index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' };
    server().inject({ body: JSON.stringify({ choices: [choice], usage: { tokens: 5 } }) });
    const budget = new Budget({ tokens: 100 });
    const { usage } = await guarded(server().url, { budget }).model.chat(ask('12345678'));
    assert.deepEqual(usage, { promptTokens: 2, completionTokens: 1, estimated: true });
    assert.equal(budget.tokens, 3);
  });

  it('have no cost when the model has no price', async () => {
    const { cost } = await guarded(server().url, { prices: new PriceTable([]) }).model.chat(ask());
    assert.equal(cost, undefined);
  });
});

describe('GuardedModel: budget', () => {
  const server = eachServer({ answer: () => 'x'.repeat(40) });

  it('of calls stops hard, and says which limit it was', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ calls: 2 }) });
    await model.chat(ask());
    await readAll(model.stream(ask()));
    const error = await failure(model.chat(ask()), 'budget.exceeded');
    assert.equal(error.message, 'The budget of 2 calls is spent.');
    await failure(readAll(model.stream(ask())), 'budget.exceeded');
    assert.equal(server().count, 2);
  });

  it('of calls is kept by calls that run together', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ calls: 3 }) });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => model.chat(ask())));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3);
    for (const result of results) {
      assert.ok(result.status === 'fulfilled' || AtelierError.is(result.reason, 'budget.exceeded'));
    }
    assert.equal(server().count, 3);
  });

  it('of calls counts every attempt', async () => {
    server().inject({ ...faults.status(503), times: 3 });
    const { model } = guarded(server().url, { budget: new Budget({ calls: 2 }) });
    await failure(model.chat(ask()), 'budget.exceeded');
    assert.equal(server().count, 2);
  });

  it('of tokens stops hard', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ tokens: 25 }) });
    for (let call = 0; call < 3; call++) await model.chat(ask('1234'));
    const error = await failure(model.chat(ask('1234')), 'budget.exceeded');
    assert.equal(error.message, 'The budget of 25 tokens is spent.');
    assert.equal(server().count, 3);
  });

  it('of money stops hard', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ usd: 40 }) });
    for (let call = 0; call < 2; call++) await model.chat(ask('1234'));
    const error = await failure(model.chat(ask('1234')), 'budget.exceeded');
    assert.equal(error.message, 'The budget of $40 is spent.');
    assert.equal(server().count, 2);
  });

  it('of money refuses a model without a price, before any request', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ usd: 40 }) });
    const error = await failure(model.chat(ask('x', { model: 'unheard-of' })), 'budget.exceeded');
    assert.match(error.message, /unheard-of has no known price/);
    assert.equal(server().count, 0);
  });

  it('is shared by all models that hold it', async () => {
    const budget = new Budget({ calls: 1 });
    await guarded(server().url, { budget }).model.chat(ask());
    await failure(guarded(server().url, { budget }).model.chat(ask()), 'budget.exceeded');
  });

  it('does not charge an answer from the cache', async () => {
    const budget = new Budget({ calls: 1, tokens: 1000 });
    const { model } = guarded(server().url, { budget, cache: new MemoryCache() });
    await model.chat(ask('x', { seed: 1 }));
    const { tokens, usd } = budget;
    assert.equal((await model.chat(ask('x', { seed: 1 }))).cached, true);
    assert.deepEqual([budget.calls, budget.tokens, budget.usd], [1, tokens, usd]);
  });

  it('gives its place in the queue back when it is spent', async () => {
    const { model } = guarded(server().url, { budget: new Budget({ calls: 0 }), limiter: new Limiter({ concurrency: 1 }) });
    for (let call = 0; call < 3; call++) await failure(model.chat(ask()), 'budget.exceeded');
  });
});

describe('PriceTable', () => {
  const price = (model: string, inputUsdPerMillion: number) => ({ model, inputUsdPerMillion, outputUsdPerMillion: 0 });

  it('finds an exact name', () => {
    const table = new PriceTable([price('openai:a', 1), price('openai:b', 2)]);
    assert.equal(table.find('openai:b')?.inputUsdPerMillion, 2);
    assert.equal(table.find('openai:c'), undefined);
    assert.equal(table.find('openai:a-mini'), undefined);
  });

  it('takes the longest pattern, wherever it stands', () => {
    const table = new PriceTable([price('openai:gpt-5-mini*', 3), price('*', 0), price('openai:*', 1), price('openai:gpt-5*', 2)]);
    const found = ['openai:gpt-5-mini-2026', 'openai:gpt-5', 'openai:o9', 'groq:llama'].map((name) => table.find(name)?.inputUsdPerMillion);
    assert.deepEqual(found, [3, 2, 1, 0]);
  });

  it('takes the later of two equal ones: the user’s own over the packed one', () => {
    assert.equal(new PriceTable([price('openai:a', 1), price('openai:a', 5)]).find('openai:a')?.inputUsdPerMillion, 5);
  });

  it('prefers an exact name to a pattern of the same length', () => {
    for (const prices of [
      [price('openai:abc', 1), price('openai:ab*', 2)],
      [price('openai:ab*', 2), price('openai:abc', 1)],
    ]) {
      assert.equal(new PriceTable(prices).find('openai:abc')?.inputUsdPerMillion, 1);
    }
  });

  it('computes the cost of a call', () => {
    const table = new PriceTable([{ model: 'a', inputUsdPerMillion: 0.5, outputUsdPerMillion: 2 }]);
    const usage = { promptTokens: 1_000_000, completionTokens: 250_000, estimated: false };
    assert.equal(table.cost('a', usage), 1);
    assert.equal(table.cost('b', usage), undefined);
  });
});
