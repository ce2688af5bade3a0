// What the folds of the page say of a run, before any of it is drawn.
import type { BootstrapVerdict, CandidateSummary, OptimizeDocument, RunView } from '../../src/features/optimize/protocol.js';
import { counted, whole } from '../shared/format.js';

export const EXAMPLE_KINDS = ['accepted', 'rejected', 'failed'] as const;
export type ExampleKind = (typeof EXAMPLE_KINDS)[number];

export interface Note {
  readonly kind: 'warning' | 'note';
  readonly text: string;
}

/** A candidate with what the table says of it. */
export interface CandidateRow {
  readonly candidate: CandidateSummary;
  readonly isBest: boolean;
  /** None beats it in both score and tokens. */
  readonly isFront: boolean;
  /** `v4` when it was saved; undefined when it was not, or nobody knows. */
  readonly version: string | undefined;
  readonly canSave: boolean;
}

/** What the best program has that the start had not, as far as it is known. */
export interface Found {
  readonly before: string;
  readonly after: string;
  /** Undefined while the run has not come to its end. */
  readonly demos: OptimizeDocument['demos'] | undefined;
  /** How many there are. */
  readonly count: number;
  /** The score on validation with all of them; null when there is none. */
  readonly score: number | null;
  readonly isDone: boolean;
}

/** Undefined before anything was measured. */
export function foundIn({ result, candidates, best }: RunView): Found | undefined {
  if (result !== null) {
    const { instructions_before: before, instructions: after, demos } = result;
    return { before, after, demos, count: demos.length, score: result.result.validation.score, isDone: true };
  }
  const [start] = candidates;
  const leader = candidates.find(({ id }) => id === best);
  if (start === undefined || leader === undefined) return undefined;
  const { instructions: after, demos: count, score = null } = leader;
  return { before: start.instructions, after, demos: undefined, count, score, isDone: false };
}

export function learntNote(found: Found | undefined): string {
  if (found === undefined) return 'nothing yet';
  const { before, after, count, isDone } = found;
  return `${isDone ? '' : 'so far: '}instructions ${before === after ? 'as they were' : 'changed'} · ${counted(count, 'demo')}`;
}

/** What the table says. The start is a version already, or the signature itself: it is not saved again. */
export function candidateRows({ status, result, best, candidates }: RunView, canAct: boolean): CandidateRow[] {
  const shown = result?.candidates ?? candidates;
  return shown.map((candidate, index) => {
    const isBest = candidate.id === (result?.best ?? best);
    const version = isBest && index > 0 ? (result?.version ?? undefined) : undefined;
    const canSave = status === 'done' && canAct && index > 0 && version === undefined;
    return { candidate, isBest, isFront: result?.pareto.includes(candidate.id) ?? false, version, canSave };
  });
}

/** `31 accepted, 9 rejected, 2 failed`; without those that do not occur */
export function exampleCounts(verdicts: readonly BootstrapVerdict[]): string {
  const counts = EXAMPLE_KINDS.map((kind) => [kind, verdicts.filter(({ verdict }) => verdict === kind).length] as const);
  const occurring = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${whole(count)} ${kind}`);
  return occurring.length === 0 ? 'none' : occurring.join(', ');
}

/** Each once, warnings first. */
export function notesOf({ warnings, notes, result }: RunView): Note[] {
  const stopped = result === null || result.stopped === null ? [] : [`It ended early. ${result.stopped.message} ${result.stopped.hint}`];
  const later = new Set([...notes, ...(result?.notes ?? []), ...stopped]);
  return [
    ...[...new Set(warnings)].map((text) => ({ kind: 'warning' as const, text })),
    ...[...later].map((text) => ({ kind: 'note' as const, text })),
  ];
}
