import { cancelled } from '../../core/errors.js';

/** Waits `ms`, or rejects at once with `cancelled` when the signal fires. */
export function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(signal.reason));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Why an attempt was stopped from outside. */
export type StopReason = 'cancelled' | 'timeout';

/** A signal for one attempt: fires with the caller's, or when nothing has happened for `timeoutMs`. */
export class AttemptSignal {
  private readonly controller = new AbortController();
  private readonly stopped: Promise<never>;
  private timer: NodeJS.Timeout | undefined;
  private readonly onAbort = () => this.stop('cancelled');
  /** Set when the attempt was stopped. */
  reason: StopReason | undefined;

  constructor(
    private readonly outer: AbortSignal | undefined,
    private readonly timeoutMs: number,
  ) {
    this.stopped = new Promise((_, reject) => {
      this.controller.signal.addEventListener('abort', () => reject(new Error(this.reason)), { once: true });
    });
    // The race below may be over before the rejection: it must not count as unhandled.
    this.stopped.catch(() => undefined);
    if (outer?.aborted === true) this.stop('cancelled');
    else outer?.addEventListener('abort', this.onAbort, { once: true });
    this.touch();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Starts the clock again: called for each sign of life. */
  touch(): void {
    clearTimeout(this.timer);
    if (this.reason === undefined) this.timer = setTimeout(() => this.stop('timeout'), this.timeoutMs);
  }

  /** Stops the clock until the next {@link touch}. */
  rest(): void {
    clearTimeout(this.timer);
  }

  /** Waits for the work, but not longer than the signal: a provider that ignores its signal cannot hold the caller. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.stopped]);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.onAbort);
  }

  private stop(reason: StopReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.controller.abort(new Error(reason));
  }
}
