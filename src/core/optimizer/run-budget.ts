import { AtelierError } from '../errors.js';
import type { Spent } from '../program/program.js';

/** The most that a run may spend; undefined: no limit. */
export interface RunBudget {
  readonly calls?: number | undefined;
  /** In and out together. */
  readonly tokens?: number | undefined;
  /** US dollars. */
  readonly usd?: number | undefined;
}

/** What a run has spent, and what of its budget is spoken for. */
export interface Spending {
  /** Earlier sessions included. */
  readonly paid: Spent;
  /** Kept for what comes after the search. */
  readonly reserve: Spent;
  /** Pieces of work that have begun, each at least a call. */
  readonly underWay: number;
}

/** Called before work is paid for: a limit is passed by what is under way then, at the most. @throws AtelierError `budget.exceeded` */
export function requireLeft({ calls, tokens, usd }: RunBudget = {}, { paid, reserve, underWay }: Spending): void {
  const used = paid.usage.promptTokens + paid.usage.completionTokens + reserve.usage.promptTokens + reserve.usage.completionTokens;
  if (calls !== undefined && paid.calls + underWay + reserve.calls >= calls) throw spentAll(`${calls} ${calls === 1 ? 'call' : 'calls'}`);
  if (tokens !== undefined && used >= tokens) throw spentAll(`${tokens} tokens`);
  if (usd !== undefined && (paid.costUsd ?? 0) + (reserve.costUsd ?? 0) >= usd) throw spentAll(`$${usd}`);
}

function spentAll(limit: string): AtelierError {
  return new AtelierError('budget.exceeded', `The budget of ${limit} is spent.`, { hint: 'Raise the budget to go on.' });
}
