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
    'dots in a name': { text: 'Greet \u0024{user.name}.', inputs: ['name'], instructions: 'Greet `name`.' },
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
    'formats and conversions of Python': {
      text: 'Offer {name!r} for {price:.2f}, {count:>10} left on {day:%d.%m.}; {debug=}',
      inputs: ['name', 'price', 'count', 'day', 'debug'],
      instructions: 'Offer `name` for `price`, `count` left on `day`; `debug`',
    },
    'paths of JavaScript': {
      text: 'Greet \u0024{user?.name} about \u0024{order.items.map((x) => x.title).join(", ")} and \u0024{text.trim()}.',
      inputs: ['name', 'items', 'text'],
      instructions: 'Greet `name` about `items` and `text`.',
    },
    'paths that end in the same word': {
      text: '{user.name} buys {product.name} for {name}',
      inputs: ['user_name', 'product_name', 'name'],
      instructions: '`user_name` buys `product_name` for `name`',
    },
    'braces of an f-string': {
      text: 'f"Write {{literal}} or {{{word}}} for \u0024{price:>{width}} {total:,.2f}"',
      inputs: ['word', 'price', 'total'],
      instructions: 'Write {literal} or {`word`} for \u0024`price` `total`',
    },
    'a placeholder that is escaped': {
      text: '`Write \\\u0024{x} for \u0024{y}`',
      inputs: ['y'],
      instructions: 'Write \u0024{x} for `y`',
    },
    'a map that looks like a format': { text: 'Reply as {label: good}.', inputs: ['text'], instructions: 'Reply as {label: good}.' },
    'an input called answer': {
      text: 'Grade {answer} for {result}',
      inputs: ['answer', 'result'],
      instructions: 'Grade `answer` for `result`',
      output: 'output',
    },
  };
  for (const [what, { text, inputs, instructions, output = 'answer' }] of Object.entries(CASES)) {
    it(`takes ${what}`, () => {
      const { definition } = extractDefinition(text, 'mine') ?? assert.fail('nothing');
      const { signature, module, examples } = definition;
      assert.deepEqual(
        signature.inputs.map(({ name }) => name),
        inputs,
      );
      assert.equal(signature.instructions, instructions);
      assert.deepEqual([signature.name, signature.outputs[0]?.name, module, examples.length], ['mine', output, 'predict', 0]);
    });
  }

  it('says what it left as text, and nothing of braces that were meant', () => {
    const left = (text: string) => extractDefinition(text, 'x')?.left;
    assert.deepEqual(left('`Sum: \u0024{a + b}, \u0024{a + b}, \u0024{c}, \\\u0024{d}`'), ['\u0024{a + b}']);
    assert.deepEqual(left('f"{len(text)} of {text}, {{really}}"'), ['{len(text)}']);
    assert.deepEqual(left('Reply as {"label": "x"} or {}; {{#if x}} {name}'), ['{{#if x}}']);
    assert.deepEqual(left('{name:.2f}'), []);
  });

  it('takes no longer for a text of nothing but brackets', () => {
    for (const part of ['{a.b(', '{a.b().b(', '{a:', '{{a ', '\u0024{a?.b']) {
      assert.equal(extractDefinition(part.repeat(5000), 'x')?.definition.signature.name, 'x');
    }
  });

  it('is nothing for nothing', () => {
    for (const text of ['', '  \n\t', '""']) assert.equal(extractDefinition(text, 'x'), undefined, JSON.stringify(text));
  });
});
