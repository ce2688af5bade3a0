import { AtelierError } from '../../core/errors.js';
import { type Demo, type FieldValues, textOf } from '../../core/program/program.js';
import type { Task } from '../../core/program/task.js';
import type { Signature } from '../../core/signature/signature.js';
import { cosine, Rarity } from '../../core/text/rarity.js';
import { contentWords } from '../../core/text/words.js';

/** How many of the nearest demos vote. */
const NEIGHBOURS = 7;
/** The say of a demo that shares no word with the input: breaks ties towards what is frequent. */
const BASE_WEIGHT = 0.01;

/** True when every output is a class and there are demos to vote. */
export function canVote({ program }: Task): boolean {
  const { outputs } = program.signature;
  return program.demos.length > 0 && outputs.length > 0 && outputs.every((field) => field.type === 'class' && field.array !== true);
}

/** Why {@link canVote} is false, and what can do it. */
export function cannotVote({ program: { signature } }: Task): AtelierError {
  const other = signature.outputs.find((field) => field.type !== 'class' || field.array === true);
  const why =
    other === undefined
      ? `${signature.name} has no examples to decide by`
      : `${other.name} of ${signature.name} is ${typeName(signature, other.name)}`;
  return new AtelierError('model.unsupported', `The embedded model answers class outputs from examples, and ${why}.`, {
    hint: `${other === undefined ? 'Add examples to the signature, or choose' : 'Choose'} a language model: OpenAI, Groq, Gemini, OpenRouter, a local Ollama or LM Studio, or one of the editor.`,
  });
}

/**
 * Class outputs by the votes of the nearest demos: cosine similarity of their content words weighted by rarity (tf-idf), times how good
 * the demo is. The same task, the same answer.
 */
export function voteClasses({ program, inputs }: Task): string {
  const { signature, demos } = program;
  const rarity = new Rarity(demos.map((demo) => wordsOf(signature, demo.inputs)));
  const own = rarity.vector(wordsOf(signature, inputs));
  const near = demos
    .map((demo) => ({ demo, nearness: cosine(own, rarity.vector(wordsOf(signature, demo.inputs))) }))
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, NEIGHBOURS);
  return signature.outputs.map((field) => `${field.name}: ${winner(field.name, field.options ?? [], near)}`).join('\n');
}

function winner(field: string, options: readonly string[], near: readonly { readonly demo: Demo; readonly nearness: number }[]): string {
  const votes = new Map<string, number>(options.map((option) => [option, 0]));
  for (const { demo, nearness } of near) {
    const option = textOf(demo.outputs[field]);
    const before = votes.get(option);
    if (before !== undefined) votes.set(option, before + demo.quality * (BASE_WEIGHT + nearness ** 2));
  }
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), ['', -1] as [string, number])[0];
}

function wordsOf(signature: Signature, values: FieldValues): readonly string[] {
  return signature.inputs.flatMap((field) => contentWords(textOf(values[field.name])));
}

function typeName(signature: Signature, name: string): string {
  const field = signature.outputs.find((output) => output.name === name);
  return `${field?.array === true ? 'a list of ' : ''}${field?.type ?? 'something else'}`;
}
