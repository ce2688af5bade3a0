import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AtelierError } from '../../../src/core/errors.js';
import { readValue } from '../../../src/core/program/read-value.js';
import { appendInstructions, insertField, removeField, sameSignature } from '../../../src/core/signature/edit-signature.js';
import { labelOf } from '../../../src/core/signature/labels.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import type { Field, Signature } from '../../../src/core/signature/signature.js';
import type { JsonValue } from '../../../src/core/text/json-schema.js';
import { readAnswer } from '../../../src/engine/read-answer.js';
import { repoRoot } from '../../workbench/paths.mjs';

interface Vector<Input, Expect> {
  readonly id: string;
  readonly input: Input;
  readonly expect: Expect;
}
interface Named {
  readonly name: string;
  readonly type: string;
}
interface Groups {
  readonly signature_parse: readonly Vector<
    { signature: string },
    { error?: string; inputs?: Named[]; outputs?: Named[]; instructions?: string; signature?: string; prefixes?: Record<string, string> }
  >[];
  readonly infer_prefix: readonly Vector<{ name: string }, { label: string }>[];
  readonly signature_edit: readonly Vector<
    { signature?: string; ops?: readonly (readonly [string, ...(string | number)[]])[]; equals?: readonly [string, string] },
    { instructions?: string; inputs?: string[]; outputs?: string[]; error?: string; equal?: boolean }
  >[];
  readonly chat_parse: readonly Vector<{ outputs: Named[]; completion: string }, { values?: Record<string, JsonValue>; error?: string }>[];
  readonly json_parse: Groups['chat_parse'];
  readonly parse_value: readonly Vector<{ raw: JsonValue; type: string }, { value: JsonValue }>[];
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as { groups: Groups };

/** Where we decide otherwise than DSPy 3.3.1, and what we do instead. Everything else must agree. */
const DECISIONS: Readonly<Record<string, string>> = {
  'sig-019': 'no input: refused, a task without inputs is a mistake more often than a wish',
  'sig-020': 'no output: refused, nothing could be answered',
  'sig-030': 'names need not be Python identifiers: "class" is a name like any other',
  'sed-006': 'removing a field that is not there is an error: the caller mistook its name',
  'cp-002': 'the whole answer is the only text output: no second call for want of a label',
  'cp-011': 'an empty text is a missing answer',
  'cp-012': 'a marker without inner blanks is a marker',
  'cp-013': 'the whole answer is the only text output',
  'cp-014': 'an indented marker is a marker; nothing of it leaks into the value',
  'cp-031': 'classes are matched in any case; the value is the option as it is written in the signature',
  'cp-036': 'the whole answer is the only text output',
  'cp-039': 'a marker in Markdown bold is a marker',
};
/** What we read where the decision gives a value. */
const DECIDED: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  'cp-002': { answer: '{"output":"mismatched value"}' },
  'cp-012': { answer: 'Paris' },
  'cp-013': { answer: 'The [[ ## answer ## ]] is Paris' },
  'cp-014': { answer: 'Paris' },
  'cp-031': { v: 'yes' },
  'cp-036': { answer: 'Paris' },
  'cp-039': { answer: 'Paris' },
};

const SCALARS: Readonly<Record<string, string>> = { str: 'string', int: 'integer', float: 'number', bool: 'boolean', any: 'json' };

/** A vector's neutral type in Python's notation. */
function python(type: string): string {
  return type
    .replace(/union<(.*)>$/, 'Union<$1>')
    .replace(/literal</g, 'Literal<')
    .replace(/tuple</g, 'Tuple<')
    .replace(/\bnone\b/g, 'None')
    .replace(/\bany\b/g, 'Any')
    .replace(/union</g, 'Union<')
    .replaceAll('<', '[')
    .replaceAll('>', ']');
}

function typed({ name, type }: Named): Field {
  const field = parseOneLine(`x -> ${name}: ${python(type)}`).outputs[0];
  return field ?? assert.fail(type);
}

const refuses = (work: () => unknown) => assert.throws(work, (error) => AtelierError.is(error, 'signature.invalid') && error.hint !== '');
const names = (fields: readonly Field[]) => fields.map(({ name }) => name);

