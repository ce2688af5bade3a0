import assert from 'node:assert/strict';
import { createImagePromptEngine } from '../../../src/engine/image-prompt-engine.js';
import { Budget } from '../../../src/models/guard/budget.js';
import { Limiter } from '../../../src/models/guard/limiter.js';
import { Gate } from '../../fixtures/fault-server.js';
import { afterRoundTrip, ask, eachServer } from '../models/support.js';
import { enhanceTask, openAt, structureTask, watching } from './support.js';

describe('one port under Ax, LangChain and direct calls', () => {
  const server = eachServer();

  it('holds a limit of 3 over all of them together', async () => {
    const gate = new Gate();
    server().inject({ gate, times: 12 });
    const open = openAt(server().url, { limiter: new Limiter({ concurrency: 3 }) });
    const engine = createImagePromptEngine(open);
    const calls = Array.from({ length: 4 }, async (_, index) => {
      const idea = `fox ${index}`;
      const [structured, enhanced, direct] = await Promise.all([
        engine.structure(structureTask(idea), watching().options),
        engine.enhance(enhanceTask(idea, idea), watching().options),
        open.port.chat(ask(idea)),
      ]);
      return [structured.text, enhanced.text, direct.text[0]];
    });
    await server().arrived(3);
    await afterRoundTrip();
    assert.equal(server().count, 3);
    gate.open();
    assert.deepEqual(
      await Promise.all(calls),
      [0, 1, 2, 3].map((index) => [
        `anime picture of fox ${index}, balanced composition, eye-level view`,
        `fox ${index}, warm side light, muted teal palette, quiet mood, fine surface detail`,
        `You said: fox ${index}`,
      ]),
    );
    assert.equal(server().count, 12);
    assert.equal(server().maxInFlight, 3);
  });

  it('stops all of them at one budget', async () => {
    const open = openAt(server().url, { budget: new Budget({ calls: 4 }) });
    const engine = createImagePromptEngine(open);
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) => [
        engine.structure(structureTask(`${index}`), watching().options),
        engine.enhance(enhanceTask(`${index}`, 'x'), watching().options),
        open.port.chat(ask()),
      ]).flat(),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 8);
    for (const { reason } of refused) assert.equal((reason as { code: string }).code, 'budget.exceeded');
    assert.equal(server().count, 4);
  });
});
