import type { RecordedRequest } from '../../core/program/recorded-call.js';
import type { ChatRequest } from '../chat-model.js';

/** What a request may set beside its messages. */
export const SETTINGS = ['temperature', 'maxTokens', 'stop', 'n', 'seed'] as const;

/** What of a request is recorded and compared: all that an endpoint is sent beside the model's name, and nothing that is not set. */
export function recordedRequest(request: ChatRequest): RecordedRequest {
  const { messages, temperature, maxTokens, stop, n, seed } = request;
  return {
    messages: messages.map(({ role, content, images = [] }) => ({ role, content, ...(images.length === 0 ? {} : { images }) })),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(stop === undefined ? {} : { stop }),
    ...(n === undefined ? {} : { n }),
    ...(seed === undefined ? {} : { seed }),
  };
}
