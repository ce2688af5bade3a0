import assert from 'node:assert/strict';
import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import type { Price } from '../../../src/core/program/price.js';
import type { ChatRequest, ChatResult } from '../../../src/models/chat-model.js';
import { type CallEvent, GuardedModel, type GuardOptions } from '../../../src/models/guard/guarded-model.js';
import { Limiter } from '../../../src/models/guard/limiter.js';
import type { RetryPolicy } from '../../../src/models/guard/retry.js';
import { OpenAIProvider, type OpenAIProviderOptions } from '../../../src/models/openai/openai-provider.js';
import { createFetch } from '../../../src/models/openai/transport.js';
import { PriceTable } from '../../../src/models/prices.js';
import { type FaultServer, type FaultServerOptions, startFaultServer } from '../../fixtures/fault-server.js';

export const KEY = 'sk-canary-0123456789abcdef';

/** Three attempts without a wait worth mentioning. */
export const FAST: RetryPolicy = { attempts: 3, baseMs: 1, maxMs: 200 };
/** A back-off that no test lives to see the end of. */
export const PATIENT: RetryPolicy = { attempts: 3, baseMs: 60_000, maxMs: 120_000 };

export const PRICES: readonly Price[] = [{ model: 'test:m', inputUsdPerMillion: 1_000_000, outputUsdPerMillion: 2_000_000 }];

/** A request that says this. */
export function ask(text = 'Say hello.', more: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', messages: [{ role: 'user', content: text }], ...more };
}

export function provider(url: string, more: Partial<OpenAIProviderOptions> = {}): OpenAIProvider {
  return new OpenAIProvider({ label: 'Test', baseUrl: url, apiKey: KEY, fetch: createFetch(false), takesSeed: true, ...more });
}

export interface Guarded {
  readonly model: GuardedModel;
  readonly events: CallEvent[];
}

/** The real provider under the real guard. */
export function guarded(url: string, options: Partial<GuardOptions> = {}, more: Partial<OpenAIProviderOptions> = {}): Guarded {
  const events: CallEvent[] = [];
  const model = new GuardedModel(provider(url, more), {
    limiter: new Limiter({ concurrency: 16 }),
    prices: new PriceTable(PRICES),
    priceName: (name) => `test:${name}`,
    timeoutMs: 60_000,
    retry: FAST,
    onCall: (event) => events.push(event),
    ...options,
  });
  return { model, events };
}

/** The error that a promise rejects with, which must have this code. */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<AtelierError> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    assert.ok(AtelierError.is(error), `not an AtelierError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}, got ${JSON.stringify(value)}`);
}

export interface Streamed {
  readonly deltas: readonly string[];
  readonly result: ChatResult;
}

/** Reads a stream to its end; `deltas` keeps what came when it breaks. */
export async function readAll(stream: AsyncGenerator<string, ChatResult, void>, deltas: string[] = []): Promise<Streamed> {
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return { deltas, result: step.value };
    deltas.push(step.value);
  }
}

interface Closeable {
  close(): Promise<unknown>;
}

const toClose: Closeable[] = [];

/** Closes it when the test is over, however it ends: what stays open would keep the test run alive. */
export function closedAfter<T extends Closeable>(thing: T): T {
  toClose.push(thing);
  return thing;
}

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((thing) => thing.close()));
});

/** Starts a server for each test of the suite, and closes it after. */
export function eachServer(options: FaultServerOptions = {}): () => FaultServer {
  let server: FaultServer | undefined;
  beforeEach(async () => {
    server = closedAfter(await startFaultServer(options));
  });
  return () => server ?? assert.fail('no server yet');
}

/**
 * Resolves when a whole exchange over a socket, begun now, is over: what was about to be sent has been sent by then. A proof by order,
 * where a sleep would be a guess.
 */
export async function afterRoundTrip(): Promise<void> {
  const other = await startFaultServer();
  for (let round = 0; round < 3; round++) await (await fetch(`${other.url}/models`)).text();
  await other.close();
}

/** Sets environment variables for the time of some work. */
export async function withEnvironment<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
