import { AtelierError, asAtelierError, withSpent } from '../errors.js';
import type { Execution, Executor } from '../program/executor.js';
import { addSpent, type FieldValues, type Spent, textOf } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { judgedCase } from './judged-case.js';

/** How the first of two fares. */
export type Outcome = 'win' | 'tie' | 'loss';

/** Two answers to one row. */
export interface Pair {
  readonly signature: Signature;
  readonly inputs: FieldValues;
  /** The labels; may be empty. */
  readonly expected: FieldValues;
  readonly first: FieldValues;
  readonly second: FieldValues;
}

export interface CompareOptions {
  /** Runs a signature such as `CompareAnswers`: see {@link requireComparer}. */
  readonly executor: Executor;
  /** 0 when absent. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PairResult {
  /** Of the first answer. */
  readonly outcome: Outcome;
  /** The outcomes of the first answer when it was shown first, and when it was shown second. */
  readonly orders: readonly [Outcome, Outcome];
  /** True when the two orders did not give the same outcome. */
  readonly disagreed: boolean;
  /** The reasons in either order. */
  readonly reasons: readonly [string, string];
  readonly spent: Spent;
}

/** How far a judge looks at the place of an answer instead of the answer. */
export interface PositionBias {
  /** Pairs that were compared. */
  readonly n: number;
  /** Pairs in which the orders disagreed. */
  readonly disagreed: number;
  /** Pairs in which whatever was shown first won, and in which whatever was shown second won. */
  readonly favouredFirst: number;
  readonly favouredSecond: number;
}

const INPUTS = ['first_answer', 'second_answer'] as const;
const MORE_INPUTS = ['task', 'given_inputs', 'reference'] as const;
const WINNERS = ['first', 'second', 'tie'];

/**
 * Asks a judge which of two answers is better, in both orders. An answer wins only when it wins in both; anything else is a tie (Zheng et
 * al. 2023, section 3.4, their conservative approach: judges favour places).
 * @throws AtelierError `signature.invalid` when the executor does not compare, and what the executor throws, with what both calls cost
 */
export async function comparePair({ executor, seed = 0, signal }: CompareOptions, pair: Pair): Promise<PairResult> {
  const winner = requireComparer(executor);
  const known = new Set(executor.routes[0].program.signature.inputs.map(({ name }) => name));
  const ask = (first: FieldValues, second: FieldValues) =>
    executor.run(judgedCase(pair, { first_answer: first, second_answer: second }, known), { seed, signal });
  const straight = await ask(pair.first, pair.second);
  let swapped: Execution;
  try {
    swapped = await ask(pair.second, pair.first);
  } catch (thrown) {
    throw withSpent(asAtelierError(thrown), spentOf(straight));
  }
  const spent = addSpent(spentOf(straight), spentOf(swapped));
  const orders = [outcomeOf(straight, winner, 'first', spent), outcomeOf(swapped, winner, 'second', spent)] as const;
  const disagreed = orders[0] !== orders[1];
  return { outcome: disagreed ? 'tie' : orders[0], orders, disagreed, reasons: [reasonsOf(straight), reasonsOf(swapped)], spent };
}

/** Counts over many pairs. */
export function positionBias(results: readonly Pick<PairResult, 'orders' | 'disagreed'>[]): PositionBias {
  const favoured = (straight: Outcome, swapped: Outcome) =>
    results.filter(({ orders }) => orders[0] === straight && orders[1] === swapped).length;
  return {
    n: results.length,
    disagreed: results.filter(({ disagreed }) => disagreed).length,
    favouredFirst: favoured('win', 'loss'),
    favouredSecond: favoured('loss', 'win'),
  };
}

/**
 * The output that names the winner: every way needs the inputs `first_answer` and `second_answer`, no other one that a judge knows nothing
 * for, and a class output of one name with the options `first`, `second` and `tie`.
 * @throws AtelierError `signature.invalid`
 */
export function requireComparer({ routes }: Executor): string {
  const found = routes.map(({ program }) => winnerOf(program.signature));
  const [winner] = found;
  const bad = found.findIndex((name) => name === undefined || name !== winner);
  if (bad === -1 && winner !== undefined) return winner;
  throw new AtelierError('signature.invalid', `${(routes[bad] ?? routes[0]).program.signature.name} cannot compare answers.`, {
    hint: `Its inputs must be ${INPUTS.join(' and ')} (and, if wanted, ${MORE_INPUTS.join(', ')}), and one class output needs the options ${WINNERS.join(', ')}.`,
  });
}

function winnerOf({ inputs, outputs }: Signature): string | undefined {
  const known: readonly string[] = [...INPUTS, ...MORE_INPUTS];
  if (!INPUTS.every((name) => inputs.some((field) => field.name === name))) return undefined;
  if (inputs.some(({ name, optional }) => optional !== true && !known.includes(name))) return undefined;
  const fits = (options: readonly string[] = []) => options.length === WINNERS.length && WINNERS.every((each) => options.includes(each));
  return outputs.find(({ type, array, optional, options }) => type === 'class' && array !== true && optional !== true && fits(options))
    ?.name;
}

/** @param place where the answer was shown whose outcome it is */
function outcomeOf({ outputs, model }: Execution, winner: string, place: 'first' | 'second', spent: Spent): Outcome {
  const said = outputs[winner];
  if (said === 'tie') return 'tie';
  if (said === 'first' || said === 'second') return said === place ? 'win' : 'loss';
  throw new AtelierError('model.invalid_answer', `The judge ${model} named ${JSON.stringify(said)} as the winner.`, {
    hint: 'Try again, or choose a stronger model as the judge.',
    spent,
  });
}

function reasonsOf({ program, outputs }: Execution): string {
  const field = program.signature.outputs.find(({ type, array }) => type === 'string' && array !== true);
  return field === undefined ? '' : textOf(outputs[field.name]).trim();
}

function spentOf({ calls, usage, costUsd }: Execution): Spent {
  return { calls, usage, costUsd };
}
