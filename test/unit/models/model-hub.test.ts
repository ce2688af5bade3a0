import assert from 'node:assert/strict';
import type { Provider } from '../../../src/models/chat-model.js';
import { type HubOptions, ModelHub } from '../../../src/models/model-hub.js';
import { formatModelRef, parseModelRef } from '../../../src/models/model-ref.js';
import { PRESETS } from '../../../src/models/presets.js';
import { faults, Gate, startFaultServer } from '../../fixtures/fault-server.js';
import { afterRoundTrip, ask, closedAfter, eachServer, FAST, failure, KEY } from './support.js';

function hub(url: string | undefined, more: Partial<HubOptions> = {}): ModelHub {
  return new ModelHub({
    keyFor: async () => KEY,
    baseUrlFor: () => url,
    limits: {},
    timeoutMs: 60_000,
    prices: async () => [],
    retry: FAST,
    environmentProxy: false,
    ...more,
  });
}

describe('parseModelRef', () => {
  const valid: [string, string, string][] = [
    ['embedded', 'embedded', 'embedded'],
    ['', 'embedded', 'embedded'],
    [' groq:llama-3.3-70b ', 'groq', 'llama-3.3-70b'],
    ['openrouter:openai/gpt-5:free', 'openrouter', 'openai/gpt-5:free'],
    ['ollama: qwen3:8b', 'ollama', 'qwen3:8b'],
    ['vscode:copilot/gpt-5', 'vscode', 'copilot/gpt-5'],
  ];
  for (const [text, provider, model] of valid) {
    it(`reads "${text}"`, () => assert.deepEqual(parseModelRef(text), { provider, model }));
  }

  it('is undone by formatModelRef', () => {
    for (const text of ['embedded', 'groq:a:b', 'vscode:copilot/x']) assert.equal(formatModelRef(parseModelRef(text)), text);
  });

  it('names the nearest provider and all valid ones for an unknown one', async () => {
    const error = await failure(
      Promise.resolve().then(() => parseModelRef('opnai:gpt-5')),
      'model.unknown',
    );
    assert.equal(error.message, 'There is no model "opnai:gpt-5".');
    assert.match(error.hint, /^Did you mean "openai"\? Valid: embedded, or <provider>:<model> with one of openai, groq, /);
    for (const { id } of PRESETS) assert.ok(error.hint.includes(id), id);
  });

  for (const text of ['embedded:x', 'gpt-5', ':x']) {
    it(`refuses "${text}"`, () =>
      failure(
        Promise.resolve().then(() => parseModelRef(text)),
        'model.unknown',
      ).then(() => undefined));
  }

  it('says how to write a model for a provider alone', async () => {
    for (const text of ['groq', 'groq:', 'groq:  ']) {
      const error = await failure(
        Promise.resolve().then(() => parseModelRef(text)),
        'model.unknown',
      );
      assert.equal(error.hint, 'Write groq:<model>.');
    }
  });
});

