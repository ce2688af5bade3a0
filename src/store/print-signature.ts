import { Document, isMap, Scalar } from 'yaml';
import type { Demo } from '../core/program/program.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { defaultInstructions } from '../core/signature/labels.js';
import { type Field, REASONING } from '../core/signature/signature.js';
import { CONTROL } from './print-yaml.js';

/** A signature as the text of a file, which `parseSignature` reads back to an equal one: instructions as a block, a line per field. */
export function printSignature({ signature, module, examples, optimization }: SignatureDefinition): string {
  const { name, description, inputs, outputs } = signature;
  const document = new Document();
  const instructions = signature.instructions === defaultInstructions(inputs, outputs) ? '' : signature.instructions;
  // A field called "inputs" would be taken for the inputs of the example.
  const nested = inputs.concat(outputs).some((field) => field.name === 'inputs');
  const fields = (list: readonly Field[]) => list.map((field) => inline(document, fieldOf(field)));
  document.contents = document.createNode({
    name,
    description,
    ...(instructions === '' ? {} : { instructions: block(instructions) }),
    input_fields: fields(inputs),
    output_fields: fields(outputs),
    module,
    ...(examples.length === 0 ? {} : { examples: examples.map((demo) => exampleOf(document, demo, nested)) }),
    ...(optimization === undefined ? {} : { optimization }),
  }) as unknown as typeof document.contents;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function fieldOf({ name, type, array, options, description, ...conditions }: Field): object {
  return {
    name,
    type: array === true ? `${type}[]` : type,
    ...(options === undefined ? {} : { options }),
    ...(description === '' ? {} : { description }),
    ...conditions,
  };
}

function exampleOf(document: Document, demo: Demo, nested: boolean): unknown {
  const reasoning = demo.reasoning === undefined ? {} : { [REASONING]: demo.reasoning };
  const example = nested ? { inputs: demo.inputs, outputs: demo.outputs, ...reasoning } : { ...demo.inputs, ...reasoning, ...demo.outputs };
  const isShort = Object.values(example).every((value) => typeof value !== 'string' || (value.length <= 120 && !value.includes('\n')));
  return isShort ? inline(document, example) : example;
}

/** On one line, in braces. */
function inline(document: Document, value: object): unknown {
  const node = document.createNode(value);
  if (isMap(node)) node.flow = true;
  return node;
}

function block(text: string): Scalar {
  const scalar = new Scalar(CONTROL.test(text) ? text : `${text}\n`);
  scalar.type = CONTROL.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  return scalar;
}
