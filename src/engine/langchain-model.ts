import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage, type MessageContent } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult as LangChainResult } from '@langchain/core/outputs';
import type { ChatMessage, ChatRequest, ChatResult } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';
import { estimateTokens } from '../models/tokens.js';

/** What one chain adds to LangChain's request. */
export interface PortChatModelFields {
  readonly open: OpenModel;
  /** Fields of the port's request that LangChain does not know: task, seed. */
  readonly request: Pick<ChatRequest, 'task' | 'seed' | 'temperature'>;
  /** Told each result: usage, cost, cache. */
  readonly onResult: (result: ChatResult) => void;
}

/**
 * A ChatModel as a LangChain chat model. One object per chain. LangChain's own retry, cache and concurrency never see it: they act
 * only through `caller` and `cache`, which it does not use.
 */
export class PortChatModel extends BaseChatModel {
  private readonly fields: PortChatModelFields;

  constructor(fields: PortChatModelFields) {
    super({});
    this.fields = fields;
  }

  static override lc_name(): string {
    return 'PortChatModel';
  }

  override _llmType(): string {
    return 'prompt-atelier';
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<LangChainResult> {
    const result = await this.fields.open.port.chat(this.request(messages, options));
    this.fields.onResult(result);
    const generations = result.text.map((text) => ({ text, message: new AIMessage(text) }));
    return { generations };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const deltas = this.fields.open.port.stream(this.request(messages, options));
    for (;;) {
      const step = await deltas.next();
      if (step.done === true) {
        this.fields.onResult(step.value);
        return;
      }
      yield new ChatGenerationChunk({ text: step.value, message: new AIMessageChunk(step.value) });
      await runManager?.handleLLMNewToken(step.value);
    }
  }

  /** Never LangChain's own count: it would download a tokenizer. */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return estimateTokens(textOf(content));
  }

  private request(messages: readonly BaseMessage[], options: this['ParsedCallOptions']): ChatRequest {
    return {
      model: this.fields.open.model,
      messages: messages.map(toMessage),
      ...this.fields.request,
      ...(options.stop === undefined ? {} : { stop: options.stop }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
  }
}

function toMessage(message: BaseMessage): ChatMessage {
  const type = message.getType();
  const role = type === 'system' ? 'system' : type === 'ai' ? 'assistant' : 'user';
  return { role, content: textOf(message.content) };
}

function textOf(content: MessageContent): string {
  if (typeof content === 'string') return content;
  return content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join('');
}
