import type { Price } from '../core/program/price.js';
import type { Usage } from '../core/program/program.js';

/** Prices by model; an exact name wins over a pattern, a longer pattern over a shorter one, a later entry over an earlier one. */
export class PriceTable {
  constructor(private readonly prices: readonly Price[]) {}

  /** The price of a model as `provider:model`, or undefined. */
  find(model: string): Price | undefined {
    let best: Price | undefined;
    for (const price of this.prices) {
      if (price.model === model) best = price;
      else if (matches(price.model, model) && best?.model !== model && price.model.length >= (best?.model.length ?? 0)) best = price;
    }
    return best;
  }

  /** US dollars for a call; undefined when the model has no known price. */
  cost(model: string, usage: Usage): number | undefined {
    const price = this.find(model);
    if (price === undefined) return undefined;
    return (usage.promptTokens * price.inputUsdPerMillion + usage.completionTokens * price.outputUsdPerMillion) / 1e6;
  }
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') && model.startsWith(pattern.slice(0, -1));
}
