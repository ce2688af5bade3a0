import { AtelierError, asAtelierError } from '../errors.js';
import { type Example, exampleHash } from '../example/example.js';
import { type LeakagePolicy, type LeakSource, leakageOf, requireUnseen } from '../example/leakage.js';
import type { MetricCase } from '../metric/metric.js';
import { type BatchProgress, progressOf } from '../program/batch-progress.js';
import type { Executor } from '../program/executor.js';
import { runPool } from '../program/pool.js';
import { addSpent, NOTHING_SPENT } from '../program/program.js';
import { programHash } from '../program/program-hash.js';
import { sha256 } from '../text/sha256.js';
import { evaluateRow, isLabeled, isScore, type Outcome } from './evaluate-row.js';
import { type EvaluatedRow, type EvaluationReport, reportOf } from './report.js';
import { resultKeys } from './result-key.js';
import type { Scorer } from './scorer.js';

/** How far an evaluation is; its rows are results: rows of the dataset times repeats. */
export interface EvaluationProgress extends BatchProgress {
  /** Mean of the results so far, 0..1; undefined before the first. */
  readonly score: number | undefined;
}

export interface EvaluateOptions {
  /** In the order of the dataset. */
  readonly examples: readonly Example[];
  readonly executor: Executor;
  readonly scorer: Scorer;
  /** Rows under way at a time, 1 or more. */
  readonly concurrency: number;
  /** How often each row is run, 1 or more; 1 when absent. */
  readonly repeats?: number | undefined;
  /** Repeat `r` asks with `seed + r`, so that a cache or a model that keeps to seeds does not give one answer again. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Keys of the rows that the program was made from, as of `trainKeysOf`. */
  readonly trainKeys?: ReadonlySet<string> | undefined;
  /** What to do with rows that the program has seen; `refuse` when absent. */
  readonly leakage?: LeakagePolicy | undefined;
  /** Results from before, by their `key`: what is found is not run again, failures included. Leave out what shall be tried again. */
  readonly known?: { get(key: string): EvaluatedRow | undefined } | undefined;
  /** What a metric for image prompts needs beside the fields. */
  readonly context?: ((example: Example) => Pick<MetricCase, 'taste' | 'target'>) | undefined;
  /** What a row's prompt is made of that its inputs only name, such as what a picture's file holds: results are kept under it, too. */
  readonly behind?: ((example: Example) => string | undefined) | undefined;
  /** Told each new result as it comes, to keep it; when it fails, the run ends. Results from before are not told. */
  readonly onRow?: ((result: EvaluatedRow) => void | Promise<void>) | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Milliseconds on any clock that only goes forward. */
  readonly now: () => number;
}

/**
 * Runs a program on examples and scores what it answers. A row that fails (model, unreadable answer, metric, a score that is none) is a
 * result with its reason; what would fail every other row as well ends the run, and the results that there are stay. Does the same work
 * for each row however many there are. The same answers and seed give the same report at any concurrency.
 * @throws AtelierError before anything is sent: `usage.invalid` (no example, no label where the scorer needs one, a wrong number),
 *   `evaluation.leaked` (the program has seen rows, and the policy is to refuse)
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationReport> {
  const { examples, scorer, executor, concurrency, repeats = 1, trainKeys = new Set(), leakage = 'refuse' } = options;
  requireCount('Repeats', repeats);
  requireCount('Rows at a time', concurrency);
  if (examples.length === 0) {
    throw new AtelierError('usage.invalid', 'There is no row to evaluate.', {
      hint: 'Name a dataset or a split that has rows which can be used.',
    });
  }
  if (scorer.needsLabels && examples.every((example) => !isLabeled(example))) {
    const names = executor.routes[0].program.signature.outputs.map(({ name }) => name).join(', ');
    throw new AtelierError('usage.invalid', `${scorer.name} compares with labels, and no row has one.`, {
      hint: `Add a column for ${names}, or choose a metric that needs none.`,
    });
  }
  const leaks = leakageOf(executor.routes[0].program, trainKeys, examples);
  requireUnseen(leaks, leakage);
  return new Evaluation({ ...options, repeats, trainKeys }, leaks).run();
}

/** Results from before without those that failed: they are tried again. */
export function withoutFailures(known: ReadonlyMap<string, EvaluatedRow>): NonNullable<EvaluateOptions['known']> {
  return {
    get: (key) => {
      const result = known.get(key);
      return result?.error === undefined ? result : undefined;
    },
  };
}

/** One row in one repeat. */
interface Job {
  readonly index: number;
  readonly example: Example;
  readonly repeat: number;
  readonly hash: string;
  readonly key: string;
}

class Evaluation {
  private readonly results: (EvaluatedRow | undefined)[];
  private readonly left: readonly Job[];
  private readonly started: number;
  private readonly program: string;
  /** What ended the run had cost, and is in no result. */
  private lost = NOTHING_SPENT;
  private ran = 0;
  private failed = 0;
  private scored = 0;
  private sum = 0;

