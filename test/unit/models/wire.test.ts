import assert from 'node:assert/strict';
import { imagePromptProgram } from '../../../src/core/image-prompt/programs.js';
import { sampleTaste, sampleTraining } from '../core/samples.js';
import { ask, eachServer, guarded, KEY, readAll, withEnvironment } from './support.js';

describe('OpenAIProvider: what goes over the wire', () => {
  const server = eachServer();

  it('is the request, in the endpoint’s own words', async () => {
    const { model } = guarded(server().url);
    await model.chat({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'Bye {name} $&' },
      ],
      temperature: 0.25,
      maxTokens: 99,
      stop: ['END'],
      seed: 5,
    });
    const [request] = server().requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.url, '/v1/chat/completions');
    assert.deepEqual(request?.body, {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'Bye {name} $&' },
      ],
      temperature: 0.25,
      max_tokens: 99,
      stop: ['END'],
      seed: 5,
      stream: false,
    });
  });

  it('has images as parts behind the text of their message', async () => {
    const images = [{ url: 'https://example.com/a.png' }, { url: 'data:image/png;base64,AAAA' }];
    await guarded(server().url).model.chat({ model: 'm', messages: [{ role: 'user', content: 'What is it?', images }] });
    assert.deepEqual(server().requests[0]?.body?.messages, [
      {
        role: 'user',
        content: [{ type: 'text', text: 'What is it?' }, ...images.map((image) => ({ type: 'image_url', image_url: image }))],
      },
    ]);
  });

  it('leaves out what was not asked for', async () => {
    await guarded(server().url).model.chat(ask('Hi'));
    assert.deepEqual(Object.keys(server().requests[0]?.body ?? {}).sort(), ['messages', 'model', 'stream']);
  });

  it('asks for the usage of a stream', async () => {
    await readAll(guarded(server().url).model.stream(ask('Hi', { seed: 4 })));
    const { body } = server().requests[0] ?? {};
    assert.equal(body?.stream, true);
    assert.deepEqual(body?.stream_options, { include_usage: true });
    assert.equal(body?.seed, 4);
  });

  it('asks for several answers and gives them all', async () => {
    server().answer((_, index) => `answer ${index}`);
    const { text, usage } = await guarded(server().url).model.chat(ask('Hi', { n: 3 }));
    assert.deepEqual(text, ['answer 0', 'answer 1', 'answer 2']);
    assert.equal(server().requests[0]?.body?.n, 3);
    assert.equal(usage.completionTokens, 6);
  });

  it('sends no seed to an endpoint that refuses it', async () => {
    await guarded(server().url, {}, { takesSeed: false }).model.chat(ask('Hi', { seed: 5 }));
    assert.ok(!('seed' in (server().requests[0]?.body ?? {})));
  });

  it('sends nothing of the task behind the messages', async () => {
    const task = {
      program: imagePromptProgram(sampleTaste('anime'), [sampleTraining('hidden row', 0.9)]),
      inputs: { user_input: 'hidden wish' },
    };
    await guarded(server().url).model.chat(ask('Hi', { task }));
    assert.ok(!JSON.stringify(server().requests[0]?.body).includes('hidden'));
  });

  it('keeps two models of one endpoint apart', async () => {
    const { model } = guarded(server().url);
    await Promise.all([model.chat(ask('Hi', { model: 'a', temperature: 1 })), model.chat(ask('Hi', { model: 'b', temperature: 0 }))]);
    const sent = server().requests.map((request) => [request.body?.model, request.body?.temperature]);
    assert.deepEqual(
      new Map(sent as [string, number][]),
      new Map([
        ['a', 1],
        ['b', 0],
      ] as [string, number][]),
    );
  });

  for (const name of ['gpt-5.6', 'openai/gpt-5-codex', 'gpt-5.4-pro']) {
    it(`asks ${name} for a chat completion, as any other model`, async () => {
      const { model } = guarded(server().url);
      assert.deepEqual((await model.chat(ask('Hi', { model: name }))).text, ['You said: Hi']);
      assert.deepEqual((await readAll(model.stream(ask('Hi', { model: name })))).result.text, ['You said: Hi']);
      for (const { url } of server().requests) assert.equal(url, '/v1/chat/completions');
    });
  }

  it('authorises with the key, or not at all', async () => {
    await guarded(server().url).model.chat(ask());
    await guarded(server().url, {}, { apiKey: '' }).model.chat(ask());
    const sent = server().requests.map((request) => request.headers.authorization);
    assert.deepEqual(sent, [`Bearer ${KEY}`, undefined]);
  });

  it('takes nothing from the environment of the OpenAI client', async () => {
    const foreign = {
      OPENAI_API_KEY: 'sk-foreign-key',
      OPENAI_ADMIN_KEY: 'sk-foreign-admin',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/foreign-base',
      OPENAI_API_BASE: 'http://127.0.0.1:9/foreign-base',
      OPENAI_ORG_ID: 'foreign-org',
      OPENAI_ORGANIZATION: 'foreign-org',
      OPENAI_PROJECT_ID: 'foreign-project',
      OPENAI_CUSTOM_HEADERS: 'X-Foreign: foreign-secret\nAuthorization: Bearer foreign-token',
    };
    await withEnvironment(foreign, async () => {
      await guarded(server().url).model.chat(ask());
      await readAll(guarded(server().url, {}, { apiKey: '' }).model.stream(ask()));
    });
    assert.equal(server().count, 2);
    for (const { headers } of server().requests) assert.ok(!JSON.stringify(headers).includes('foreign'), JSON.stringify(headers));
    assert.equal(server().requests[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it('writes nothing to the console, whatever OPENAI_LOG says', async () => {
    const written: unknown[] = [];
    const streams = [process.stdout, process.stderr];
    const before = streams.map(({ write }) => write);
    for (const stream of streams) stream.write = (chunk: unknown) => written.push(chunk) > 0;
    try {
      await withEnvironment({ OPENAI_LOG: 'debug' }, async () => {
        server().inject({ body: 'data: {"choices": [\n\n' });
        await readAll(guarded(server().url).model.stream(ask('private')));
        await guarded(server().url).model.chat(ask('private'));
      });
    } finally {
      streams.forEach((stream, index) => {
        stream.write = before[index] ?? stream.write;
      });
    }
    assert.deepEqual(written, []);
  });
});
