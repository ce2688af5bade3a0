import { AtelierError, asAtelierError } from '../errors.js';
import { type Example, type ExampleProblem, type Examples, readExamples } from '../example/example.js';
import type { SignatureDefinition } from '../signature/definition.js';
import { chooseRows } from './choose-rows.js';
import { type PlanOptions, trainsetOf } from './plan.js';

/** Something that shall be ranked, by the name that people gave it: a signature, a revision of one. */
export interface NamedDefinition {
  readonly name: string;
  readonly definition: SignatureDefinition;
}

export interface RankPlanOptions extends Omit<PlanOptions, 'definition' | 'metric' | 'scorer'> {
  /** What is asked about first: its signature says what a row's labels are. */
  readonly contenders: readonly [NamedDefinition, ...NamedDefinition[]];
}

/** A row as each contender sees it, in their order. */
export type RankRow = readonly [Example, ...Example[]];

/** What a ranking is made on, before anything is paid. */
export interface RankPlan {
  readonly rows: readonly RankRow[];
  /** Undefined: all rows. */
  readonly split: string | undefined;
  readonly trainKeys: ReadonlySet<string>;
  /** Rows that are left out for all, because one of them cannot use it. */
  readonly problems: readonly ExampleProblem[];
}

/**
 * The rows that all contenders can be run on: chosen as for an evaluation of the first one. The others read their own inputs from the same
 * columns.
 * @throws AtelierError `usage.invalid`: two with one name, other outputs, columns that one of them lacks, a wrong or empty split, no row;
 *   `data.malformed` (a wrong name of a split)
 */
export function planRanking(options: RankPlanOptions): RankPlan {
  const { contenders, file, columns, rows, mapping = {}, fixed = {}, split, splitColumn, fractions, seed } = options;
  const [main, ...others] = contenders;
  requireComparable(main, others);
  const { signature } = main.definition;
  const { examples, problems } = readExamples({ signature, columns, rows, file, mapping, fixed, needsLabels: false });
  const trainset = trainsetOf(signature, options);
  const chosen = chooseRows(examples, { signature, file, columns, split, column: splitColumn, fractions, seed, trainset });
  const readings = others.map((other) => ({ ...other, read: inputsFor(other, options) }));
  const unusable = readings.flatMap(({ name, read }) => {
    const wanted = new Set(chosen.examples.map(({ row }) => row.row));
    const ours = read.problems.filter(({ row }) => wanted.has(row));
    return ours.map((problem) => ({ ...problem, message: `${name} cannot use this row: ${problem.message}` }));
  });
  const lookups = readings.map(({ read }) => new Map(read.examples.map((example) => [example.row.row, example])));
  const usable = chosen.examples.flatMap((example): RankRow[] => {
    const theirs = lookups.flatMap((lookup) => lookup.get(example.row.row) ?? []);
    return theirs.length === others.length ? [[example, ...theirs]] : [];
  });
  if (usable.length === 0) {
    throw new AtelierError('usage.invalid', `No row of ${file} can be used by all that shall be ranked.`, {
      hint: unusable[0]?.message ?? problems[0]?.message ?? 'Name a dataset that has rows.',
      file,
    });
  }
  return { rows: usable, split: chosen.split, trainKeys: chosen.trainKeys, problems: [...problems, ...unusable] };
}

/** What the columns and the command line hold for the inputs of another signature. */
function inputsFor({ name, definition }: NamedDefinition, options: RankPlanOptions): Examples {
  const { columns, rows, file, mapping = {}, fixed = {} } = options;
  const known = new Set(definition.signature.inputs.map((field) => field.name));
  const only = <T>(values: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(values).filter(([field]) => known.has(field)));
  try {
    return readExamples({
      // Their labels are those of the first one.
      signature: { ...definition.signature, outputs: [] },
      ...{ columns, rows, file, mapping: only(mapping), fixed: only(fixed), needsLabels: false },
    });
  } catch (thrown) {
    const error = asAtelierError(thrown);
    if (error.code !== 'usage.invalid') throw error;
    const { hint, line } = error;
    throw new AtelierError('usage.invalid', `${name} cannot be run on these rows: ${error.message}`, { hint, file, line, cause: error });
  }
}

/** A judge puts answers side by side: fields that one of them lacks would decide. */
function requireComparable(main: NamedDefinition, others: readonly NamedDefinition[]): void {
  const outputsOf = ({ definition }: NamedDefinition) => definition.signature.outputs.map(({ name }) => name).sort();
  const wanted = outputsOf(main);
  const names = new Set([main.name]);
  for (const other of others) {
    if (names.has(other.name)) {
      throw new AtelierError('usage.invalid', `"${other.name}" shall be compared with itself.`, {
        hint: 'Name each one once: other signatures, or revisions of this one.',
      });
    }
    names.add(other.name);
    const found = outputsOf(other);
    if (JSON.stringify(found) === JSON.stringify(wanted)) continue;
    throw new AtelierError('usage.invalid', `${other.name} gives ${found.join(', ')}, and ${main.name} gives ${wanted.join(', ')}.`, {
      hint: 'Answers can be compared when their outputs have the same names.',
    });
  }
}
