import { AtelierError } from '../errors.js';
import { counted } from '../evaluation/wording.js';
import { inputsKey } from '../example/example.js';
import type { FeedbackRecord, HistoryRecord } from '../image-prompt/records.js';
import { tasteKey } from '../taste/parse-taste.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Scope } from '../version/version.js';
import type { RunFile, RunSpec } from './run-spec.js';

/** How far back ratings are taken, in days, and the least one that counts, in stars. */
export const RETRAINING_DAYS = 30;
export const RETRAINING_MIN_RATING = 4;
/** Fewer rows cannot be split into rows to learn from, to choose with and to prove it on. */
const FEWEST = 8;
/** New ratings after which retraining is suggested. */
const SUGGEST_AFTER = 20;
const DAY_MS = 86_400_000;

/** Which ratings become rows. */
export interface RetrainingOptions extends Scope {
  readonly now: Date;
  readonly days: number;
  /** 1..5; a corrected prompt counts whatever its rating. */
  readonly minRating: number;
}

/** A prompt that a person found good, or made good. */
export interface ApprovedPrompt {
  readonly promptId: string;
  readonly taste: string;
  readonly userInput: string;
  /** The corrected text, else the final one. */
  readonly text: string;
  readonly isCorrected: boolean;
  /** Who rated it. */
  readonly userId: string;
}

/** What ratings give to learn from. */
export interface ApprovedPrompts {
  /** In the order of their ratings, the oldest first. */
  readonly approved: readonly ApprovedPrompt[];
  /** Ratings in scope that became no row, and why. */
  readonly leftOut: {
    /** Below the bound, and not corrected. */
    readonly lower: number;
    /** Rated before the first day that counts, or nobody knows when. */
    readonly older: number;
    /** A later row has the same input. */
    readonly repeated: number;
    /** The prompt is not in the history any more. */
    readonly missing: number;
  };
}

/**
 * The prompts that a retraining learns from: rated at or above the bound or corrected, within the last days, in the taste and by the user
 * that are asked for. Of a prompt the last rating of each user counts; of two prompts for the same input the one that was rated last.
 * @param feedback in the order of the table, oldest first
 */
export function approvedPrompts(
  history: readonly HistoryRecord[],
  feedback: readonly FeedbackRecord[],
  { now, days, minRating, taste, user }: RetrainingOptions,
): ApprovedPrompts {
  const prompts = new Map(history.map((record) => [record.id, record]));
  const since = now.getTime() - days * DAY_MS;
  const byInput = new Map<string, ApprovedPrompt>();
  const leftOut = { lower: 0, older: 0, repeated: 0, missing: 0 };
  for (const { promptId, rating, correction, timestamp, userId } of lastRatings(feedback)) {
    if (user !== undefined && userId !== user) continue;
    const prompt = prompts.get(promptId);
    if (prompt !== undefined && taste !== undefined && tasteKey(prompt.taste) !== tasteKey(taste)) continue;
    const text = correction.trim() === '' ? (prompt?.finalPrompt ?? '') : correction;
    if (prompt === undefined || prompt.userInput.trim() === '' || text.trim() === '') leftOut.missing++;
    else if (!(Date.parse(timestamp) >= since)) leftOut.older++;
    else if (correction.trim() === '' && (rating ?? 0) < minRating) leftOut.lower++;
    else {
      const key = inputsKey({ taste: tasteKey(prompt.taste), user_input: prompt.userInput });
      // Set anew, so that the order is that of the ratings that count.
      if (byInput.delete(key)) leftOut.repeated++;
      const { taste: name, userInput } = prompt;
      byInput.set(key, { promptId, taste: name, userInput, text, isCorrected: correction.trim() !== '', userId });
    }
  }
  return { approved: [...byInput.values()], leftOut };
}

/** Whether there is as much as a retraining needs. */
export function canRetrain({ approved }: ApprovedPrompts): boolean {
  return approved.length >= FEWEST;
}

/**
 * The prompts that a retraining learns from, when they are enough.
 * @throws AtelierError `usage.invalid` when it is too little, with what was left out and why
 */
