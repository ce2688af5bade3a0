import assert from 'node:assert/strict';
import type { Provider } from '../../../src/models/chat-model.js';
import { Budget } from '../../../src/models/guard/budget.js';
import { MemoryCache } from '../../../src/models/guard/cache.js';
import { GuardedModel, type GuardOptions } from '../../../src/models/guard/guarded-model.js';
import { Limiter } from '../../../src/models/guard/limiter.js';
import { PriceTable } from '../../../src/models/prices.js';
import { estimateTokens } from '../../../src/models/tokens.js';
import { ask, eachServer, failure, guarded, PRICES, provider, readAll } from './support.js';

describe('estimateTokens', () => {
  const texts: [string, string, number][] = [
    ['nothing', '', 0],
    ['ASCII', 'a'.repeat(9), 3],
    ['Cyrillic', 'привіт', 3],
    ['accents inside of ASCII', 'café', 2],
    ['Han', '漢字仮名', 4],
    ['Hangul with a space', '한국 어', 4],
    ['pairs of surrogates', '🐉🐉', 2],
    ['an en dash and quotes', '“x”–', 2],
  ];
  for (const [what, text, tokens] of texts) it(`counts ${what}`, () => assert.equal(estimateTokens(text), tokens));
});

/** Prices by which the model `m` takes so many tokens. */
function takes(contextTokens: number): PriceTable {
  return new PriceTable([{ model: 'test:m', inputUsdPerMillion: 0, outputUsdPerMillion: 0, contextTokens }]);
}

/** 40,000 characters: 10,000 tokens. */
const LONG = ask('word '.repeat(8000), { seed: 1 });

describe('GuardedModel: context', () => {
  const server = eachServer();

  it('refuses what is too long, before it is sent and booked', async () => {
    const budget = new Budget({ calls: 1 });
    const { model, events } = guarded(server().url, { prices: takes(8192), budget });
    for (const work of [() => model.chat(LONG), () => readAll(model.stream(LONG))]) {
      const error = await failure(work(), 'model.context_length');
      assert.equal(error.message, 'The request has about 10,000 tokens, m takes 8,192.');
      assert.match(error.hint, /Nothing was sent\.$/);
    }
    assert.deepEqual([server().count, budget.calls, budget.tokens, events.length], [0, 0, 0, 0]);
    await model.chat(ask());
    assert.equal(server().count, 1);
  });

  it('counts the answer that is asked for, to the token', async () => {
    const { model } = guarded(server().url, { prices: takes(10_100) });
    await model.chat({ ...LONG, maxTokens: 100 });
    const error = await failure(model.chat({ ...LONG, maxTokens: 101 }), 'model.context_length');
    assert.equal(error.message, 'The request has about 10,000 tokens and asks for up to 101 more, m takes 10,100.');
    assert.equal(server().count, 1);
  });

  it('gives what is in the cache all the same', async () => {
    const cache = new MemoryCache();
    await guarded(server().url, { cache }).model.chat(LONG);
    const { model } = guarded(server().url, { cache, prices: takes(8192) });
    assert.equal((await model.chat(LONG)).cached, true);
    assert.equal((await readAll(model.stream(LONG))).result.cached, true);
    assert.equal(server().count, 1);
  });

  it('sends when nobody knows the context', async () => {
    for (const prices of [new PriceTable(PRICES), new PriceTable([])]) {
      assert.equal((await guarded(server().url, { prices }).model.chat(LONG)).text.length, 1);
    }
    assert.equal(server().count, 2);
  });

  it('keeps the context of a model whose price is overridden', async () => {
    const packed = { model: 'test:m', inputUsdPerMillion: 1, outputUsdPerMillion: 1, contextTokens: 8192 };
    const prices = new PriceTable([packed, { model: 'test:m', inputUsdPerMillion: 2, outputUsdPerMillion: 2 }]);
    await failure(guarded(server().url, { prices }).model.chat(LONG), 'model.context_length');
    assert.equal(prices.find('test:m')?.inputUsdPerMillion, 2);
  });

  describe('with a count of the provider', () => {
    let counted = 0;
    beforeEach(() => {
      counted = 0;
    });
    const guardedCounter = (more: Partial<Provider>, options: Partial<GuardOptions> = {}): GuardedModel => {
      const bare = provider(server().url);
      const counter: Provider = {
        endpoint: bare.endpoint,
        contextTokens: 12_000,
        chat: (request) => bare.chat(request),
        stream: (request) => bare.stream(request),
        ...more,
      };
      return new GuardedModel(counter, {
        limiter: new Limiter({ concurrency: 16 }),
        prices: takes(1),
        priceName: (name) => `test:${name}`,
        timeoutMs: 60_000,
        ...options,
      });
    };
    const counting = (tokens: number) => ({
      countTokens: async (texts: readonly string[]) => {
        counted++;
        assert.equal(texts.length, 1);
        return tokens;
      },
    });

    it('believes it rather than the estimate, either way', async () => {
      const error = await failure(guardedCounter(counting(12_001)).chat(LONG), 'model.context_length');
      assert.equal(error.message, 'The request has 12,001 tokens, m takes 12,000.');
      assert.equal(server().count, 0);
      await guardedCounter({ ...counting(7999), contextTokens: 8000 }).chat(LONG);
      assert.deepEqual([server().count, counted], [1, 2]);
    });

    it('does not count what is far from too long', async () => {
      await guardedCounter({ ...counting(1e9), contextTokens: 20_000 }).chat(LONG);
      assert.deepEqual([server().count, counted], [1, 0]);
    });

    it('goes by the estimate when counting fails or takes too long', async () => {
      const failing = () => Promise.reject(new Error('cannot count'));
      const silent = () => new Promise<number>(() => undefined);
      for (const countTokens of [failing, silent]) {
        const error = await failure(
          guardedCounter({ countTokens, contextTokens: 9999 }, { timeoutMs: 5 }).chat(LONG),
          'model.context_length',
        );
        assert.match(error.message, /has about 10,000 tokens/);
      }
    });

    it('is cancelled while it counts', async () => {
      const controller = new AbortController();
      const countTokens = () => {
        controller.abort();
        return new Promise<number>(() => undefined);
      };
      await failure(guardedCounter({ countTokens }).chat({ ...LONG, signal: controller.signal }), 'cancelled');
      assert.equal(server().count, 0);
    });
  });
});
