import type { Spent } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Phase } from './events.js';

/** The rows that a run has: those it learns from, those it chooses by, those it proves its result on. */
export const RUN_SETS = ['train', 'validation', 'test'] as const;
export type RunSet = (typeof RUN_SETS)[number];

/** What a call of a run was for, as people read it; nothing depends on it. */
export interface CallSubject {
  readonly phase: Phase;
  /** The signature that asked, or `reflection`; undefined for an answer of the program itself. */
  readonly asked?: string | undefined;
  /** Who answered with the program; undefined for other questions. */
  readonly by?: 'student' | 'teacher' | undefined;
  readonly set?: RunSet | undefined;
  /** As in `BatchRow`, of the set's file. */
  readonly row?: number | undefined;
  /** 0 for the first try of a row. */
  readonly round?: number | undefined;
}

/** One finished piece of paid work of a run: an answer with its score, or what a model proposed. */
export interface JournalEntry {
  /** All that decides it: the same key is the same work, in this run and in the one that goes on with it. */
  readonly key: string;
  readonly value: JsonValue;
  /** What it cost when it was done. */
  readonly spent: Spent;
  readonly for?: CallSubject | undefined;
}

/**
 * What a run has done already. An optimizer decides by its seed and by answers alone, so a run goes on by beginning anew: what is in the
 * journal is not paid again, and leads to the same decisions.
 */
export interface RunJournal {
  readonly known: ReadonlyMap<string, JournalEntry>;
  /** Saved when it returns. @throws AtelierError `data.*` */
  append(entry: JournalEntry): Promise<void>;
}

/** The journal of a run that nobody goes on with. */
export const NO_JOURNAL: RunJournal = { known: new Map(), append: async () => undefined };