describe('ModelHub.open', () => {
  const server = eachServer({ key: KEY });

  it('opens a model of an endpoint, under the name that people see', async () => {
    const { port, model, name } = await hub(server().url).open(' openai:m1 ');
    assert.deepEqual([model, name, port.endpoint], ['m1', 'openai:m1', server().url]);
    assert.deepEqual((await port.chat(ask('ping', { model }))).text, ['You said: ping']);
  });

  it('asks for the key of the base URL that it will send it to', async () => {
    const asked: [string, string][] = [];
    const keyFor: HubOptions['keyFor'] = async (preset, baseUrl) => {
      asked.push([preset.id, baseUrl]);
      return KEY;
    };
    await hub(`${server().url}/`, { keyFor }).open('groq:m');
    await hub(undefined, { keyFor }).open('groq:m');
    assert.deepEqual(asked, [
      ['groq', server().url],
      ['groq', 'https://api.groq.com/openai/v1'],
    ]);
  });

  it('takes trailing slashes of a base URL for nothing', async () => {
    const { port } = await hub(`${server().url}///`).open('openai:m');
    await port.chat(ask());
    assert.equal(server().requests[0]?.url, '/v1/chat/completions');
    assert.equal(port.endpoint, server().url);
  });

  it('refuses a base URL with credentials, as addresses are shown and logged', async () => {
    const error = await failure(hub('http://ann:secret@127.0.0.1:9/v1').open('openai:m'), 'model.unknown');
    assert.ok(!JSON.stringify(error).includes('secret'));
  });

  it('refuses a provider without its key, before any request', async () => {
    for (const key of [undefined, '']) {
      const models = hub(server().url, { keyFor: async () => key });
      const error = await failure(models.open('groq:m'), 'model.no_key');
      assert.match(error.hint, /Set API Key.*GROQ_API_KEY/);
      await failure(models.listModels('groq'), 'model.no_key');
    }
    assert.equal(server().count, 0);
  });

  it('needs no key for a local or a custom endpoint', async () => {
    const open = closedAfter(await startFaultServer());
    for (const name of ['ollama:m', 'lmstudio:m', 'custom:m']) {
      const { port } = await hub(open.url, { keyFor: async () => undefined }).open(name);
      await port.chat(ask());
    }
    assert.deepEqual(
      open.requests.map((request) => request.headers.authorization),
      [undefined, undefined, undefined],
    );
  });

  for (const url of [undefined, '', 'localhost:1234', 'ftp://x/v1', 'http://']) {
    it(`refuses a custom endpoint at ${JSON.stringify(url)}`, async () => {
      const error = await failure(hub(url).open('custom:m'), 'model.unknown');
      assert.match(error.hint, /baseUrls|--base-url/);
    });
  }

  it('shares one queue between all that goes to one endpoint', async () => {
    const gate = new Gate();
    server().inject({ gate, times: 4 });
    const models = hub(server().url, { limits: { concurrency: 2 } });
    const opened = [await models.open('openai:a'), await models.open('openai:b'), await models.open('custom:c')];
    const calls = [...opened, ...opened].map(({ port, model }) => port.chat(ask('x', { model })));
    await server().arrived(2);
    await afterRoundTrip();
    assert.equal(server().count, 2);
    gate.open();
    await Promise.all(calls);
    assert.equal(server().maxInFlight, 2);
  });

  it('keeps the limits of a preset', async () => {
    const { port, model } = await hub(server().url).open('gemini:m');
    const gate = new Gate();
    server().inject({ gate, times: 10 });
    const calls = Array.from({ length: 6 }, () => port.chat(ask('x', { model })));
    await server().arrived(4);
    await afterRoundTrip();
    assert.equal(server().count, 4);
    gate.open();
    await Promise.all(calls);
  });

  it('sends no seed where a preset says so', async () => {
    for (const name of ['gemini:m', 'openai:m']) {
      const { port, model } = await hub(server().url).open(name);
      await port.chat(ask('x', { model, seed: 3 }));
    }
    assert.deepEqual(
      server().requests.map((request) => request.body?.seed),
      [undefined, 3],
    );
  });

  it('uses a changed key from the next opening on', async () => {
    let key = 'sk-old-key';
    const models = hub(server().url, { keyFor: async () => key });
    await failure((await models.open('openai:m')).port.chat(ask()), 'model.auth');
    key = KEY;
    assert.equal((await (await models.open('openai:m')).port.chat(ask())).text.length, 1);
  });

  it('knows the price of a model by its whole name', async () => {
    const prices = async () => [{ model: 'groq:m*', inputUsdPerMillion: 1e6, outputUsdPerMillion: 0 }];
    const models = hub(server().url, { prices });
    assert.equal((await (await models.open('groq:m1')).port.chat(ask('1234', { model: 'm1' }))).cost, 1);
    assert.equal((await (await models.open('openai:m1')).port.chat(ask('1234', { model: 'm1' }))).cost, undefined);
  });

  it('opens the embedded model without key, price or cache', async () => {
    const cache = { get: () => assert.fail('asked'), set: () => assert.fail('told') };
    const { port, name } = await hub(undefined, { keyFor: () => assert.fail('asked'), cache }).open('');
    assert.deepEqual([name, port.endpoint], ['embedded', 'embedded']);
    await failure(port.chat(ask('Hello', { seed: 1 })), 'model.unsupported');
  });

  it('opens the editor’s models through what the editor gave', async () => {
    const provider: Provider = {
      endpoint: 'vscode',
      chat: async () => ({ text: ['from the editor'], usage: undefined }),
      stream: () => assert.fail('not asked for'),
    };
    const asked: string[] = [];
    const editorProvider = async (model: string) => {
      asked.push(model);
      return provider;
    };
    const { port, model } = await hub(undefined, { editorProvider }).open('vscode:copilot/x');
    assert.deepEqual((await port.chat(ask('x', { model }))).text, ['from the editor']);
    assert.deepEqual(asked, ['copilot/x']);
    const error = await failure(hub(undefined).open('vscode:copilot/x'), 'model.unsupported');
    assert.match(error.hint, /embedded/);
  });
});

