import type { ModelTerms } from '../core/optimizer/forecast.js';
import type { OpenModel } from './model-hub.js';
import { EMBEDDED } from './model-ref.js';

/** What an answer takes, in milliseconds, where nobody measured it: a guess for language models, about right for the embedded one. */
const GUESSED_LATENCY_MS = 1_000;
const EMBEDDED_LATENCY_MS = 1;

/** What a model costs and how fast it may be asked, for forecasts. */
export function modelTerms({ name, price, limits, concurrency }: OpenModel): ModelTerms {
  const { requestsPerMinute, tokensPerMinute } = limits ?? {};
  return {
    ...{ model: name, price, concurrency, requestsPerMinute, tokensPerMinute },
    latencyMs: name === EMBEDDED ? EMBEDDED_LATENCY_MS : GUESSED_LATENCY_MS,
  };
}
