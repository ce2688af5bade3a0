/** How a failed attempt is repeated. */
export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number;
  /** First wait, in milliseconds; doubles each time. */
  readonly baseMs: number;
  /** Longest wait, in milliseconds; a Retry-After beyond it is not waited for. */
  readonly maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, baseMs: 500, maxMs: 60_000 };

/**
 * Milliseconds to wait before attempt `attempt + 1`: exponential back-off with equal jitter (half fixed, half random; Brooker,
 * "Exponential Backoff And Jitter", 2015), and never less than the endpoint's Retry-After.
 * @param attempt 1 for the first attempt
 * @param random in [0, 1)
 */
export function backoffMs(policy: RetryPolicy, attempt: number, retryAfterMs: number | undefined, random: number): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, ceiling / 2 + (ceiling / 2) * random);
}
