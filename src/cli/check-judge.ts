import { checkJudge, type JudgeCheck, lastRatings, type RatedPrompt, requireRatable } from '../core/evaluation/check-judge.js';
import type { Scorer } from '../core/evaluation/scorer.js';
import { counted } from '../core/evaluation/wording.js';
import type { Signature } from '../core/signature/signature.js';
import { type CommandContext, openStore } from './context.js';
import { usage, wholeNumber } from './options.js';

/** Fewer ratings show nothing, whatever the judge says. */
const FEWEST = 10;
const MOST = 1000;
/** No endpoint takes more requests at a time; the queue of each one holds the others back. */
const AT_A_TIME = 64;

/**
 * `--check-judge N`: the newest N prompts that were rated, of `--user` or of all, to be rated by the judge as well.
 * @param judge undefined: the metric is no judge
 * @returns what asks the judge; undefined when nobody asked for it
 * @throws AtelierError `usage.invalid` (no judge, ratings of something else, a wrong number), `data.*`, before anything is paid
 */
export async function prepareJudgeCheck(
  context: CommandContext,
  signature: Signature,
  judge: Scorer | undefined,
): Promise<(() => Promise<JudgeCheck>) | undefined> {
  const { values, output, signal } = context;
  const most = wholeNumber(values, 'check-judge', FEWEST, MOST);
  if (most === undefined) {
    if (values.user !== undefined)
      throw usage('--user says whose ratings a judge is checked with.', `Add --check-judge ${FEWEST} or more.`);
    return undefined;
  }
  if (judge === undefined) throw usage('--check-judge checks a judge, and the metric is none.', 'Add --metric judge.');
  requireRatable(signature);
  const rated = await newestRated(context, most);
  output.note(
    `The judge rates ${counted(rated.length, 'prompt')} that you have rated, without a reference: ${counted(rated.length, 'call')}, at most ${2 * rated.length}.`,
  );
  return async () => {
    const check = await checkJudge({ signature, judge, rated, concurrency: AT_A_TIME, signal });
    if (check.failed > 0)
      output.warn(`The judge could not rate ${check.failed} of ${counted(rated.length, 'prompt')} that you have rated.`);
    if (check.stopped !== undefined) output.warn(`The check of the judge ended early: ${check.stopped.message} ${check.stopped.hint}`);
    if (check.trust.level === 'low') output.warn(check.trust.sentence);
    return check;
  };
}

async function newestRated(context: CommandContext, most: number): Promise<RatedPrompt[]> {
  const store = await openStore(context);
  const ratings = lastRatings(await store.ratingPorts().feedback(), context.values.user?.trim());
  const rated: RatedPrompt[] = [];
  for (const { promptId, stars } of ratings) {
    // A prompt that was moved out of the history cannot be rated again.
    const prompt = await store.findHistory(promptId);
    if (prompt !== undefined) rated.push({ prompt, stars });
    if (rated.length === most) break;
  }
  return rated;
}
