import assert from 'node:assert/strict';
import path from 'node:path';
import { baseProgram } from '../../../src/core/signature/find-signature.js';
import { placeholderInputs } from '../../../src/core/signature/placeholders.js';
import { createPredictor } from '../../../src/engine/predict.js';
import { renderMessages } from '../../../src/engine/render-messages.js';
import { loadSignatures, parseSignature } from '../../../src/store/index.js';
import { contentText } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { eachServer } from '../models/support.js';
import { openAt } from './support.js';

describe('the messages of a program', () => {
  const server = eachServer();

  it('are those that a prediction sends, for every built-in signature', async () => {
    const { signatures } = await loadSignatures(path.join(repoRoot, 'data'), undefined);
    for (const definition of signatures) {
      const program = baseProgram(definition);
      const inputs = placeholderInputs(definition.signature);
      const shown = await renderMessages(program, inputs);
      server().answer(() => 'unreadable');
      const before = server().requests.length;
      await createPredictor(openAt(server().url))
        .predict({ program, inputs })
        .catch(() => undefined);
      const sent = (server().requests[before]?.body?.messages ?? []).map(({ role, content }) => ({ role, content: contentText(content) }));
      assert.deepEqual(shown, sent, definition.signature.name);
      assert.equal(shown.length, 2 + 2 * definition.examples.length, definition.signature.name);
    }
  });

  it('take a text for a field of any type, and say where an image is attached', async () => {
    const text = (type: string) =>
      `name: x\ninput_fields: [{name: amount, type: ${type}, description: How much}]\noutput_fields: [{name: a}]\n`;
    const parse = (type: string) => parseSignature(text(type), 'x').definition ?? assert.fail(type);
    const numbers = parse('number');
    const messages = await renderMessages(baseProgram(numbers), placeholderInputs(numbers.signature));
    assert.match(messages.at(-1)?.content ?? '', /‹amount: How much›/);
    const image = parse('image');
    const shown = await renderMessages(baseProgram(image), placeholderInputs(image.signature));
    assert.match(shown.at(-1)?.content ?? '', /\(attached image 1\)/);
    assert.doesNotMatch(shown.at(-1)?.content ?? '', /base64/);
  });
});
