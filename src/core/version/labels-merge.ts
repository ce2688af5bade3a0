import { canonicalJson } from '../text/json-schema.js';
import { type LabelMove, type Labels, lastMove, type MoveReason, moveLabel } from './labels.js';

/** A label that two sides of a merge have at different versions. */
export interface ConflictingLabel {
  readonly label: string;
  /** Null: it is not there. */
  readonly ours: number | null;
  readonly theirs: number | null;
}

/** What two sides of a merge say about the labels of a signature. */
export interface LabelsConflict {
  readonly ours: Labels;
  readonly theirs: Labels;
  /** What git calls the sides. */
  readonly oursName: string;
  readonly theirsName: string;
  /** The labels that both moved, to different versions; what only one side moved is no conflict. */
  readonly labels: readonly ConflictingLabel[];
}

/** What shall count: a side for all labels, or a version (null: none) for each. */
export type LabelsChoice = 'ours' | 'theirs' | Readonly<Record<string, number | null>>;

/** What differs between two sides. */
export function conflictOf(ours: Labels, theirs: Labels, oursName: string, theirsName: string): LabelsConflict {
  const labels = namesOf(ours, theirs).flatMap((label): ConflictingLabel[] => {
    const [mine, other] = [ours.current.get(label) ?? null, theirs.current.get(label) ?? null];
    return mine === other || onlyMover(ours, theirs, label) !== undefined ? [] : [{ label, ours: mine, theirs: other }];
  });
  return { ours, theirs, oursName, theirsName, labels };
}

/**
 * One document with the moves of both sides, in the order of time and none twice. Where the last of them did not go to what was chosen,
 * one move more says so.
 * @param choice for the labels of `conflict.labels`; what is not chosen stays as ours
 * @param reason of that move
 */
export function resolveLabels(conflict: LabelsConflict, choice: LabelsChoice, reason: MoveReason): Labels {
  const { ours, theirs } = conflict;
  const wanted = new Map(
    namesOf(ours, theirs).map((label): [string, number | null] => {
      const open = conflict.labels.find((each) => each.label === label);
      if (open === undefined) return [label, (onlyMover(ours, theirs, label) ?? ours).current.get(label) ?? null];
      if (typeof choice === 'string') return [label, open[choice]];
      return [label, Object.hasOwn(choice, label) ? (choice[label] ?? null) : open.ours];
    }),
  );
  const history = mergeMoves(ours.history, theirs.history);
  const reached = namesOf(ours, theirs).flatMap((label): [string, number][] => {
    const to = lastMove(history, label)?.to ?? null;
    return to === null ? [] : [[label, to]];
  });
  let labels: Labels = { current: new Map(reached), history };
  for (const [label, to] of wanted) {
    if ((labels.current.get(label) ?? null) === to) continue;
    const { who, when, why } = reason;
    const known = [...ours.history, ...theirs.history].findLast((move) => move.label === label && move.to === to);
    labels = moveLabel(labels, { label, to, who, when, why, hash: known?.hash });
  }
  return labels;
}

/** The same moves, with each label where its last move went. */
export function withoutHistory({ current, history }: Labels): Labels {
  const names = new Set([...current.keys(), ...history.map(({ label }) => label)]);
  const entries = [...names].flatMap((label): [string, number][] => {
    const to = lastMove(history, label)?.to ?? null;
    return to === null ? [] : [[label, to]];
  });
  return { current: new Map(entries), history };
}

/** The side that alone moved a label since both were the same; undefined when both did, or none. */
function onlyMover(ours: Labels, theirs: Labels, label: string): Labels | undefined {
  const [mine, others] = [ours, theirs].map(({ history }) => history.filter((move) => move.label === label).map(canonicalJson));
  const more = (side: readonly string[] = [], other: readonly string[] = []) => side.some((move) => !other.includes(move));
  const [iMoved, theyMoved] = [more(mine, others), more(others, mine)];
  return iMoved === theyMoved ? undefined : iMoved ? ours : theirs;
}

/** Each side keeps its order, whatever its clock said; between them the earlier move goes first. */
function mergeMoves(ours: readonly LabelMove[], theirs: readonly LabelMove[]): LabelMove[] {
  const merged: LabelMove[] = [];
  const seen = new Set<string>();
  const timeOf = (move: LabelMove | undefined) => (move === undefined ? Number.POSITIVE_INFINITY : Date.parse(move.when) || 0);
  for (let [mine, other] = [0, 0]; mine < ours.length || other < theirs.length; ) {
    const move = timeOf(ours[mine]) <= timeOf(theirs[other]) && mine < ours.length ? ours[mine++] : theirs[other++];
    const key = canonicalJson(move);
    if (move === undefined || seen.has(key)) continue;
    seen.add(key);
    merged.push(move);
  }
  return merged;
}

function namesOf(ours: Labels, theirs: Labels): string[] {
  return [...new Set([ours, theirs].flatMap(({ current, history }) => [...current.keys(), ...history.map(({ label }) => label)]))].sort();
}