describe('ModelHub.listModels', () => {
  const server = eachServer({ key: KEY, models: ['zeta', 'alpha'] });

  it('gives the names, sorted, with the key', async () => {
    assert.deepEqual(await hub(server().url).listModels('openai'), ['alpha', 'zeta']);
    assert.equal(server().requests[0]?.url, '/v1/models');
  });

  it('names the valid providers for an unknown one', async () => {
    const error = await failure(hub(server().url).listModels('opnai'), 'model.unknown');
    assert.match(error.hint, /openai, groq, gemini/);
  });

  it('says that the key was refused, in the endpoint’s words, without the key', async () => {
    const error = await failure(hub(server().url, { keyFor: async () => 'sk-wrong-key' }).listModels('openai'), 'model.auth');
    assert.equal(error.message, 'OpenAI refused the key. (401: Incorrect API key provided: ***.)');
  });

  const broken: [string, Parameters<typeof faults.status>[0] | object, Parameters<typeof failure>[1]][] = [
    ['a 404', faults.status(404), 'model.not_found'],
    ['a 500', faults.status(500), 'model.server'],
    ['an HTML page', faults.html, 'model.malformed'],
    ['JSON that ends too early', faults.badJson, 'model.malformed'],
    ['another document', { body: 'null' }, 'model.not_found'],
    ['another list', { body: '{"data":{"a":1}}' }, 'model.not_found'],
    ['a reset', faults.reset(), 'model.unreachable'],
    ['a redirect', faults.redirect('http://127.0.0.1:9/'), 'model.bad_request'],
  ];
  for (const [what, fault, code] of broken) {
    it(`answers ${what} with ${code}`, async () => {
      server().inject(fault as object);
      const error = await failure(hub(server().url).listModels('openai'), code);
      assert.ok(!/[{<]|list of models"|: \)/.test(error.message), error.message);
    });
  }

  it('leaves out what has no name', async () => {
    server().inject({ body: '{"data":[{"id":"b"},{},null,{"id":7},{"id":"a"}]}' });
    assert.deepEqual(await hub(server().url).listModels('openai'), ['a', 'b']);
  });

  it('is cancelled while it waits', async () => {
    server().inject(faults.hang);
    const controller = new AbortController();
    const list = failure(hub(server().url).listModels('openai', controller.signal), 'cancelled');
    await server().arrived(1);
    controller.abort();
    await list;
  });

  it('does not wait longer than the timeout', async () => {
    server().inject(faults.hang);
    await failure(hub(server().url, { timeoutMs: 40 }).listModels('openai'), 'model.timeout');
  });
});
