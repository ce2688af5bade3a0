import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FieldValues, Program } from '../../../src/core/program/program.js';
import { textOf } from '../../../src/core/program/program.js';
import { defaultInstructions, labelOf } from '../../../src/core/signature/labels.js';
import type { Field } from '../../../src/core/signature/signature.js';
import { renderMessages } from '../../../src/engine/render-messages.js';
import { repoRoot } from '../../workbench/paths.mjs';

interface Vector {
  readonly id: string;
  readonly input: {
    readonly instructions: string | null;
    readonly inputs: readonly { name: string; type: string }[];
    readonly outputs: readonly { name: string; type: string }[];
    readonly demos: readonly FieldValues[];
    readonly values: FieldValues;
  };
  readonly expect: { readonly roles: readonly string[] };
}

const { groups } = JSON.parse(readFileSync(path.join(repoRoot, 'test/fixtures/dspy-vectors.json'), 'utf8')) as {
  groups: { chat_format: readonly Vector[]; json_format: readonly Vector[] };
};

const TYPES: Readonly<Record<string, Pick<Field, 'type' | 'array'>>> = {
  str: { type: 'string' },
  float: { type: 'number' },
  'list<str>': { type: 'string', array: true },
  'list<float>': { type: 'number', array: true },
};

function programOf({ instructions, inputs, outputs, demos }: Vector['input']): Program {
  const fields = (side: Vector['input']['inputs']): Field[] =>
    side.map(({ name, type }) => ({ name, description: '', ...(TYPES[type] ?? assert.fail(type)) }));
  const pick = (names: readonly { name: string }[], values: FieldValues): FieldValues =>
    Object.fromEntries(names.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]]])));
  const text = instructions ?? defaultInstructions(inputs, outputs);
  return {
    signature: { name: 'vector', description: '', instructions: text, inputs: fields(inputs), outputs: fields(outputs) },
    instructions: text,
    demos: demos.map((demo) => ({ inputs: pick(inputs, demo), outputs: pick(outputs, demo), quality: 1 })),
  };
}

// The words of a prompt are Ax's, not DSPy's: what is compared is its structure. Ax closes the demos with a line of its own in the last
// message, and asks for "label: value" where DSPy asks for markers or JSON; the reader takes all three (groups chat_parse, json_parse).
describe('DSPy’s vectors about the form of a prompt', () => {
  for (const { id, input, expect } of [...groups.chat_format, ...groups.json_format]) {
    it(id, async () => {
      const program = programOf(input);
      const messages = await renderMessages(program, input.values);
      assert.deepEqual(
        messages.map(({ role }) => role),
        expect.roles,
      );
      const system = messages[0]?.content ?? '';
      // Ax writes fields that are named in backticks by their labels.
      const told = program.instructions.replace(/`(\w+)`/g, (_, name: string) => `\`${labelOf(name)}\``);
      assert.ok(system.includes(told), told);
      for (const { name } of [...input.inputs, ...input.outputs]) assert.ok(system.includes(labelOf(name)), name);
      input.demos.forEach((demo, index) => {
        const pair = `${messages[1 + 2 * index]?.content}\n${messages[2 + 2 * index]?.content}`;
        for (const value of Object.values(demo)) assert.ok(pair.includes(textOf(value)), `${textOf(value)} is in ${pair}`);
      });
      for (const value of Object.values(input.values)) assert.ok(messages.at(-1)?.content.includes(textOf(value)), textOf(value));
    });
  }
});
