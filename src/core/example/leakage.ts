import { AtelierError } from '../errors.js';
import type { Program } from '../program/program.js';
import { sha256 } from '../text/sha256.js';
import { type Example, inputsKey } from './example.js';

/** How a program came to know a row: as an example in its prompt, or because it was made from rows that hold it. */
export type LeakSource = 'demo' | 'train';

/** What to do with rows that the program has seen: give no score, or mark them and give a second score without them. */
export type LeakagePolicy = 'refuse' | 'mark';

/** Keys of the rows that a program was made from, for {@link leakageOf}. */
export function trainKeysOf(examples: readonly Pick<Example, 'inputs'>[]): ReadonlySet<string> {
  return new Set(examples.map(({ inputs }) => inputsKey(inputs)));
}

/** Rows of a trainset as a version keeps them: 16 hexadecimal digits each, sorted, none twice. They tell a row again, not what it says. */
export function trainedOnOf(examples: readonly Pick<Example, 'inputs'>[]): string[] {
  return [...new Set([...trainKeysOf(examples)].map(shortHash))].sort();
}

/** Of the rows, the keys of those that are in a trainset. @param trainedOn from {@link trainedOnOf} */
export function knownKeys(trainedOn: readonly string[], examples: readonly Pick<Example, 'inputs'>[]): ReadonlySet<string> {
  if (trainedOn.length === 0) return new Set();
  const known = new Set(trainedOn);
  return new Set(examples.map(({ inputs }) => inputsKey(inputs)).filter((key) => known.has(shortHash(key))));
}

/**
 * The rows that the program has seen: their inputs are a demo's, or are in the trainset.
 * @param trainKeys from {@link trainKeysOf}; empty when nothing is known of a trainset
 * @returns how, by the row's number
 */
export function leakageOf(program: Program, trainKeys: ReadonlySet<string>, examples: readonly Example[]): ReadonlyMap<number, LeakSource> {
  const demos = trainKeysOf(program.demos);
  const leaks = new Map<number, LeakSource>();
  // Mostly nothing was seen, and a key of every row would be made for nothing.
  if (demos.size === 0 && trainKeys.size === 0) return leaks;
  for (const { row, inputs } of examples) {
    const key = inputsKey(inputs);
    if (demos.has(key)) leaks.set(row.row, 'demo');
    else if (trainKeys.has(key)) leaks.set(row.row, 'train');
  }
  return leaks;
}

/** @throws AtelierError `evaluation.leaked` when there are leaks, and the policy is to refuse */
export function requireUnseen(leaks: ReadonlyMap<number, LeakSource>, policy: LeakagePolicy): void {
  if (policy === 'mark' || leaks.size === 0) return;
  const demos = [...leaks.values()].filter((source) => source === 'demo').length;
  const known = [...leaks.keys()];
  const shown = `${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`;
  throw new AtelierError(
    'evaluation.leaked',
    `The program has seen ${leaks.size} of these rows (${demos} as examples in its prompt, ${leaks.size - demos} in its trainset): row ${shown}.`,
    { hint: 'Evaluate on rows that it never saw, or have these rows marked and get both scores, with and without them.' },
  );
}

function shortHash(key: string): string {
  return sha256(key).slice(0, 16);
}
