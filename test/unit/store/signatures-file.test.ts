import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { IMAGE_PROMPT } from '../../../src/core/image-prompt/programs.js';
import { loadSignatures, parseSignature, readSignature } from '../../../src/store/index.js';
import { useFolder } from './support.js';

const WHOLE = `name: sentiment
description: Classify the sentiment of a review.
instructions: |
  Judge the whole review, not single words.
input_fields:
  - {name: review, type: string, description: The review's text, maxLength: 500}
  - {name: language, type: string, optional: true}
output_fields:
  - {name: label, type: class, options: [positive, negative, neutral], description: Overall sentiment}
  - {name: scores, type: "number[]", min: 0, max: 1}
  - name: facts
    type: object
    schema: {type: object, properties: {stars: {type: integer}}, required: [stars]}
module: chain_of_thought
examples:
  - {review: Lovely., label: positive, scores: [0.9], facts: {stars: 5}, reasoning: A word of praise.}
  - inputs: {review: Awful.}
    outputs: {label: Negative, scores: "0.1, 0.2", facts: "{stars: 1}"}
optimization:
  optimizer: bootstrap
  metric: exact_match
`;
const HEAD = 'name: x\ninput_fields: [{name: a}]\noutput_fields:\n';

describe('signature files', () => {
  const folder = useFolder();

  it('are read whole', () => {
    const { definition, problems } = parseSignature(WHOLE, 'x.signature.yaml');
    assert.deepEqual(problems, []);
    assert.deepEqual(definition, {
      signature: {
        name: 'sentiment',
        description: 'Classify the sentiment of a review.',
        instructions: 'Judge the whole review, not single words.',
        inputs: [
          { name: 'review', type: 'string', description: "The review's text", maxLength: 500 },
          { name: 'language', type: 'string', description: '', optional: true },
        ],
        outputs: [
          { name: 'label', type: 'class', options: ['positive', 'negative', 'neutral'], description: 'Overall sentiment' },
          { name: 'scores', type: 'number', array: true, min: 0, max: 1, description: '' },
          {
            name: 'facts',
            type: 'object',
            description: '',
            schema: { type: 'object', properties: { stars: { type: 'integer' } }, required: ['stars'] },
          },
        ],
      },
      module: 'chain_of_thought',
      examples: [
        {
          inputs: { review: 'Lovely.' },
          outputs: { label: 'positive', scores: [0.9], facts: { stars: 5 } },
          reasoning: 'A word of praise.',
          quality: 1,
        },
        { inputs: { review: 'Awful.' }, outputs: { label: 'negative', scores: [0.1, 0.2], facts: { stars: 1 } }, quality: 1 },
      ],
      optimization: { optimizer: 'bootstrap', metric: 'exact_match' },
      source: 'workspace',
    });
  });

  it('need little: default instructions, module and types', () => {
    const { definition } = parseSignature(
      "name: x\ninput_fields: [{name: a}]\noutput_fields: [{name: b, type: \"Literal['y', 'n']\"}]\n",
      'x',
    );
    assert.equal(definition?.module, 'predict');
    assert.equal(definition?.signature.instructions, 'Given the fields `a`, produce the fields `b`.');
    assert.deepEqual(definition?.signature.outputs[0]?.options, ['y', 'n']);
  });

  it('report every problem at once, each at its line and column', () => {
    const { definition, problems } = parseSignature(
      `name: my signature
modul: predict
input_fields:
  - {name: 1st, type: strng}
  - {name: photo, type: image, options: [a]}
output_fields:
  - {name: photo, type: string}
  - {name: label, type: class}
  - name: n
    type: number
    min: 5
    max: 1
    pattern: x
  - just text
module: predikt
`,
      'broken.signature.yaml',
    );
    assert.equal(definition, undefined);
    const shown = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
    for (const [place, says] of [
      ['1:1', /"my signature" is no name/],
      ['2:1', /no part "modul"/],
      ['4:6', /"1st" is no name/],
      ['4:17', /no type "strng"/],
      ['5:32', /"options" is not for image/],
      ['8:', /class needs its options/],
      ['12:5', /max 1 is less than min 5/],
      ['13:5', /"pattern" is not for number/],
      ['14:5', /output must be a map/],
      ['15:1', /no module "predikt"/],
    ] as const) {
      assert.ok(
        shown.some((text) => text.startsWith(place) && says.test(text)),
        `${place} ${says} in\n${shown.join('\n')}`,
      );
    }
    assert.ok(problems.every(({ hint, file }) => hint.length > 0 && file === 'broken.signature.yaml'));
  });

  const BROKEN: Record<string, { text: string; line: number; column: number; says: RegExp }> = {
    'a field twice': { text: `${HEAD}  - {name: a}\n`, line: 4, column: 6, says: /"a" is here twice/ },
    'an image as output': { text: `${HEAD}  - {name: b, type: image}\n`, line: 4, column: 15, says: /cannot be an image/ },
    'a schema that would not be checked': {
      text: `${HEAD}  - {name: b, type: object, schema: {$ref: x}}\n`,
      line: 4,
      column: 29,
      says: /\$ref is a keyword that is not supported/,
    },
    'an example with an unknown field': {
      text: `${HEAD}  - {name: b}\nexamples:\n  - {a: x, b: y, c: z}\n`,
      line: 6,
      column: 18,
      says: /no field "c"/,
    },
    'an example of the wrong type': {
      text: `${HEAD}  - {name: b, type: integer}\nexamples:\n  - inputs: {a: x}\n    outputs: {b: many}\n`,
      line: 7,
      column: 15,
      says: /"many" is not a whole number/,
    },
    'an example without an input': { text: `${HEAD}  - {name: b}\nexamples:\n  - {b: y}\n`, line: 6, column: 5, says: /has no "a"/ },
    'a reasoning of its own': {
      text: `${HEAD}  - {name: reasoning}\nmodule: chain_of_thought\n`,
      line: 4,
      column: 6,
      says: /adds a "reasoning" itself/,
    },
    'no outputs': { text: 'name: x\ninput_fields: [{name: a}]\n', line: 1, column: 1, says: /no output_fields/ },
    'a key twice': { text: 'name: x\nname: y\n', line: 2, column: 1, says: /not valid YAML: Map keys must be unique/ },
    'a quote that is not closed': { text: 'name: "x\nb: c\n', line: 1, column: 7, says: /not valid YAML: Missing closing/ },
    'a name that Windows keeps for a device': {
      text: `${HEAD.replace('x', 'Com1')}  - {name: b}\n`,
      line: 1,
      column: 1,
      says: /"Com1" is no name/,
    },
    'an alias of nothing': {
      text: `${HEAD}  - {name: b}\ndescription: *bold*\n`,
      line: 5,
      column: 14,
      says: /^"\*bold\*" is an alias that does not exist\.$/,
    },
    'an alias of nothing, with words behind it': {
      text: `${HEAD}  - {name: b}\ndescription: *bold* words\n`,
      line: 5,
      column: 14,
      says: /^"\*bold\*" is an alias that does not exist\.$/,
    },
    'an alias of what it is in': {
      text: `${HEAD}  - {name: b, type: object, schema: &s {type: object, properties: {c: *s}}}\n`,
      line: 4,
      column: 71,
      says: /"\*s" stands for a part that it is in/,
    },
    'a list': { text: '- a\n', line: 1, column: 1, says: /must be a map/ },
    nothing: { text: '', line: 1, column: 1, says: /must be a map/ },
    'an alias bomb': {
      text: `name: x\nexamples: &a [1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(8)}]\nc: &c [${'*b,'.repeat(8)}]\nd: [${'*c,'.repeat(8)}]\n`,
      line: 1,
      column: 1,
      says: /uses aliases \(\*\) too often/,
    },
  };
  for (const [what, { text, line, column, says }] of Object.entries(BROKEN)) {
    it(`refuse ${what}`, () => {
      const { definition, problems } = parseSignature(text, 'x');
      assert.equal(definition, undefined);
      const [problem] = problems;
      assert.match(problem?.message ?? '', says);
      assert.deepEqual([problem?.line, problem?.column], [line, column], JSON.stringify(problems));
    });
  }

  for (const [what, text] of [
    ['brackets without end', `name: x\na: ${'['.repeat(100_000)}`],
    ['a schema of 3000 levels', `name: x\na: ${'{items: '.repeat(3000)}{}${'}'.repeat(3000)}`],
  ] as const) {
    it(`refuse ${what} as one problem`, () => {
      const { definition, problems } = parseSignature(text, 'x');
      assert.equal(definition, undefined);
      assert.deepEqual(
        problems.map(({ line, message }) => [line, /nested too deeply/.test(message)]),
        [[2, true]],
      );
    });
  }

  it('larger than 1 MB, in another encoding, or not readable are one problem', async () => {
    const file = folder.path('x.signature.yaml');
    for (const [content, says] of [
      [Buffer.alloc(10 << 20, '#'), /larger than 1 MB/],
      [Buffer.from('name: caf\xe9', 'latin1'), /not UTF-8/],
    ] as const) {
      await writeFile(file, content);
      const { definition, problems } = await readSignature(file);
      assert.deepEqual([definition, problems.length], [undefined, 1]);
      assert.match(problems[0]?.message ?? '', says);
    }
    assert.match((await readSignature(folder.path('gone.yaml'))).problems[0]?.message ?? '', /ENOENT/);
  });

  it('of the workspace go before those of the product, by name', async () => {
    await mkdir(folder.path('signatures'));
    await writeFile(folder.path('signatures/a.signature.yaml'), `${HEAD.replace('name: x', 'name: ClassifyText')}  - {name: b}\n`);
    await writeFile(folder.path('signatures/b.signature.yaml'), `${HEAD.replace('name: x', 'name: ClassifyText')}  - {name: b}\n`);
    await writeFile(folder.path('signatures/broken.signature.yaml'), 'name: [x\n');
    await writeFile(folder.path('signatures/notes.txt'), 'not one\n');
    const { signatures, problems, leftOut } = await loadSignatures(path.resolve('data'), folder.path());
    const found = signatures.filter(({ signature }) => signature.name === 'ClassifyText');
    assert.deepEqual(
      found.map(({ source }) => source),
      ['workspace'],
    );
    assert.deepEqual(problems.map(({ file }) => file).sort(), ['signatures/b.signature.yaml', 'signatures/broken.signature.yaml']);
    assert.deepEqual(
      leftOut.map(({ file, isDuplicate }) => [file, isDuplicate]),
      [
        [folder.path('signatures/b.signature.yaml'), true],
        [folder.path('signatures/broken.signature.yaml'), false],
      ],
    );
    assert.ok(signatures.some(({ signature, source }) => signature.name === 'ReviseText' && source === 'built-in'));
  });

  it('of the product have no problem, are named as their files, and show examples', async () => {
    const names = (await readdir('data/signatures')).filter((name) => name.endsWith('.signature.yaml'));
    assert.equal(names.length, 23);
    for (const name of names) {
      const { definition, problems } = await readSignature(path.resolve('data/signatures', name), 'built-in');
      assert.deepEqual(problems, [], name);
      assert.equal(`${definition?.signature.name}.signature.yaml`, name);
      assert.ok((definition?.examples.length ?? 0) >= 1, name);
      assert.ok(!(await readFile(path.resolve('data/signatures', name), 'utf8')).includes('\r'), name);
    }
  });

  it('of the image prompt says what the generator runs', async () => {
    const { definition } = await readSignature(path.resolve('data/signatures/ImagePrompt.signature.yaml'), 'built-in');
    assert.equal(definition?.signature.instructions, IMAGE_PROMPT.instructions);
    assert.deepEqual(definition?.signature.outputs, IMAGE_PROMPT.outputs);
  });
});
