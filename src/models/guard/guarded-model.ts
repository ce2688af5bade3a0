import { type AtelierError, asAtelierError, cancelled } from '../../core/errors.js';
import type { Price } from '../../core/program/price.js';
import type { Usage } from '../../core/program/program.js';
import type { ChatModel, ChatRequest, ChatResult, Provider, ProviderResult } from '../chat-model.js';
import { emptyAnswer, failureOf, ModelError } from '../model-error.js';
import type { PriceTable } from '../prices.js';
import { estimatePrompt, estimateTokens } from '../tokens.js';
import { AttemptSignal, delay } from './abort.js';
import type { Budget } from './budget.js';
import { cacheKey, type ResponseCache } from './cache.js';
import { requireFits } from './context.js';
import type { Limiter, Permit, RateLimits } from './limiter.js';
import { backoffMs, DEFAULT_RETRY, type RetryPolicy } from './retry.js';

/** One attempt, for logs and journals. Never holds a key or the words of a prompt. */
export interface CallEvent {
  readonly endpoint: string;
  readonly model: string;
  /** 1 for the first; 0 for an answer from the cache. */
  readonly attempt: number;
  readonly latencyMs: number;
  readonly usage?: Usage;
  readonly cost?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string; readonly retryInMs?: number | undefined };
}

export interface GuardOptions {
  readonly limiter: Limiter;
  readonly prices: PriceTable;
  /** The name that prices know the model by. */
  readonly priceName: (model: string) => string;
  /** Longest silence of an endpoint, in milliseconds. */
  readonly timeoutMs: number;
  readonly retry?: RetryPolicy;
  readonly cache?: ResponseCache | undefined;
  readonly budget?: Budget | undefined;
  readonly onCall?: (event: CallEvent) => void;
  readonly random?: () => number;
}

/**
 * Makes a ChatModel of a bare provider. The only place with retry, rate limits, queue, response cache, budget, timeout, usage and the
 * call journal.
 */
export class GuardedModel implements ChatModel {
  readonly endpoint: string;
  readonly takesImages: boolean | undefined;

  constructor(
    private readonly provider: Provider,
    private readonly options: GuardOptions,
  ) {
    this.endpoint = provider.endpoint;
    this.takesImages = provider.takesImages;
  }

  /** Requests that the endpoint takes at a time. */
  get concurrency(): number {
    return this.options.limiter.concurrency;
  }

  get limits(): RateLimits {
    return this.options.limiter.limits;
  }

  /** Undefined: unknown. */
  priceOf(model: string): Price | undefined {
    return this.options.prices.find(this.options.priceName(model));
  }

