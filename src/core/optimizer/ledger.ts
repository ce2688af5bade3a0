import { type AtelierError, asAtelierError, cancelled } from '../errors.js';
import { addSpent, NOTHING_SPENT, type Spent } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Phase } from './events.js';
import { type CallSubject, type JournalEntry, NO_JOURNAL, type RunJournal } from './journal.js';
import { type RunBudget, requireLeft } from './run-budget.js';
import { Slots } from './slots.js';

/** Paid work, and what is known of it before it is done. */
export interface Work {
  /** All that decides it. */
  readonly key: string;
  readonly do: () => Promise<Pick<JournalEntry, 'value' | 'spent'>>;
  readonly for?: Omit<CallSubject, 'phase'>;
  /** Aborted when the result does not count any more. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it goes before what waits for a slot. */
  readonly isUrgent?: boolean;
}

export interface LedgerOptions {
  /** Work under way at a time, 1 or more. */
  readonly concurrency: number;
  readonly budget?: RunBudget | undefined;
  readonly journal?: RunJournal | undefined;
  /** Ends all work. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time: what the run has cost, and how many of its calls came out of the journal. */
  readonly onSpent: (spent: Spent, replayed: number) => void;
}

/** All that a run pays for: its one queue, its memory, its journal, its budget. */
export class Ledger {
  /** What the run is doing; the journal says it to people. */
  phase: Phase = 'baseline';
  private readonly slots: Slots;
  private readonly memory = new Map<string, Promise<JsonValue>>();
  private readonly saving = new Set<Promise<void>>();
  private readonly journal: RunJournal;
  private notKept: AtelierError | undefined;
  private paid: Spent = NOTHING_SPENT;
  private replayed = 0;
  private underWay = 0;
  private reserve = NOTHING_SPENT;
  private searching: AbortSignal | undefined;

  constructor(private readonly options: LedgerOptions) {
    this.slots = new Slots(options.concurrency);
    this.journal = options.journal ?? NO_JOURNAL;
  }

  /** The run up to now, what earlier sessions paid included. */
  get spent(): Spent {
    return this.paid;
  }

  /** What follows ends when the signal says so, or when of the budget no more is left than the reserve. */
  beginSearch(signal: AbortSignal | undefined, reserve: Spent): void {
    this.searching = signal;
    this.reserve = reserve;
  }

  /** What follows may use the reserve. */
  endSearch(): void {
    this.searching = undefined;
    this.reserve = NOTHING_SPENT;
  }

  /**
   * Paid work, done once in the life of a run.
   * @throws AtelierError what the work throws, `budget.exceeded`, `cancelled`, and when earlier results could not be kept
   */
  remember(work: Work): Promise<JsonValue> {
    const { key, isUrgent } = work;
    const known = this.memory.get(key);
    if (known !== undefined) return known;
    const kept = this.journal.known.get(key);
    const result = kept === undefined ? this.slots.use(() => this.pay(work), isUrgent) : Promise.resolve(this.replay(kept));
    this.memory.set(key, result);
    // What failed may be tried again; who asked for it is told.
    result.catch(() => this.memory.delete(key));
    return result;
  }

  /** Resolves when all that was paid for is kept. @throws AtelierError `data.*` when it is not */
  async settled(): Promise<void> {
    await Promise.allSettled(this.memory.values());
    await Promise.all(this.saving);
    if (this.notKept !== undefined) throw this.notKept;
  }

  private replay(entry: JournalEntry): JsonValue {
    this.replayed += entry.spent.calls;
    this.book(entry.spent);
    return entry.value;
  }

  private async pay(work: Work): Promise<JsonValue> {
    const { key, signal } = work;
    const subject = { phase: this.phase, ...work.for };
    if (this.notKept !== undefined) throw this.notKept;
    for (const each of [this.options.signal, this.searching, signal]) if (each?.aborted === true) throw cancelled(each.reason);
    requireLeft(this.options.budget, { paid: this.paid, reserve: this.reserve, underWay: this.underWay });
    this.underWay++;
    try {
      const { value, spent } = await work.do();
      this.book(spent);
      this.save({ key, for: subject, value, spent });
      return value;
    } catch (thrown) {
      const { spent } = asAtelierError(thrown);
      if (spent !== undefined) this.book(spent);
      throw thrown;
    } finally {
      this.underWay--;
    }
  }

  /** The next attempt does not wait for the disk; when it fails, no further one begins. */
  private save(entry: JournalEntry): void {
    const saved = this.journal.append(entry).catch((thrown: unknown) => {
      this.notKept ??= asAtelierError(thrown);
    });
    this.saving.add(saved);
    void saved.then(() => this.saving.delete(saved));
  }

  private book(spent: Spent): void {
    this.paid = addSpent(this.paid, spent);
    this.options.onSpent(this.paid, this.replayed);
  }
}
