import { createHash } from 'node:crypto';
import type { ChatRequest } from '../chat-model.js';

/** Where answers are kept between calls. Keys are SHA-256 in hex, values JSON. */
export interface ResponseCache {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

/**
 * The key of a request: SHA-256 over endpoint, model and the whole request, task included. A request that asks for chance (a temperature
 * above 0 and no seed) has none: the same question may have another answer.
 */
export function cacheKey(endpoint: string, request: ChatRequest): string | undefined {
  if ((request.temperature ?? 1) > 0 && request.seed === undefined) return undefined;
  const { signal: _signal, ...content } = request;
  return createHash('sha256')
    .update(JSON.stringify([endpoint, content]))
    .digest('hex');
}

/** A cache in memory: least recently used entries go first, entries older than `ttlMs` do not count. */
export class MemoryCache implements ResponseCache {
  private readonly entries = new Map<string, { readonly value: string; readonly at: number }>();

  constructor(
    private readonly capacity = 500,
    private readonly ttlMs = 24 * 3600_000,
    private readonly now: () => number = Date.now,
  ) {}

  async get(key: string): Promise<string | undefined> {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (this.now() - entry.at > this.ttlMs) return undefined;
    this.entries.set(key, entry);
    return entry.value;
  }

  async set(key: string, value: string): Promise<void> {
    this.entries.delete(key);
    this.entries.set(key, { value, at: this.now() });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.capacity) break;
      this.entries.delete(oldest);
    }
  }
}
