import type { RecordedCall } from '../../core/program/recorded-call.js';
import type { ChatModel, ChatRequest, ChatResult } from '../chat-model.js';
import { recordedRequest } from './recorded-request.js';

/**
 * Keeps a record of every answer that a model gives, also of one from the cache. An answer is handed on when it is recorded. Failed
 * requests, and streams that the reader left, are not recorded.
 */
export class RecordingModel implements ChatModel {
  readonly endpoint: string;
  readonly takesImages: boolean | undefined;

  /**
   * @param model the name that people see: `openai:gpt-4o`
   * @param record keeps one call; what it throws ends the request
   */
  constructor(
    private readonly inner: ChatModel,
    private readonly model: string,
    private readonly record: (call: RecordedCall) => Promise<void>,
  ) {
    this.endpoint = inner.endpoint;
    this.takesImages = inner.takesImages;
  }

  async chat(request: ChatRequest): Promise<ChatResult> {
    return this.keep(request, await this.inner.chat(request));
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ChatResult, void> {
    return this.keep(request, yield* this.inner.stream(request));
  }

  private async keep(request: ChatRequest, result: ChatResult): Promise<ChatResult> {
    const response = { text: result.text, usage: result.usage, costUsd: result.cost ?? null };
    await this.record({ model: this.model, request: recordedRequest(request), response });
    return result;
  }
}
