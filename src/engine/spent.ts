import { AtelierError, cancelled } from '../core/errors.js';
import { addUsage, NO_USAGE, type Usage } from '../core/program/program.js';
import type { ChatResult } from '../models/chat-model.js';

/** What a piece of work cost. */
export interface Cost {
  readonly usage: Usage;
  /** US dollars; undefined when the model has no known price. */
  readonly costUsd: number | undefined;
  /** True when no call had to be paid: all came from the cache. */
  readonly cached: boolean;
}

/** What the calls of one piece of work cost together. */
export class Spent {
  private usage: Usage = NO_USAGE;
  private cost: number | undefined = 0;
  private hits = 0;
  calls = 0;
  lastAnswer = '';

  add(result: ChatResult): void {
    this.usage = addUsage(this.usage, result.usage);
    this.cost = this.cost === undefined || result.cost === undefined ? undefined : this.cost + result.cost;
    this.calls++;
    if (result.cached) this.hits++;
    this.lastAnswer = result.text[0] ?? '';
  }

  total(): Cost {
    return { usage: this.usage, costUsd: this.cost, cached: this.calls > 0 && this.hits === this.calls };
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
