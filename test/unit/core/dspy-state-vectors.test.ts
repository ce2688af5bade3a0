import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { Signature } from '../../../src/core/signature/signature.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';
import { toDspyState } from '../../../src/core/version/formats/dspy-export.js';
import { dspyPredictors, fromDspyState } from '../../../src/core/version/formats/dspy-import.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { sampleDraft, sampleVersion } from './version-samples.js';

interface StateVector {
  readonly id: string;
  readonly input: { readonly saved_from?: string; readonly loaded_into?: string; readonly state?: string };
  readonly expect: {
    readonly json?: { readonly [key: string]: JsonValue };
    readonly lm?: { readonly [key: string]: JsonValue };
    readonly keys?: readonly string[];
    readonly message_has?: string;
  };
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as {
  groups: { state: readonly StateVector[] };
};

/** Where we decide otherwise than DSPy 3.3.1, and what we do instead. Everything else must agree. */
const DECISIONS: Readonly<Record<string, string>> = {
  'st-002':
    'temperature and longest answer are carried, the model and its endpoint are named and left out: a file never chooses where calls go',
  'st-010': 'whole programs are not pickled: a file that is read must not run code; the state is all there is',
  'st-013': 'another number of fields is refused: the fields would silently be others',
};

const program = (signature: Signature, demos = sampleDraft().demos) =>
  sampleVersion(1, { ...sampleDraft({ demos }), signature, instructions: signature.instructions, settings: undefined });
const stateOf = (line: string) => toDspyState(program(parseOneLine(line), [])).state;
const refuses = (code: ErrorCode, words: RegExp, work: () => unknown) =>
  assert.throws(work, (error) => AtelierError.is(error, code) && words.test(`${error.message} ${error.hint}`));

const CHECKS: Readonly<Record<string, (vector: StateVector) => void>> = {
  'st-001': ({ expect }) => {
    const demo = (index: number, augmented: boolean) => ({
      inputs: { input: `q${index}` },
      outputs: { output: `a${index}` },
      quality: 1,
      augmented,
    });
    const demos = [demo(0, true), demo(1, true), demo(2, false)];
    const { state } = toDspyState(program(parseOneLine('input -> output'), demos), 'predictor');
    // The versions of Python packages are not ours to give: DSPy compares those that it finds.
    assert.deepEqual(state, { ...expect.json, metadata: { dependency_versions: {} } });
    const read = fromDspyState(expect.json, parseOneLine('input -> output'));
    assert.deepEqual([read.demos, read.predictor, read.notCarried], [demos, 'predictor', []]);
    assert.equal(read.instructions, 'Given the fields `input`, produce the fields `output`.');
  },
  'st-002': ({ expect }) => {
    const read = fromDspyState({ ...stateOf('a -> b'), lm: expect.lm ?? {} }, parseOneLine('a -> b'));
    assert.deepEqual(read.settings, { temperature: 0.3, maxTokens: 500 });
    assert.deepEqual(read.notCarried, [
      'The model openai/gpt-4o-mini: choose one here.',
      'Settings of the model: model_type, cache, num_retries, api_base.',
    ]);
    assert.ok(!JSON.stringify(read).includes('http://x'));
    assert.equal(toDspyState(sampleVersion(1)).state.lm, null);
  },
  'st-006': ({ expect }) => {
    const keys = expect.keys ?? [];
    const saved = Object.fromEntries(
      keys.map((key, index) => [
        key,
        { ...stateOf('a -> b'), signature: { ...(stateOf('a -> b').signature as object), instructions: `${index}` } },
      ]),
    );
    assert.deepEqual(dspyPredictors(saved), keys);
    refuses('usage.invalid', /steps\[0\], steps\[1\], by\['x'\]/, () => fromDspyState(saved, parseOneLine('a -> b')));
    for (const [index, key] of keys.entries()) {
      const read = fromDspyState(saved, parseOneLine('a -> b'), key);
      assert.deepEqual([read.instructions, read.predictor], [`${index}`, key]);
      assert.deepEqual(
        read.notCarried.slice(0, 2),
        keys.filter((other) => other !== key).map((other) => `The predictor ${other}.`),
      );
    }
  },
  'st-007': ({ expect }) => {
    const [own = ''] = expect.keys ?? [];
    assert.equal(fromDspyState({ [own]: stateOf('a -> b'), metadata: {} }, parseOneLine('a -> b')).predictor, own);
  },
  'st-010': () => {
    const { state } = toDspyState(sampleVersion(1));
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
    refuses('version.invalid', /no saved DSPy program/, () => fromDspyState({ metadata: {} }, parseOneLine('a -> b')));
  },
  'st-011': ({ expect }) => {
    const name = /'(.*)'/.exec(expect.message_has ?? '')?.[1];
    refuses('usage.invalid', /no predictor "second".*Its predictors: first/, () =>
      fromDspyState({ first: stateOf('a -> b') }, parseOneLine('a -> b'), name),
    );
  },
  'st-013': ({ input }) => {
    refuses('signature.invalid', /has 3 fields \(A, B, C\), and .* has 2 \(a, c\)/, () =>
      fromDspyState(stateOf(input.saved_from ?? ''), parseOneLine(input.loaded_into ?? '')),
    );
  },
};

describe('DSPy vectors: state', () => {
  for (const vector of groups.state) {
    const decision = DECISIONS[vector.id];
    it(`${vector.id}${decision === undefined ? '' : ` (${decision})`}`, () => (CHECKS[vector.id] ?? assert.fail('not checked'))(vector));
  }

  it('are decided only where they exist', () => {
    assert.deepEqual(groups.state.map(({ id }) => id).sort(), Object.keys(CHECKS).sort());
    for (const id of Object.keys(DECISIONS)) assert.ok(CHECKS[id] !== undefined, id);
  });
});

describe('a DSPy program', () => {
  it('takes instructions and demos there and back exactly: unicode, nested JSON, null, reasoning', () => {
    for (const module of ['predict', 'chain_of_thought'] as const) {
      const draft = sampleDraft({ module, settings: undefined });
      const demos = draft.demos.map(({ source: _, ...demo }) => ({ ...demo, quality: 1 }));
      const odd = {
        inputs: { review: '\u0000 \u2028 {{x}} $y é e\u0301 👩‍👩‍👧' },
        outputs: { label: 'positive', details: null },
        quality: 1,
        augmented: false,
      };
      const version = sampleVersion(1, { ...draft, instructions: 'Zeile 1\n\n\t«Ä» 日本 \\ "x" ', demos: [...demos, odd] });
      const { state } = toDspyState(version);
      const read = fromDspyState(JSON.parse(JSON.stringify(state)), version.signature);
      assert.equal(read.instructions, version.instructions);
      assert.deepEqual(read.demos, version.demos);
      assert.deepEqual([read.module, read.signature, read.settings, read.notCarried], [module, version.signature, undefined, []]);
      assert.equal(read.predictor, module === 'predict' ? undefined : 'predict');
    }
  });

  it('has its fields found by name where it tells names, else by place', () => {
    const signature = parseOneLine('context, question: string "The question" -> answer: int');
    const turned = stateOf('question, context -> answer');
    const read = fromDspyState(turned, signature);
    assert.deepEqual(
      read.signature.inputs.map(({ name, description }) => [name, description]),
      [
        ['context', ''],
        ['question', ''],
      ],
    );
    assert.equal(read.signature.outputs[0]?.type, 'integer');
    assert.deepEqual(read.notCarried, ['The order of the fields: that of the signature is kept.']);
    const fields = [
      { prefix: 'Facts:', description: 'What is known' },
      { prefix: 'Question:', description: `\${question}` },
      { prefix: 'A:', description: `\${result}` },
    ];
    const custom = fromDspyState({ ...turned, signature: { instructions: 'x', fields } }, signature);
    assert.deepEqual(
      custom.signature.inputs.map(({ description }) => description),
      ['What is known', ''],
    );
    assert.deepEqual(custom.notCarried, [
      'The prefix "Facts:" of context: fields are labeled by their names.',
      'The prefix "A:" of answer: fields are labeled by their names.',
      'The name result: the field in its place is answer.',
    ]);
  });

  it('names everything that has no place here, and there', () => {
    const state = {
      ...stateOf('a -> b'),
      traces: [1],
      extra: 2,
      demos: [{ a: 1, b: 2, c: 3, augmented: true, dspy_uuid: 'x' }, 'text', { z: 1 }],
    };
    const read = fromDspyState(state, parseOneLine('a -> b'));
    assert.deepEqual(read.demos, [{ inputs: { a: 1 }, outputs: { b: 2 }, quality: 1, augmented: true }]);
    assert.deepEqual(read.notCarried, [
      'What the predictor recorded under "traces".',
      'What the predictor has under "extra".',
      'Of demo 1: c, which are no fields.',
      'Demo 2: it is no map.',
      'Of demo 3: z, which are no fields.',
    ]);
    assert.equal(toDspyState(sampleVersion(1)).notCarried.length, 7);
    assert.equal(toDspyState(sampleVersion(1, { ...sampleDraft(), scope: {}, demos: [], settings: undefined })).notCarried.length, 3);
  });

  it('may have a field called augmented', () => {
    const signature = parseOneLine('a -> augmented: bool');
    const demos = [{ inputs: { a: 'x' }, outputs: { augmented: false }, quality: 1, augmented: true }];
    const { state, notCarried } = toDspyState(program(signature, demos));
    assert.ok(notCarried.includes('Which demos are augmented: a field has that name.'));
    assert.deepEqual(fromDspyState(state, signature).demos, [{ ...demos[0], augmented: false }]);
  });

  it('is refused when it is none', () => {
    const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`);
    for (const value of [
      null,
      [],
      'x',
      1,
      {},
      { demos: [], signature: {} },
      { p: { demos: [], signature: { instructions: 1, fields: [] } } },
      { x: deep },
    ]) {
      refuses('version.invalid', /DSPy/, () => fromDspyState(value, parseOneLine('a -> b')));
    }
  });
});
