import { AtelierError } from '../errors.js';
import type { Example } from '../example/example.js';
import { trainKeysOf } from '../example/leakage.js';
import {
  type Fractions,
  type SplitName,
  type Splits,
  splitByColumn,
  splitByFractions,
  splitNamed,
  stratumField,
} from '../example/splits.js';
import type { Signature } from '../signature/signature.js';

/** The column that splits a dataset when nothing else is said. */
const SPLIT_COLUMN = 'split';
/** How a dataset without such a column is split. */
const DEFAULT_FRACTIONS: Fractions = { train: 0.5, validation: 0.25, test: 0.25 };

export interface RowChoice {
  readonly signature: Signature;
  /** The dataset as people read it, and its columns. */
  readonly file: string;
  readonly columns: readonly string[];
  /** Name of the split; undefined: all rows. */
  readonly split: string | undefined;
  /** The column that names splits; `split` when absent, if there is one. */
  readonly column?: string | undefined;
  /** Splits by chance instead. */
  readonly fractions?: Fractions | undefined;
  readonly seed: number;
  /** Rows of another file that a program may be made from, too. */
  readonly trainset?: readonly Pick<Example, 'inputs'>[] | undefined;
}

/** The rows of an evaluation. */
export interface ChosenRows {
  readonly examples: readonly Example[];
  /** Undefined: all rows. */
  readonly split: SplitName | undefined;
  /** Inputs of the rows that a program may be made from: they prove nothing. */
  readonly trainKeys: ReadonlySet<string>;
}

/**
 * The rows of a split: by a column of the dataset, else by chance, seeded and stratified on the label.
 * @throws AtelierError `usage.invalid` (unknown or empty split, column that is not there), `data.malformed` (a wrong name in the column)
 */
export function chooseRows(examples: readonly Example[], choice: RowChoice): ChosenRows {
  const { trainset = [] } = choice;
  if (choice.split === undefined) return { examples, split: undefined, trainKeys: trainKeysOf(trainset) };
  const split = splitNamed(choice.split);
  const splits = splitsOf(examples, choice);
  const chosen = splits[split];
  if (chosen.length === 0) {
    throw new AtelierError('usage.invalid', `The split "${split}" of ${choice.file} has no rows.`, {
      hint: 'Choose another split, or leave it out to take all rows.',
      file: choice.file,
    });
  }
  // Rows of the training split may be looked at as such: a score on them is one of rows that were seen.
  return { examples: chosen, split, trainKeys: trainKeysOf([...splits.train, ...trainset]) };
}

function splitsOf(examples: readonly Example[], { signature, file, columns, column, fractions, seed }: RowChoice): Splits {
  const named = column ?? (fractions === undefined && columns.includes(SPLIT_COLUMN) ? SPLIT_COLUMN : undefined);
  if (named === undefined) {
    return splitByFractions(examples, { fractions: fractions ?? DEFAULT_FRACTIONS, seed, stratifyBy: stratumField(signature) });
  }
  if (columns.includes(named)) return splitByColumn(examples, named, file);
  throw new AtelierError('usage.invalid', `${file} has no column "${named}".`, {
    hint: `Columns: ${columns.join(', ')}. Name one that holds train, validation or test.`,
    file,
    line: 1,
  });
}
