import { counted } from '../evaluation/wording.js';
import { type Example, inputsKey } from '../example/example.js';
import { stratumField } from '../example/splits.js';
import { type Program, textOf } from '../program/program.js';
import type { Forecast } from './forecast.js';
import type { RunBudget } from './run-budget.js';

/** Fewer rows than these make a run's findings weak. */
const FEW_TRAIN = 10;
const FEW_VALIDATION = 20;
const FEW_TEST = 30;
/** A label that takes up more of the rows than this leaves little to learn about the others. */
const UNBALANCED = 0.8;

export interface WarningFacts {
  readonly program: Program;
  readonly trainset: readonly Example[];
  readonly valset: readonly Example[];
  readonly testset: readonly Example[];
  /** Rows that were left out of an earlier split because a later one has their inputs, too. */
  readonly repeated: number;
  readonly canPropose: boolean;
  /** Whether the optimizer has models write instructions. */
  readonly proposes: boolean;
  readonly forecast: Forecast;
  readonly budget: RunBudget | undefined;
}

/** What a person should know before a run: one sentence or two for each. */
export function runWarnings(facts: WarningFacts): string[] {
  const { program, trainset, valset, testset, repeated, canPropose, proposes, forecast, budget } = facts;
  return [
    ...few('trainset', trainset.length, FEW_TRAIN, 'demos will be chosen from very little'),
    ...few('validation set', valset.length, FEW_VALIDATION, 'which candidate is best is largely chance'),
    ...(testset.length === 0
      ? ['There is no test set: whether it really got better will not be known.']
      : few('test set', testset.length, FEW_TEST, 'only a large gain can be told from chance')),
    ...overlap('validation set', valset, trainset),
    ...overlap('test set', testset, [...trainset, ...valset]),
    ...(repeated === 0
      ? []
      : [`${counted(repeated, 'row')} had the same inputs as a row of a later split, and ${repeated === 1 ? 'was' : 'were'} left out.`]),
    ...known(program, [...valset, ...testset]),
    ...labelWarnings(program, trainset, 'trainset'),
    ...labelWarnings(program, valset, 'validation set'),
    ...(proposes && !canPropose ? ['The teacher writes no instructions: demos alone will be searched.'] : []),
    ...budgetWarnings(forecast, budget),
  ];
}

function few(what: string, rows: number, least: number, means: string): string[] {
  return rows >= least ? [] : [`The ${what} has only ${counted(rows, 'row')}: ${means}.`];
}

function overlap(what: string, rows: readonly Example[], others: readonly Example[]): string[] {
  const seen = new Set(others.map(({ inputs }) => inputsKey(inputs)));
  const shared = rows.filter(({ inputs }) => seen.has(inputsKey(inputs))).length;
  if (shared === 0) return [];
  const all = shared === rows.length ? 'All' : String(shared);
  return [`${all} of the ${counted(rows.length, 'row')} of the ${what} are in an earlier set, too: a score on them proves little.`];
}

function known(program: Program, rows: readonly Example[]): string[] {
  const demos = new Set(program.demos.map(({ inputs }) => inputsKey(inputs)));
  const seen = rows.filter(({ inputs }) => demos.has(inputsKey(inputs))).length;
  return seen === 0 ? [] : [`The program has ${counted(seen, 'row')} of validation and test as demos: comparisons leave them out.`];
}

function labelWarnings({ signature }: Program, rows: readonly Example[], what: string): string[] {
  const field = signature.outputs.find(({ name }) => name === stratumField(signature));
  if (field === undefined || rows.length < 2) return [];
  const counts = new Map<string, number>();
  for (const { expected } of rows) {
    const label = textOf(expected[field.name]);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const [[label, most] = ['', 0]] = [...counts].sort((a, b) => b[1] - a[1]);
  if (most === rows.length)
    return [`Every row of the ${what} has the same ${field.name}, "${label}": the metric cannot tell programs apart on them.`];
  const missing = (field.options ?? []).filter((option) => !counts.has(option));
  return [
    ...(most / rows.length > UNBALANCED ? [`${Math.round((100 * most) / rows.length)} % of the ${what} are "${label}".`] : []),
    ...(missing.length === 0 ? [] : [`No row of the ${what} is ${missing.map((option) => `"${option}"`).join(' or ')}.`]),
  ];
}

function budgetWarnings({ calls, exact, promptTokens, completionTokens, usd }: Forecast, budget: RunBudget = {}): string[] {
  const over = [
    ...(budget.calls !== undefined && calls > budget.calls ? [`${exact ? '' : 'up to '}${calls} calls`] : []),
    ...(budget.tokens !== undefined && promptTokens + completionTokens > budget.tokens
      ? [`about ${promptTokens + completionTokens} tokens`]
      : []),
    ...(budget.usd !== undefined && usd !== undefined && usd > budget.usd ? [`about $${usd.toFixed(2)}`] : []),
  ];
  return over.length === 0 ? [] : [`It may take ${over.join(' and ')}, more than the budget: it will stop there, and keep the best.`];
}
