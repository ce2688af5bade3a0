import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';
import { requireLabelName, type VersionReference, versionName } from './version-name.js';

/** One move of a label. */
export interface LabelMove {
  readonly label: string;
  /** Null: the label was not there before. */
  readonly from: number | null;
  /** Null: the label was taken away. */
  readonly to: number | null;
  readonly who: string;
  /** ISO 8601. */
  readonly when: string;
  readonly why: string;
  /** It went back to where the label was before. */
  readonly rollback?: boolean | undefined;
  /** The first digits of the hash of `to`: two branches can give one number to two versions. */
  readonly hash?: string | undefined;
}

/** The labels of a signature, and how they came to be where they are. */
export interface Labels {
  /** Number of the version, by the label's name. */
  readonly current: ReadonlyMap<string, number>;
  /** In the order of time. */
  readonly history: readonly LabelMove[];
}

/** Who moves a label, and why. */
export type MoveReason = Pick<LabelMove, 'who' | 'when' | 'why'>;

export const NO_LABELS: Labels = { current: new Map(), history: [] };

/** The label of what runs. */
export const PRODUCTION = 'production';

/** Labels that only move to a version that is worth it, or for a reason. */
export const PROTECTED_LABELS: ReadonlySet<string> = new Set([PRODUCTION]);

/** So many digits of a hash tell two versions of one number apart. */
const HASH_DIGITS = 12;

/**
 * The labels after one of them moved.
 * @param move where to; null takes the label away. `hash`: of the version, whole
 * @throws AtelierError `usage.invalid` for what is no name of a label, `label.unknown` when one is taken away that is not there
 */
export function moveLabel(
  labels: Labels,
  move: MoveReason & { readonly label: string; readonly to: number | null; readonly hash?: string | undefined },
): Labels {
  const { label, to, hash } = move;
  requireLabelName(label);
  const from = labels.current.get(label) ?? null;
  if (to === null && from === null) throw unknownLabel(labels, label);
  return moved(labels, { ...reasonOf(move), label, from, to, ...(hash === undefined ? {} : { hash: hash.slice(0, HASH_DIGITS) }) });
}

/**
 * The labels after one of them went back to where it was before, one step. Again, it goes back one step more.
 * @throws AtelierError `label.unknown`, `usage.invalid` when there is no step back, or no reason is given
 */
export function rollBack(labels: Labels, label: string, reason: MoveReason): Labels {
  const from = labels.current.get(label);
  if (from === undefined) throw unknownLabel(labels, label);
  const target = beforeOf(labels, label);
  if (target === undefined) {
    throw new AtelierError('usage.invalid', `${label} has no version to go back to from ${versionName(from)}.`, {
      hint: 'Move it to the version that you want.',
    });
  }
  if (reason.why.trim() === '') {
    throw new AtelierError('usage.invalid', `Rolling ${label} back needs a reason.`, { hint: 'Say why: it is kept in the history.' });
  }
  const { number: to, hash } = target;
  return moved(labels, { ...reasonOf(reason), label, from, to, rollback: true, ...(hash === undefined ? {} : { hash }) });
}

/** Where a label was before it came to where it is, with what its move there said of the hash; undefined when it was nowhere else. */
export function beforeOf(labels: Labels, label: string): { readonly number: number; readonly hash: string | undefined } | undefined {
  // Moves that were rolled back are no places to go back to.
  const trail: Pick<LabelMove, 'to' | 'hash'>[] = [];
  for (const move of labels.history) {
    if (move.label !== label) continue;
    const at = move.rollback === true ? trail.findLastIndex(({ to }, index) => to === move.to && index < trail.length - 1) : -1;
    if (at >= 0) trail.length = at + 1;
    else trail.push(...(trail.length === 0 && move.from !== null ? [{ to: move.from, hash: undefined }] : []), move);
  }
  const current = labels.current.get(label);
  const before = trail.findLast(({ to }, index) => index < trail.length - 1 && to !== null && to !== current);
  return before === undefined ? undefined : { number: before.to ?? 0, hash: before.hash };
}

/**
 * The number that a reference means.
 * @throws AtelierError `label.unknown`
 */
export function resolveReference(labels: Labels, reference: VersionReference): number {
  if ('number' in reference) return reference.number;
  const number = labels.current.get(reference.label);
  if (number === undefined) throw unknownLabel(labels, reference.label);
  return number;
}

/** The labels of a version, in the order of their names. */
export function labelsOf(labels: Labels, number: number): string[] {
  return [...labels.current].flatMap(([label, at]) => (at === number ? [label] : [])).sort();
}

/** The last move of a label. */
export function lastMove(history: readonly LabelMove[], label: string): LabelMove | undefined {
  return history.findLast((move) => move.label === label);
}

function moved(labels: Labels, move: LabelMove): Labels {
  const current = new Map(labels.current);
  if (move.to === null) current.delete(move.label);
  else current.set(move.label, move.to);
  return { current, history: [...labels.history, move] };
}

function reasonOf({ who, when, why }: MoveReason): MoveReason {
  return { who, when, why };
}

function unknownLabel(labels: Labels, label: string): AtelierError {
  const names = [...labels.current.keys()].sort();
  const guess = nearest(label, names);
  return new AtelierError('label.unknown', `There is no label "${label}".`, {
    hint:
      names.length === 0
        ? 'No version has a label yet.'
        : `${guess === undefined ? '' : `Did you mean "${guess}"? `}Labels: ${names.join(', ')}.`,
  });
}
