import { AtelierError, asAtelierError, cancelled } from '../errors.js';
import { compareReports } from '../evaluation/compare.js';
import type { EvaluationReport } from '../evaluation/report.js';
import type { Scorer } from '../evaluation/scorer.js';
import type { Example } from '../example/example.js';
import { NOTHING_SPENT, type Program, type Spent } from '../program/program.js';
import type { VersionDemo } from '../version/version.js';
import { ablateDemos, type DemoWorth } from './ablation.js';
import { baselineOf, type Candidate, type ScoredCandidate } from './candidate.js';
import { labeledPool } from './demo-pool.js';
import type { BootstrapVerdict, OptimizerEvent } from './events.js';
import { RUN_SETS, type RunSet } from './journal.js';
import { Lab, type LabOptions } from './lab.js';
import { Leaderboard, paretoFront } from './leaderboard.js';
import type { Optimizer } from './optimizer.js';
import type { Measured, OptimizationReport } from './report.js';
import { someOf, withValidation } from './rows.js';

export interface OptimizeOptions extends Omit<LabOptions, 'scorer' | 'setOf'> {
  /** Rows that no part of the search sees: the proof. Empty: there is none. */
  readonly testset: readonly Example[];
  /** The demos of the program with where they came from; default: those of the program, from nowhere. */
  readonly demos?: readonly VersionDemo[] | undefined;
  /** A program that makes the demos in place of the one that is optimized. */
  readonly teacherProgram?: { readonly program: Program; readonly demos: readonly VersionDemo[] } | undefined;
  /** The trainset's file as people read it. */
  readonly trainFile: string;
  /** Whether to find out what each demo of the best candidate is worth. */
  readonly ablate?: boolean | undefined;
  /** Ends the search and keeps the best, which is then measured; `signal` ends all at once. */
  readonly finish?: AbortSignal | undefined;
}

/** A new program, and how it came about. */
export interface Optimized {
  /** The one that was given when nothing is better on validation. */
  readonly program: Program;
  readonly demos: readonly VersionDemo[];
  readonly report: OptimizationReport;
}

/**
 * Looks for a better program, and finds out on rows that the search never saw whether it is one. The program that is given never changes.
 * The same seed and the same answers give the same result at any concurrency, and over any number of interruptions: a run that goes on
 * with its journal pays nothing twice.
 * @param valset rows to choose by; empty: the last 80 % of the trainset
 * @throws AtelierError `usage.invalid`, `optimizer.*`, what every further attempt would fail with as well (no key, no connection), and
 *   `cancelled` for `signal`. A spent budget and `finish` are no errors: the best up to then is the result
 */
export async function optimize(
  program: Program,
  trainset: readonly Example[],
  valset: readonly Example[],
  scorer: Scorer,
  optimizer: Optimizer,
  options: OptimizeOptions,
): Promise<Optimized> {
  const rows = valset.length === 0 ? withValidation(trainset) : { train: trainset, validation: valset };
  const validation = someOf(rows.validation, optimizer.mostValidation ?? rows.validation.length, options.seed);
  return new Run(baselineOf(program, options.demos), rows.train, validation, scorer, optimizer, options).run();
}

class Run {
  private readonly lab: Lab;
  private readonly board: Leaderboard;
  private readonly notes: string[] = [];
  private readonly verdicts = new Map<number, BootstrapVerdict>();

  constructor(
    private readonly start: Candidate,
    private readonly trainset: readonly Example[],
    private readonly valset: readonly Example[],
    scorer: Scorer,
    private readonly optimizer: Optimizer,
    private readonly options: OptimizeOptions,
  ) {
    const { testset } = options;
    const sets = setsOf({ train: trainset, validation: valset, test: testset });
    this.lab = new Lab({ ...options, scorer, setOf: (example) => sets.get(example), onEvent: (event) => this.onEvent(event) });
    this.board = new Leaderboard(this.lab, valset);
  }

  async run(): Promise<Optimized> {
    try {
      return await this.search();
    } catch (thrown) {
      // What was paid for is kept, whatever ended the run.
      await this.lab.settled();
      throw thrown;
    }
  }

  private async search(): Promise<Optimized> {
    const { lab, board, options } = this;
    lab.emit({ kind: 'phase', phase: 'baseline' });
    const baseline = await board.consider(this.start);
    await this.requireAble(baseline);
    this.noteConstant(baseline);
    lab.beginSearch(options.finish, this.reserveFor(baseline));
    let stopped: AtelierError | undefined;
    let worths: readonly DemoWorth[] | undefined;
    try {
      await this.optimizer.run(this.task());
      if (options.ablate === true && board.best !== undefined && board.best.demos.length > 0) {
        lab.emit({ kind: 'phase', phase: 'ablation' });
        worths = await ablateDemos(lab, board.best, this.valset);
      }
    } catch (thrown) {
      stopped = this.earlyEnd(thrown);
      await lab.settled();
    }
    lab.endSearch();
    const best = board.best ?? baseline;
    const { baseline: before, result: after, stopped: cut } = await this.test(baseline, best);
    await lab.settled();
    return this.outcome({ baseline, best, before, after, worths, stopped: stopped ?? cut });
  }

