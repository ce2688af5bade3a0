import path from 'node:path';
import { type EvaluationPlan, type PlanOptions, planEvaluation } from '../core/evaluation/plan.js';
import type { Scorer } from '../core/evaluation/scorer.js';
import type { Fractions } from '../core/example/splits.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import type { Signature } from '../core/signature/signature.js';
import type { Problem } from '../store/problem.js';
import { type CommandContext, workspaceOf } from './context.js';
import { givenInputs } from './inputs.js';
import { mappingOf, usage, wholeNumber } from './options.js';

/** A dataset, and what the command line says about its rows. */
export interface GivenRows {
  readonly options: Omit<PlanOptions, 'definition' | 'metric' | 'scorer'>;
  readonly sha256: string;
  /** Rows that are no rows. */
  readonly problems: readonly Problem[];
}

/** What is evaluated on: chosen once, and the same for all sides of a comparison. */
export interface Rows {
  readonly plan: EvaluationPlan;
  readonly seed: number;
  /** Absolute path of the dataset. */
  readonly table: string;
  readonly data: {
    readonly file: string;
    readonly sha256: string;
    readonly rows: number;
    readonly split: string | null;
    readonly left_out: number;
  };
}

/** @param signature whose inputs the command line may give to all rows. @throws AtelierError `usage.invalid`, `input.*`, `data.*` */
export async function givenRows(context: CommandContext, signature: Signature): Promise<GivenRows> {
  const { values } = context;
  const file = values.data;
  if (file === undefined) throw usage('evaluate needs rows.', 'Add --data FILE.csv, with a column per input and per label.');
  const seed = wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1;
  const { readDataset } = await import('../store/index.js');
  const trainset = values.train === undefined ? undefined : await readDataset(path.resolve(values.train), workspaceOf(context));
  for (const { line, message, hint } of trainset?.problems ?? []) context.output.warn(`${values.train}:${line}: ${message} ${hint}`);
  const { columns, rows, sha256, problems } = await readDataset(path.resolve(file), workspaceOf(context));
  const options = {
    ...{ file, columns, rows, seed },
    mapping: mappingOf(values.map ?? []),
    fixed: await givenInputs(values.input ?? [], values['input-file'], signature),
    trainset: trainset === undefined ? undefined : { ...trainset, file: values.train ?? '' },
    split: values.split,
    splitColumn: values['split-column'],
    fractions: fractionsOf(values.fractions),
  };
  return { options, sha256, problems };
}

/** The rows of an evaluation; those that cannot be used are warnings. @throws AtelierError `usage.invalid`, `input.*`, `data.*` */
export async function rowsOf(context: CommandContext, definition: SignatureDefinition, scorer: Scorer | undefined): Promise<Rows> {
  const { values, output } = context;
  const { options, sha256, problems } = await givenRows(context, definition.signature);
  const { file, seed } = options;
  const plan = planEvaluation({ ...options, definition, metric: values.metric, scorer });
  const leftOut = [...problems, ...plan.problems];
  for (const { line, message, hint } of leftOut) output.warn(`${file}:${line}: ${message} ${hint}`);
  const data = { file, sha256, rows: plan.examples.length, split: plan.split ?? null, left_out: leftOut.length };
  return { plan, seed, table: path.resolve(file), data };
}

/** `0.5,0.25,0.25`: shares of train, validation and test. @throws AtelierError `usage.invalid` */
export function fractionsOf(text: string | undefined): Fractions | undefined {
  if (text === undefined) return undefined;
  const [train, validation, test, ...more] = text.split(',').map(Number);
  if (train === undefined || validation === undefined || test === undefined || more.length > 0 || Number.isNaN(train + validation + test)) {
    throw usage(`--fractions takes three shares, not "${text}".`, 'For example --fractions 0.5,0.25,0.25 for train, validation and test.');
  }
  return { train, validation, test };
}
