import type { Price } from '../core/program/price.js';
import type { Usage } from '../core/program/program.js';

/** Prices by model; an exact name wins over a pattern, a longer pattern over a shorter one, a later entry over an earlier one. */
export class PriceTable {
  private readonly withContext: readonly Price[];

  constructor(private readonly prices: readonly Price[]) {
    this.withContext = prices.filter((price) => price.contextTokens !== undefined);
  }

  /** The price of a model as `provider:model`, or undefined. */
  find(model: string): Price | undefined {
    return best(this.prices, model);
  }

  /** How many tokens a model takes; undefined when no entry says so. An entry that only changes a price does not hide it. */
  contextTokens(model: string): number | undefined {
    return best(this.withContext, model)?.contextTokens;
  }

  /** US dollars for a call; undefined when the model has no known price. */
  cost(model: string, usage: Usage): number | undefined {
    const price = this.find(model);
    if (price === undefined) return undefined;
    return (usage.promptTokens * price.inputUsdPerMillion + usage.completionTokens * price.outputUsdPerMillion) / 1e6;
  }
}

function best(prices: readonly Price[], model: string): Price | undefined {
  let found: Price | undefined;
  for (const price of prices) {
    if (price.model === model) found = price;
    else if (matches(price.model, model) && found?.model !== model && price.model.length >= (found?.model.length ?? 0)) found = price;
  }
  return found;
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') && model.startsWith(pattern.slice(0, -1));
}