  private task() {
    const { start, trainset, valset, lab, board, options } = this;
    const { trainFile, teacherProgram } = options;
    const labeled = labeledPool(start.program.signature, start.demos, trainset, trainFile);
    const teacher: Candidate | undefined =
      teacherProgram === undefined ? undefined : { id: 'teacher', about: 'the teacher that was given', ...teacherProgram };
    return { start, trainset, valset, labeled, lab, board, trainFile, teacherProgram: teacher };
  }

  /** Both on the test set, together: until now nobody looked at it. */
  private async test(
    baseline: Candidate,
    best: Candidate,
  ): Promise<{
    readonly baseline?: EvaluationReport;
    readonly result?: EvaluationReport;
    readonly stopped?: AtelierError;
  }> {
    const { testset } = this.options;
    if (testset.length === 0) return {};
    this.lab.emit({ kind: 'phase', phase: 'test' });
    try {
      const [before, after] = await Promise.all([baseline, best].map(({ program }) => this.lab.evaluate(program, testset)));
      return before === undefined || after === undefined ? {} : { baseline: before, result: after };
    } catch (thrown) {
      return { stopped: this.earlyEnd(thrown) };
    }
  }

  private outcome(found: {
    readonly baseline: ScoredCandidate;
    readonly best: ScoredCandidate;
    readonly before: EvaluationReport | undefined;
    readonly after: EvaluationReport | undefined;
    readonly worths: readonly DemoWorth[] | undefined;
    readonly stopped: AtelierError | undefined;
  }): Optimized {
    const { baseline, best, before, after, worths, stopped } = found;
    const test = before === undefined || after === undefined ? undefined : compareReports(before, after);
    const measured = (validation: EvaluationReport, on: EvaluationReport | undefined): Measured => ({ validation, test: on });
    const report: OptimizationReport = {
      ...{ optimizer: this.optimizer.name, options: this.optimizer.options, seed: this.options.seed },
      baseline: measured(baseline.report, before),
      result: measured(best.report, after),
      comparison: { validation: compareReports(baseline.report, best.report), test },
      verdict: test === undefined || test.n === 0 ? undefined : test.verdict,
      ...{ candidates: this.board.candidates, best, pareto: paretoFront(this.board.candidates).map(({ id }) => id) },
      verdicts: [...this.verdicts.values()].sort((a, b) => a.row - b.row),
      ...{ worths, notes: this.notes, spent: this.lab.spent, stopped },
    };
    return { program: best.program, demos: best.demos, report };
  }

  /** @returns why the search ended; the run itself goes on. @throws AtelierError when it does not */
  private earlyEnd(thrown: unknown): AtelierError {
    const error = asAtelierError(thrown);
    const { signal, finish } = this.options;
    if (signal?.aborted === true) throw cancelled(signal.reason);
    if (error.code === 'budget.exceeded' || (error.code === 'cancelled' && finish?.aborted === true)) return error;
    throw error;
  }

  /** A model that cannot do the task at all is an error now, not after a search. @throws AtelierError `model.unsupported` */
  private async requireAble({ report }: ScoredCandidate): Promise<void> {
    const [first] = report.rows;
    if (first === undefined || report.rows.some(({ error }) => error?.code !== 'model.unsupported')) return;
    const [demo] = this.task().labeled;
    const [example] = this.valset;
    if (demo === undefined || example === undefined) return;
    const shown = { ...this.start.program, demos: [demo] };
    const { error } = await this.lab.attempt(shown, example);
    if (error?.code !== 'model.unsupported') return;
    throw new AtelierError(error.code, error.message, { hint: error.hint });
  }

  private noteConstant({ report: { rows } }: ScoredCandidate): void {
    const scores = new Set(rows.map(({ score = 0 }) => score));
    const [only] = scores;
    if (scores.size !== 1 || only === undefined) return;
    this.note(
      only === 1
        ? 'The program as it was is right on all of validation: there is nothing to gain there.'
        : `The metric gives ${only.toFixed(2)} to every answer of the program as it was.`,
    );
  }

  /** What comes after the search: two programs on the test set, each answer as dear as one of validation. */
  private reserveFor({ report: { rows } }: ScoredCandidate): Spent {
    const calls = 2 * this.options.testset.length;
    const paid = rows.map(({ answering = NOTHING_SPENT }) => answering);
    const share = rows.length === 0 ? 0 : calls / rows.length;
    const sum = (of: (spent: Spent) => number) => share * paid.reduce((total, each) => total + of(each), 0);
    const usage = {
      promptTokens: sum((each) => each.usage.promptTokens),
      completionTokens: sum((each) => each.usage.completionTokens),
      estimated: true,
    };
    return { calls, usage, costUsd: sum(({ costUsd = 0 }) => costUsd) };
  }

  private onEvent(event: OptimizerEvent): void {
    if (event.kind === 'note') this.notes.push(event.text);
    if (event.kind === 'verdict') this.verdicts.set(event.verdict.row, event.verdict);
    this.options.onEvent?.(event);
  }

  private note(text: string): void {
    this.lab.emit({ kind: 'note', text });
  }
}

function setsOf(rows: Readonly<Record<RunSet, readonly Example[]>>): WeakMap<Example, RunSet> {
  return new WeakMap(RUN_SETS.flatMap((set) => rows[set].map((example) => [example, set] as const)));
}
