import { cancelled } from '../../core/errors.js';
import type { ChatRequest, Provider } from '../chat-model.js';
import { ModelError } from '../model-error.js';
import { AttemptSignal } from './abort.js';

/** Above this share of the context an own count is worth its time. */
const WORTH_COUNTING = 0.5;

/**
 * Refuses a request that cannot fit: prompt plus longest answer against what the model takes. The provider's own count is asked for
 * only when the estimate comes near; where that fails, the estimate stands.
 * @param context tokens that the model takes; undefined: unknown, nothing is refused
 * @param estimate prompt tokens, estimated
 * @param timeoutMs longest wait for the provider's count, in milliseconds
 * @throws AtelierError `model.context_length`, or `cancelled`
 */
export async function requireFits(
  provider: Provider,
  request: ChatRequest,
  context: number | undefined,
  estimate: number,
  timeoutMs: number,
): Promise<void> {
  const answer = request.maxTokens ?? 0;
  if (context === undefined || estimate + answer <= context * WORTH_COUNTING) return;
  const counted = await ownCount(provider, request, timeoutMs);
  const prompt = counted ?? estimate;
  if (prompt + answer <= context) return;
  const about = counted === undefined ? 'about ' : '';
  const more = answer === 0 ? '' : ` and asks for up to ${grouped(answer)} more`;
  throw new ModelError(
    'model.context_length',
    `The request has ${about}${grouped(prompt)} tokens${more}, ${request.model} takes ${grouped(context)}.`,
    { hint: 'Select less text, use fewer demos, or choose a model with a longer context. Nothing was sent.' },
  );
}

/** Undefined when the provider cannot count, or could not this time: the request itself then shows what is wrong. */
async function ownCount(provider: Provider, request: ChatRequest, timeoutMs: number): Promise<number | undefined> {
  if (provider.countTokens === undefined) return undefined;
  const signal = new AttemptSignal(request.signal, timeoutMs);
  try {
    const texts = request.messages.map((message) => message.content);
    const count = await signal.race(provider.countTokens(texts, signal.signal));
    return Number.isFinite(count) ? count : undefined;
  } catch {
    if (signal.reason === 'cancelled') throw cancelled(request.signal?.reason);
    return undefined;
  } finally {
    signal.dispose();
  }
}

function grouped(tokens: number): string {
  return tokens.toLocaleString('en');
}