export function requireApproved(prompts: ApprovedPrompts, options: RetrainingOptions): readonly ApprovedPrompt[] {
  const { approved, leftOut } = prompts;
  if (canRetrain(prompts)) return approved;
  const { days, minRating, taste, user } = options;
  const reasons = [
    ...(leftOut.lower === 0 ? [] : [`${leftOut.lower} below ${minRating.toFixed(1)}`]),
    ...(leftOut.older === 0 ? [] : [`${leftOut.older} older`]),
    ...(leftOut.repeated === 0 ? [] : [`${leftOut.repeated} of an idea that was rated again`]),
    ...(leftOut.missing === 0 ? [] : [`${leftOut.missing} of prompts that are not in the history any more`]),
  ];
  const whose = `${taste === undefined ? '' : ` for ${taste}`}${user === undefined ? '' : ` by ${user}`}`;
  throw new AtelierError(
    'usage.invalid',
    `${counted(approved.length, 'rating')} of ${minRating.toFixed(1)} or more in ${counted(days, 'day')}${whose}: at least ${FEWEST} are needed.`,
    {
      hint: `${reasons.length === 0 ? '' : `Left out: ${reasons.join(', ')}. `}Rate or correct more prompts, look further back, or take lower ratings.`,
    },
  );
}

/** The rows of a retraining as a table: the inputs and the output of the signature, and the prompt that each row came from. */
export function retrainingTable(
  approved: readonly ApprovedPrompt[],
  output: string,
): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  return {
    columns: ['prompt_id', 'taste', 'user_input', output],
    rows: approved.map(({ promptId, taste, userInput, text }) => [promptId, taste, userInput, text]),
  };
}

/**
 * What retrains when nobody chose: the rows themselves as demos, for each input the nearest. A teacher's demos would be the model's words
 * again, and not those that people found good.
 */
const OPTIMIZER = 'knn';
/** Lint alone cannot see what people like: most prompts pass it. How near an answer comes to the approved one counts as well. */
const METRIC: JsonValue = { weighted: ['prompt_quality', 'image_prompt_lint', 'token_f1'] };

/** What decides a retraining. */
export interface RetrainingFacts extends Omit<RunSpec, 'run' | 'data' | 'optimizer'> {
  /** Default: what the definition names, else the rows as demos. */
  readonly optimizer?: JsonValue | undefined;
}

/** A retraining as a run over a table of rated prompts. */
export function retrainingSpec({ optimizer, metric, ...facts }: RetrainingFacts, run: string, train: RunFile): RunSpec {
  const { metric: ownMetric, optimizer: ownOptimizer, ...options } = facts.definition.optimization ?? {};
  const own = ownOptimizer === undefined ? undefined : { optimizer: ownOptimizer, ...options };
  return { ...facts, run, data: { train }, optimizer: optimizer ?? own ?? OPTIMIZER, metric: metric ?? ownMetric ?? METRIC };
}

/**
 * Ratings that came after a version was made, taken back ones left out.
 * @param lastVersionCreated ISO 8601; undefined when there is no version: all count
 */
export function ratingsSince(ratings: readonly FeedbackRecord[], lastVersionCreated: string | undefined): number {
  const since = lastVersionCreated === undefined ? Number.NEGATIVE_INFINITY : Date.parse(lastVersionCreated);
  return lastRatings(ratings).filter(({ timestamp }) => since === Number.NEGATIVE_INFINITY || Date.parse(timestamp) > since).length;
}

/** Whether retraining is worth a suggestion. @param bound new ratings that it takes; 0: never */
export function isRetrainingDue(newRatings: number, bound: number = SUGGEST_AFTER): boolean {
  return bound > 0 && newRatings >= bound;
}

/** What a suggestion of retraining says; undefined when it is too early. @param bound as in {@link isRetrainingDue} */
export function retrainingSuggestion(newRatings: number, bound: number): string | undefined {
  if (!isRetrainingDue(newRatings, bound)) return undefined;
  return `${counted(newRatings, 'new rating')} since the last version. Shall image prompts learn from what you liked?`;
}

/** Of a prompt the last rating of each user, in their order, without those that were taken back. */
function lastRatings(feedback: readonly FeedbackRecord[]): readonly FeedbackRecord[] {
  const last = new Map<string, FeedbackRecord>();
  for (const each of feedback) {
    const key = JSON.stringify([each.promptId, each.userId]);
    last.delete(key);
    last.set(key, each);
  }
  return [...last.values()].filter(({ rating, correction }) => rating !== undefined || correction.trim() !== '');
}
