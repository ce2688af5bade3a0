import { AtelierError } from '../errors.js';
import { hash32, seededRandom } from '../random.js';
import type { Signature } from '../signature/signature.js';
import { nearest } from '../text/edit-distance.js';
import { canonicalJson, type JsonValue } from '../text/json-schema.js';
import { type Example, inputsKey } from './example.js';

/** What rows are for: to learn from, to choose with, and to judge by at the end. Later ones weigh more where rows repeat. */
export const SPLITS = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

/** Examples by what they are for, each list in the order of the dataset; no input is in two of them. */
export interface Splits extends Readonly<Record<SplitName, readonly Example[]>> {
  /** Rows in no split: beyond the fractions, without a name in the column, or left out for the sake of a later split. */
  readonly unused: readonly Example[];
  /** Those of `unused` whose inputs are in a later split as well, and which one that is. */
  readonly repeated: readonly { readonly example: Example; readonly from: SplitName; readonly in: SplitName }[];
}

/** Shares of the rows, each 0..1; together at most 1. A split that is not named gets nothing. */
export type Fractions = Readonly<Partial<Record<SplitName, number>>>;

const ALIASES: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  trainset: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  valset: 'validation',
  dev: 'validation',
  devset: 'validation',
  test: 'test',
  testing: 'test',
  testset: 'test',
};

/** Rounding in the sum of fractions, as in 0.7 + 0.2 + 0.1. */
const ROUNDING = 1e-9;

/**
 * The split that a name means, in any case, also `val`, `dev`, `training` and the like.
 * @throws AtelierError `usage.invalid`, with the nearest name
 */
export function splitNamed(name: string): SplitName {
  const found = splitOf(name);
  if (found !== undefined) return found;
  const guess = nearest(name, SPLITS);
  throw new AtelierError('usage.invalid', `There is no split "${name}"${guess === undefined ? '' : `, did you mean "${guess}"?`}`, {
    hint: `Splits: ${SPLITS.join(', ')}.`,
  });
}

/**
 * Splits that the user made: a file for each. Where the same input is in two of them, the later split keeps it.
 * @throws AtelierError `usage.invalid` when nothing is left of a split that was given
 */
export function splitByFile(given: Readonly<Partial<Record<SplitName, readonly Example[]>>>): Splits {
  return separated(
    SPLITS.flatMap((split) => (given[split] ?? []).map((example) => ({ example, split }))),
    Object.keys(given) as SplitName[],
  );
}

/**
 * Splits that a column of the dataset names. A row without a name is in none.
 * @param column such as `split`
 * @param file the dataset as people read it
 * @throws AtelierError `data.malformed` for an unknown name, with its line; `usage.invalid` when nothing is left of a split that is named
 */
export function splitByColumn(examples: readonly Example[], column: string, file: string): Splits {
  const named: { example: Example; split: SplitName | undefined }[] = examples.map((example) => {
    const name = textIn(example, column);
    if (name === '') return { example, split: undefined };
    const split = splitOf(name);
    if (split !== undefined) return { example, split };
    throw new AtelierError('data.malformed', `The column "${column}" says "${name}", which is no split.`, {
      hint: `Write one of ${SPLITS.join(', ')}, or leave it empty.`,
      file,
      line: example.row.line,
    });
  });
  return separated(named, [...new Set(named.flatMap(({ split }) => split ?? []))]);
}

export interface SplitOptions {
  readonly fractions: Fractions;
  readonly seed: number;
  /** The output whose labels each split has in like shares; see {@link stratumField}. */
  readonly stratifyBy?: string | undefined;
}

/**
 * Splits by chance. Which side a row falls to depends on the seed and a hash of its inputs: not on its place in the file, and when rows
 * come or go, only rows near a border change sides. Rows with the same inputs stay together. Sizes are those of the fractions, rounded,
 * as a whole and for each label, as far as repeated inputs allow.
 * @throws AtelierError `usage.invalid` for fractions that are not shares of one whole, and for a split that would be empty
 */
export function splitByFractions(examples: readonly Example[], { fractions, seed, stratifyBy }: SplitOptions): Splits {
  const shares = sharesOf(fractions);
  const strata = strataOf(examples, seed, stratifyBy);
  const quotas = quotasOf(
    strata.map(({ rows }) => rows),
    [...shares, Math.max(0, 1 - sum(shares))],
  );
  const splitOfKey = new Map<string, SplitName>();
  for (const [index, { groups }] of strata.entries()) {
    let before = 0;
    for (const { key, rows } of groups) {
      const split = splitAt(quotas[index] ?? [], before + rows / 2);
      if (split !== undefined) splitOfKey.set(key, split);
      before += rows;
    }
  }
  const wanted = SPLITS.filter((_, part) => (shares[part] ?? 0) > 0);
  return separated(
    examples.map((example) => ({ example, split: splitOfKey.get(inputsKey(example.inputs)) })),
    wanted,
  );
}

/** The output by which examples are stratified: the first that is a class or a boolean; undefined when there is none. */
export function stratumField({ outputs }: Signature): string | undefined {
  return outputs.find(({ type, array }) => (type === 'class' || type === 'boolean') && array !== true)?.name;
}

function splitOf(name: string): SplitName | undefined {
  const wanted = name.trim().toLowerCase();
  return Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined;
}

