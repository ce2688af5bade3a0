import { counted } from '../../core/evaluation/wording.js';
import { IMAGE_PROMPT } from '../../core/image-prompt/programs.js';
import { type ApprovedPrompt, RETRAINING_DAYS, type RetrainingOptions, requireApproved } from '../../core/optimizer/retraining.js';
import type { RunSpec } from '../../core/optimizer/run-spec.js';
import { EMBEDDED } from '../../models/model-ref.js';
import { SEED } from '../run-signature/open-executor.js';
import type { Services } from '../services.js';

const TITLE = 'Retrain from Feedback';

/** One answer to "for whom": a taste or a user; undefined: all. */
interface Choice {
  readonly value: string | undefined;
}

/**
 * Asks for whom `ImagePrompt` is retrained, and makes a run of the prompts that were rated well or corrected lately. Its rows are kept in
 * its folder: `RunFolders.discard` takes them away when it does not begin.
 * @returns undefined when nothing was chosen
 * @throws AtelierError `workspace.*`, `usage.invalid` when there is too little to learn from, with why; `signature.*`, `data.*`
 */
export async function retrainSpec(services: Services): Promise<RunSpec | undefined> {
  services.requireTrust();
  const { host } = services;
  const workspaceFolder = host.workspaceFolder();
  if (workspaceFolder === undefined) throw host.noFolder('Open a folder: ratings are kept in the workspace.');
  const store = await services.generations();
  const created = new Date();
  const all: RetrainingOptions = { now: created, days: RETRAINING_DAYS, minRating: host.settings.learning.minRating };
  const everything = await store.approvedPrompts(all);
  requireApproved(everything, all);
  const taste = await chooseScope(services, 'In which taste?', 'All tastes', everything.approved, (prompt) => prompt.taste);
  if (taste === undefined) return undefined;
  const inTaste = { ...all, taste: taste.value };
  const ofTaste = requireApproved(await store.approvedPrompts(inTaste), inTaste);
  const user = await chooseScope(services, 'By whose ratings?', 'Everyone', ofTaste, (prompt) => prompt.userId);
  if (user === undefined) return undefined;
  const options = { ...inTaste, user: user.value };
  const approved = requireApproved(await store.approvedPrompts(options), options);
  const { Locks, newRetraining, RunFolders } = await import('../../store/index.js');
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem: services.report });
  const { model, userId } = host.settings;
  return newRetraining(folders, approved, {
    ...{ definition: await services.signature(IMAGE_PROMPT.name), student: model, teacher: model, seed: SEED, budget: {} },
    ...{ ablate: model === EMBEDDED, scope: { taste: taste.value, user: user.value }, author: userId, created: created.toISOString() },
  });
}

/** Asks for a part of the prompts; where there is only one part, all of them are meant. */
async function chooseScope(
  { host: { vscode } }: Services,
  question: string,
  all: string,
  prompts: readonly ApprovedPrompt[],
  partOf: (prompt: ApprovedPrompt) => string,
): Promise<Choice | undefined> {
  const counts = new Map<string, number>();
  for (const prompt of prompts) counts.set(partOf(prompt), (counts.get(partOf(prompt)) ?? 0) + 1);
  if (counts.size < 2) return { value: undefined };
  const item = (label: string, count: number, value: string | undefined) => ({
    label,
    description: counted(count, 'rated prompt'),
    choice: { value },
  });
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([part, count]) => item(part, count, part));
  const items = [item(all, prompts.length, undefined), ...parts];
  return (await vscode.window.showQuickPick(items, { title: TITLE, placeHolder: question }))?.choice;
}
