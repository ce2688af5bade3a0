// One optimization in a process of its own, by a model in the same process or at a URL: prints what it took, what it called and found.
// node out/test/bench/optimizer.cjs '<Job as JSON>'
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Example } from '../../src/core/example/example.js';
import { baselineOf } from '../../src/core/optimizer/candidate.js';
import { parseOptimizer } from '../../src/core/optimizer/catalog.js';
import { labeledPool } from '../../src/core/optimizer/demo-pool.js';
import { forecastRun } from '../../src/core/optimizer/forecast.js';
import { Lab } from '../../src/core/optimizer/lab.js';
import { Leaderboard } from '../../src/core/optimizer/leaderboard.js';
import { optimize } from '../../src/core/optimizer/optimize.js';
import type { RunModels } from '../../src/core/optimizer/run-models.js';
import { runPool } from '../../src/core/program/pool.js';
import type { Demo } from '../../src/core/program/program.js';
import { hash32 } from '../../src/core/random.js';
import { runModels } from '../../src/engine/run-models.js';
import type { ChatModel, ChatRequest } from '../../src/models/chat-model.js';
import { ModelHub, type OpenModel } from '../../src/models/model-hub.js';
import { Locks } from '../../src/store/lock.js';
import { RunFolders } from '../../src/store/run-folder.js';
import { parseSignature, requireDefinition } from '../../src/store/signatures-file.js';
import type { Job, JobResult } from './optimizer-job.js';
import { PROGRAM, SCORER } from './toy-program.js';

const TRAIN_FILE = 'train.csv';
/** What an ablation starts from. */
const DEMOS = 6;
const SEED = 1;
/** The longest wait of an uneven model, in milliseconds. */
const UNEVEN_MS = 8;

type Asked = keyof JobResult['calls'];

/** A model in the same process, and who asked it how often. */
class InProcess {
  readonly calls: Record<Asked, number> = { student: 0, teacher: 0, asker: 0 };
  mostUnderWay = 0;
  private underWay = 0;

  constructor(private readonly job: Job) {}

  open(name: 'student' | 'teacher'): OpenModel {
    const port: ChatModel = {
      endpoint: 'bench',
      chat: async (request) => {
        this.calls[isTask(request) ? name : 'asker']++;
        this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
        await this.wait(request);
        this.underWay--;
        const usage = { promptTokens: 1, completionTokens: 1, estimated: false };
        return { text: [this.answer(request)], usage, cached: false, cost: 0 };
      },
      async *stream(request) {
        const result = await port.chat(request);
        yield result.text[0] ?? '';
        return result;
      },
    };
    return { port, model: name, name: `bench:${name}`, concurrency: this.job.width };
  }

  private wait(request: ChatRequest): Promise<void> | undefined {
    const { latencyMs, uneven } = this.job;
    if (uneven === true) return setTimeout(1 + (hash32(reviewOf(request)) % UNEVEN_MS));
    return latencyMs === 0 ? undefined : setTimeout(latencyMs);
  }

  private answer(request: ChatRequest): string {
    const { task, seed, messages } = request;
    if (isTask(request)) {
      const { demos = [], instructions = '' } = task?.program ?? {};
      if (this.job.constant === true) return 'Sentiment: positive';
      return `Sentiment: ${hash32(`${reviewOf(request)} ${demos.length} ${instructions}`) % 2 === 0 ? 'positive' : 'negative'}`;
    }
    const [asked] = messages;
    // The last two are what Ax's GEPA reads.
    return ['Observations: Short reviews.', `Instructions: Judge with care, way ${seed}.`, 'Feedback Summary: Some are wrong.']
      .concat(`New Value: Mind irony, way ${hash32(`${seed} ${messages.at(-1)?.content}`) % 1_000}.`)
      .filter((line) => line.startsWith(`${askedFor(asked?.content ?? '')}:`))
      .join('\n');
  }
}

function isTask({ task }: ChatRequest): boolean {
  return task?.program.signature.name === PROGRAM.signature.name;
}

function reviewOf({ task }: ChatRequest): string {
  return String(task?.inputs.review);
}

function askedFor(system: string): string {
  if (system.includes('Says what a dataset is like')) return 'Observations';
  if (system.includes('Writes better instructions')) return 'Instructions';
  return system.includes('newValue') ? 'New Value' : 'Feedback Summary';
}

/** Rows of which about half are labeled "positive". */
function examples(count: number, from: number): Example[] {
  return Array.from({ length: count }, (_, index) => {
    const review = `${from + index} The soup was cold but the waiter made up for it with a second bowl.`;
    return {
      row: { row: index + 1, line: index + 2, values: {} },
      inputs: { review },
      expected: { sentiment: hash32(review) % 2 === 0 ? 'positive' : 'negative' },
    };
  });
}

async function modelsOf(job: Job, own: InProcess, url = job.url): Promise<RunModels> {
  const find = async (name: string) => {
    const file = path.join(job.signatures, `${name}.signature.yaml`);
    return requireDefinition(parseSignature(await readFile(file, 'utf8'), name, 'built-in'), true);
  };
  if (url === undefined) return { ...runModels(own.open('student'), own.open('teacher'), find), concurrency: job.width };
  const hub = new ModelHub({
    keyFor: async () => undefined,
    baseUrlFor: () => url,
    limits: { concurrency: job.width },
    timeoutMs: 60_000,
    prices: async () => [],
    environmentProxy: false,
  });
  const open = await hub.open('custom:fault-large');
  return runModels(open, open, find);
}

