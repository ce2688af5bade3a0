import { AIMessage, AIMessageChunk, type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { NO_USAGE, type Usage } from '../../core/program/program.js';
import type { ChatMessage, ChatRequest, Provider, ProviderResult } from '../chat-model.js';
import { ModelError } from '../model-error.js';
import { providerError } from './provider-error.js';
import type { Fetch } from './transport.js';

export interface OpenAIProviderOptions {
  /** How the endpoint is called in messages. */
  readonly label: string;
  readonly baseUrl: string;
  /** Empty: none. */
  readonly apiKey: string;
  readonly fetch: Fetch;
  /** Whether the endpoint takes a `seed`. */
  readonly takesSeed: boolean;
}

/** More than the guard ever waits: the guard's timeout decides. */
const NEVER_MS = 24 * 3600_000;

/** ChatOpenAI turns to the Responses API for some names of models: OpenAI-compatible endpoints have chat completions. */
class ChatCompletions extends ChatOpenAI {
  protected override _useResponsesApi(): boolean {
    return false;
  }
}

/**
 * An OpenAI-compatible endpoint through LangChain's ChatOpenAI. Everything that ChatOpenAI would do on its own (retry, queue, cache,
 * token counting) is off: the guard does it. Calls go to `_generate` and `_streamResponseChunks`, below LangChain's callbacks.
 */
export class OpenAIProvider implements Provider {
  readonly endpoint: string;
  readonly takesImages = true;
  private readonly clients = new Map<string, ChatOpenAI>();

  constructor(private readonly options: OpenAIProviderOptions) {
    this.endpoint = options.baseUrl;
  }

  /**
   * Sends these headers and no others: the client would add what it finds in OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS,
   * which were meant for another endpoint, and "Bearer none" where no key is needed.
   */
  private readonly fetch: Fetch = (input, init) => {
    const given = new Headers(init?.headers);
    const headers: Record<string, string> = {};
    for (const name of ['accept', 'content-type', 'user-agent']) {
      const value = given.get(name);
      if (value !== null) headers[name] = value;
    }
    if (this.options.apiKey !== '') headers.authorization = `Bearer ${this.options.apiKey}`;
    return this.options.fetch(input, { ...init, headers });
  };

  async chat(request: ChatRequest): Promise<ProviderResult> {
    try {
      const result = await this.client(request)._generate(toMessages(request.messages), this.callOptions(request));
      if (result.generations.length === 0) throw this.noAnswer();
      return { text: result.generations.map((generation) => generation.text), usage: toUsage(result.llmOutput?.tokenUsage) };
    } catch (error) {
      throw this.explain(error, request);
    }
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ProviderResult, void> {
    const texts = Array.from({ length: request.n ?? 1 }, () => '');
    let usage: Usage | undefined;
    let finished = false;
    try {
      for await (const chunk of this.client(request)._streamResponseChunks(toMessages(request.messages), this.callOptions(request))) {
        if (chunk.generationInfo?.finish_reason !== undefined) finished = true;
        const counted = chunk.message instanceof AIMessageChunk ? chunk.message.usage_metadata : undefined;
        if (counted !== undefined) usage = streamUsage(counted);
        if (chunk.text === '') continue;
        const index = Number(chunk.generationInfo?.completion ?? 0);
        texts[index] = (texts[index] ?? '') + chunk.text;
        if (index === 0) yield chunk.text;
      }
      if (!finished) throw texts.every((text) => text === '') ? this.noAnswer() : this.cutOff();
      return { text: texts, usage };
    } catch (error) {
      throw this.explain(error, request);
    }
  }

  /** ChatOpenAI takes these as fields, not per call; building one costs about a call's own time, so they are kept. */
  private client(request: ChatRequest): ChatOpenAI {
    const key = JSON.stringify([request.model, request.temperature, request.maxTokens, request.n]);
    let client = this.clients.get(key);
    if (client === undefined) {
      client = new ChatCompletions({
        model: request.model,
        // An empty key throws, also for endpoints that need none.
        apiKey: this.options.apiKey === '' ? 'none' : this.options.apiKey,
        maxRetries: 0,
        timeout: NEVER_MS,
        configuration: { baseURL: this.options.baseUrl, fetch: this.fetch, logLevel: 'off' },
        ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
        ...(request.maxTokens === undefined ? {} : { maxTokens: request.maxTokens }),
        ...(request.n === undefined ? {} : { n: request.n }),
      });
      if (this.clients.size >= 50) this.clients.clear();
      this.clients.set(key, client);
    }
    return client;
  }

  private callOptions(request: ChatRequest): ChatOpenAI['ParsedCallOptions'] {
    return {
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.seed === undefined || !this.options.takesSeed ? {} : { seed: request.seed }),
      ...(request.stop === undefined ? {} : { stop: [...request.stop] }),
    } as ChatOpenAI['ParsedCallOptions'];
  }

  private noAnswer(): ModelError {
    return new ModelError('model.malformed', `${this.options.label} sent an answer without any choice.`, {
      hint: 'Try again; if it stays, the address is not that of an OpenAI-compatible endpoint.',
    });
  }

  private cutOff(): ModelError {
    return new ModelError('model.malformed', `The answer of ${this.options.label} broke off before its end.`, {
      hint: 'Try again; the connection or the endpoint gave up half-way.',
    });
  }

  private explain(thrown: unknown, request: ChatRequest): unknown {
    if (thrown instanceof ModelError || request.signal?.aborted === true) return thrown;
    const { label, baseUrl, apiKey } = this.options;
    return providerError(thrown, { label, model: request.model, host: new URL(baseUrl).host }, apiKey);
  }
}

function toMessages(messages: readonly ChatMessage[]): BaseMessage[] {
  return messages.map(({ role, content, images = [] }) => {
    if (role === 'system') return new SystemMessage(content);
    if (role === 'assistant') return new AIMessage(content);
    if (images.length === 0) return new HumanMessage(content);
    const parts = images.map(({ url }) => ({ type: 'image_url', image_url: { url } }));
    return new HumanMessage({ content: [{ type: 'text', text: content }, ...parts] });
  });
}

function toUsage(counted: { promptTokens?: number | undefined; completionTokens?: number | undefined } | undefined): Usage | undefined {
  if (counted?.promptTokens === undefined && counted?.completionTokens === undefined) return undefined;
  return { ...NO_USAGE, promptTokens: counted.promptTokens ?? 0, completionTokens: counted.completionTokens ?? 0 };
}

function streamUsage(counted: { input_tokens?: number; output_tokens?: number }): Usage | undefined {
  return toUsage({ promptTokens: counted.input_tokens, completionTokens: counted.output_tokens });
}