function textIn({ row }: Example, column: string): string {
  const value: JsonValue | undefined = Object.hasOwn(row.values, column) ? row.values[column] : undefined;
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/** @param wanted the splits that must not be empty */
function separated(
  given: readonly { readonly example: Example; readonly split: SplitName | undefined }[],
  wanted: readonly SplitName[],
): Splits {
  const keyed = given.map((each) => ({ ...each, key: inputsKey(each.example.inputs) }));
  const last = new Map<string, SplitName>();
  for (const { key, split } of keyed) {
    const other = last.get(key);
    if (split !== undefined && (other === undefined || SPLITS.indexOf(split) > SPLITS.indexOf(other))) last.set(key, split);
  }
  const lists = { train: [] as Example[], validation: [] as Example[], test: [] as Example[], unused: [] as Example[] };
  const repeated: Splits['repeated'][number][] = [];
  for (const { example, split, key } of keyed) {
    const keeper = last.get(key);
    if (split !== undefined && split === keeper) lists[split].push(example);
    else lists.unused.push(example);
    if (split !== undefined && keeper !== undefined && split !== keeper) repeated.push({ example, from: split, in: keeper });
  }
  const empty = wanted.find((split) => lists[split].length === 0);
  if (empty === undefined) return { ...lists, repeated };
  const lost = repeated.filter(({ from }) => from === empty).length;
  throw new AtelierError('usage.invalid', `The split "${empty}" is empty.`, {
    hint:
      lost > 0 ? `All of its ${lost} rows are in a later split as well; give it other rows.` : 'Give it more rows, or a larger fraction.',
  });
}

/** The share of each split, in the order of `SPLITS`. */
function sharesOf(fractions: Fractions): number[] {
  const given = Object.entries(fractions).map(([name, share]) => [splitNamed(name), share] as const);
  const shares = SPLITS.map((split) => sum(given.filter(([name]) => name === split).map(([, share]) => share)));
  const total = sum(shares);
  if (given.every(([, share]) => share >= 0 && share <= 1) && total > 0 && total <= 1 + ROUNDING) return shares;
  const shown = given.map(([name, share]) => `${name} ${share}`).join(', ');
  throw new AtelierError('usage.invalid', `These are not shares of one whole: ${shown === '' ? 'there are none' : shown}.`, {
    hint: 'Give each split a share from 0 to 1, together at most 1: train 0.6, validation 0.2, test 0.2.',
  });
}

interface Group {
  readonly key: string;
  readonly stratum: string;
  readonly rows: number;
  readonly place: number;
}

/** Rows with the same inputs as one group, the groups of each label in an order by chance. */
function strataOf(
  examples: readonly Example[],
  seed: number,
  by: string | undefined,
): { readonly groups: readonly Group[]; readonly rows: number }[] {
  const groups = new Map<string, Group>();
  for (const { inputs, expected } of examples) {
    const key = inputsKey(inputs);
    const label = by === undefined ? '' : canonicalJson(expected[by] ?? null);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { key, stratum: label, rows: 1, place: seededRandom(hash32(`${seed}\n${key}`))() });
    // Where labels of one input differ, the choice must not depend on which row comes first.
    else groups.set(key, { ...known, rows: known.rows + 1, stratum: label < known.stratum ? label : known.stratum });
  }
  const strata = new Map<string, Group[]>();
  for (const group of groups.values()) {
    const others = strata.get(group.stratum);
    if (others === undefined) strata.set(group.stratum, [group]);
    else others.push(group);
  }
  return [...strata.entries()]
    .sort(([a], [b]) => compare(a, b))
    .map(([, members]) => ({
      groups: members.sort((a, b) => a.place - b.place || compare(a.key, b.key)),
      rows: sum(members.map(({ rows }) => rows)),
    }));
}

/**
 * How many rows of each stratum each part gets, so that every total is its exact share rounded up or down, and every number at most one
 * row off: controlled rounding (Cox 1987). Shares are rounded down; what is left of a stratum goes to the parts that lack most, which
 * meets the totals whenever they can be met (Gale and Ryser 1957).
 * @param sizes rows by stratum
 * @param shares by part; together 1
 */
function quotasOf(sizes: readonly number[], shares: readonly number[]): number[][] {
  const [totals = []] = sizes.length === 1 ? [[]] : quotasOf([sum(sizes)], shares);
  const quotas = sizes.map((size) => shares.map((share) => Math.floor(size * share + ROUNDING)));
  const lacking = shares.map((share, part) => (totals[part] ?? sum(sizes) * share) - sum(quotas.map((quota) => quota[part] ?? 0)));
  for (const [stratum, quota] of quotas.entries()) {
    const left = (sizes[stratum] ?? 0) - sum(quota);
    const parts = shares.map((_, part) => part).sort((a, b) => (lacking[b] ?? 0) - (lacking[a] ?? 0) || a - b);
    for (const part of parts.slice(0, left)) {
      quota[part] = (quota[part] ?? 0) + 1;
      lacking[part] = (lacking[part] ?? 0) - 1;
    }
  }
  return quotas;
}

/** The split whose part of the quotas a place lies in; undefined behind them. */
function splitAt(quotas: readonly number[], place: number): SplitName | undefined {
  let end = 0;
  return SPLITS.find((_, part) => {
    end += quotas[part] ?? 0;
    return place < end;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
