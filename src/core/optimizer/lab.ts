import { AtelierError, asAtelierError } from '../errors.js';
import { evaluateRow, type Outcome } from '../evaluation/evaluate-row.js';
import { type EvaluatedRow, type EvaluationReport, reportOf } from '../evaluation/report.js';
import { resultKeys } from '../evaluation/result-key.js';
import type { Scorer } from '../evaluation/scorer.js';
import { tasteContext } from '../evaluation/taste-context.js';
import { type Example, exampleHash } from '../example/example.js';
import { leakageOf } from '../example/leakage.js';
import { createExecutor, type Executor } from '../program/executor.js';
import type { Predictor } from '../program/predictor.js';
import { type FieldValues, NOTHING_SPENT, type Program, type Spent } from '../program/program.js';
import { programHash } from '../program/program-hash.js';
import type { Taste } from '../taste/taste.js';
import { canonicalJson, type JsonValue } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { OptimizerEvent } from './events.js';
import type { RunJournal, RunSet } from './journal.js';
import { Ledger, type Work } from './ledger.js';
import type { RunBudget } from './run-budget.js';

/** Asks a model through a signature of the library, such as the one that proposes instructions. */
export interface Asker {
  /** What it is asked with; part of what decides an answer. */
  readonly model: string;
  /** @throws AtelierError `model.*`, `signature.*`, `budget.exceeded`, `cancelled` */
  ask(
    signature: string,
    inputs: FieldValues,
    options: { readonly seed: number; readonly temperature?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly outputs: FieldValues; readonly spent: Spent }>;
}

export interface LabOptions {
  /** Runs the program that is optimized. */
  readonly student: Predictor;
  /** Makes demos for it. */
  readonly teacher: Predictor;
  /** Writes instructions for it; undefined: the teacher's model cannot. */
  readonly asker?: Asker | undefined;
  readonly scorer: Scorer;
  readonly tastes?: readonly Taste[] | undefined;
  /** Runs of programs under way at a time, 1 or more. */
  readonly concurrency: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly budget?: RunBudget | undefined;
  readonly journal?: RunJournal | undefined;
  readonly onEvent?: ((event: OptimizerEvent) => void) | undefined;
  /** Which rows an example is of; the journal says it to people. */
  readonly setOf?: ((example: Example) => RunSet | undefined) | undefined;
  /** Milliseconds on any clock that only goes forward. */
  readonly now: () => number;
}

export interface AttemptOptions {
  readonly by?: 'student' | 'teacher';
  /** 0 for the first; later rounds ask with another seed and a temperature of 1, for another answer. */
  readonly round?: number;
  /** Instead of the program's hash, where something cheaper tells it apart within the run. */
  readonly name?: string;
  /** Aborted when the result does not count any more. */
  readonly signal?: AbortSignal;
}

/**
 * Where an optimizer tries programs. All that is paid goes through the ledger of the run; work with the same key is done once.
 */
export class Lab {
  private readonly executors = new WeakMap<Program, Map<string, Executor>>();
  private readonly hashes = new WeakMap<Example, string>();
  private readonly names = new WeakMap<Program, string>();
  /** By who answers and the program's name, whose hash costs as much as a short attempt when it is long. */
  private readonly keys = new Map<string, ReturnType<typeof resultKeys>>();
  private readonly context: ReturnType<typeof tasteContext>;
  private readonly ledger: Ledger;

  constructor(private readonly options: LabOptions) {
    this.ledger = new Ledger({
      ...{ concurrency: options.concurrency, budget: options.budget, journal: options.journal, signal: options.signal },
      onSpent: (spent, replayed) => this.emit({ kind: 'progress', spent, replayed }),
    });
    this.context = tasteContext(options.tastes ?? []);
  }

  /** Runs of programs under way at a time. */
  get width(): number {
    return this.options.concurrency;
  }

  get seed(): number {
    return this.options.seed;
  }

  /** The run up to now, what earlier sessions paid included. */
  get spent(): Spent {
    return this.ledger.spent;
  }

  /** Ends all work that is under way. */
  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /** Whether a model can write instructions. */
  get canPropose(): boolean {
    return this.options.asker !== undefined;
  }

  /**
   * Begins the search: it ends when the signal says so, or when of the budget no more is left than what comes after it needs.
   * @param reserve what comes after it needs
   */
  beginSearch(signal: AbortSignal | undefined, reserve: Spent): void {
    this.ledger.beginSearch(signal, reserve);
  }

  /** What follows is no part of the search: it may use what was kept back. */
  endSearch(): void {
    this.ledger.endSearch();
  }

  emit(event: OptimizerEvent): void {
    if (event.kind === 'phase') this.ledger.phase = event.phase;
    this.options.onEvent?.(event);
  }

