import { AtelierError } from '../errors.js';
import { chooseRows } from '../evaluation/choose-rows.js';
import { type Scorer, scorerOf } from '../evaluation/scorer.js';
import { type Example, type ExampleProblem, readExamples } from '../example/example.js';
import { SPLITS, type SplitName, splitByFile, splitByFractions, stratumField } from '../example/splits.js';
import { defaultMetric, parseMetric } from '../metric/catalog.js';
import type { BatchRow } from '../program/batch-result.js';
import type { DataRole, VersionData } from '../version/version.js';
import type { RunFile, RunSpec } from './run-spec.js';

/** A file of rows that was read. */
export interface RunTable extends RunFile {
  readonly columns: readonly string[];
  readonly rows: readonly BatchRow[];
}

export type RunTables = Readonly<Partial<Record<SplitName, RunTable>>> & { readonly train: RunTable };

/** The rows of a run, what scores them, and where they came from. No input is in two of the sets. */
export interface PlannedRows {
  readonly trainset: readonly Example[];
  readonly valset: readonly Example[];
  readonly testset: readonly Example[];
  readonly scorer: Scorer;
  readonly data: readonly VersionData[];
  /** Rows that are left out, with their file, and why. */
  readonly problems: readonly (ExampleProblem & { readonly file: string })[];
  /** Rows that were left out because a later set has their inputs, too. */
  readonly repeated: number;
}

/** Shares where validation or test, or both, are taken from the rows that were given. */
const SHARES: Readonly<Record<string, Readonly<Partial<Record<SplitName, number>>>>> = {
  '': { train: 0.5, validation: 0.25, test: 0.25 },
  validation: { train: 2 / 3, test: 1 / 3 },
  test: { train: 2 / 3, validation: 1 / 3 },
};

/**
 * The sets of a run. Those that have a file are the rows of it; the others are taken from the first file: as its column says, else by
 * chance, stratified on the label.
 * @param scorer in place of a metric: a judge, or a module of the workspace
 * @throws AtelierError `usage.invalid` (columns, metric, no rows with labels, an empty set), `data.malformed`
 */
export function planRows(spec: RunSpec, tables: RunTables, scorer?: Scorer): PlannedRows {
  const { definition, mapping = {}, seed } = spec;
  const { signature } = definition;
  const metric = spec.metric ?? definition.optimization?.metric;
  const problems: (ExampleProblem & { readonly file: string })[] = [];
  const labelsOf = ({ columns, file }: RunTable) =>
    readExamples({ signature, columns, rows: [], file, mapping, needsLabels: false }).labels.length > 0;
  const scores =
    scorer ?? scorerOf(metric === undefined ? defaultMetric(signature, labelsOf(tables.train)) : parseMetric(metric, signature));
  const read = (table: RunTable): readonly Example[] => {
    const { file, columns, rows } = table;
    const found = readExamples({ signature, columns, rows, file, mapping, needsLabels: scores.needsLabels });
    problems.push(...found.problems.map((problem) => ({ ...problem, file })));
    if (found.examples.length > 0) return found.examples;
    throw new AtelierError('usage.invalid', `${file} has no row that can be used${scores.needsLabels ? ': none has all labels' : ''}.`, {
      hint: found.problems[0]?.message ?? 'Add rows with a column for each field.',
      file,
    });
  };
  const own = read(tables.train);
  const given = Object.fromEntries(
    (['validation', 'test'] as const).flatMap((split) => {
      const table = tables[split];
      return table === undefined ? [] : [[split, read(table)] as const];
    }),
  ) as Partial<Record<SplitName, readonly Example[]>>;
  const parts = partsOf(spec, tables.train, own, given, seed);
  const splits = splitByFile({ ...parts, ...given });
  const data = SPLITS.flatMap((role: DataRole & SplitName): VersionData[] => {
    const table = tables[role] ?? tables.train;
    const rows = splits[role].length;
    if (rows === 0) return [];
    const isPart = tables[role] === undefined || (role === 'train' && Object.keys(given).length < 2);
    return [{ file: table.file, sha256: table.sha256, rows, role, ...(isPart ? { split: role } : {}) }];
  });
  return {
    ...{ trainset: splits.train, valset: splits.validation, testset: splits.test, scorer: scores, data, problems },
    repeated: splits.repeated.length,
  };
}

/** What of the first file is for what. */
function partsOf(
  { definition, splitColumn, fractions }: RunSpec,
  { file, columns }: RunTable,
  own: readonly Example[],
  given: Readonly<Partial<Record<SplitName, readonly Example[]>>>,
  seed: number,
): Readonly<Partial<Record<SplitName, readonly Example[]>>> {
  const { signature } = definition;
  const open = SPLITS.filter((split) => given[split] === undefined);
  if (open.length === 1) return { train: own };
  const shares = fractions ?? SHARES[Object.keys(given)[0] ?? ''] ?? {};
  const column = splitColumn ?? (fractions === undefined && columns.includes('split') ? 'split' : undefined);
  if (column !== undefined) {
    return Object.fromEntries(
      open.map((split) => [split, chooseRows(own, { signature, file, columns, split, column, seed }).examples] as const),
    );
  }
  const chance = splitByFractions(own, { fractions: shares, seed, stratifyBy: stratumField(signature) });
  return Object.fromEntries(open.map((split) => [split, chance[split]] as const));
}
