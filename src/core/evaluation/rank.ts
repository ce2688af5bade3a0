import { AtelierError, asAtelierError, cancelled, type ErrorDocument } from '../errors.js';
import { inputsKey } from '../example/example.js';
import { leakageOf } from '../example/leakage.js';
import { comparePair, type PairResult, requireComparer } from '../metric/pairwise.js';
import { type BatchProgress, progressOf } from '../program/batch-progress.js';
import type { Executor } from '../program/executor.js';
import { runPool } from '../program/pool.js';
import { addSpent, type FieldValues, NOTHING_SPENT, type Spent } from '../program/program.js';
import { endsTheRun } from '../program/run-errors.js';
import { PROGRAMS_FAULT } from './compare.js';
import type { RankRow } from './rank-plan.js';
import { type ComparedPair, type RankingReport, rankingReport } from './rank-report.js';

/** One of those that are ranked. */
export interface Contender {
  readonly name: string;
  readonly executor: Executor;
}

export interface RankOptions {
  /** The first one is asked about: the judge is shown its instructions, inputs and labels. Names are different. */
  readonly contenders: readonly [Contender, Contender, ...Contender[]];
  /** From `planRanking` for the same contenders. */
  readonly rows: readonly RankRow[];
  /** Runs a signature such as `CompareAnswers`. */
  readonly comparer: Executor;
  /** Pairs under way at a time, 1 or more. */
  readonly concurrency: number;
  /** Of the answers, and of resampling. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Told after each pair. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
  /** Milliseconds on any clock that only goes forward. */
  readonly now: () => number;
}

/** How many calls a ranking takes. */
export interface RankForecast {
  /** Answers that are asked for, and pairs that are judged in both orders when no two answers are alike. */
  readonly answers: number;
  readonly pairs: number;
  /** When each answer can be read at once and no model fails. */
  readonly usual: number;
  /** When none can, so that each is asked for twice, in every way. What is sent again after a fault of the network is not in it. */
  readonly most: number;
}

/** Calls for one answer: the second when the first cannot be read. */
const MOST_CALLS = 2;

export function forecastRanking({ contenders, rows }: Pick<RankOptions, 'contenders' | 'rows'>): RankForecast {
  const answers = rows.length * contenders.length;
  const pairs = (rows.length * contenders.length * (contenders.length - 1)) / 2;
  const ways = contenders.reduce((sum, { executor }) => sum + executor.routes.length, 0);
  return { answers, pairs, usual: answers + 2 * pairs, most: MOST_CALLS * (rows.length * ways + 2 * pairs) };
}

/**
 * Ranks contenders by what they answer to the same rows: a judge compares each two answers in both orders. Equal answers are a tie, and one
 * that cannot be read loses against one that can, both without the judge. A pair that fails for another reason is a result with it; what
 * would fail every other pair as well ends the run, and the results that there are stay. The same answers and seed give the same report
 * at any concurrency.
 * @throws AtelierError before anything is sent: `usage.invalid` (no row, a wrong number), `signature.invalid` (the comparer compares
 *   nothing)
 */
export async function rank(options: RankOptions): Promise<RankingReport> {
  requireComparer(options.comparer);
  if (options.rows.length === 0) {
    throw new AtelierError('usage.invalid', 'There is no row to compare answers on.', { hint: 'Name a dataset or a split that has rows.' });
  }
  if (!(Number.isSafeInteger(options.concurrency) && options.concurrency >= 1)) {
    throw new AtelierError('usage.invalid', `Pairs at a time must be 1 or more, not ${options.concurrency}.`, {
      hint: 'Give a whole number.',
    });
  }
  const needsLabels = options.comparer.routes[0].program.signature.inputs.some(
    ({ name, optional }) => name === 'reference' && optional !== true,
  );
  if (needsLabels && options.rows.every(([{ expected }]) => Object.keys(expected).length === 0)) {
    throw new AtelierError('usage.invalid', 'The comparer needs a reference, and no row has a label.', {
      hint: 'Add a column of labels, or make its input "reference" optional.',
    });
  }
  return new Ranking(options).run();
}

/**
 * The rows that one of the contenders has seen, which would favour it.
 * @param trainKeys from `planRanking`
 * @returns numbers of rows, by the contender's name; without those that have seen none
 */
export function seenRows({ contenders, rows }: Pick<RankOptions, 'contenders' | 'rows'>, trainKeys: ReadonlySet<string>) {
  const seen = contenders.map(({ name, executor }, at) => {
    const examples = rows.map((row) => row[at] ?? row[0]);
    // What stands in for the first way has demos of its own.
    const known = executor.routes.flatMap(({ program }) => [...leakageOf(program, trainKeys, examples).keys()]);
    return [name, [...new Set(known)].sort((a, b) => a - b)] as const;
  });
  return new Map<string, readonly number[]>(seen.filter(([, numbers]) => numbers.length > 0));
}

/** Two contenders on one row. */
interface Job {
  readonly index: number;
  readonly row: number;
  readonly first: number;
  readonly second: number;
}

interface Answer {
  readonly outputs?: FieldValues;
  readonly error?: ErrorDocument;
}

type Decision = Pick<ComparedPair, 'outcome' | 'decidedBy' | 'judged' | 'error'>;

class Ranking {
  private readonly jobs: readonly Job[];
  private readonly results: (ComparedPair | undefined)[];
  /** By row and contender: asked for once, whoever needs it first. */
  private readonly answers: (Promise<Answer> | undefined)[];
  /** By answer, and by pair: a sum in their order does not depend on which came first. */
  private readonly answerSpent: Spent[];
  private readonly judgeSpent: Spent[];
  private readonly started: number;

