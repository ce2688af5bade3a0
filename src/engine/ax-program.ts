import { type AxGen, AxSignature, ax } from '@ax-llm/ax';
import type { Program } from '../core/program/program.js';
import type { Field } from '../core/signature/signature.js';

/** Inputs and outputs of a prediction, by field name. */
type Values = Record<string, string | number | boolean>;

/** A program of the core as one of Ax. Its instructions become Ax's, its demos Ax's demos. */
export function axProgram(program: Program): AxGen<Values, Values> {
  const { signature } = program;
  const axSignature = AxSignature.empty();
  axSignature.setDescription(signature.description);
  for (const field of signature.inputs) axSignature.addInputField(axField(field));
  for (const field of signature.outputs) axSignature.addOutputField(axField(field));
  const generator = ax(axSignature) as unknown as AxGen<Values, Values>;
  generator.setId(signature.name);
  generator.setInstruction(program.instructions);
  if (program.demos.length > 0) {
    const traces = program.demos.map((demo) => ({ ...demo.inputs, ...demo.outputs }));
    generator.setDemos([{ programId: signature.name, traces }]);
  }
  return generator;
}

function axField(field: Field) {
  return {
    name: field.name,
    description: field.description,
    type: { name: field.type, ...(field.options === undefined ? {} : { options: [...field.options] }) },
  };
}
