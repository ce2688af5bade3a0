import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { repoRoot } from '../workbench/paths.mjs';
import type { Job, JobResult } from './optimizer-job.js';
import { median, report } from './report.js';
import { startServerProcess } from './server-process.js';

const run = promisify(execFile);
const LATENCY_MS = 50;
const ROUNDS = 3;
const SIGNATURES = path.join(repoRoot, 'data/signatures');
/** Every row is tried, and a teacher shows 16 labeled demos. */
const ATTEMPTS = 100;
const BOOTSTRAP = { spec: `bootstrap(max_bootstrapped_demos=${ATTEMPTS})`, train: ATTEMPTS, validation: 0, constant: true };
/** Rows of validation that are run before a search begins, as in every run: the compiler is at work for some of them. */
const BASELINE = 300;
const SEARCH = { train: 100, validation: 100 };
/** DSPy 3.3.1 on another machine: seconds of a bootstrap of 100 attempts at 50 ms, and milliseconds of an attempt without latency. */
const DSPY_BOOTSTRAP_S = 5.44;
const DSPY_ATTEMPT_MS = 1.8;
const DSPY_CANDIDATES = 16;
/** MIPROv2 light for one predictor: trials, rows of a minibatch, instructions that are proposed. */
const MIPRO = { trials: 10, minibatch: 35, fullEvery: 5, instructions: 3 };

/** Optimizers: their loops against timers and against bare fetch, how full they keep the slots, what an attempt costs, and how many they make. */
export async function optimizers(folder: string): Promise<void> {
  await bootstrapping(folder);
  await overHttp(folder);
  await searches(folder);
  await overhead(folder);
  await closedForms();
  await forecasts();
}

/** In the same process, with its journal on the disk. */
async function bootstrapping(folder: string): Promise<void> {
  const asked = { ...BOOTSTRAP, width: 8, latencyMs: LATENCY_MS };
  const [bare = [], cold = [], warm = []] = await interleaved(
    () => optimizer({ ...asked, what: 'timers' }),
    () => optimizer({ ...asked, folder: kept(folder) }),
    () => optimizer({ ...asked, warm: BASELINE, folder: kept(folder) }),
  );
  const seconds = (results: readonly JobResult[]) => median(results.map(({ wallMs }) => wallMs / 1000));
  report({ what: `bootstrap, ${ATTEMPTS} attempts, @8, 50 ms: ideal`, value: (Math.ceil(ATTEMPTS / 8) * LATENCY_MS) / 1000, unit: 's' });
  report({ what: '  timers alone', value: seconds(bare), unit: 's' });
  report({ what: '  in-process', value: seconds(warm), unit: 's', bar: 0.7 });
  report({ what: '  in-process, nothing run before it', value: seconds(cold), unit: 's' });
  report({ what: '  DSPy, one at a time (elsewhere)', value: DSPY_BOOTSTRAP_S, unit: 's' });
  const one = await optimizer({ ...asked, width: 1, latencyMs: 0 });
  const uneven = await optimizer({ ...asked, uneven: true, folder: kept(folder) });
  for (const [name, found] of [
    ['@8', warm[0]],
    ['@8, answers in another order', uneven],
  ] as const) {
    requireSameDemos(name, found, one);
  }
}

/** Over HTTP, against as many requests by bare fetch. */
async function overHttp(folder: string): Promise<void> {
  const server = await startServerProcess('--answer', 'Sentiment: positive', '--latency', String(LATENCY_MS));
  const quick = await startServerProcess('--answer', 'Sentiment: positive');
  const asked = { ...BOOTSTRAP, width: 8, latencyMs: 0 };
  const seconds = (results: readonly JobResult[]) => median(results.map(({ wallMs }) => wallMs / 1000));
  const seen = async (result: Promise<JobResult>) => {
    const found = await result;
    const { requests, meanInFlight } = await server.statistics();
    if (requests !== ATTEMPTS) throw new Error(`the server saw ${requests} requests for ${ATTEMPTS} attempts`);
    return { ...found, meanInFlight };
  };
  const [bare = [], cold = [], warm = []] = await interleaved(
    () => seen(fetches(server.url)),
    () => seen(optimizer({ ...asked, url: server.url, folder: kept(folder) })),
    () => seen(optimizer({ ...asked, url: server.url, warm: BASELINE, warmUrl: quick.url, folder: kept(folder) })),
  );
  const one = await optimizer({ ...asked, width: 1, url: quick.url });
  server.stop();
  quick.stop();
  report({ what: `bootstrap, ${ATTEMPTS} attempts, @8, HTTP at 50 ms: bare fetch`, value: seconds(bare), unit: 's' });
  report({ what: '  over HTTP', value: seconds(warm), unit: 's', bar: 0.8 });
  report({ what: '  over HTTP, nothing run before it', value: seconds(cold), unit: 's' });
  report({ what: '  of bare fetch', value: seconds(warm) / seconds(bare), unit: 'x' });
  report({ what: '  in flight, mean', value: median(warm.map(({ meanInFlight }) => meanInFlight)), unit: '' });
  report({ what: '  in flight, mean of bare fetch', value: median(bare.map(({ meanInFlight }) => meanInFlight)), unit: '' });
  requireSameDemos('over HTTP, @8', warm[0], one);
}

