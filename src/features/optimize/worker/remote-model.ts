import { AtelierError, cancelled } from '../../../core/errors.js';
import type { ChatModel, ChatRequest, ChatResult } from '../../../models/chat-model.js';
import type { FromWorker, RemoteError, RemoteTerms } from './messages.js';

interface Waiting {
  readonly resolve: (result: ChatResult) => void;
  readonly reject: (error: AtelierError) => void;
}

/** The calls of a thread that the extension answers. */
export class RemoteCalls {
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly send: (message: FromWorker) => void) {}

  /** @throws AtelierError what the extension was refused with, `cancelled` */
  ask(model: string, { signal, task: _, ...request }: ChatRequest): Promise<ChatResult> {
    if (signal?.aborted === true) return Promise.reject(cancelled(signal.reason));
    const id = ++this.last;
    return new Promise<ChatResult>((resolve, reject) => {
      const onAbort = () => {
        this.send({ type: 'abort', id });
        this.waiting.delete(id);
        reject(cancelled(signal?.reason));
      };
      const end = () => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.set(id, {
        resolve: (result) => {
          end();
          resolve(result);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
      this.send({ type: 'call', id, model, request });
    });
  }

  answer(id: number, result: ChatResult): void {
    this.waiting.get(id)?.resolve(result);
    this.waiting.delete(id);
  }

  refuse(id: number, { code, message, spent, ...details }: RemoteError): void {
    this.waiting.get(id)?.reject(new AtelierError(code, message, { ...details, spent }));
    this.waiting.delete(id);
  }
}

/** A model of the extension, as the thread of a run sees it. */
export class RemoteModel implements ChatModel {
  readonly endpoint: string;
  readonly takesImages: boolean | undefined;

  constructor(
    private readonly calls: RemoteCalls,
    private readonly terms: RemoteTerms,
  ) {
    this.endpoint = terms.endpoint;
    this.takesImages = terms.takesImages;
  }

  chat(request: ChatRequest): Promise<ChatResult> {
    return this.calls.ask(this.terms.name, request);
  }

  /** All at once: nobody reads along in a run. */
  async *stream(request: ChatRequest): AsyncGenerator<string, ChatResult, void> {
    const result = await this.chat(request);
    yield result.text[0] ?? '';
    return result;
  }
}
