import type { ErrorDocument } from '../errors.js';
import type { Interval } from '../evaluation/statistics.js';
import type { FieldValues, Spent } from '../program/program.js';

/** What a run is doing. */
export const PHASES = ['baseline', 'bootstrap', 'propose', 'search', 'ablation', 'test'] as const;
export type Phase = (typeof PHASES)[number];

/** What became of one example of the trainset when the teacher tried to make a demo of it. */
export interface BootstrapVerdict {
  /** As in `BatchRow`. */
  readonly row: number;
  /** 0 for the first try. */
  readonly round: number;
  readonly verdict: 'accepted' | 'rejected' | 'failed';
  /** 0..1; undefined when it failed. */
  readonly score?: number | undefined;
  readonly feedback?: string | undefined;
  readonly outputs?: FieldValues | undefined;
  /** Why it failed. */
  readonly error?: ErrorDocument | undefined;
}

/** A candidate program as lists show it. */
export interface CandidateSummary {
  /** `baseline`, `bootstrap`, `seed 3`, `trial 7`: the same in every run with the same seed. */
  readonly id: string;
  /** How it came about, in a few words. */
  readonly about: string;
  readonly instructions: string;
  readonly demos: number;
  /** Demos that a model made. */
  readonly augmented: number;
  /** On the whole validation set, failures counted as 0; undefined when it was never run on all of it. */
  readonly score: number | undefined;
  readonly interval: Interval | undefined;
  /** Rows behind the score. */
  readonly n: number;
  /** Mean of tokens in and out per answer; undefined without an answer. */
  readonly tokens: number | undefined;
}

/** What happens in a run, as it happens. */
export type OptimizerEvent =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'verdict'; readonly verdict: BootstrapVerdict }
  | { readonly kind: 'candidate'; readonly candidate: CandidateSummary; readonly isBest: boolean }
  | { readonly kind: 'note'; readonly text: string }
  | {
      readonly kind: 'progress';
      /** Of the whole run, what earlier sessions paid included. */
      readonly spent: Spent;
      /** Calls of this session that came out of the journal. */
      readonly replayed: number;
    };