/** Searches, all calls alike: how much of the slots they use. */
async function searches(folder: string): Promise<void> {
  for (const spec of ['random_search', 'mipro']) {
    for (const width of [8, 16]) {
      const [found = []] = await interleaved(() => optimizer({ spec, ...SEARCH, width, latencyMs: LATENCY_MS, folder: kept(folder) }));
      const share = ({ total, wallMs }: JobResult) => (100 * total * LATENCY_MS) / width / wallMs;
      const what = `${spec}, @${width}, ${found[0]?.total} calls of 50 ms: of ideal`;
      report({ what, value: median(found.map(share)), unit: '%', atLeast: 90 });
    }
  }
}

/** What an attempt costs beside the wait for its answer. */
async function overhead(folder: string): Promise<void> {
  for (const train of [200, 1_000]) {
    const asked = { ...BOOTSTRAP, spec: `bootstrap(max_bootstrapped_demos=${train})`, train, width: 8, latencyMs: 0 };
    const [found = [], rows = []] = await interleaved(
      () => optimizer({ ...asked, warm: BASELINE, folder: kept(folder) }),
      () => evaluated(train, kept(folder)),
    );
    report({ what: `an evaluation of ${train} rows, 0 ms, kept: per row`, value: median(rows.map(perCall)), unit: 'ms' });
    attemptCosts(`bootstrap, ${train} attempts, 0 ms, journal kept`, found, 1);
  }
  report({ what: '  DSPy, nothing kept (elsewhere)', value: DSPY_ATTEMPT_MS, unit: 'ms' });
  const [found = []] = await interleaved(() =>
    optimizer({ spec: 'random_search', ...SEARCH, width: 8, latencyMs: 0, folder: kept(folder) }),
  );
  attemptCosts('random_search, 0 ms, journal kept', found, 1);
}

function perCall({ wallMs, total }: JobResult): number {
  return wallMs / total;
}

function attemptCosts(what: string, found: readonly JobResult[], bar: number): void {
  report({ what: `${what}: per attempt`, value: median(found.map(perCall)), unit: 'ms', bar });
  report({ what: '  processor time of it', value: median(found.map(({ cpuMs, total }) => cpuMs / total)), unit: 'ms' });
}

/** Calls against the closed forms of the same algorithms in DSPy: random search `(N+3)V + bootstraps`, MIPROv2 `V(1+fulls) + 35 trials + bootstraps`. */
async function closedForms(): Promise<void> {
  const { train, validation } = SEARCH;
  const asked = { ...SEARCH, width: 8, latencyMs: 0 };
  const four = { ...asked, constant: true, validation: 0, spec: 'bootstrap' };
  const [alone, eight] = [await optimizer({ ...four, width: 1 }), await optimizer(four)];
  report({ what: 'bootstrap, 4 demos: attempts @1', value: alone.calls.teacher, unit: '' });
  report({ what: '  attempts @8 beyond that', value: eight.calls.teacher - alone.calls.teacher, unit: '', bar: 7 });
  const random = await optimizer({ ...asked, spec: 'random_search' });
  report({ what: 'random_search: calls of the student', value: random.calls.student, unit: '', bar: (DSPY_CANDIDATES + 3) * validation });
  report({ what: '  of the teacher', value: random.calls.teacher, unit: '', bar: train });
  const mipro = await optimizer({ ...asked, spec: 'mipro' });
  // The first full run is the baseline's, which is no part of the search here.
  const fulls = Math.ceil(MIPRO.trials / MIPRO.fullEvery);
  const student = MIPRO.trials * MIPRO.minibatch + fulls * validation;
  report({ what: 'mipro light: calls of the student', value: mipro.calls.student, unit: '', bar: student });
  report({ what: '  of the teacher', value: mipro.calls.teacher, unit: '', bar: train });
  const prompts = 2 + Math.min(9, Math.ceil(train / 10) - 1) + 3 * MIPRO.instructions;
  report({ what: '  that propose', value: mipro.calls.asker, unit: '', bar: prompts });
}

