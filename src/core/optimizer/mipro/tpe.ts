import type { Random } from '../../random.js';

/** A choice of one value for each variable: positions, 0 for the first. */
export type Choice = readonly number[];

/** A choice and what it was worth, more is better. */
export interface Observation {
  readonly choice: Choice;
  readonly value: number;
}

/** Share of the observations that count as good, and the most of them (Optuna's defaults). */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** Draws from the good ones, of which the most promising is taken. */
const DRAWS = 24;
/** Weight of an even spread over all values beside what was observed. */
const PRIOR = 1;

/**
 * The next choice to try: a tree-structured Parzen estimator over categories (Bergstra et al. 2011), multivariate: each observation is one
 * kernel over all variables, as in Optuna. Of choices drawn from the density of the good observations the one is taken where that density
 * is highest against the one of the others.
 * @param sizes number of values of each variable
 * @param observed in any order; what is under way may be given with a value that is expected of it, which keeps draws apart
 * @param startup observations below which it is chance alone
 * @param isOpen which choices may be taken; when none of those drawn may, an open one by chance
 */
export function nextChoice(
  sizes: readonly number[],
  observed: readonly Observation[],
  startup: number,
  random: Random,
  isOpen: (choice: Choice) => boolean = () => true,
): Choice {
  const byChance = (): Choice => sizes.map((size) => Math.floor(random() * size));
  const draws: Choice[] = [];
  if (observed.length >= startup) {
    const sorted = [...observed].sort((a, b) => b.value - a.value);
    const border = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * sorted.length));
    const good = new Parzen(sizes, sorted.slice(0, border));
    const others = new Parzen(sizes, sorted.slice(border));
    const drawn = Array.from({ length: DRAWS }, () => good.draw(random)).map((choice) => ({
      choice,
      worth: Math.log(good.density(choice)) - Math.log(others.density(choice)),
    }));
    draws.push(...drawn.sort((a, b) => b.worth - a.worth).map(({ choice }) => choice));
  }
  const all = sizes.reduce((product, size) => product * size, 1);
  return draws.find(isOpen) ?? openByChance(byChance, isOpen, all);
}

/** An open choice by chance; any choice when there seems to be none left. */
function openByChance(draw: () => Choice, isOpen: (choice: Choice) => boolean, all: number): Choice {
  for (let tries = 0; tries < 8 * all; tries++) {
    const choice = draw();
    if (isOpen(choice)) return choice;
  }
  return draw();
}

/** A density over choices: a mixture of one kernel for each observation, and one that is even over all. */
class Parzen {
  constructor(
    private readonly sizes: readonly number[],
    private readonly kernels: readonly Observation[],
  ) {}

  draw(random: Random): Choice {
    const at = Math.floor(random() * (this.kernels.length + PRIOR));
    const kernel = this.kernels[at];
    return this.sizes.map((size, variable) => {
      if (kernel === undefined) return Math.floor(random() * size);
      let point = random();
      for (let value = 0; value < size; value++) {
        point -= this.weight(kernel, variable, value);
        if (point < 0) return value;
      }
      return size - 1;
    });
  }

  density(choice: Choice): number {
    const even = this.sizes.reduce((product, size) => product / size, PRIOR);
    const observed = this.kernels.reduce(
      (sum, kernel) => sum + choice.reduce((product, value, variable) => product * this.weight(kernel, variable, value), 1),
      0,
    );
    return (even + observed) / (this.kernels.length + PRIOR);
  }

  /** A kernel of one category: most on the value that was observed, the rest even; sharper the more observations there are. */
  private weight({ choice }: Observation, variable: number, value: number): number {
    const size = this.sizes[variable] ?? 1;
    const spread = PRIOR / size / (this.kernels.length + PRIOR);
    const total = 1 + size * spread;
    return ((choice[variable] === value ? 1 : 0) + spread) / total;
  }
}
