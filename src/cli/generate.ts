import { type AtelierError, asAtelierError } from '../core/errors.js';
import { type Generation, generateImagePrompt, type Pattern } from '../core/image-prompt/generate.js';
import { type CommandContext, openEngine, openStore, userOf } from './context.js';
import { usage, wholeNumber } from './options.js';
import type { Output } from './output.js';
import { openVersions } from './signature.js';

/** `atelier generate --taste T "description"`. @returns the exit code */
export async function run(context: CommandContext): Promise<number> {
  const { values, output, signal } = context;
  const description = context.positionals.join(' ');
  if (values.taste === undefined)
    throw usage('--taste is missing.', 'For example: atelier generate --taste anime "a dragon over a castle"');
  const count = wholeNumber(values, 'count', 1, 20) ?? 1;
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const store = await openStore(context);
  const ports = await store.generationPorts(await openEngine(context, store), await openVersions(context));
  const generations: Generation[] = [];
  let failure: AtelierError | undefined;
  for (let index = 0; index < count && failure === undefined; index++) {
    if (count > 1) output.note(`${index + 1} of ${count}`);
    try {
      generations.push(
        await generateImagePrompt(
          {
            taste: values.taste,
            description,
            pattern: values.pattern as Pattern | undefined,
            target: values.target,
            seed: seed + index,
            userId: userOf(context),
          },
          ports,
          { signal },
        ),
      );
    } catch (error) {
      // What was made and paid is shown all the same.
      if (generations.length === 0) throw error;
      failure = asAtelierError(error);
    }
  }
  for (const generation of generations) warn(generation, output);
  const documents = generations.map(toDocument);
  const document = count === 1 ? documents[0] : { candidates: documents, ...(failure === undefined ? {} : { error: failure.toJSON() }) };
  output.result(document, generations.map(({ record }) => record.finalPrompt).join('\n\n'));
  if (!output.json) {
    for (const { record } of generations)
      output.note(`${record.id} · ${record.taste}@${record.version} · ${record.model} · ${record.latencyMs} ms`);
    if (failure !== undefined) output.error(failure);
  }
  return failure === undefined ? 0 : 1;
}

function warn({ enhanceError, saveError }: Generation, output: Output): void {
  if (enhanceError !== undefined) output.warn(`Not enhanced: ${enhanceError.message} ${enhanceError.hint}`);
  if (saveError !== undefined) output.warn(`Not saved: ${saveError.message} ${saveError.hint}`);
}

function toDocument({ record, cached, enhanceError, saveError }: Generation) {
  return {
    id: record.id,
    taste: record.taste,
    user_input: record.userInput,
    dspy_prompt: record.structuredPrompt,
    final_prompt: record.finalPrompt,
    status: record.status,
    model: record.model,
    version: record.version,
    usage: { prompt_tokens: record.promptTokens, completion_tokens: record.completionTokens },
    latency_ms: record.latencyMs,
    cost_usd: record.costUsd ?? null,
    cached,
    saved: saveError === undefined,
    ...(enhanceError === undefined ? {} : { enhance_error: enhanceError }),
    ...(saveError === undefined ? {} : { save_error: saveError }),
  };
}
