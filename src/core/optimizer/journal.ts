import type { Spent } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';

/** One finished piece of paid work of a run: an answer with its score, or what a model proposed. */
export interface JournalEntry {
  /** All that decides it: the same key is the same work, in this run and in the one that goes on with it. */
  readonly key: string;
  readonly value: JsonValue;
  /** What it cost when it was done. */
  readonly spent: Spent;
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
