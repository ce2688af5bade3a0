import { AtelierError } from '../errors.js';
import { type Interval, type Verdict, verdict } from '../evaluation/statistics.js';
import { intervalText, scoreText, signed } from '../evaluation/wording.js';
import { PROTECTED_LABELS } from './labels.js';
import type { Version, VersionDraft, VersionScore } from './version.js';
import { versionName } from './version-name.js';

/** A reason not to move a protected label to a version. */
export interface PromotionConcern {
  /**
   * `no_score`: nobody measured it; `leaked`: its score came from rows that it was made from; `worse`, `no_real_difference`: than the
   * version that has the label; `not_comparable`: with that, they were measured differently.
   */
  readonly kind: 'no_score' | 'leaked' | 'worse' | 'no_real_difference' | 'not_comparable';
  /** One sentence. */
  readonly message: string;
  readonly hint: string;
}

/** How a version does against another. */
export interface ScoreDifference {
  /** -1..1. */
  readonly difference: number;
  /** 95 %. */
  readonly interval: Interval;
  readonly verdict: Verdict;
}

export interface PromotionOptions {
  readonly label: string;
  /** The version that has the label now. */
  readonly current?: Version | undefined;
  /** A comparison of both row by row, which tells more than two scores. */
  readonly comparison?: ScoreDifference | undefined;
  /** {@link PROTECTED_LABELS} when absent. */
  readonly protectedLabels?: ReadonlySet<string> | undefined;
}

/** What speaks against giving a label to a version; nothing for a label that is not protected. */
export function checkPromotion(version: Version, options: PromotionOptions): readonly PromotionConcern[] {
  const { label, current, protectedLabels = PROTECTED_LABELS } = options;
  if (!protectedLabels.has(label)) return [];
  const name = versionName(version.number);
  const { own } = version.scores;
  if (own === undefined && options.comparison === undefined) {
    return [{ kind: 'no_score', message: `${name} has no score.`, hint: 'Evaluate it on rows that it never saw.' }];
  }
  const concerns: PromotionConcern[] = [];
  if (own !== undefined && isLeaked(version, own)) {
    const message = `The score of ${name} came from rows that it was made from (${placeOf(own)}).`;
    concerns.push({ kind: 'leaked', message, hint: 'Evaluate it on rows that it never saw.' });
  }
  if (current === undefined || current.number === version.number) return concerns;
  const other = versionName(current.number);
  const found = options.comparison ?? differenceOf(current.scores.own, own);
  if (found === undefined) {
    const message = `${name} and ${other}, which is ${label} now, were not measured on the same rows with the same metric and model.`;
    return [...concerns, { kind: 'not_comparable', message, hint: 'Evaluate both on one test set.' }];
  }
  if (found.verdict === 'better') return concerns;
  const by = `${signed(found.difference)} ${intervalText(found.interval)}`;
  const [kind, message] =
    found.verdict === 'worse'
      ? (['worse', `${name} is worse than ${other}, which is ${label} now: ${by}.`] as const)
      : (['no_real_difference', `${name} is not really better than ${other}, which is ${label} now: ${by}.`] as const);
  return [...concerns, { kind, message, hint: 'Keep the label where it is, or say why it shall move.' }];
}

/**
 * Lets a promotion pass when nothing speaks against it, or a reason is given.
 * @throws AtelierError `label.protected`, with all that speaks against it
 */
export function requirePromotion(concerns: readonly PromotionConcern[], label: string, why: string): void {
  if (concerns.length === 0 || why.trim() !== '') return;
  throw new AtelierError('label.protected', `${label} is protected. ${concerns.map(({ message }) => message).join(' ')}`, {
    hint: `${[...new Set(concerns.map(({ hint }) => hint))].join(' ')} With a reason it moves nevertheless; the reason is kept.`,
  });
}

/**
 * The difference of two scores that were measured alike: same rows, metric and model. Its interval combines those of the scores as if
 * rows were independent (method 10 of Newcombe 1998; for other means than shares Zou and Donner 2008): for the same rows that is wider
 * than a comparison row by row, so what it calls better is better.
 * @returns undefined when they were measured differently
 */
export function differenceOf(before: VersionScore | undefined, after: VersionScore | undefined): ScoreDifference | undefined {
  if (before === undefined || after === undefined || !isComparable(before, after)) return undefined;
  const difference = after.score - before.score;
  const [[lowBefore, highBefore], [lowAfter, highAfter]] = [before.interval, after.interval];
  const down = Math.hypot(after.score - lowAfter, highBefore - before.score);
  const up = Math.hypot(highAfter - after.score, before.score - lowBefore);
  const interval: Interval = [Math.max(-1, difference - down), Math.min(1, difference + up)];
  return { difference, interval, verdict: verdict(interval) };
}

/** Whether a score says nothing about new rows: they were demos, or in the trainset. */
export function isLeaked({ data }: Pick<VersionDraft, 'data'>, score: VersionScore): boolean {
  const isTrainset = ({ role, sha256, split }: VersionDraft['data'][number]) =>
    role === 'train' && sha256 === score.sha256 && (split === score.split || split === undefined || score.split === undefined);
  return score.leaked || data.some(isTrainset);
}

/** Why a score says nothing about today: the rows or the model are others than it was measured with. */
export interface StaleReason {
  readonly kind: 'data' | 'model';
  /** One sentence. */
  readonly message: string;
}

/**
 * Whether a score still holds.
 * @param now `sha256` of the score's file today, null when it is gone; `model` that runs today; what is absent is not looked at
 */
export function staleReasons(
  score: VersionScore,
  now: { readonly sha256?: string | null | undefined; readonly model?: string | undefined },
): readonly StaleReason[] {
  const reasons: StaleReason[] = [];
  if (now.sha256 === null) reasons.push({ kind: 'data', message: `${score.file}, on which it was measured, is gone.` });
  else if (now.sha256 !== undefined && now.sha256 !== score.sha256) {
    reasons.push({ kind: 'data', message: `${score.file} changed since it was measured.` });
  }
  if (now.model !== undefined && now.model !== score.model) {
    reasons.push({ kind: 'model', message: `It was measured with ${score.model}, and runs with ${now.model}.` });
  }
  return reasons;
}

/** The title of a version in a tab: `v3 (0.72 ±0.05)`. */
export function titleOf({ number, scores }: Pick<Version, 'number' | 'scores'>): string {
  const { own } = scores;
  if (own === undefined) return versionName(number);
  const [low, high] = own.interval;
  return `${versionName(number)} (${scoreText(own.score)} ±${((high - low) / 2).toFixed(2)})`;
}

function isComparable(a: VersionScore, b: VersionScore): boolean {
  return a.metric === b.metric && a.model === b.model && a.sha256 === b.sha256 && a.split === b.split;
}

function placeOf({ file, split }: VersionScore): string {
  return split === undefined ? file : `${file}, ${split}`;
}
