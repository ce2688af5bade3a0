import { addSpent, type Spent } from './program/program.js';

/**
 * The one error type of the product. `code` is stable (tests, `--json`, docs refer to it); `message` says what happened in one
 * sentence; `hint` says what to do next; `file`, `line` and `column` (1-based) say where, for data.
 */
export class AtelierError extends Error {
  override readonly name = 'AtelierError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What the work had cost when it failed; undefined when nothing was paid, or it is not known. */
  readonly spent: Spent | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
    this.spent = details.spent;
  }

  /** Tells an AtelierError apart, also one thrown by another bundle (where `instanceof` would fail). */
  static is(error: unknown, code?: ErrorCode): error is AtelierError {
    if (!(error instanceof Error) || error.name !== 'AtelierError') return false;
    return code === undefined || (error as AtelierError).code === code;
  }

  /** The document that `--json` prints for a failed command. */
  toJSON(): ErrorDocument {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...(this.file === undefined ? {} : { file: this.file }),
      ...(this.line === undefined ? {} : { line: this.line }),
      ...(this.column === undefined ? {} : { column: this.column }),
    };
  }
}

/** What accompanies an error: the next step, the place, and what caused it. */
export interface ErrorDetails {
  hint: string;
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
  spent?: Spent | undefined;
  cause?: unknown;
}

/** An error as data. */
export interface ErrorDocument {
  code: ErrorCode;
  message: string;
  hint: string;
  file?: string;
  line?: number;
  column?: number;
}

/** Stable codes: `<room>.<what>`. */
export type ErrorCode =
  | 'usage.invalid'
  | 'description.too_short'
  | 'description.too_long'
  | 'taste.unknown'
  | 'taste.invalid'
  | 'rating.invalid'
  | 'prompt.unknown'
  | 'signature.unknown'
  | 'signature.invalid'
  | 'input.missing'
  | 'input.unknown'
  | 'input.invalid'
  | 'selection.changed'
  | 'metric.invalid'
  | 'model.unknown'
  | 'model.no_key'
  | 'model.auth'
  | 'model.not_found'
  | 'model.rate_limited'
  | 'model.quota'
  | 'model.unreachable'
  | 'model.timeout'
  | 'model.server'
  | 'model.bad_request'
  | 'model.context_length'
  | 'model.malformed'
  | 'model.empty_answer'
  | 'model.invalid_answer'
  | 'model.no_permission'
  | 'model.unsupported'
  | 'budget.exceeded'
  | 'replay.missing'
  | 'metric.failed'
  | 'metric.invalid_score'
  | 'evaluation.leaked'
  | 'optimizer.nothing_accepted'
  | 'run.unknown'
  | 'run.changed'
  | 'run.invalid'
  | 'version.unknown'
  | 'version.invalid'
  | 'version.edited'
  | 'version.newer'
  | 'label.unknown'
  | 'label.invalid'
  | 'label.protected'
  | 'label.conflict'
  | 'data.malformed'
  | 'data.unreadable'
  | 'data.not_writable'
  | 'data.locked'
  | 'workspace.none'
  | 'workspace.untrusted'
  | 'cancelled'
  | 'internal';

/** The same error, with what the work had cost besides. */
export function withSpent(error: AtelierError, spent: Spent): AtelierError {
  if (spent.calls === 0) return error;
  const { code, message, hint, file, line, column, cause } = error;
  return new AtelierError(code, message, {
    hint,
    file,
    line,
    column,
    cause,
    spent: error.spent === undefined ? spent : addSpent(error.spent, spent),
  });
}

/** True for the errors that mean "the user stopped it", whoever threw them. */
export function isCancellation(error: unknown): boolean {
  return AtelierError.is(error, 'cancelled') || (error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled'));
}

/** The cancellation error of the product. */
export function cancelled(cause?: unknown): AtelierError {
  return new AtelierError('cancelled', 'Cancelled.', { hint: 'Run it again when you are ready.', cause });
}

/** Any thrown value as an AtelierError; unknown ones become `internal` and keep their cause. */
export function asAtelierError(error: unknown): AtelierError {
  if (AtelierError.is(error)) return error;
  if (isCancellation(error)) return cancelled(error);
  const message = error instanceof Error ? error.message : String(error);
  return new AtelierError('internal', `Unexpected error: ${message}`, {
    hint: 'See the log, and report it with the steps that led here.',
    cause: error,
  });
}
