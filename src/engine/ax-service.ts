import {
  type AxAIFeatures,
  type AxAIService,
  AxAIServiceAbortedError,
  type AxAIServiceMetrics,
  type AxAIServiceOptions,
  type AxChatRequest,
  type AxChatResponse,
  type AxModelUsage,
} from '@ax-llm/ax';
import { asAtelierError } from '../core/errors.js';
import type { Field } from '../core/signature/signature.js';
import type { ChatImage, ChatMessage, ChatRequest, ChatResult } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';
import { normaliseAnswer } from './normalise-answer.js';

const NAME = 'prompt-atelier';

/** Ax must use none of a provider's tools: answers come as text and are read by its own parser. */
const FEATURES: AxAIFeatures = {
  functions: false,
  streaming: false,
  structuredOutputs: false,
  structuredOutputModes: [],
  hasThinkingBudget: false,
  hasShowThoughts: false,
  media: {
    images: { supported: false, formats: [] },
    audio: { supported: false, formats: [] },
    files: { supported: false, formats: [], uploadMethod: 'none' },
    urls: { supported: false, webSearch: false, contextFetching: false },
  },
  caching: { supported: false, types: [] },
  thinking: false,
  multiTurn: true,
};

/** What one prediction adds to Ax's request. */
export interface AxServiceOptions {
  readonly outputs: readonly Field[];
  /** Fields of the port's request that Ax does not know: task, seed. */
  readonly request: Pick<ChatRequest, 'task' | 'seed' | 'temperature'>;
  /** Sent with the last message of the user, where the inputs are. */
  readonly images?: readonly ChatImage[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Given: the answer is streamed, and this is told the raw text so far. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Reads the answers in place of the normaliser. */
  readonly reader?: AnswerReader | undefined;
  /** Told each result: usage, cost, cache. */
  readonly onResult: (result: ChatResult) => void;
}

/** Reads answers for Ax, and says what was wrong with one, in better words than Ax's. */
export interface AnswerReader {
  /**
   * @param messages what was asked
   * @returns what Ax is given in place of the answer
   */
  read(answer: string, messages: readonly ChatMessage[]): string;
  /** What the model is told of its last answer; undefined: each request is a question of its own. */
  readonly correction?: string;
}

/**
 * A ChatModel as the service that Ax talks to. One object per prediction, unless its reader corrects nothing. Retries of its own are
 * impossible: the port throws plain errors, which Ax reports at once: it retries only errors of its own classes.
 */
export class AxChatService implements AxAIService<string, string, string> {
  private serviceOptions: AxAIServiceOptions = {};
  /** With a reader: the messages of the last request, and its answer. */
  private asked: { readonly messages: readonly ChatMessage[]; readonly answer: string } | undefined;

  constructor(
    private readonly open: OpenModel,
    private readonly options: AxServiceOptions,
  ) {}

  async chat(request: Readonly<AxChatRequest<string>>, options: Readonly<AxAIServiceOptions> = {}): Promise<AxChatResponse> {
    const signals = [options.abortSignal, this.options.signal].filter((signal) => signal !== undefined);
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const { reader, outputs } = this.options;
    const messages = this.messagesOf(request);
    try {
      const result = await this.ask({
        model: this.open.model,
        messages,
        ...(request.modelConfig?.maxTokens === undefined ? {} : { maxTokens: request.modelConfig.maxTokens }),
        ...this.options.request,
        ...(signal === undefined ? {} : { signal }),
      });
      this.options.onResult(result);
      this.asked = { messages, answer: result.text[0] ?? '' };
      const results = result.text.map((text, index) => ({
        index,
        content: reader === undefined ? normaliseAnswer(text, outputs) : reader.read(text, messages),
        finishReason: 'stop' as const,
      }));
      return { results, modelUsage: this.usage(result) };
    } catch (error) {
      if (signal?.aborted === true) throw new AxAIServiceAbortedError(NAME, asAtelierError(error).message);
      throw error;
    }
  }

  /** Ax's messages; of a second attempt with a reader, the first ones, the answer as it was, and the reader's words. */
  private messagesOf(request: Readonly<AxChatRequest<string>>): readonly ChatMessage[] {
    const { reader, images = [] } = this.options;
    const correction = this.asked === undefined ? undefined : reader?.correction;
    if (this.asked === undefined || correction === undefined) return withImages(request.chatPrompt.map(toMessage), images);
    const { messages, answer } = this.asked;
    return [...messages, { role: 'assistant', content: answer }, { role: 'user', content: correction }];
  }

  private async ask(request: ChatRequest): Promise<ChatResult> {
    const { onText } = this.options;
    if (onText === undefined) return this.open.port.chat(request);
    const deltas = this.open.port.stream(request);
    let text = '';
    for (;;) {
      const step = await deltas.next();
      if (step.done === true) return step.value;
      text += step.value;
      onText(text);
    }
  }

  private usage(result: ChatResult): AxModelUsage {
    const { promptTokens, completionTokens } = result.usage;
    return {
      ai: NAME,
      model: this.open.model,
      tokens: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    };
  }

  getId(): string {
    return `${NAME}:${this.open.port.endpoint}`;
  }
  getName(): string {
    return NAME;
  }
  getFeatures(): AxAIFeatures {
    return FEATURES;
  }
  getModelList(): undefined {
    return undefined;
  }
  getMetrics(): AxAIServiceMetrics {
    const latency = { mean: 0, p95: 0, p99: 0, samples: [] };
    const errors = { count: 0, rate: 0, total: 0 };
    return { latency: { chat: latency, embed: latency }, errors: { chat: errors, embed: errors } };
  }
  getLogger(): () => void {
    return () => undefined;
  }
  getLastUsedChatModel(): string {
    return this.open.model;
  }
  getLastUsedEmbedModel(): undefined {
    return undefined;
  }
  getLastUsedModelConfig(): undefined {
    return undefined;
  }
  getEstimatedCost(): number {
    return 0;
  }
  setOptions(options: Readonly<AxAIServiceOptions>): void {
    this.serviceOptions = { ...this.serviceOptions, ...options };
  }
  getOptions(): Readonly<AxAIServiceOptions> {
    return this.serviceOptions;
  }
  embed(): Promise<never> {
    return unsupported('embeddings');
  }
  transcribe(): Promise<never> {
    return unsupported('transcription');
  }
  speak(): Promise<never> {
    return unsupported('speech');
  }
}

function unsupported(what: string): Promise<never> {
  return Promise.reject(new Error(`The ChatModel port offers no ${what}.`));
}

function withImages(messages: readonly ChatMessage[], images: readonly ChatImage[]): readonly ChatMessage[] {
  if (images.length === 0) return messages;
  const last = messages.findLastIndex((message) => message.role === 'user');
  return messages.map((message, index) => (index === last ? { ...message, images } : message));
}

function toMessage(message: AxChatRequest['chatPrompt'][number]): ChatMessage {
  if (message.role === 'function') return { role: 'user', content: message.result };
  const content = message.content ?? '';
  if (typeof content === 'string') return { role: message.role, content };
  return {
    role: message.role,
    content: content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join(''),
  };
}
