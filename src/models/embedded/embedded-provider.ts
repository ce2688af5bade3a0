import { AtelierError } from '../../core/errors.js';
import { ENHANCE_PROMPT, IMAGE_PROMPT } from '../../core/image-prompt/programs.js';
import { textOf } from '../../core/program/program.js';
import { inWords } from '../../core/text/words.js';
import type { ChatRequest, Provider, ProviderResult } from '../chat-model.js';
import { estimatePrompt, estimateTokens } from '../tokens.js';
import { cannotVote, canVote, voteClasses } from './class-votes.js';
import { ImagePromptWriter } from './image-prompts.js';

/** What can do the rest. */
const OTHERS = 'Choose a language model: OpenAI, Groq, Gemini, OpenRouter, a local Ollama or LM Studio, or one of the editor.';

/**
 * The model that is always there: no key, no network, no weights. Example-based: it works from the vocabulary and the demos of a task,
 * so better demos make better answers. It is not a language model, and refuses what it cannot do.
 */
export class EmbeddedProvider implements Provider {
  readonly endpoint = 'embedded';
  private readonly imagePrompts = new ImagePromptWriter();

  async chat(request: ChatRequest): Promise<ProviderResult> {
    request.signal?.throwIfAborted();
    const seed = request.seed ?? 0;
    const text = Array.from({ length: request.n ?? 1 }, (_, index) => this.answer(request, seed + index));
    return {
      text,
      usage: {
        promptTokens: estimatePrompt(request.messages),
        completionTokens: estimateTokens(text.join('')),
        estimated: true,
      },
    };
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ProviderResult, void> {
    const result = await this.chat(request);
    yield* inWords(result.text[0] ?? '');
    return result;
  }

  private answer(request: ChatRequest, seed: number): string {
    const { task } = request;
    if (task?.taste !== undefined && task.program.signature.name === IMAGE_PROMPT.name) {
      return this.imagePrompts.structure(task, task.taste, seed);
    }
    if (task?.taste !== undefined && task.program.signature.name === ENHANCE_PROMPT.name) {
      return this.imagePrompts.enhance(task, task.taste, seed);
    }
    if (task?.program.signature.name === IMAGE_PROMPT.name) throw unknownTaste(textOf(task.inputs.taste));
    if (task !== undefined && task.taste === undefined && canVote(task)) return voteClasses(task);
    if (task !== undefined && task.taste === undefined) throw cannotVote(task);
    const what = task === undefined ? 'free conversation' : `the signature ${task.program.signature.name}`;
    throw new AtelierError('model.unsupported', `The embedded model cannot do ${what}: it writes image prompts from examples.`, {
      hint: OTHERS,
    });
  }
}

function unknownTaste(name: string): AtelierError {
  return new AtelierError(
    'model.unsupported',
    `The embedded model writes image prompts from the words of a taste, and "${name}" is none.`,
    {
      hint: `Name a built-in taste or one of your tastes.yaml. ${OTHERS}`,
    },
  );
}
