import assert from 'node:assert/strict';
import path from 'node:path';
import type { SignatureDefinition } from '../../../src/core/signature/definition.js';
import { extractDefinition } from '../../../src/core/signature/extract.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { loadSignatures, parseSignature, printSignature } from '../../../src/store/index.js';

function roundTrip(definition: SignatureDefinition): void {
  const text = printSignature(definition);
  const read = parseSignature(text, 'x', definition.source === 'built-in' ? 'built-in' : 'workspace');
  assert.deepEqual(read.problems, [], text);
  assert.deepEqual(read.definition, definition, text);
}

const definitionOf = (line: string, more: Partial<SignatureDefinition> = {}): SignatureDefinition => {
  const signature = { ...parseOneLine(line), name: 'x' };
  return { signature, module: 'predict', examples: [], optimization: undefined, source: 'workspace', ...more };
};

describe('a signature as the text of a file', () => {
  it('comes back from it: the built-in ones', async () => {
    const { signatures } = await loadSignatures(path.resolve('data'), undefined);
    assert.equal(signatures.length, 23);
    for (const definition of signatures) roundTrip(definition);
  });

  const HARD: Record<string, SignatureDefinition> = {
    'every type and condition': definitionOf(
      `"d: e # f" a: str[], b?: number(min 0, max 1), c: string(maxLength 3, pattern "^[,}]") "x, {y}: 'z'" -> d: class "yes, no, 1", e: object{ f: int }, g: list[date]`,
    ),
    'examples of all shapes': definitionOf('a, inputs: json -> b: boolean, c: string[]', {
      examples: [
        { inputs: { a: 'true', inputs: { x: [1, null] } }, outputs: { b: true, c: ['- a', '#'] }, reasoning: 'so: it', quality: 1 },
        { inputs: { a: 'two\n lines\n', inputs: 1 }, outputs: { b: false, c: [] }, quality: 1 },
      ],
      optimization: { optimizer: 'bootstrap', options: { seed: 1 } },
      module: 'chain_of_thought',
    }),
  };
  for (const [what, definition] of Object.entries(HARD)) it(`comes back from it: ${what}`, () => roundTrip(definition));

  for (const text of [
    '  indented\nfirst',
    'a\n\n\nb  \n c',
    '# no comment',
    '---\n...',
    'tab\there',
    'bell\u0007 and \u2028',
    '- {a}: "b"',
    '%x',
  ]) {
    it(`keeps the instructions ${JSON.stringify(text)}`, () => {
      const definition = definitionOf('a -> b');
      roundTrip({ ...definition, signature: { ...definition.signature, instructions: text.trim() } });
    });
  }

  it('looks as the ones that come with the product', () => {
    const { definition } = extractDefinition('Judge {review}.\nBe fair.', 'sentiment') ?? assert.fail('nothing');
    assert.equal(
      printSignature(definition),
      `name: sentiment
description: ""
instructions: |
  Judge \`review\`.
  Be fair.
input_fields:
  - {name: review, type: string}
output_fields:
  - {name: answer, type: string}
module: predict
`,
    );
  });
});
