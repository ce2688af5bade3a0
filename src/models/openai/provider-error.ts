import type { ErrorCode } from '../../core/errors.js';
import { ModelError } from '../model-error.js';

/** What an error of the OpenAI client may carry; read defensively, as endpoints differ. */
interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly status?: number;
  readonly code?: string | null;
  readonly type?: string | null;
  readonly headers?: { get(name: string): string | null };
  /** What the endpoint sent as its error. */
  readonly error?: unknown;
  readonly cause?: unknown;
}

/** Who was asked, for messages. */
export interface Asked {
  readonly label: string;
  readonly model: string;
  /** Host and port only. */
  readonly host: string;
}

/**
 * Any failure of a request as a ModelError with a stable code. The endpoint's own words are kept, but never a key.
 * @param key the key to blot out of messages
 */
export function providerError(thrown: unknown, asked: Asked, key: string): ModelError {
  const error = clientError(thrown);
  const said = redact(firstLine(error.message ?? ''), key);
  const cause = new Error(said);
  if (typeof error.status === 'number') return statusError(error, error.status, `${error.status}: ${said}`, asked, cause);
  // An error event inside a stream: the endpoint was reached.
  if (error.error !== undefined) return statusError(error, 500, said, asked, cause);
  if (thrown instanceof SyntaxError) {
    return new ModelError('model.malformed', `${asked.label} sent an answer that is not valid JSON.`, {
      hint: 'Try again; if it stays, the address is not that of an OpenAI-compatible endpoint, or a proxy is in between.',
      cause,
    });
  }
  return new ModelError('model.unreachable', `${asked.label} (${asked.host}) cannot be reached: ${reasonOf(thrown, said)}.`, {
    hint: 'Check that it is running, the address, and your network or proxy.',
    cause,
  });
}

function clientError(thrown: unknown): ClientError {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
  const error = thrown as ClientError;
  // LangChain puts an error of its own, without status, over the client's for a too long context.
  return error.name === 'ContextOverflowError' && error.cause !== undefined ? clientError(error.cause) : error;
}

/** @param said the endpoint's own words, after the status */
function statusError(error: ClientError, status: number, said: string, asked: Asked, cause: Error): ModelError {
  const make = (code: ErrorCode, message: string, hint: string) =>
    new ModelError(code, `${message} (${said})`, { hint, cause, retryAfterMs: retryAfter(error) });
  const detail = `${error.code ?? ''} ${error.type ?? ''} ${error.message ?? ''}`;
  if (status === 401 || status === 403) {
    return make(
      'model.auth',
      `${asked.label} refused the key.`,
      'Set the right key: "Prompt Atelier: Set API Key", or the environment variable.',
    );
  }
  if (status === 402 || /insufficient_quota|exceeded your current quota/i.test(detail)) {
    return make('model.quota', `The quota at ${asked.label} is used up.`, 'Check plan and billing there, or choose another model.');
  }
  if (status === 404) {
    return make(
      'model.not_found',
      `${asked.label} has no model "${asked.model}".`,
      'Choose another model, or check the address of the endpoint.',
    );
  }
  if (status === 413 || /context_length|maximum context/i.test(detail)) {
    return make(
      'model.context_length',
      `The request is too long for ${asked.model}.`,
      'Shorten the input, or choose a model with a longer context.',
    );
  }
  if (status === 429) {
    return make(
      'model.rate_limited',
      `${asked.label} asks to slow down.`,
      'Wait a moment, or lower promptAtelier.limits.requestsPerMinute.',
    );
  }
  if (status === 408 || status === 409 || status >= 500) {
    return make('model.server', `${asked.label} failed.`, 'Try again in a moment, or choose another model.');
  }
  if (status >= 300 && status < 400) {
    return make(
      'model.bad_request',
      `${asked.label} (${asked.host}) redirects elsewhere.`,
      'Set the final address as the base URL: keys are never sent on.',
    );
  }
  return make('model.bad_request', `${asked.label} did not accept the request.`, 'See the log; another model may accept it.');
}

/** Milliseconds from `retry-after-ms` or `Retry-After` (seconds or a date, RFC 9110 section 10.2.3). */
function retryAfter(error: ClientError): number | undefined {
  const ms = Number.parseFloat(error.headers?.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const value = error.headers?.get('retry-after') ?? '';
  const seconds = Number(value);
  if (value !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function reasonOf(thrown: unknown, said: string): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z_0-9]+$/.test(code)) return code;
  }
  return said === '' ? 'no answer' : said.replace(/\.$/, '');
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/^\d{3}\s+/, '').slice(0, 300);
}

function redact(text: string, key: string): string {
  return key.length < 4 ? text : text.replaceAll(key, '***');
}