  /**
   * A program on one example: its answer and score, or why there is none.
   * @throws AtelierError when every other attempt would fail as well (no key, budget, cancelled), or results cannot be kept
   */
  async attempt(program: Program, example: Example, options: AttemptOptions = {}): Promise<EvaluatedRow> {
    const { by = 'student', round = 0, signal } = options;
    const { seed, scorer, [by]: predictor } = this.options;
    const name = `${options.name ?? this.nameOf(program)} ${predictor.endpoint}`;
    const hash = this.hashOf(example);
    const keyOf = this.keys.get(`${by} ${name}`) ?? resultKeys({ program: name, model: predictor.model, scorer: scorer.name, seed });
    this.keys.set(`${by} ${name}`, keyOf);
    const key = keyOf(hash, round);
    const { row, inputs, expected } = example;
    const outcome = (await this.remember({
      key,
      do: async () => {
        const outcome = await this.outcomeOf(program, example, by, round);
        return { value: outcome as unknown as JsonValue, spent: outcome.spent };
      },
      for: { by, set: this.options.setOf?.(example), row: row.row, round },
      signal,
    })) as unknown as Outcome;
    const fields = { row: row.row, line: row.line, repeat: round, key, example: hash, inputs, expected };
    return { model: predictor.model, cached: false, ...outcome, ...fields };
  }

  /**
   * The student on examples, in their order; rows that the program has as demos are marked.
   * @throws AtelierError as {@link attempt}
   */
  async evaluate(program: Program, examples: readonly Example[], signal?: AbortSignal): Promise<EvaluationReport> {
    const leaks = leakageOf(program, new Set(), examples);
    const attempts = examples.map(async (example) => {
      const result = await this.attempt(program, example, signal === undefined ? {} : { signal });
      return { ...result, leaked: leaks.get(example.row.row) };
    });
    const rows = await Promise.all(attempts);
    const { student, scorer, seed } = this.options;
    const facts = { program: programHash(program), model: student.model, scorer: scorer.name, seed, repeats: 1, total: rows.length };
    return reportOf({ ...facts, spent: NOTHING_SPENT, reused: 0, stopped: undefined }, rows);
  }

  /**
   * What a model proposes. @throws AtelierError `model.*`, `signature.*`, and as {@link attempt}
   */
  async ask(
    signature: string,
    inputs: FieldValues,
    options: { readonly seed: number; readonly temperature?: number },
  ): Promise<FieldValues> {
    const { asker, signal } = this.options;
    if (asker === undefined)
      throw new AtelierError('internal', 'No model proposes here.', { hint: 'Report it with the steps that led here.' });
    const key = `ask ${sha256(canonicalJson([asker.model, signature, inputs, options]))}`;
    const answer = async () => {
      const { outputs, spent } = await asker.ask(signature, inputs, { ...options, signal });
      return { value: outputs, spent };
    };
    // Proposals are few, and a whole search waits for them.
    return (await this.remember({ key, do: answer, for: { asked: signature }, isUrgent: true })) as FieldValues;
  }

  /** Paid work, done once in the life of a run. @throws AtelierError as {@link Ledger.remember} */
  remember(work: Work): Promise<JsonValue> {
    return this.ledger.remember(work);
  }

  /** Resolves when all that was paid for is kept. @throws AtelierError `data.*` when it is not */
  settled(): Promise<void> {
    return this.ledger.settled();
  }

  private async outcomeOf(program: Program, example: Example, by: 'student' | 'teacher', round: number): Promise<Outcome> {
    const { scorer, seed, signal, now } = this.options;
    const executor = this.executorOf(program, by, round > 0);
    const given = { executor, scorer, seed, signal, trainKeys: new Set<string>(), context: this.context, now };
    try {
      return await evaluateRow(example, round, given, undefined);
    } catch (thrown) {
      const error = asAtelierError(thrown);
      // This program cannot be run by this model; another one may.
      if (error.code === 'model.unsupported') return { spent: error.spent ?? NOTHING_SPENT, error: error.toJSON() };
      throw error;
    }
  }

  private executorOf(program: Program, by: 'student' | 'teacher', isAgain: boolean): Executor {
    const known = this.executors.get(program) ?? new Map<string, Executor>();
    this.executors.set(program, known);
    const name = `${by} ${isAgain}`;
    let executor = known.get(name);
    if (executor === undefined) {
      const predictor = this.options[by];
      const warm: Predictor = {
        ...{ model: predictor.model, endpoint: predictor.endpoint },
        predict: (task, options) => predictor.predict(task, { ...options, temperature: 1 }),
      };
      executor = createExecutor([{ program, predictor: isAgain ? warm : predictor }], this.options.tastes ?? []);
      known.set(name, executor);
    }
    return executor;
  }

  private nameOf(program: Program): string {
    const name = this.names.get(program) ?? programHash(program);
    this.names.set(program, name);
    return name;
  }

  private hashOf(example: Example): string {
    const hash = this.hashes.get(example) ?? exampleHash(example);
    this.hashes.set(example, hash);
    return hash;
  }
}
