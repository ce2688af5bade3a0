import { counted } from '../core/evaluation/wording.js';
import { IMAGE_PROMPT } from '../core/image-prompt/programs.js';
import { RETRAINING_DAYS, RETRAINING_MIN_RATING, requireApproved } from '../core/optimizer/retraining.js';
import type { RunSpec } from '../core/optimizer/run-spec.js';
import { findTaste } from '../core/taste/find-taste.js';
import { type CommandContext, openStore, requireModel, userOf, workspaceOf } from './context.js';
import { fractionsOf } from './evaluation-rows.js';
import { modeOf } from './executor.js';
import { budgetOf, numberBetween, usage, wholeNumber } from './options.js';
import { chosenDefinition, demosOf } from './signature.js';

/** A retraining as the command line wants it. */
export interface Retraining {
  readonly spec: RunSpec;
  /** As `RunFolders.discard`. */
  discard(): Promise<void>;
}

/**
 * What `atelier retrain` runs: the prompts that were rated well or corrected become the rows of a run.
 * @throws AtelierError `usage.invalid` also when they are too few, `taste.unknown`, `signature.*`, `version.*`, `data.*`
 */
export async function newRetrainingOf(given: CommandContext): Promise<Retraining> {
  const { values, positionals, output } = given;
  if (positionals.length > 0) throw usage('retrain takes no names.', 'For example: atelier retrain --taste anime');
  const store = await openStore(given);
  const taste = values.taste === undefined ? undefined : findTaste(await store.tastes(), values.taste).name;
  const scope = { taste, user: values.user?.trim() || undefined };
  const options = {
    ...scope,
    now: new Date(),
    days: wholeNumber(values, 'days', 1, 36_500) ?? RETRAINING_DAYS,
    minRating: numberBetween(values, 'min-rating', 1, 5) ?? RETRAINING_MIN_RATING,
  };
  const approved = requireApproved(await store.approvedPrompts(options), options);
  const { definition, context } = await chosenDefinition(given, IMAGE_PROMPT.name, modeOf(given));
  const student = requireModel(context);
  const facts = {
    definition,
    demos: await demosOf(context, definition),
    ...{ student, teacher: values.teacher ?? student },
    ...{ optimizer: values.optimizer, metric: values.metric, fractions: fractionsOf(values.fractions) },
    ...{ seed: wholeNumber(values, 'seed', 0, 2 ** 31 - 1) ?? 1, budget: budgetOf(values), ablate: values.ablate === true },
    ...{ scope, author: userOf(given), created: options.now.toISOString() },
  };
  const corrected = approved.filter(({ isCorrected }) => isCorrected).length;
  output.note(`Learns from ${counted(approved.length, 'rated prompt')}, ${corrected} of them corrected.`);
  const { Locks, newRetraining, RunFolders } = await import('../store/index.js');
  const workspaceFolder = workspaceOf(given);
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem: () => undefined });
  const spec = await newRetraining(folders, approved, facts);
  return { spec, discard: () => folders.discard(spec.run) };
}
