import type { FieldValues, Program } from '../core/program/program.js';
import type { ChatMessage, ChatModel, ChatRequest } from '../models/chat-model.js';
import { createPredictor } from './predict.js';

/** A model that keeps its first request and answers nothing. */
class CapturingModel implements ChatModel {
  readonly endpoint = 'preview';
  readonly takesImages = true;
  request: ChatRequest | undefined;

  chat(request: ChatRequest): Promise<never> {
    this.request ??= request;
    return Promise.reject(new Error('Captured: nothing is sent.'));
  }

  // biome-ignore lint/correctness/useYield: it ends before its first word
  async *stream(request: ChatRequest): AsyncGenerator<string, never, void> {
    return await this.chat(request);
  }
}

/**
 * The messages that a prediction would send, word for word, from the same code. No model is called.
 * @param inputs by field name; a text for a field of any type
 */
export async function renderMessages(program: Program, inputs: FieldValues): Promise<readonly ChatMessage[]> {
  const port = new CapturingModel();
  const predictor = createPredictor({ port, model: 'preview', name: 'A model', concurrency: 1 });
  try {
    await predictor.predict({ program, inputs });
  } catch (error) {
    if (port.request === undefined) throw error;
  }
  return port.request?.messages ?? [];
}
