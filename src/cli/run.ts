import { AtelierError } from '../core/errors.js';
import { checkInputs } from '../core/program/check-inputs.js';
import { type FieldValues, textOf } from '../core/program/program.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { baseProgram, findSignature } from '../core/signature/find-signature.js';
import { isOneLine } from '../core/signature/one-line.js';
import type { Problem } from '../store/problem.js';
import { type CommandContext, openModel, openStore, PACKED_FOLDER, workspaceOf } from './context.js';
import { givenInputs } from './inputs.js';
import { usage, wholeNumber } from './options.js';

/** `version` of what is not saved as a version yet: the signature as it is written. */
const UNSAVED = 'unsaved';

/** `atelier run <signature> --input name=value`. @returns the exit code */
export async function run(context: CommandContext): Promise<number> {
  const { values, output, signal, positionals } = context;
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage(
      'run takes one signature.',
      `For example: atelier run ClassifyText --input passage="Great!" (a one-line signature in quotes).`,
    );
  }
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const definition = await definitionOf(context, reference);
  const inputs = checkInputs(definition.signature, await givenInputs(values.input ?? [], values['input-file'], definition.signature));
  const program = baseProgram(definition, values.reasoning === true ? 'chain_of_thought' : definition.module);
  const { createPredictor } = await import('../engine/index.js');
  const predictor = createPredictor(await openModel(context, await openStore(context)));
  const started = performance.now();
  const prediction = await predictor.predict({ program, inputs }, { seed, signal });
  const latencyMs = Math.round(performance.now() - started);
  const shown = values.reasoning === true && prediction.reasoning !== undefined ? { reasoning: prediction.reasoning } : {};
  const document = {
    signature: definition.signature.name,
    version: UNSAVED,
    model: predictor.model,
    inputs,
    outputs: prediction.outputs,
    ...shown,
    usage: { prompt_tokens: prediction.usage.promptTokens, completion_tokens: prediction.usage.completionTokens },
    cost_usd: prediction.costUsd ?? null,
    latency_ms: latencyMs,
    cached: prediction.cached,
  };
  output.result(document, asText(prediction.outputs));
  if (!output.json) {
    if (shown.reasoning !== undefined) output.note(shown.reasoning);
    output.note(`${definition.signature.name} · ${predictor.model} · ${latencyMs} ms${prediction.cached ? ' · cached' : ''}`);
  }
  return 0;
}

/** A single output alone, as it is: it can be piped. Several with their names. */
function asText(outputs: FieldValues): string {
  const entries = Object.entries(outputs);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return textOf(only[1]);
  return entries.map(([name, value]) => `${name}: ${textOf(value)}`).join('\n');
}

/** @throws AtelierError `signature.unknown`, `signature.invalid` with the place of the first problem; the others are warnings */
async function definitionOf(context: CommandContext, reference: string): Promise<SignatureDefinition> {
  const { output } = context;
  const warn = (problem: Problem) => output.warn(`${placeOf(problem)}: ${problem.message} ${problem.hint}`);
  if (isOneLine(reference)) return findSignature([], reference);
  const { loadSignatures, readSignature } = await import('../store/index.js');
  if (/\.ya?ml$/i.test(reference)) {
    const path = await import('node:path');
    const { definition, problems } = await readSignature(path.resolve(reference), 'workspace', workspaceOf(context));
    const first = problems.find(({ severity }) => severity === 'error');
    for (const problem of problems) if (problem !== first) warn(problem);
    if (definition !== undefined) return definition;
    throw new AtelierError('signature.invalid', first?.message ?? 'The signature cannot be used.', {
      hint: first?.hint ?? 'Correct the file.',
      file: first?.file,
      line: first?.line,
      column: first?.column,
    });
  }
  const { signatures, problems } = await loadSignatures(PACKED_FOLDER, workspaceOf(context));
  for (const problem of problems) warn(problem);
  return findSignature(signatures, reference);
}

function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}${column === undefined ? '' : `:${column}`}`;
}