  async chat(request: ChatRequest): Promise<ChatResult> {
    const key = this.keyOf(request);
    const hit = await this.fromCache(key, request);
    if (hit !== undefined) return hit;
    const estimate = await this.requireFits(request);
    for (let number = 1; ; number++) {
      const attempt = await this.start(request, estimate, number);
      try {
        const result = await attempt.signal.race(this.provider.chat({ ...request, signal: attempt.signal.signal }));
        return await this.succeed(attempt, key, requireText(result, request.model));
      } catch (error) {
        await this.fail(attempt, error, true);
      } finally {
        attempt.end();
      }
    }
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ChatResult, void> {
    const key = this.keyOf(request);
    const hit = await this.fromCache(key, request);
    if (hit !== undefined) {
      yield hit.text[0] ?? '';
      return hit;
    }
    const estimate = await this.requireFits(request);
    for (let number = 1; ; number++) {
      const attempt = await this.start(request, estimate, number);
      const deltas = this.provider.stream({ ...request, signal: attempt.signal.signal });
      let delivered = '';
      let settled = false;
      try {
        for (;;) {
          const step = await attempt.signal.race(deltas.next());
          attempt.signal.touch();
          if (step.done === true) {
            settled = true;
            return await this.succeed(attempt, key, requireText(step.value, request.model));
          }
          if (step.value === '') continue;
          delivered += step.value;
          // The time that the reader takes is not the endpoint's.
          attempt.signal.rest();
          yield step.value;
          attempt.signal.touch();
        }
      } catch (error) {
        // What was shown cannot be unsaid: a stream that broke after its first words is not repeated.
        settled = true;
        if (delivered !== '') this.charge(attempt, delivered);
        await this.fail(attempt, error, delivered === '');
      } finally {
        attempt.end();
        // Reached also when the reader leaves early: it is paid all the same, and the connection must not stay open.
        if (!settled) this.report(attempt, this.charge(attempt, delivered));
        void deltas.return?.({ text: [], usage: undefined }).catch(() => undefined);
      }
    }
  }

  private keyOf(request: ChatRequest): string | undefined {
    return this.options.cache === undefined ? undefined : cacheKey(this.endpoint, request);
  }

  private async fromCache(key: string | undefined, request: ChatRequest): Promise<ChatResult | undefined> {
    if (request.signal?.aborted === true) throw cancelled(request.signal.reason);
    if (key === undefined) return undefined;
    const stored = await this.options.cache?.get(key);
    if (stored === undefined) return undefined;
    const answer = parseStored(stored);
    if (answer === undefined) return undefined;
    const { text, usage } = answer;
    this.options.onCall?.({ endpoint: this.endpoint, model: request.model, attempt: 0, latencyMs: 0, usage, cost: 0 });
    return { text, usage, cached: true, cost: 0 };
  }

  /** The prompt's tokens, estimated. @throws AtelierError `model.context_length` */
  private async requireFits(request: ChatRequest): Promise<number> {
    const { prices, priceName, timeoutMs } = this.options;
    const estimate = estimatePrompt(request.messages);
    const context = this.provider.contextTokens ?? prices.contextTokens(priceName(request.model));
    await requireFits(this.provider, request, context, estimate, timeoutMs);
    return estimate;
  }

  private async start(request: ChatRequest, estimate: number, number: number): Promise<Attempt> {
    const { budget, limiter, prices, priceName } = this.options;
    budget?.requirePrice(request.model, prices.find(priceName(request.model)) !== undefined);
    const permit = await limiter.acquire(estimate, request.signal);
    try {
      budget?.startCall();
    } catch (error) {
      permit.release();
      throw error;
    }
    return new Attempt(request, number, permit, estimate, new AttemptSignal(request.signal, this.options.timeoutMs));
  }

  private async succeed(attempt: Attempt, key: string | undefined, result: ProviderResult): Promise<ChatResult> {
    const { request } = attempt;
    const usage = result.usage ?? {
      promptTokens: attempt.estimate,
      completionTokens: estimateTokens(result.text.join('')),
      estimated: true,
    };
    const tokens = usage.promptTokens + usage.completionTokens;
    const cost = this.options.prices.cost(this.options.priceName(request.model), usage);
    attempt.permit.settle(tokens);
    this.options.budget?.finishCall(tokens, cost);
    this.report(attempt, { usage, cost });
    if (key !== undefined) await this.options.cache?.set(key, JSON.stringify({ text: result.text, usage }));
    return { text: result.text, usage, cached: false, cost };
  }

  /** Books an answer that broke off: what the endpoint will count can only be estimated. */
  private charge(attempt: Attempt, delivered: string): { usage: Usage; cost: number | undefined } {
    const usage = { promptTokens: attempt.estimate, completionTokens: estimateTokens(delivered), estimated: true };
    const cost = this.options.prices.cost(this.options.priceName(attempt.request.model), usage);
    this.options.budget?.finishCall(usage.promptTokens + usage.completionTokens, cost);
    return { usage, cost };
  }

  /** Waits until the next attempt may start, or throws the error that ends the request. */
  private async fail(attempt: Attempt, thrown: unknown, mayRetry: boolean): Promise<void> {
    const { request, number } = attempt;
    const error = this.explain(attempt, thrown);
    const { retryable, retryAfterMs } = failureOf(error);
    const policy = this.options.retry ?? DEFAULT_RETRY;
    const bearable = (retryAfterMs ?? 0) <= policy.maxMs;
    if (retryAfterMs !== undefined && bearable) this.options.limiter.pause(retryAfterMs);
    const again = mayRetry && retryable && number < policy.attempts && bearable;
    if (!again) {
      this.report(attempt, { error: { code: error.code, message: error.message } });
      throw error;
    }
    const wait = backoffMs(policy, number, retryAfterMs, (this.options.random ?? Math.random)());
    this.report(attempt, { error: { code: error.code, message: error.message, retryInMs: Math.round(wait) } });
    attempt.end();
    await delay(wait, request.signal);
  }

  private explain(attempt: Attempt, thrown: unknown): AtelierError {
    if (attempt.signal.reason === 'cancelled') return cancelled(attempt.request.signal?.reason);
    if (attempt.signal.reason === 'timeout') {
      return new ModelError('model.timeout', `${attempt.request.model} did not answer within ${this.options.timeoutMs / 1000} s.`, {
        hint: 'Try again, choose a faster model, or raise the timeout.',
        cause: thrown,
      });
    }
    return asAtelierError(thrown);
  }

  private report(attempt: Attempt, outcome: Pick<CallEvent, 'usage' | 'cost' | 'error'>): void {
    const { request, number, started } = attempt;
    const latencyMs = Math.round(performance.now() - started);
    this.options.onCall?.({ endpoint: this.endpoint, model: request.model, attempt: number, latencyMs, ...outcome });
  }
}

/** One try of one request. */
class Attempt {
  readonly started = performance.now();

  constructor(
    readonly request: ChatRequest,
    readonly number: number,
    readonly permit: Permit,
    /** Prompt tokens, estimated. */
    readonly estimate: number,
    readonly signal: AttemptSignal,
  ) {}

  end(): void {
    this.permit.release();
    this.signal.dispose();
  }
}

/** What the cache holds for a request; undefined when it is damaged: then the endpoint is asked. */
function parseStored(stored: string): { readonly text: readonly string[]; readonly usage: Usage } | undefined {
  try {
    return JSON.parse(stored) as { text: string[]; usage: Usage };
  } catch {
    return undefined;
  }
}

function requireText(result: ProviderResult, model: string): ProviderResult {
  if (result.text.length === 0 || result.text.every((text) => text.trim() === '')) throw emptyAnswer(model);
  return result;
}