async function journalIn(workspaceFolder: string, run: string) {
  const onProblem = ({ message }: { readonly message: string }) => {
    throw new Error(message);
  };
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem });
  const definition = {
    signature: PROGRAM.signature,
    module: 'predict' as const,
    examples: [],
    optimization: undefined,
    source: 'workspace' as const,
  };
  await folders.create({
    ...{ run, definition, student: 'bench:student', teacher: 'bench:teacher', optimizer: 'bench', seed: SEED, budget: {}, ablate: false },
    ...{ data: { train: { file: TRAIN_FILE, sha256: '' } }, scope: {}, author: 'bench', created: new Date().toISOString() },
  });
  return folders.journal(run, await folders.hold(run));
}

/** The search alone, from its beginning until all is kept: the start was run on validation before. */
async function search(job: Job): Promise<JobResult> {
  const own = new InProcess(job);
  const models = await modelsOf(job, own);
  const [trainset, valset] = [examples(job.train, 0), examples(job.validation, job.train)];
  const optimizer = parseOptimizer(job.spec, models);
  const { student, teacher, asker, concurrency } = models;
  const lab = new Lab({
    ...{ student, teacher, asker, concurrency, scorer: SCORER, seed: SEED, now: () => performance.now() },
    ...(job.folder === undefined ? {} : { journal: await journalIn(job.folder, 'bench') }),
  });
  const board = new Leaderboard(lab, valset);
  const start = baselineOf(PROGRAM);
  const labeled = labeledPool(PROGRAM.signature, start.demos, trainset, TRAIN_FILE);
  if (valset.length > 0) await board.consider(start);
  if (job.warm !== undefined) await warmUp(job, job.warm);
  await lab.settled();
  const before = { ...own.calls };
  const paid = lab.spent.calls;
  const clock = startClock();
  await optimizer.run({ start, trainset, valset, labeled, lab, board, trainFile: TRAIN_FILE });
  await lab.settled();
  const took = clock();
  const calls = { student: own.calls.student - before.student, teacher: own.calls.teacher, asker: own.calls.asker };
  return {
    ...took,
    calls,
    total: lab.spent.calls - paid,
    mostUnderWay: own.mostUnderWay,
    demos: rowsOf(board.candidates.at(-1)?.demos ?? []),
  };
}

/** Runs the start with a labeled demo on other rows, by a model that answers at once. */
async function warmUp(job: Job, rows: number): Promise<void> {
  const quick = { ...job, latencyMs: 0 };
  const { student, teacher, concurrency } = await modelsOf(quick, new InProcess(quick), job.warmUrl);
  const lab = new Lab({ student, teacher, concurrency, scorer: SCORER, seed: SEED, now: () => performance.now() });
  const [shown, ...others] = examples(rows + 1, 20_000);
  const demos = shown === undefined ? [] : [{ inputs: shown.inputs, outputs: shown.expected, quality: 1 }];
  await lab.evaluate({ ...PROGRAM, demos }, others);
}

/** A whole run with its baseline and its test, and what was forecast of it. */
async function whole(job: Job): Promise<JobResult> {
  const own = new InProcess(job);
  const models = await modelsOf(job, own);
  const [trainset, valset] = [examples(job.train, 0), examples(job.validation, job.train)];
  const testset = examples(job.test ?? 0, job.train + job.validation);
  const demos: Demo[] = examples(DEMOS, 10_000).map(({ inputs, expected }) => ({ inputs, outputs: expected, quality: 1 }));
  const program = job.spec === 'ablation' ? { ...PROGRAM, demos } : PROGRAM;
  const optimizer = parseOptimizer(job.spec, models);
  const labeled = labeledPool(program.signature, baselineOf(program).demos, trainset, TRAIN_FILE);
  const forecast = await forecastRun({
    ...{ optimizer, program, trainset, valset, testset, labeled, canPropose: models.asker !== undefined, ablate: false },
    ...{ ...models.terms, promptTokens: models.promptTokens, tokensOf: models.tokensOf },
  });
  const { student, teacher, asker, concurrency } = models;
  const clock = startClock();
  const found = await optimize(program, trainset, valset, SCORER, optimizer, {
    ...{ student, teacher, asker, concurrency, testset, seed: SEED, trainFile: TRAIN_FILE, now: () => performance.now() },
    ...(job.folder === undefined ? {} : { journal: await journalIn(job.folder, 'bench') }),
  });
  const took = clock();
  const { calls, mostUnderWay } = own;
  const { calls: expected, exact } = forecast;
  return {
    ...took,
    calls,
    total: found.report.spent.calls,
    mostUnderWay,
    demos: rowsOf(found.demos),
    forecast: { calls: expected, exact },
  };
}

function rowsOf(demos: readonly { readonly inputs: Demo['inputs']; readonly outputs: Demo['outputs'] }[]): string[] {
  return demos.map(({ inputs, outputs }) => `${String(inputs.review)} -> ${String(outputs.sentiment)}`);
}

/** The floor: nothing but the timers of as many calls. */
async function timers({ train, width, latencyMs }: Job): Promise<JobResult> {
  const clock = startClock();
  await runPool({ items: examples(train, 0), concurrency: width, work: () => setTimeout(latencyMs), keep: async () => undefined });
  return { ...clock(), calls: { student: 0, teacher: 0, asker: 0 }, total: train, mostUnderWay: width, demos: [] };
}

/** @returns tells what it took since, in milliseconds */
function startClock(): () => Pick<JobResult, 'wallMs' | 'cpuMs'> {
  const before = process.cpuUsage();
  const started = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
  };
}

async function main([json = '{}']: string[]): Promise<void> {
  const job = JSON.parse(json) as Job;
  const result = await { search, whole, timers }[job.what](job);
  // Sockets that are kept alive would keep the process alive.
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
}

void main(process.argv.slice(2));
