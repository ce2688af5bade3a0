import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/core/errors.js';
import { createImagePromptEngine } from '../../../src/engine/image-prompt-engine.js';
import { MemoryCache } from '../../../src/models/guard/cache.js';
import { contentText, type Fault, faults, Gate, lastText, type ReceivedRequest } from '../../fixtures/fault-server.js';
import { eachServer, failure, PATIENT } from '../models/support.js';
import { enhanceTask, openAt, structureTask, watching } from './support.js';

const texts = (request: ReceivedRequest | undefined, role?: string) =>
  (request?.body?.messages ?? [])
    .filter((message) => role === undefined || message.role === role)
    .map(({ content }) => contentText(content));

describe('structure (Ax)', () => {
  const server = eachServer();
  const engine = () => createImagePromptEngine(openAt(server().url));

  it('gives the prompt in one line, with usage and cost, after one request', async () => {
    server().answer(() => 'Optimized Prompt: anime of a dragon,\n  low view');
    const { shown, options } = watching();
    const result = await engine().structure(structureTask('a dragon'), options);
    assert.equal(result.text, 'anime of a dragon, low view');
    assert.equal(server().count, 1);
    assert.ok(result.usage.promptTokens > 50 && !result.usage.estimated);
    assert.equal(result.costUsd, result.usage.promptTokens + 2 * result.usage.completionTokens);
    assert.equal(result.cached, false);
    assert.equal(shown.at(-1), 'anime of a dragon,\n  low view');
  });

  it('passes model, seed and inputs on, and streams', async () => {
    await engine().structure(structureTask('a dragon over a castle'), watching({ seed: 77 }).options);
    const { body } = server().requests[0] ?? {};
    assert.deepEqual([body?.model, body?.seed, body?.stream], ['m', 77, true]);
    assert.ok(body !== undefined && lastText(body).includes('User input: a dragon over a castle'));
    assert.ok(body !== undefined && lastText(body).includes('Taste: anime'));
  });

  it('sends the instructions with their braces as they are', async () => {
    const task = structureTask('a {red} dragon, {{user_input}} $& $1');
    await engine().structure(task, watching().options);
    const [request] = server().requests;
    assert.ok(texts(request, 'system').join('').includes(task.program.instructions));
    assert.ok(texts(request, 'user').at(-1)?.includes('User input: a {red} dragon, {{user_input}} $& $1'));
  });

  it('sends the demos as pairs of messages, the best last', async () => {
    await engine().structure(structureTask('a dragon'), watching().options);
    const messages = server().requests[0]?.body?.messages ?? [];
    const roles = messages.map(({ role }) => role);
    assert.deepEqual(roles, ['system', 'user', 'assistant', 'user', 'assistant', 'user']);
    const contents = messages.map(({ content }) => contentText(content));
    for (const [at, words] of [
      [1, 'User input: a fox in snow'],
      [2, 'structured a fox in snow'],
      [3, 'User input: a cat asleep'],
      [4, 'structured a cat asleep'],
    ] as const) {
      assert.ok(contents[at]?.includes(words), `message ${at} is ${contents[at]}`);
    }
  });

  it('reads a JSON answer and one with a thinking block', async () => {
    const answers = ['{"optimized_prompt": "a fox"}', '<think>Optimized Prompt: no</think>\n**Optimized Prompt:** a fox'];
    for (const text of answers) {
      server().answer(() => text);
      assert.equal((await engine().structure(structureTask('a fox'), watching().options)).text, 'a fox');
    }
  });

  it('tells the model what was wrong with an answer, and counts both calls', async () => {
    server().inject(faults.text('Optimized Prompt:'));
    const { options } = watching();
    const result = await engine().structure(structureTask('a fox'), options);
    assert.match(result.text, /picture of a fox/);
    assert.equal(server().count, 2);
    const [first, second] = server().requests;
    const added = texts(second).slice(texts(first).length);
    assert.ok(added.length > 0, 'the second request adds nothing to the first');
    assert.match(added.join('\n'), /optimized.?prompt/i);
    const spent = server().requests.map((request) => Math.ceil(texts(request).join('').length / 4));
    assert.equal(result.usage.promptTokens, (spent[0] ?? 0) + (spent[1] ?? 0));
  });

  it('says that an answer cannot be read when the second is no better', async () => {
    server().answer(() => 'Optimized Prompt:');
    const error = await failure(engine().structure(structureTask('a fox'), watching().options), 'model.invalid_answer');
    assert.match(error.message, /^The answer of test:m cannot be read/);
    assert.equal(server().count, 2);
  });

  it('is cached when the port’s answer was', async () => {
    const open = createImagePromptEngine(openAt(server().url, { cache: new MemoryCache() }));
    const first = await open.structure(structureTask('a fox'), watching().options);
    const again = await open.structure(structureTask('a fox'), watching().options);
    assert.deepEqual(again, { ...first, cached: true, costUsd: 0 });
    assert.equal(server().count, 1);
  });

  it('starts the shown text anew on a second answer', async () => {
    server().inject(faults.text('Optimized Prompt:'));
    const { shown, options } = watching();
    await engine().structure(structureTask('a fox'), options);
    assert.ok(shown.at(-1)?.endsWith('eye-level view'));
  });
});

