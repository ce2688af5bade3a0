import assert from 'node:assert/strict';
import { extractDefinition } from '../../../src/core/signature/extract.js';

describe('a signature out of a selected prompt', () => {
  const CASES: Record<string, { text: string; inputs: string[]; instructions: string; output?: string }> = {
    'plain words': { text: 'Classify the text.', inputs: ['text'], instructions: 'Classify the text.' },
    'one pair of braces': {
      text: 'Translate {source} to {language}.',
      inputs: ['source', 'language'],
      instructions: 'Translate `source` to `language`.',
    },
    'two pairs': {
      text: 'Sum up {{ article }} for {{reader}}.',
      inputs: ['article', 'reader'],
      instructions: 'Sum up `article` for `reader`.',
    },
    'a dollar': {
      text: 'Answer \u0024{question} like \u0024{persona}.',
      inputs: ['question', 'persona'],
      instructions: 'Answer `question` like `persona`.',
    },
    'a name twice': { text: '{a} and {b} and {a}', inputs: ['a', 'b'], instructions: '`a` and `b` and `a`' },
    'dots in a name': { text: 'Greet \u0024{user.name}.', inputs: ['user_name'], instructions: 'Greet `user_name`.' },
    'backticks around it': { text: 'Fix `{code}` now', inputs: ['code'], instructions: 'Fix `code` now' },
    'names of any language': { text: 'Übersetze {größe}', inputs: ['größe'], instructions: 'Übersetze `größe`' },
    'braces that are no placeholder': {
      text: 'Reply as {"label": "x"}; see <text> and [[note]] and {a b}.',
      inputs: ['text'],
      instructions: 'Reply as {"label": "x"}; see <text> and [[note]] and {a b}.',
    },
    'a literal of Python': {
      text: 'f"""\n    Rate the {review}.\n      Be strict.\n    """',
      inputs: ['review'],
      instructions: 'Rate the `review`.\n  Be strict.',
    },
    'escapes of a literal': { text: '"Say \\"hi\\"\\n\\tto {name}\\u0021"', inputs: ['name'], instructions: 'Say "hi"\n\tto `name`!' },
    'a raw literal': { text: "r'a\\n{b}'", inputs: ['b'], instructions: 'a\\n`b`' },
    'a template of JavaScript': { text: '`Rate \u0024{x}.\n  Now.`;', inputs: ['x'], instructions: 'Rate `x`.\nNow.' },
    'two literals': { text: '"a" + "b"', inputs: ['text'], instructions: '"a" + "b"' },
    'common indentation': { text: '    one\r\n      two\r\n\r\n    three\r\n', inputs: ['text'], instructions: 'one\n  two\n\nthree' },
    'an input called answer': {
      text: 'Grade {answer} for {result}',
      inputs: ['answer', 'result'],
      instructions: 'Grade `answer` for `result`',
      output: 'output',
    },
  };
  for (const [what, { text, inputs, instructions, output = 'answer' }] of Object.entries(CASES)) {
    it(`takes ${what}`, () => {
      const { signature, module, examples } = extractDefinition(text, 'mine') ?? assert.fail('nothing');
      assert.deepEqual(
        signature.inputs.map(({ name }) => name),
        inputs,
      );
      assert.equal(signature.instructions, instructions);
      assert.deepEqual([signature.name, signature.outputs[0]?.name, module, examples.length], ['mine', output, 'predict', 0]);
    });
  }

  it('is nothing for nothing', () => {
    for (const text of ['', '  \n\t', '""']) assert.equal(extractDefinition(text, 'x'), undefined, JSON.stringify(text));
  });
});
