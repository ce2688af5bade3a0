import { type Example, type ExampleProblem, readExamples } from '../example/example.js';
import { knownKeys } from '../example/leakage.js';
import type { Fractions } from '../example/splits.js';
import { defaultMetric, parseMetric } from '../metric/catalog.js';
import type { BatchRow } from '../program/batch-result.js';
import type { SignatureDefinition } from '../signature/definition.js';
import type { Signature } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';
import { type ChosenRows, chooseRows } from './choose-rows.js';
import { type Scorer, scorerOf } from './scorer.js';

export interface PlanOptions {
  readonly definition: SignatureDefinition;
  /** The dataset as people read it, its columns and its rows. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly BatchRow[];
  /** Specification of the metric; default: the one that the signature's file names, else one that suits its outputs. */
  readonly metric?: JsonValue | undefined;
  /** In place of a metric: a judge, or a metric of the workspace. */
  readonly scorer?: Scorer | undefined;
  /** Column by field, where names differ. */
  readonly mapping?: Readonly<Record<string, string>> | undefined;
  /** Inputs that are the same in every row. */
  readonly fixed?: Readonly<Record<string, JsonValue>> | undefined;
  readonly split?: string | undefined;
  readonly splitColumn?: string | undefined;
  readonly fractions?: Fractions | undefined;
  readonly seed: number;
  /** A dataset that a program may be made from: rows of it prove nothing, wherever they stand. */
  readonly trainset?: Pick<PlanOptions, 'file' | 'columns' | 'rows'> | undefined;
}

/** What an evaluation will do, before anything is paid. */
export interface EvaluationPlan extends ChosenRows {
  readonly scorer: Scorer;
  /** Rows that are left out, and why. */
  readonly problems: readonly ExampleProblem[];
}

/** @throws AtelierError `usage.invalid` (columns, metric, split), `data.malformed` (a wrong name of a split) */
export function planEvaluation(options: PlanOptions): EvaluationPlan {
  const { definition, file, columns, rows, metric, mapping = {}, fixed = {}, split, splitColumn, fractions, seed } = options;
  const { signature } = definition;
  const read = (needsLabels: boolean, given = rows) => readExamples({ signature, columns, rows: given, file, mapping, fixed, needsLabels });
  const spec: JsonValue | undefined = metric ?? definition.optimization?.metric;
  // Which labels there are, the columns tell: no row is read for that.
  const named = () => (spec === undefined ? defaultMetric(signature, read(false, []).labels.length > 0) : parseMetric(spec, signature));
  const scorer = options.scorer ?? scorerOf(named());
  const { examples, problems } = read(scorer.needsLabels);
  const trainset = trainsetOf(signature, options);
  const chosen = chooseRows(examples, { signature, file, columns, split, column: splitColumn, fractions, seed, trainset });
  const seen = knownKeys(definition.trainedOn ?? [], chosen.examples);
  return { ...chosen, trainKeys: seen.size === 0 ? chosen.trainKeys : new Set([...chosen.trainKeys, ...seen]), scorer, problems };
}

/** The rows of the trainset, read as those of the dataset are. @throws AtelierError `usage.invalid` for columns that are missing */
export function trainsetOf(
  signature: Signature,
  { trainset, mapping = {}, fixed = {} }: Pick<PlanOptions, 'trainset' | 'mapping' | 'fixed'>,
): readonly Example[] {
  if (trainset === undefined) return [];
  // What was seen are the inputs; a row with a wrong label was seen all the same.
  const inputsOnly = { ...signature, outputs: [] };
  const known = new Set(signature.inputs.map(({ name }) => name));
  const ours = Object.fromEntries(Object.entries(mapping).filter(([field]) => known.has(field)));
  return readExamples({ signature: inputsOnly, ...trainset, mapping: ours, fixed, needsLabels: false }).examples;
}
