import { inWords } from '../../core/text/words.js';
import type { ChatRequest, Provider, ProviderResult } from '../chat-model.js';
import { recordedRequest } from './recorded-request.js';
import type { Recording } from './recording.js';

/**
 * Answers from recorded calls only, and never reaches a network: a call must equal the recorded one in model, messages and settings.
 * A request without such a call fails with `replay.missing`.
 */
export class ReplayProvider implements Provider {
  readonly endpoint = 'replay';
  readonly takesImages = true;

  /** @param model the name that people see, which calls are recorded under */
  constructor(
    private readonly recording: Recording,
    private readonly model: string,
  ) {}

  async chat(request: ChatRequest): Promise<ProviderResult> {
    request.signal?.throwIfAborted();
    const { text, usage } = this.recording.take(this.model, recordedRequest(request)).response;
    return { text, usage };
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ProviderResult, void> {
    const result = await this.chat(request);
    yield* inWords(result.text[0] ?? '');
    return result;
  }
}
