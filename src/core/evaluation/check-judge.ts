import { AtelierError, asAtelierError, cancelled, type ErrorDocument } from '../errors.js';
import { makesImagePrompts } from '../image-prompt/programs.js';
import type { FeedbackRecord, HistoryRecord } from '../image-prompt/records.js';
import { type Agreement, agreementOf, type RatedTwice, type Trust, trust } from '../metric/agreement.js';
import { runPool } from '../program/pool.js';
import { addSpent, type FieldValues, NOTHING_SPENT, type Spent } from '../program/program.js';
import { endsTheRun } from '../program/run-errors.js';
import type { Signature } from '../signature/signature.js';
import type { Scorer } from './scorer.js';
import type { Interval } from './statistics.js';

/** A prompt that a person rated. */
export interface RatedPrompt {
  readonly prompt: Pick<HistoryRecord, 'taste' | 'userInput' | 'finalPrompt'>;
  /** 1..5. */
  readonly stars: number;
}

export interface CheckJudgeOptions {
  /** What the judge holds the prompts against; from {@link requireRatable}. */
  readonly signature: Signature;
  readonly judge: Scorer;
  readonly rated: readonly RatedPrompt[];
  /** Prompts under way at a time, 1 or more. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/** How far a judge agrees with a person, also when not all could be asked. */
export interface JudgeCheck {
  readonly agreement: Agreement;
  readonly trust: Trust;
  /** Prompts that the judge could not rate; they are in no figure. */
  readonly failed: number;
  readonly spent: Spent;
  /** Why it ended before its last prompt. */
  readonly stopped: AtelierError | undefined;
}

/** The check as data. */
export interface JudgeDocument {
  /** Prompts that both rated. */
  readonly n: number;
  readonly failed: number;
  /** Spearman's; null when one of them rates all alike. */
  readonly rank_correlation: number | null;
  /** 95 %; null for fewer than 4 prompts. */
  readonly interval: Interval | null;
  /** Cohen's, with quadratic weights. */
  readonly kappa: number | null;
  readonly within_one_star: number | null;
  readonly trust: Trust['level'];
  /** For a person: what the figures mean. */
  readonly sentence: string;
  readonly stopped?: ErrorDocument;
}

/**
 * The ratings that count, the newest first: of a prompt the last one, unless it was taken back or is a correction without stars.
 * @param feedback oldest first
 * @param user whose ratings; everyone's when absent
 */
export function lastRatings(
  feedback: readonly FeedbackRecord[],
  user?: string,
): readonly { readonly promptId: string; readonly stars: number }[] {
  const last = new Map<string, FeedbackRecord>();
  for (const each of feedback) {
    if (user !== undefined && each.userId !== user) continue;
    // Set anew, so that the order is that of the last ratings.
    last.delete(each.promptId);
    last.set(each.promptId, each);
  }
  return [...last.values()].flatMap(({ promptId, rating }) => (rating === undefined ? [] : [{ promptId, stars: rating }])).reverse();
}

/**
 * Ratings are of image prompts: they say nothing about a judge of other answers.
 * @throws AtelierError `usage.invalid` for a signature that makes no image prompt: other inputs than `user_input` and `taste`, or more
 *   than one text as output
 */
export function requireRatable(signature: Signature): void {
  if (makesImagePrompts(signature)) return;
  throw new AtelierError(
    'usage.invalid',
    `Your ratings are of image prompts, and ${signature.name} makes none: they say nothing about its judge.`,
    {
      hint: 'Check the judge with a signature from user_input and taste to one text, such as ImagePrompt.',
    },
  );
}

/**
 * Lets a judge rate prompts that a person has rated, and says how far the two agree. A prompt that the judge cannot rate is counted apart;
 * what would fail every other one as well ends the check with what is there.
 */
export async function checkJudge({ signature, judge, rated, concurrency, signal }: CheckJudgeOptions): Promise<JudgeCheck> {
  const found: ({ readonly spent: Spent; readonly pair?: RatedTwice; readonly isLost?: boolean } | undefined)[] = rated.map(
    () => undefined,
  );
  const [output] = signature.outputs;
  const rate = async ({ prompt, stars }: RatedPrompt, index: number): Promise<void> => {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    const inputs: FieldValues = { user_input: prompt.userInput, taste: prompt.taste };
    const outputs: FieldValues = { [output?.name ?? '']: prompt.finalPrompt };
    try {
      const { score, spent = NOTHING_SPENT } = await judge.score({ signature, inputs, expected: {}, outputs }, { signal });
      found[index] = { spent, pair: { stars, score } };
    } catch (thrown) {
      const error = asAtelierError(thrown);
      found[index] = { spent: error.spent ?? NOTHING_SPENT, isLost: endsTheRun(error) };
      if (endsTheRun(error)) throw error;
    }
  };
  const stopped = await runPool({
    items: [...rated.entries()],
    concurrency,
    work: ([index, each]) => rate(each, index),
    keep: async () => undefined,
  });
  const pairs = found.flatMap((each) => each?.pair ?? []);
  const agreement = agreementOf(pairs);
  return {
    agreement,
    trust: trust(agreement),
    failed: found.filter((each) => each?.isLost === false).length,
    spent: found.reduce((sum, each) => addSpent(sum, each?.spent ?? NOTHING_SPENT), NOTHING_SPENT),
    stopped,
  };
}

export function judgeDocument({ agreement, trust: { level, sentence }, failed, stopped }: JudgeCheck): JudgeDocument {
  const { n, rankCorrelation, interval, kappa, withinOneStar } = agreement;
  return {
    ...{ n, failed, rank_correlation: rankCorrelation ?? null, interval: interval ?? null, kappa: kappa ?? null },
    ...{ within_one_star: withinOneStar ?? null, trust: level, sentence },
    ...(stopped === undefined ? {} : { stopped: stopped.toJSON() }),
  };
}