describe('enhance (LangChain)', () => {
  const server = eachServer();
  const engine = () => createImagePromptEngine(openAt(server().url));

  it('gives the prompt and shows it while it grows', async () => {
    server().answer(() => 'a red fox, soft rim light, muted palette');
    const { shown, options } = watching();
    const result = await engine().enhance(enhanceTask('a fox', 'a red fox'), options);
    assert.equal(result.text, 'a red fox, soft rim light, muted palette');
    assert.ok(shown.length > 3);
    for (let index = 1; index < shown.length; index++) assert.ok(shown[index]?.startsWith(shown[index - 1] ?? '-'));
    assert.equal(shown.at(-1), result.text);
    assert.ok(result.usage.completionTokens > 0 && !result.usage.estimated);
    assert.equal(result.costUsd, result.usage.promptTokens + 2 * result.usage.completionTokens);
  });

  it('shows the first words while the endpoint holds the rest', async () => {
    const gate = new Gate();
    server().inject(faults.gated(gate));
    server().answer(() => 'one two three');
    let announce: (text: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      announce = resolve;
    });
    const call = engine().enhance(enhanceTask('a fox', 'a red fox'), { seed: 1, onText: announce });
    gate.open(2);
    assert.equal(await first, 'one');
    gate.open();
    assert.equal((await call).text, 'one two three');
  });

  it('sends instructions, demos and inputs with their braces as they are', async () => {
    const task = enhanceTask('a {red} fox {{demos}}', 'anime of a {red} fox {{demos}}, {instructions}');
    await engine().enhance(task, watching({ seed: 9 }).options);
    const { body } = server().requests[0] ?? {};
    assert.deepEqual(body?.messages, [
      { role: 'system', content: task.program.instructions },
      { role: 'user', content: 'taste: anime\nuser_input: a fox in snow\nstructured_prompt: structured a fox in snow' },
      { role: 'assistant', content: 'final a fox in snow' },
      { role: 'user', content: 'taste: anime\nuser_input: a cat asleep\nstructured_prompt: structured a cat asleep' },
      { role: 'assistant', content: 'final a cat asleep' },
      {
        role: 'user',
        content: 'taste: anime\nuser_input: a {red} fox {{demos}}\nstructured_prompt: anime of a {red} fox {{demos}}, {instructions}',
      },
    ]);
    assert.ok(task.program.instructions.includes('Drawn {boldly}, with {{big}} eyes.'));
    assert.equal(body?.seed, 9);
  });

  it('works without demos', async () => {
    await engine().enhance(enhanceTask('a fox', 'a red fox', []), watching().options);
    assert.deepEqual(
      server().requests[0]?.body?.messages.map(({ role }) => role),
      ['system', 'user'],
    );
  });

  it('frees the answer of a label and quotation marks', async () => {
    server().answer(() => 'Final prompt: "a red fox"');
    assert.equal((await engine().enhance(enhanceTask('a fox', 'x'), watching().options)).text, 'a red fox');
  });

  it('takes an answer of a thinking block alone for empty', async () => {
    server().answer(() => '<think>nothing comes to mind</think>');
    await failure(engine().enhance(enhanceTask('a fox', 'x'), watching().options), 'model.empty_answer');
  });
});

describe('both stages: errors of the port', () => {
  const server = eachServer();
  const stages = (options = {}) => {
    const engine = createImagePromptEngine(openAt(server().url, options));
    return {
      structure: (signal?: AbortSignal) =>
        engine.structure(structureTask('a fox'), watching(signal === undefined ? {} : { signal }).options),
      enhance: (signal?: AbortSignal) =>
        engine.enhance(enhanceTask('a fox', 'x'), watching(signal === undefined ? {} : { signal }).options),
    };
  };
  const expected: [string, Fault, ErrorCode, number][] = [
    ['503', faults.status(503), 'model.server', 3],
    ['429', faults.status(429), 'model.rate_limited', 3],
    ['a reset', faults.reset(), 'model.unreachable', 3],
    ['an empty answer', faults.emptyContent, 'model.empty_answer', 3],
    ['an HTML page', faults.html, 'model.malformed', 3],
    ['401', faults.status(401), 'model.auth', 1],
    ['404', faults.status(404), 'model.not_found', 1],
    ['a used-up quota', faults.quota(), 'model.quota', 1],
    ['a too long context', faults.contextLength(), 'model.context_length', 1],
  ];

  for (const stage of ['structure', 'enhance'] as const) {
    for (const [what, fault, code, attempts] of expected) {
      it(`${stage}: ${what} is ${code}, after ${attempts} ${attempts === 1 ? 'request' : 'requests'} in all`, async () => {
        server().inject({ ...fault, times: 100 });
        const error = await failure(stages()[stage](), code);
        assert.equal(server().count, attempts);
        assert.ok(error.message.length > 0 && error.hint.length > 0);
      });
    }

    it(`${stage}: a stream that breaks half-way is an error, not a short prompt`, async () => {
      server().inject({ cutAt: (body) => body.indexOf('eye-level'), when: () => stage === 'structure' });
      server().inject({ cutAt: (body) => body.indexOf('muted'), when: () => stage === 'enhance' });
      await failure(stages()[stage](), 'model.malformed');
      assert.equal(server().count, 1);
    });

    it(`${stage}: abort closes the connection and is a cancellation`, async () => {
      const gate = new Gate();
      server().inject(faults.gated(gate));
      gate.open(2);
      const controller = new AbortController();
      const call = failure(stages()[stage](controller.signal), 'cancelled');
      await server().arrived(1);
      controller.abort();
      await call;
      await server().requests[0]?.closed;
      assert.equal(server().requests[0]?.aborted, true);
      assert.equal(server().count, 1);
    });

    it(`${stage}: abort ends a back-off of a minute`, async () => {
      server().inject(faults.status(503));
      const controller = new AbortController();
      const onCall = () => controller.abort();
      await failure(stages({ retry: PATIENT, onCall })[stage](controller.signal), 'cancelled');
      assert.equal(server().count, 1);
    });

    it(`${stage}: sends nothing once aborted`, async () => {
      await failure(stages()[stage](AbortSignal.abort()), 'cancelled');
      assert.equal(server().count, 0);
    });
  }
});
