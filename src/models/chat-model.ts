import type { Usage } from '../core/program/program.js';
import type { Task } from '../core/program/task.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** Images of a user's message, sent after its text. Only to models that take images. */
  readonly images?: readonly ChatImage[] | undefined;
}

/** An image by its address: `https:`, or a `data:` URL that holds it. */
export interface ChatImage {
  readonly url: string;
}

/** One request to a model. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** 0..2; the endpoint's own default when absent. */
  readonly temperature?: number | undefined;
  /** Longest answer, in tokens. */
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  /** How many answers; 1 when absent. */
  readonly n?: number | undefined;
  /** Makes an answer repeatable, where the endpoint can. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The structured task behind the messages. Not sent to an endpoint. */
  readonly task?: Task | undefined;
}

/** The answer of a model. */
export interface ChatResult {
  /** One entry per answer asked for. */
  readonly text: readonly string[];
  readonly usage: Usage;
  readonly cached: boolean;
  /** US dollars; undefined when the model has no known price. */
  readonly cost: number | undefined;
}

/** The one port through which any model is called. */
export interface ChatModel {
  /** Identity of the endpoint: limits, queues and caches are per endpoint. Never holds a key. */
  readonly endpoint: string;
  /** Whether messages may have images; whether a model then understands them, its endpoint tells. */
  readonly takesImages?: boolean | undefined;
  /** @throws AtelierError `model.*`, `budget.exceeded` or `cancelled` */
  chat(request: ChatRequest): Promise<ChatResult>;
  /** Yields text deltas of the first answer, then returns what `chat` would. Throws as `chat` does. */
  stream(request: ChatRequest): AsyncGenerator<string, ChatResult, void>;
}

/** What a provider gives before the guard adds cost and cache. */
export interface ProviderResult {
  readonly text: readonly string[];
  /** Undefined when the endpoint reported none. */
  readonly usage: Usage | undefined;
}

/** A bare endpoint: one request, one attempt. The guard makes a ChatModel of it. */
export interface Provider {
  readonly endpoint: string;
  /** Whether messages may have images. */
  readonly takesImages?: boolean | undefined;
  /** Tokens that its model takes, prompt and answer together; undefined: unknown here. */
  readonly contextTokens?: number | undefined;
  /** Counts the tokens of texts as the model does, where the endpoint can do so without asking the model. */
  countTokens?(texts: readonly string[], signal: AbortSignal): Promise<number>;
  chat(request: ChatRequest): Promise<ProviderResult>;
  stream(request: ChatRequest): AsyncGenerator<string, ProviderResult, void>;
}
