import { cancelled } from '../../core/errors.js';

/** Limits of one endpoint; undefined: none. */
export interface RateLimits {
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** Leave to send one request. */
export interface Permit {
  /** Replaces the estimate by the tokens really used. */
  settle(tokens: number): void;
  /** Frees the place in the queue. */
  release(): void;
}

interface Waiter {
  readonly tokens: number;
  readonly grant: (permit: Permit) => void;
}

interface Sent {
  readonly at: number;
  tokens: number;
}

/**
 * The queue of one endpoint, first come first served: at most `concurrency` requests at a time, and in any window of a minute at most
 * the given requests and tokens (sliding window over the requests really sent).
 */
export class Limiter {
  private readonly waiting: Waiter[] = [];
  private readonly sent: Sent[] = [];
  private running = 0;
  private pausedUntil = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param windowMs length of the "minute"; tests make it shorter */
  constructor(
    readonly limits: RateLimits,
    private readonly windowMs = 60_000,
  ) {}

  /** Requests at a time. */
  get concurrency(): number {
    return this.limits.concurrency;
  }

  /**
   * Waits for leave to send a request of about `tokens` tokens.
   * @throws AtelierError `cancelled`, at once, when the signal fires
   */
  acquire(tokens: number, signal: AbortSignal | undefined): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(cancelled(signal.reason));
        return;
      }
      const onAbort = () => {
        const index = this.waiting.indexOf(waiter);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(cancelled(signal?.reason));
        this.admit();
      };
      const waiter: Waiter = {
        tokens,
        grant: (permit) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(permit);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiter);
      this.admit();
    });
  }

  /** Holds the whole queue back, as a Retry-After asks. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + ms);
  }

  private admit(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.waiting.length > 0 && this.running < this.limits.concurrency) {
      const waiter = this.waiting[0];
      if (waiter === undefined) return;
      const wait = this.waitFor(waiter.tokens);
      if (wait > 0) {
        this.timer = setTimeout(() => this.admit(), Math.ceil(wait));
        return;
      }
      this.waiting.shift();
      waiter.grant(this.permit(waiter.tokens));
    }
  }

  private permit(tokens: number): Permit {
    this.running++;
    const entry: Sent = { at: performance.now(), tokens };
    if (this.limits.requestsPerMinute !== undefined || this.limits.tokensPerMinute !== undefined) this.sent.push(entry);
    let held = true;
    return {
      settle: (used) => {
        entry.tokens = used;
      },
      release: () => {
        if (!held) return;
        held = false;
        this.running--;
        this.admit();
      },
    };
  }

  /** Milliseconds until a request of `tokens` may go. */
  private waitFor(tokens: number): number {
    const now = performance.now();
    while (this.sent[0] !== undefined && this.sent[0].at <= now - this.windowMs) this.sent.shift();
    return Math.max(0, this.pausedUntil - now, this.requestWait(now), this.tokenWait(tokens, now));
  }

  private requestWait(now: number): number {
    const limit = this.limits.requestsPerMinute;
    if (limit === undefined || this.sent.length < limit) return 0;
    return this.freeAt(this.sent[this.sent.length - limit], now);
  }

  private tokenWait(tokens: number, now: number): number {
    const limit = this.limits.tokensPerMinute;
    if (limit === undefined) return 0;
    let used = this.sent.reduce((sum, entry) => sum + entry.tokens, 0);
    // A request larger than the whole limit goes alone, as soon as the window is empty.
    for (const entry of this.sent) {
      if (used + tokens <= limit) return 0;
      used -= entry.tokens;
      if (used + tokens <= limit || used === 0) return this.freeAt(entry, now);
    }
    return 0;
  }

  private freeAt(entry: Sent | undefined, now: number): number {
    return entry === undefined ? 0 : entry.at + this.windowMs - now + 1;
  }
}
