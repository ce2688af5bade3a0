import { AtelierError } from '../core/errors.js';
import { makesImagePrompts } from '../core/image-prompt/programs.js';
import { type ApprovedPrompt, type RetrainingFacts, retrainingSpec, retrainingTable } from '../core/optimizer/retraining.js';
import { type RunSpec, runName } from '../core/optimizer/run-spec.js';
import type { RunFolders } from './run-folder.js';

/**
 * A retraining, ready to run: its rows are kept in the folder of the run. When it does not begin, `RunFolders.discard` takes them away.
 * @param approved see `requireApproved`
 * @throws AtelierError `usage.invalid` when the signature makes no image prompt, `data.not_writable`
 */
export async function newRetraining(folders: RunFolders, approved: readonly ApprovedPrompt[], facts: RetrainingFacts): Promise<RunSpec> {
  const { signature } = facts.definition;
  const [output] = signature.outputs;
  if (output === undefined || !makesImagePrompts(signature)) {
    throw new AtelierError('usage.invalid', `Your ratings are of image prompts, and ${signature.name} makes none.`, {
      hint: 'Give it the inputs user_input and taste, and one text as output, or remove the file that replaces the built-in signature.',
    });
  }
  const run = runName(signature.name, new Date(facts.created), crypto.randomUUID().slice(0, 3));
  const { columns, rows } = retrainingTable(approved, output.name);
  return retrainingSpec(facts, run, await folders.keepRows(run, columns, rows));
}
