import { AtelierError } from '../../core/errors.js';

/** The most that may be spent; undefined: no limit. */
export interface BudgetLimits {
  readonly calls?: number | undefined;
  readonly tokens?: number | undefined;
  /** US dollars. */
  readonly usd?: number | undefined;
}

/** Counts what is spent and stops hard: no request is sent once a limit is reached. */
export class Budget {
  calls = 0;
  tokens = 0;
  usd = 0;

  constructor(private readonly limits: BudgetLimits) {}

  /** Books one call before it is sent. @throws AtelierError `budget.exceeded` */
  startCall(): void {
    const { calls, tokens, usd } = this.limits;
    if (calls !== undefined && this.calls >= calls) throw exceeded(`${calls} ${calls === 1 ? 'call' : 'calls'}`);
    if (tokens !== undefined && this.tokens >= tokens) throw exceeded(`${tokens} tokens`);
    if (usd !== undefined && this.usd >= usd) throw exceeded(`$${usd}`);
    this.calls++;
  }

  /** Books what a call used. A money limit refuses a model without a price, as it could not be kept. */
  finishCall(tokens: number, cost: number | undefined): void {
    this.tokens += tokens;
    this.usd += cost ?? 0;
  }

  /** @throws AtelierError `budget.exceeded` when money is limited but the price is unknown */
  requirePrice(model: string, known: boolean): void {
    if (this.limits.usd === undefined || known) return;
    throw new AtelierError('budget.exceeded', `The money limit cannot be kept: ${model} has no known price.`, {
      hint: 'Add its price to data/prices.csv, or limit calls or tokens instead.',
    });
  }
}

function exceeded(limit: string): AtelierError {
  return new AtelierError('budget.exceeded', `The budget of ${limit} is spent.`, { hint: 'Raise the budget to go on.' });
}
