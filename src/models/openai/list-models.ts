import { cancelled } from '../../core/errors.js';
import { ModelError } from '../model-error.js';
import { providerError } from './provider-error.js';
import type { Fetch } from './transport.js';

/** Where to ask, and how. */
export interface ListOptions {
  readonly label: string;
  readonly baseUrl: string;
  /** Empty: none. */
  readonly apiKey: string;
  readonly fetch: Fetch;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The ids that `GET /models` names, sorted. @throws AtelierError `model.*` or `cancelled` */
export async function listModels(options: ListOptions): Promise<string[]> {
  const { label, baseUrl, apiKey, timeoutMs, signal } = options;
  const { host } = new URL(baseUrl);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await options.fetch(`${baseUrl}/models`, {
      headers: apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const body = await response.text();
    if (response.status === 404) throw noList(`${label} (${host}) has no list of models at this address.`);
    if (!response.ok) throw { status: response.status, message: said(body) ?? response.statusText, headers: response.headers };
    const { data } = (JSON.parse(body) ?? {}) as { data?: unknown };
    if (!Array.isArray(data)) throw noList(`${label} (${host}) sent something other than a list of models.`);
    return data
      .map((entry: { id?: unknown } | null) => entry?.id)
      .filter((id) => typeof id === 'string')
      .sort();
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    if (timeout.aborted) {
      throw new ModelError('model.timeout', `${label} (${host}) did not answer within ${timeoutMs / 1000} s.`, {
        hint: 'Try again, or check the address and your network.',
        cause: error,
      });
    }
    throw error instanceof ModelError ? error : providerError(error, { label, model: 'list of models', host }, apiKey);
  }
}

function noList(message: string): ModelError {
  return new ModelError('model.not_found', message, {
    hint: 'Check the address of the endpoint; it usually ends in /v1. The models may work all the same: write their names yourself.',
  });
}

/** The endpoint's own words in an error document. */
function said(body: string): string | undefined {
  try {
    const { error } = (JSON.parse(body) ?? {}) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