describe('the vectors of DSPy', () => {
  describe('signature_parse', () => {
    for (const { id, input, expect } of groups.signature_parse) {
      const decision = DECISIONS[id];
      it(`${id} ${JSON.stringify(input.signature)}${decision === undefined ? '' : `: ${decision}`}`, () => {
        if (id === 'sig-030') {
          assert.deepEqual(names(parseOneLine(input.signature).inputs), ['class']);
          return;
        }
        if (expect.error !== undefined || decision !== undefined) {
          refuses(() => parseOneLine(input.signature));
          return;
        }
        const signature = parseOneLine(input.signature);
        for (const side of ['inputs', 'outputs'] as const) {
          const wanted = expect[side] ?? [];
          assert.deepEqual(
            names(signature[side]),
            wanted.map(({ name }) => name),
          );
          signature[side].forEach((field, index) => {
            const { type = '' } = wanted[index] ?? {};
            const { description: _, ...shape } = typed({ name: field.name, type });
            assert.deepEqual({ ...field, description: '' }, { ...shape, description: '' });
            if (SCALARS[type] !== undefined) assert.equal(field.type, SCALARS[type]);
          });
        }
        assert.equal(signature.instructions, expect.instructions);
        assert.equal(signature.name, expect.signature);
        for (const [name, prefix] of Object.entries(expect.prefixes ?? {})) assert.equal(`${labelOf(name)}:`, prefix);
      });
    }
  });

  describe('infer_prefix', () => {
    for (const { id, input, expect } of groups.infer_prefix)
      it(`${id} ${input.name}`, () => assert.equal(labelOf(input.name), expect.label));
  });

  describe('signature_edit', () => {
    const edit = (signature: Signature, [op, first, second]: readonly [string, ...(string | number)[]]): Signature => {
      if (op === 'append_instructions') return appendInstructions(signature, String(first));
      if (op === 'delete') return removeField(signature, String(first));
      const field: Field = { name: op === 'chain_of_thought' ? 'reasoning' : String(second), type: 'string', description: '' };
      if (op === 'chain_of_thought') return insertField(signature, 'outputs', field, 0);
      assert.equal(op, 'insert_input');
      return insertField(signature, 'inputs', field, Number(first));
    };
    for (const { id, input, expect } of groups.signature_edit) {
      it(`${id} ${JSON.stringify(input.ops ?? input.equals)}${DECISIONS[id] === undefined ? '' : `: ${DECISIONS[id]}`}`, () => {
        if (input.equals !== undefined) {
          const [a, b] = input.equals.map(parseOneLine);
          assert.ok(a !== undefined && b !== undefined);
          assert.equal(sameSignature({ ...a, instructions: '' }, { ...b, instructions: '' }), expect.equal);
          return;
        }
        const work = () => (input.ops ?? []).reduce(edit, parseOneLine(input.signature ?? ''));
        if (expect.error !== undefined || DECISIONS[id] !== undefined) {
          refuses(work);
          return;
        }
        const edited = work();
        if (expect.instructions !== undefined) assert.equal(edited.instructions, expect.instructions);
        if (expect.outputs !== undefined) assert.deepEqual(names(edited.outputs), expect.outputs);
      });
    }
  });

  for (const group of ['chat_parse', 'json_parse'] as const) {
    describe(group, () => {
      for (const { id, input, expect } of groups[group]) {
        it(`${id} ${JSON.stringify(input.completion).slice(0, 60)}${DECISIONS[id] === undefined ? '' : `: ${DECISIONS[id]}`}`, () => {
          const { outputs, problems } = readAnswer(input.completion, input.outputs.map(typed), () => [], false);
          const wanted = DECISIONS[id] === undefined ? expect.values : DECIDED[id];
          if (wanted === undefined) assert.ok(problems.length > 0, JSON.stringify(outputs));
          else assert.deepEqual([outputs, problems], [wanted, []]);
        });
      }
    });
  }

  describe('parse_value', () => {
    for (const { id, input, expect } of groups.parse_value) {
      it(`${id} ${JSON.stringify(input.raw)} as ${input.type}`, () => {
        assert.deepEqual(readValue(typed({ name: 'v', type: input.type }), input.raw), { value: expect.value });
      });
    }
  });

  it('are decided only where they exist', () => {
    const ids = Object.values(groups).flatMap((vectors: readonly { readonly id: string }[]) => vectors.map(({ id }) => id));
    assert.equal(ids.length, 116);
    for (const id of Object.keys(DECISIONS)) assert.ok(ids.includes(id), id);
  });
});