  constructor(private readonly options: RankOptions) {
    const { rows, contenders, now } = options;
    const pairs = contenders.flatMap((_, first) => contenders.slice(first + 1).map((_other, at) => ({ first, second: first + 1 + at })));
    this.jobs = rows.flatMap((_, row) => pairs.map((pair, at) => ({ ...pair, row, index: row * pairs.length + at })));
    this.results = this.jobs.map(() => undefined);
    this.judgeSpent = this.jobs.map(() => NOTHING_SPENT);
    this.answers = rows.flatMap(() => contenders.map(() => undefined));
    this.answerSpent = this.answers.map(() => NOTHING_SPENT);
    this.started = now();
  }

  async run(): Promise<RankingReport> {
    const { contenders, comparer, concurrency, seed } = this.options;
    let [ran, failed] = [0, 0];
    this.report(ran, failed);
    const stopped = await runPool({
      items: this.jobs,
      concurrency,
      work: (job) => this.resultOf(job),
      keep: async ({ outcome }) => {
        ran++;
        if (outcome === undefined) failed++;
        this.report(ran, failed);
      },
    });
    const facts = {
      names: contenders.map(({ name }) => name),
      model: contenders[0].executor.routes[0].predictor.model,
      judge: comparer.routes[0].predictor.model,
      comparer: comparer.routes[0].program.signature.name,
      ...{ seed, total: this.jobs.length, stopped },
      spent: [...this.answerSpent, ...this.judgeSpent].reduce(addSpent, NOTHING_SPENT),
    };
    return rankingReport(
      facts,
      this.results.filter((result) => result !== undefined),
    );
  }

  /** @throws AtelierError when the run ends here */
  private async resultOf(job: Job): Promise<ComparedPair> {
    const { rows, contenders, signal } = this.options;
    if (signal?.aborted === true) throw cancelled(signal.reason);
    const asked = await Promise.allSettled([this.answerOf(job.row, job.first), this.answerOf(job.row, job.second)]);
    // Both have ended, and what both cost is known.
    const failed = asked.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const [first, second] = await Promise.all([this.answerOf(job.row, job.first), this.answerOf(job.row, job.second)]);
    const decision = withoutJudge(first, second) ?? (await this.judged(job, first.outputs ?? {}, second.outputs ?? {}));
    const { row, line } = (rows[job.row] as RankRow)[0].row;
    const names = { first: contenders[job.first]?.name ?? '', second: contenders[job.second]?.name ?? '' };
    const result = { row, line, ...names, ...decision, answers: [first.outputs, second.outputs] as const };
    this.results[job.index] = result;
    return result;
  }

  private answerOf(row: number, contender: number): Promise<Answer> {
    const place = row * this.options.contenders.length + contender;
    const answer = this.answers[place] ?? this.ask(row, contender, place);
    this.answers[place] = answer;
    return answer;
  }

  /** @throws AtelierError when the run ends here */
  private async ask(row: number, contender: number, place: number): Promise<Answer> {
    const { rows, contenders, seed, signal } = this.options;
    const example = rows[row]?.[contender];
    const executor = contenders[contender]?.executor;
    if (example === undefined || executor === undefined) throw new RangeError('A row has no inputs for a contender.');
    try {
      const { outputs, calls, usage, costUsd } = await executor.run(example.inputs, { seed, signal });
      this.answerSpent[place] = { calls, usage, costUsd };
      return { outputs };
    } catch (thrown) {
      const error = asAtelierError(thrown);
      this.answerSpent[place] = error.spent ?? NOTHING_SPENT;
      if (endsTheRun(error)) throw error;
      return { error: error.toJSON() };
    }
  }

  /** @throws AtelierError when the run ends here */
  private async judged({ index, row }: Job, first: FieldValues, second: FieldValues): Promise<Decision> {
    const { rows, contenders, comparer, signal } = this.options;
    const { inputs, expected } = (rows[row] as RankRow)[0];
    const { signature } = contenders[0].executor.routes[0].program;
    let judged: PairResult;
    try {
      judged = await comparePair({ executor: comparer, signal }, { signature, inputs, expected, first, second });
    } catch (thrown) {
      const error = asAtelierError(thrown);
      this.judgeSpent[index] = error.spent ?? NOTHING_SPENT;
      if (endsTheRun(error)) throw error;
      return { error: error.toJSON() };
    }
    this.judgeSpent[index] = judged.spent;
    return { outcome: judged.outcome, decidedBy: 'judge', judged };
  }

  private report(ran: number, failed: number): void {
    const { now, onProgress } = this.options;
    const total = this.jobs.length;
    onProgress?.(progressOf({ rows: total, toRun: total, ran, failed }, (now() - this.started) / 1000));
  }
}

/** What needs no judge; undefined when only a judge can tell. */
function withoutJudge(first: Answer, second: Answer): Decision | undefined {
  const failure = [first.error, second.error].find((error) => error !== undefined && !PROGRAMS_FAULT.has(error.code));
  if (failure !== undefined) return { error: failure };
  const error = first.error ?? second.error;
  if (error !== undefined) {
    // Left out, it would make the one look good that answers only what is easy.
    const outcome = first.error === undefined ? 'win' : second.error === undefined ? 'loss' : 'tie';
    return { outcome, decidedBy: 'unreadable', error };
  }
  return inputsKey(first.outputs ?? {}) === inputsKey(second.outputs ?? {}) ? { outcome: 'tie', decidedBy: 'identical' } : undefined;
}
