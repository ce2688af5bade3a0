import { checkInputs } from '../program/check-inputs.js';
import type { Predictor } from '../program/predictor.js';
import type { SignatureDefinition } from '../signature/definition.js';
import { baseProgram } from '../signature/find-signature.js';
import type { Asker } from './lab.js';

/**
 * Asks a model through signatures.
 * @param find the signature of a name: the workspace's own goes before the built-in one
 */
export function askerWith(predictor: Predictor, find: (name: string) => Promise<SignatureDefinition>): Asker {
  return {
    model: `${predictor.model} ${predictor.endpoint}`,
    async ask(signature, inputs, options) {
      const program = baseProgram(await find(signature));
      const { outputs, calls, usage, costUsd } = await predictor.predict(
        { program, inputs: checkInputs(program.signature, inputs) },
        options,
      );
      return { outputs, spent: { calls, usage, costUsd } };
    },
  };
}
