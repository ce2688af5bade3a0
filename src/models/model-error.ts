import { AtelierError, type ErrorCode, type ErrorDetails } from '../core/errors.js';

/** What the guard needs to know of a failed attempt beside the error itself. */
export interface Failure {
  readonly error: AtelierError;
  /** Whether a second attempt can help. */
  readonly retryable: boolean;
  /** How long the endpoint asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'model.rate_limited',
  'model.unreachable',
  'model.timeout',
  'model.server',
  'model.malformed',
  'model.empty_answer',
]);

/** An AtelierError of a model that carries the endpoint's wish to wait. */
export class ModelError extends AtelierError {
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { retryAfterMs?: number | undefined }) {
    super(code, message, details);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Classifies a provider's error for the retry loop. */
export function failureOf(error: AtelierError): Failure {
  const retryAfterMs = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined;
  return { error, retryable: RETRYABLE.has(error.code), retryAfterMs };
}

/** The error for an answer without any text. */
export function emptyAnswer(model: string): ModelError {
  return new ModelError('model.empty_answer', `${model} returned an empty answer.`, {
    hint: 'Try again, or choose another model: a filter or a too small answer limit can be the reason.',
  });
}
