import { type AtelierError, asAtelierError } from '../core/errors.js';
import type { Lab } from '../core/optimizer/lab.js';
import { NO_USAGE } from '../core/program/program.js';
import { canonicalJson, type JsonValue } from '../core/text/json-schema.js';
import { sha256 } from '../core/text/sha256.js';
import type { ChatModel, ChatRequest, ChatResult } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';

export interface RememberedModelOptions {
  /** Sent with a request. Throws when nothing more may be asked. */
  readonly seedNow: () => number;
  /** Told what a request fails with, whatever its caller makes of it. */
  readonly onError: (error: AtelierError) => void;
}

/**
 * A model whose answers a run remembers: within the budget and the queue of its lab, and a run that goes on with its journal pays none of
 * them twice. A request is known by all that is sent.
 */
export class RememberedModel implements ChatModel {
  readonly endpoint: string;

  constructor(
    private readonly open: OpenModel,
    private readonly lab: Lab,
    private readonly options: RememberedModelOptions,
  ) {
    this.endpoint = open.port.endpoint;
  }

  async chat({ signal, ...request }: ChatRequest): Promise<ChatResult> {
    const asked = { ...request, seed: this.options.seedNow() };
    try {
      const answer = async () => {
        const { text, usage, cost } = await this.open.port.chat({ ...asked, signal });
        return { value: [...text], spent: { calls: 1, usage, costUsd: cost } };
      };
      const key = `reflect ${sha256(canonicalJson([this.endpoint, asked]))}`;
      const value = await this.lab.remember({ key, do: answer, for: { asked: 'reflection' } });
      // The lab has booked it.
      return { text: textsOf(value), usage: NO_USAGE, cached: false, cost: undefined };
    } catch (thrown) {
      const error = asAtelierError(thrown);
      this.options.onError(error);
      throw error;
    }
  }

  // biome-ignore lint/correctness/useYield: what is remembered comes whole
  async *stream(request: ChatRequest): AsyncGenerator<string, ChatResult, void> {
    return await this.chat(request);
  }
}

function textsOf(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
