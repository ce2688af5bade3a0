import type { Usage } from './program.js';

/** One call of a model with its answer, as it is kept in a recording. Never holds a key. */
export interface RecordedCall {
  /** The name of the model that people see: `openai:gpt-4o`. */
  readonly model: string;
  readonly request: RecordedRequest;
  readonly response: {
    /** One entry per answer asked for. */
    readonly text: readonly string[];
    readonly usage: Usage;
    /** US dollars; null when the model has no known price. */
    readonly costUsd: number | null;
  };
}

/** What was asked: all that an endpoint is sent. */
export interface RecordedRequest {
  readonly messages: readonly RecordedMessage[];
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly n?: number | undefined;
  readonly seed?: number | undefined;
}

/** One message of a recorded request. */
export interface RecordedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** Addresses of its images: `https:` or `data:`. */
  readonly images?: readonly { readonly url: string }[] | undefined;
}

/** A call as a person reads it: what was sent, and what came back. */
export function describeCall({ model, request, response }: RecordedCall): string {
  const messages = request.messages.map(({ role, content }) => `[${role}]\n${content}`);
  return [`${model} was asked:`, ...messages, ...response.text.map((text) => `[answer]\n${text}`)].join('\n');
}
