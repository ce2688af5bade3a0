import assert from 'node:assert/strict';
import path from 'node:path';
import type { FieldValue } from '../../../src/core/program/program.js';
import type { SignatureDefinition } from '../../../src/core/signature/definition.js';
import { baseProgram } from '../../../src/core/signature/find-signature.js';
import { labelOf } from '../../../src/core/signature/labels.js';
import { createPredictor } from '../../../src/engine/predict.js';
import { loadSignatures } from '../../../src/store/index.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { eachServer } from '../models/support.js';
import { openAt } from './support.js';

/** An answer as a language model gives it. */
function answerOf(outputs: Readonly<Record<string, FieldValue>>): string {
  const lines = Object.entries(outputs).map(([name, value]) => {
    if (Array.isArray(value))
      return `${labelOf(name)}:\n${value.length === 0 ? '[]' : value.map((item) => `- ${String(item)}`).join('\n')}`;
    return `${labelOf(name)}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return lines.join('\n');
}

describe('the built-in signatures', () => {
  const server = eachServer();
  let signatures: readonly SignatureDefinition[] = [];
  before(async () => {
    signatures = (await loadSignatures(path.join(repoRoot, 'data'), undefined)).signatures;
  });

  it('run: each example comes back from an answer in prose, with one request', async () => {
    assert.equal(signatures.length, 23);
    for (const definition of signatures) {
      const predictor = createPredictor(openAt(server().url));
      const program = baseProgram(definition);
      for (const example of definition.examples) {
        const before = server().count;
        server().answer(() => answerOf(example.outputs));
        const { outputs } = await predictor.predict({ program, inputs: example.inputs });
        const wanted = Object.fromEntries(definition.signature.outputs.map(({ name }) => [name, example.outputs[name] ?? null]));
        assert.deepEqual(outputs, wanted, definition.signature.name);
        assert.equal(server().count, before + 1, definition.signature.name);
      }
    }
  });
});