/** Whole runs with baseline and test: what was forecast, and what was called. */
async function forecasts(): Promise<void> {
  const specs = ['labeled', 'knn', 'bootstrap', 'random_search', 'mipro', 'mipro(auto=medium)', 'mipro(zero_shot=true)'];
  for (const spec of [...specs, 'gepa', 'instructions', 'ablation']) {
    const { total, calls, forecast } = await optimizer({ what: 'whole', spec, ...SEARCH, test: 100, width: 8, latencyMs: 0 });
    if (forecast === undefined) throw new Error(`${spec} has no forecast`);
    const made = calls.student + calls.teacher + calls.asker;
    if (total !== made) throw new Error(`${spec} counted ${total} calls, and ${made} were made`);
    report({ what: `${spec}: forecast${forecast.exact ? '' : ', at the most'}`, value: forecast.calls, unit: '' });
    report({ what: '  calls', value: total, unit: '', bar: forecast.calls });
    if (forecast.exact) report({ what: '  off by', value: (100 * Math.abs(forecast.calls - total)) / total, unit: '%', bar: 5 });
  }
}

function requireSameDemos(name: string, found: JobResult | undefined, one: JobResult): void {
  if (one.demos.length > 0 && JSON.stringify(found?.demos) === JSON.stringify(one.demos)) {
    process.stdout.write(`  ${name}: the same ${one.demos.length} demos in the same order as with 1 in flight\n`);
    return;
  }
  throw new Error(`${name}: ${found?.demos.length} demos, and not the ${one.demos.length} of 1 in flight in their order`);
}

/** Each in turn, as often as the others: the machine may change meanwhile. */
async function interleaved<T>(...contenders: readonly (() => Promise<T>)[]): Promise<T[][]> {
  const seen = contenders.map((): T[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) seen[index]?.push(await contender());
  }
  return seen;
}

/** A folder of its own for every run. */
function kept(folder: string): string {
  return mkdtempSync(path.join(folder, 'run-'));
}

async function optimizer(job: Omit<Job, 'signatures' | 'what'> & Partial<Pick<Job, 'what'>>): Promise<JobResult> {
  const whole: Job = { what: 'search', signatures: SIGNATURES, ...job };
  const { stdout } = await run(process.execPath, [path.join(repoRoot, 'out/test/bench/optimizer.cjs'), JSON.stringify(whole)]);
  return JSON.parse(stdout) as JobResult;
}

/** An evaluation without demos, whose loop is known to be cheap: it shows what the machine makes of it now. */
async function evaluated(rows: number, folder: string): Promise<JobResult> {
  const args = ['evaluate', String(rows), '8', '0', String(BASELINE), folder];
  const { stdout } = await run(process.execPath, [path.join(repoRoot, 'out/test/bench/evaluator.cjs'), ...args]);
  return { ...NOTHING, ...(JSON.parse(stdout) as { readonly wallMs: number }), total: rows };
}

/** As many requests by bare fetch, 8 at a time. */
async function fetches(url: string): Promise<JobResult> {
  const contender = path.join(repoRoot, 'out/test/bench/contender.cjs');
  const { stdout } = await run(process.execPath, [contender, 'fetch', url, String(ATTEMPTS), '8', '0']);
  const { perSecond } = JSON.parse(stdout) as { readonly perSecond: number };
  return { ...NOTHING, wallMs: (1000 * ATTEMPTS) / perSecond, total: ATTEMPTS };
}

const NOTHING: JobResult = { wallMs: 0, cpuMs: 0, calls: { student: 0, teacher: 0, asker: 0 }, total: 0, mostUnderWay: 0, demos: [] };
