import { AtelierError, cancelled } from '../core/errors.js';
import { addSpent, NOTHING_SPENT, type Spent } from '../core/program/program.js';
import type { ChatResult } from '../models/chat-model.js';

/** Counts what the calls of one piece of work cost together. */
export class Meter {
  spent: Spent = NOTHING_SPENT;
  lastAnswer = '';
  private hits = 0;

  add(result: ChatResult): void {
    this.spent = addSpent(this.spent, { calls: 1, usage: result.usage, costUsd: result.cost });
    if (result.cached) this.hits++;
    this.lastAnswer = result.text[0] ?? '';
  }

  /** `cached`: no call had to be paid, all came from the cache. */
  total(): Spent & { readonly cached: boolean } {
    return { ...this.spent, cached: this.spent.calls > 0 && this.hits === this.spent.calls };
  }
}

/**
 * Ax wraps what its service throws: the port's own error is what a person must see.
 * @returns the port's error, a cancellation, or undefined when Ax itself gave up
 */
export function portError(thrown: unknown, signal: AbortSignal | undefined): AtelierError | undefined {
  if (signal?.aborted === true) return cancelled(signal.reason);
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (AtelierError.is(error)) return error;
  }
  return undefined;
}
