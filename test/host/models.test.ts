import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type FaultServer, faults, startFaultServer } from '../fixtures/fault-server.js';
import { csvRows, generate, withSetting } from './support.js';

const REQUEST = { taste: 'anime', description: 'a dragon flying over a castle' };

describe("the editor's own models", () => {
  it('answer through vscode.lm, the instructions as first message of the user', async () => {
    const result = await withSetting('model', 'vscode:atelier-test/scribe', () => generate(REQUEST));
    assert.equal(result.model, 'vscode:atelier-test/scribe');
    assert.equal(
      result.final_prompt,
      'editor style picture of a dragon flying over a castle, centred composition, soft rim light, teal and amber palette, calm mood',
    );
    const received = await vscode.commands.executeCommand<{ role: number; text: string }[][]>('atelierTest.receivedMessages');
    const [first] = received;
    assert.equal(first?.[0]?.role, vscode.LanguageModelChatMessageRole.User);
    assert.match(first?.[0]?.text ?? '', /Write a prompt for an image model/);
    assert.ok((first?.length ?? 0) > 3, 'the demos come as further messages');
  });

  it("refuse a request that is larger than the model's context, before sending", async () => {
    const received = () => vscode.commands.executeCommand<unknown[]>('atelierTest.receivedMessages');
    const before = (await received()).length;
    await withSetting('model', 'vscode:atelier-test/narrow', () =>
      assert.rejects(generate(REQUEST), /The request has [\d,]+ tokens, atelier-test\/narrow takes 100\./),
    );
    assert.equal((await received()).length, before);
  });

  it('report a filter, an empty answer and a model that is gone', async () => {
    await withSetting('model', 'vscode:atelier-test/blocked', () =>
      assert.rejects(generate(REQUEST), /refused the request: a limit or a filter/),
    );
    await withSetting('model', 'vscode:atelier-test/gone', () =>
      assert.rejects(generate(REQUEST), /The editor has no model "atelier-test\/gone"/),
    );
  });
});

describe('an OpenAI-compatible endpoint', () => {
  let server: FaultServer;
  before(async () => {
    server = await startFaultServer();
  });
  after(() => server.close());

  const withEndpoint = <T>(model: string, work: () => Promise<T>) =>
    withSetting('provider.baseUrls', { custom: server.url }, () => withSetting('model', `custom:${model}`, work));

  it('answers both stages, with usage in the history and the cost left open', async () => {
    const result = await withEndpoint('fault-large', () => generate(REQUEST));
    assert.equal(result.status, 'ok');
    assert.equal(server.chats.length, 2);
    const row = csvRows('prompt_history.csv').at(-1);
    assert.equal(row?.model, 'custom:fault-large');
    assert.ok(Number(row?.prompt_tokens) > 100);
    assert.equal(row?.cost_usd, '');
  });

  it('is not asked twice for the same', async () => {
    const before = server.chats.length;
    const result = await withEndpoint('fault-large', () => generate({ ...REQUEST, seed: 11 }));
    const again = await withEndpoint('fault-large', () => generate({ ...REQUEST, seed: 11 }));
    assert.equal(again.final_prompt, result.final_prompt);
    assert.equal(server.chats.length, before + 2, 'two stages, asked once');
  });

  it('gives the structured prompt when the second stage fails, and says why', async () => {
    server.inject({
      ...faults.status(400, { message: 'no such thing' }),
      when: (request) => JSON.stringify(request.body).includes('structured_prompt'),
    });
    const result = await withEndpoint('fault-small', () => generate({ ...REQUEST, seed: 21 }));
    assert.equal(result.status, 'structured_only');
    assert.equal(result.final_prompt, result.dspy_prompt);
    assert.match(result.notices.join(), /The prompt is not enhanced: .*did not accept the request/);
    assert.equal(csvRows('prompt_history.csv').at(-1)?.status, 'structured_only');
  });

  it('that refuses the key or is down is named in one sentence', async () => {
    server.inject(faults.status(401, { message: 'bad key' }));
    await assert.rejects(
      withEndpoint('fault-small', () => generate({ ...REQUEST, seed: 31 })),
      /Other OpenAI-compatible endpoint refused the key/,
    );
    await withSetting('provider.baseUrls', { custom: 'http://127.0.0.1:9/v1' }, () =>
      withSetting('model', 'custom:any', () => assert.rejects(generate({ ...REQUEST, seed: 32 }), /cannot be reached: ECONNREFUSED/)),
    );
  });

  it('without a key, when one is needed, is not asked at all', async () => {
    await withSetting('model', 'openai:any-model', () => assert.rejects(generate(REQUEST), /There is no key for OpenAI/));
  });
});
