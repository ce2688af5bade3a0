import { checkInputs } from '../core/program/check-inputs.js';
import type { Execution } from '../core/program/executor.js';
import { presentOutputs } from '../core/program/present.js';
import type { FieldValues } from '../core/program/program.js';
import { stateName } from '../core/signature/definition.js';
import type { JsonValue } from '../core/text/json-schema.js';
import type { CommandContext } from './context.js';
import { modeOf, openExecutor } from './executor.js';
import { givenInputs } from './inputs.js';
import { usage, wholeNumber } from './options.js';
import { runBatchFile } from './run-batch.js';
import { chosenDefinition } from './signature.js';

/** `atelier run <signature> --input name=value`, or with `--batch` over the rows of a file. @returns the exit code */
export async function run(given: CommandContext): Promise<number> {
  const { values, output, signal, positionals } = given;
  const [reference, ...rest] = positionals;
  if (reference === undefined || rest.length > 0) {
    throw usage(
      'run takes one signature.',
      `For example: atelier run ClassifyText --input passage="Great!" (a one-line signature in quotes).`,
    );
  }
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const { definition, context } = await chosenDefinition(given, reference, modeOf(given));
  if (values.batch !== undefined) return runBatchFile(context, definition, values.batch, seed);
  for (const name of ['out', 'map', 'resume', 'retry-failed'] as const) {
    if (values[name] !== undefined) throw usage(`--${name} belongs to --batch.`, 'Name the rows: --batch FILE.csv --out FILE.csv');
  }
  const inputs = await givenInputs(values.input ?? [], values['input-file'], definition.signature);
  // Before the model is looked for: a person corrects the inputs first.
  checkInputs(definition.signature, inputs);
  const { executor } = await openExecutor(context, definition);
  const started = performance.now();
  const { withImageFiles } = await import('../store/index.js');
  const execution = await executor.run(await withImageFiles(definition.signature, inputs, process.cwd()), { seed, signal });
  const latencyMs = Math.round(performance.now() - started);
  const { signature } = execution.program;
  const shown = values.reasoning === true && execution.reasoning !== undefined ? { reasoning: execution.reasoning } : {};
  const document = {
    signature: signature.name,
    version: stateName(definition),
    model: execution.model,
    inputs: withPaths(execution, inputs),
    outputs: execution.outputs,
    ...shown,
    usage: { prompt_tokens: execution.usage.promptTokens, completion_tokens: execution.usage.completionTokens },
    cost_usd: execution.costUsd ?? null,
    latency_ms: latencyMs,
    cached: execution.cached,
    ...(execution.fallback === undefined ? {} : { fallback: execution.fallback }),
  };
  if (execution.fallback !== undefined) {
    output.warn(`Answered by the fallback ${execution.model} (${signature.name}): ${execution.fallback.message}`);
  }
  output.result(document, presentOutputs(signature, execution.outputs));
  if (!output.json) {
    if (shown.reasoning !== undefined) output.note(shown.reasoning);
    output.note(`${signature.name} · ${execution.model} · ${latencyMs} ms${execution.cached ? ' · cached' : ''}`);
  }
  return 0;
}

/** The inputs that were used; an image by the path that was given, not by its bytes. */
function withPaths({ inputs, program }: Execution, given: Readonly<Record<string, JsonValue>>): FieldValues {
  const images = program.signature.inputs.filter(({ name, type }) => type === 'image' && given[name] !== undefined);
  return { ...inputs, ...Object.fromEntries(images.map(({ name }) => [name, given[name] ?? null])) };
}