  constructor(
    private readonly options: EvaluateOptions & { readonly repeats: number; readonly trainKeys: ReadonlySet<string> },
    private readonly leaks: ReadonlyMap<number, LeakSource>,
  ) {
    this.program = programHash(options.executor.routes[0].program);
    const jobs = this.jobs();
    this.results = jobs.map((job) => this.knownResult(job));
    this.left = jobs.filter(({ index }) => this.results[index] === undefined);
    this.started = options.now();
  }

  async run(): Promise<EvaluationReport> {
    const { executor, scorer, seed, repeats, concurrency } = this.options;
    for (const { score } of this.results.filter((result) => result !== undefined)) this.count(score);
    let stopped: AtelierError | undefined;
    try {
      this.report();
      stopped = await runPool({
        items: this.left,
        concurrency,
        work: (job) => this.resultOf(job),
        keep: async (result) => {
          await this.options.onRow?.(result);
          this.report();
        },
      });
    } catch (thrown) {
      // What cannot be kept on a disk is still in the report.
      stopped = asAtelierError(thrown);
    }
    const spent = this.left.reduce((total, { index }) => addSpent(total, this.results[index]?.spent ?? NOTHING_SPENT), NOTHING_SPENT);
    const total = this.results.length;
    return reportOf(
      {
        program: this.program,
        model: executor.routes[0].predictor.model,
        scorer: scorer.name,
        seed,
        repeats,
        total,
        spent: addSpent(spent, this.lost),
        reused: total - this.left.length,
        stopped,
      },
      this.results.filter((result) => result !== undefined),
    );
  }

  private jobs(): Job[] {
    const { examples, executor, scorer, seed, repeats } = this.options;
    // Whatever may answer counts: another endpoint, or a fallback, is another run.
    const ways = sha256(
      JSON.stringify(executor.routes.map(({ program, predictor }) => [programHash(program), predictor.model, predictor.endpoint])),
    );
    const keyOf = resultKeys({ program: ways, model: executor.routes[0].predictor.model, scorer: scorer.name, seed });
    return examples.flatMap((example, at) => {
      const hash = exampleHash(example);
      return Array.from({ length: repeats }, (_, repeat) => ({
        index: at * repeats + repeat,
        example,
        repeat,
        hash,
        key: keyOf(this.identityOf(example, hash), repeat),
      }));
    });
  }

  /** A row, and what else its prompt is made of. */
  private identityOf(example: Example, hash: string): string {
    const context = this.options.context?.(example);
    const behind = this.options.behind?.(example);
    const more = context === undefined || Object.keys(context).length === 0 ? '' : ` ${JSON.stringify(context)}`;
    return more === '' && behind === undefined ? hash : sha256(`${hash}${more}${behind === undefined ? '' : ` ${behind}`}`);
  }

  private knownResult(job: Job): EvaluatedRow | undefined {
    const known = this.options.known?.get(job.key);
    if (known === undefined || (known.error === undefined && !isScore(known.score))) return undefined;
    // What was seen may have changed since; only what another way had seen is known from then alone.
    const { leaked, ...outcome } = known;
    const ours = known.model === this.options.executor.routes[0].predictor.model;
    return this.toResult(job, { ...outcome, leaked: this.leaks.get(job.example.row.row) ?? (ours ? undefined : leaked) });
  }

  /** @throws AtelierError when the run ends here */
  private async resultOf(job: Job): Promise<EvaluatedRow> {
    const { example, repeat } = job;
    let outcome: Outcome;
    try {
      outcome = await evaluateRow(example, repeat, this.options, this.leaks.get(example.row.row));
    } catch (thrown) {
      const error = asAtelierError(thrown);
      this.lost = addSpent(this.lost, error.spent ?? NOTHING_SPENT);
      throw error;
    }
    const result = this.toResult(job, outcome);
    this.results[job.index] = result;
    this.ran++;
    this.count(result.score);
    return result;
  }

  private toResult({ example, repeat, hash, key }: Job, outcome: Outcome): EvaluatedRow {
    const { row, inputs, expected } = example;
    const model = this.options.executor.routes[0].predictor.model;
    return {
      model,
      cached: false,
      leaked: this.leaks.get(row.row),
      ...outcome,
      row: row.row,
      line: row.line,
      repeat,
      key,
      example: hash,
      inputs,
      expected,
    };
  }

  /** Running totals: progress must not cost more the further it is. */
  private count(score: number | undefined): void {
    if (score === undefined) {
      this.failed++;
      return;
    }
    this.scored++;
    this.sum += score;
  }

  private report(): void {
    const { now, onProgress } = this.options;
    if (onProgress === undefined) return;
    const { ran, failed, scored, sum } = this;
    const counts = { rows: this.results.length, toRun: this.left.length, ran, failed };
    onProgress({ ...progressOf(counts, (now() - this.started) / 1000), score: scored === 0 ? undefined : sum / scored });
  }
}

function requireCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new AtelierError('usage.invalid', `${what} must be 1 or more, not ${count}.`, { hint: 'Give a whole number.' });
}
