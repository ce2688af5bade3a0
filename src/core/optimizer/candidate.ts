import type { EvaluationReport } from '../evaluation/report.js';
import type { Program } from '../program/program.js';
import type { VersionDemo } from '../version/version.js';
import { plainDemo } from '../version/version-program.js';

/** A program that an optimizer tries, and where its demos came from. */
export interface Candidate {
  /** As in `CandidateSummary`. */
  readonly id: string;
  readonly about: string;
  readonly program: Program;
  /** Those of the program, in its order. */
  readonly demos: readonly VersionDemo[];
}

/** A candidate that was run on the whole validation set. */
export interface ScoredCandidate extends Candidate {
  readonly report: EvaluationReport;
  /** Failures counted as 0, 0..1: an answer that cannot be read helps nobody. */
  readonly score: number;
  /** Mean of tokens in and out per answer; undefined without an answer. */
  readonly tokens: number | undefined;
}

/** What of a program a candidate changes. */
export interface CandidateChange {
  readonly instructions?: string;
  readonly demos?: readonly VersionDemo[];
  /** As in `Program`. */
  readonly nearestDemos?: number;
}

/** A candidate that differs from another one as said; the other one stays as it is. */
export function changed(from: Candidate, id: string, about: string, change: CandidateChange): Candidate {
  const { nearestDemos: _, ...start } = from.program;
  const demos = change.demos ?? from.demos;
  return {
    id,
    about,
    demos,
    program: {
      ...start,
      instructions: change.instructions ?? start.instructions,
      demos: demos.map(plainDemo),
      ...(change.nearestDemos === undefined ? {} : { nearestDemos: change.nearestDemos }),
    },
  };
}

/** A program to start from, as a candidate. */
export function baselineOf(program: Program, demos?: readonly VersionDemo[]): Candidate {
  return {
    id: 'baseline',
    about: 'the program as it was',
    program,
    demos: demos ?? program.demos.map((demo) => ({ ...demo, augmented: false })),
  };
}
