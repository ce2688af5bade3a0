import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { repoRoot } from '../workbench/paths.mjs';
import { evaluationsInProcess } from './evaluations-in-process.js';
import { type ProcessRun, runMeasured } from './measured-process.js';
import { openPromptfoo, type Promptfoo } from './promptfoo.js';
import { leftOut, median, report } from './report.js';
import { type ServerProcess, type ServerStatistics, startServerProcess } from './server-process.js';

const ROWS = 1_000;
const MANY = 5_000;
const LATENCY_MS = 50;
const ROUNDS = 3;
const SIGNATURE = 'review -> sentiment: class "positive, negative, neutral"';
const CLI = path.join(repoRoot, 'dist/cli.js');

type Run = ProcessRun & ServerStatistics;

/** Evaluations: the loop alone, then the terminal's command over HTTP against bare fetch, `run --batch` and promptfoo. */
export async function evaluations(folder: string): Promise<void> {
  // As it is packed: start-up counts here.
  execFileSync(process.execPath, ['esbuild.mjs', '--release'], { cwd: repoRoot });
  await evaluationsInProcess(folder);
  writeRows(folder, 'rows.csv', ROWS);
  writeRows(folder, 'many.csv', MANY);
  const slow = await startServerProcess('--answer', 'Sentiment: positive', '--latency', String(LATENCY_MS));
  await overHttp(folder, slow);
  slow.stop();
  const fast = await startServerProcess('--answer', 'Sentiment: positive');
  await manyRows(folder, fast);
  fast.stop();
}

/** Rows with labels, three of four of which the server's answer meets. */
function writeRows(folder: string, name: string, count: number): void {
  const rows = Array.from({ length: count }, (_, index) => [
    `${index} The soup was cold but the waiter made up for it with a second bowl.`,
    index % 4 === 3 ? 'negative' : 'positive',
  ]);
  writeFileSync(path.join(folder, name), stringify(rows, { header: true, columns: ['review', 'sentiment'] }));
}

/** 1,000 rows at 50 ms, contenders interleaved: what each process took as a whole, and what the server saw of it. */
async function overHttp(folder: string, server: ServerProcess): Promise<void> {
  const promptfoo = await promptfooOrWhyNot(folder, server.url);
  const contenders: Record<string, { readonly args: (width: number) => readonly string[]; readonly env?: Promptfoo['env'] }> = {
    fetch: {
      args: (width) => [path.join(repoRoot, 'out/test/bench/contender.cjs'), 'fetch', server.url, String(ROWS), String(width), '0'],
    },
    batch: {
      args: (width) => [CLI, 'run', SIGNATURE, '--batch', path.join(folder, 'rows.csv'), '--out', 'out.csv', ...asked(server, width)],
    },
    ours: { args: (width) => evaluateArgs(folder, 'rows.csv', server, width) },
    ...(typeof promptfoo === 'string'
      ? {}
      : { promptfoo, 'promptfoo, nothing kept': { ...promptfoo, args: (width: number) => [...promptfoo.args(width), '--no-write'] } }),
  };
  // promptfoo makes its database on its first run.
  if (typeof promptfoo !== 'string') await runMeasured(workspace(folder), promptfoo.args(32), promptfoo.env);
  await server.statistics();
  for (const [width, bar, goal] of [
    [8, 1.06, 1.03],
    [16, 1.12, 1.05],
    [32, 1.25, 1.1],
  ] as const) {
    const seen = new Map<string, Run[]>(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, { args, env }] of Object.entries(contenders)) {
        const run = await runMeasured(workspace(folder), args(width), env);
        const saw = await server.statistics();
        if (saw.requests !== ROWS) throw new Error(`${name} sent ${saw.requests} requests for ${ROWS} rows`);
        seen.get(name)?.push({ ...run, ...saw });
      }
    }
    const middle = (name: string, value: (each: Run) => number) => median((seen.get(name) ?? []).map(value));
    const wall = (name: string) => middle(name, ({ wallMs }) => wallMs);
    const active = (name: string) => middle(name, ({ activeMs }) => activeMs);
    const ideal = (ROWS / width) * LATENCY_MS;
    for (const name of seen.keys()) {
      report({ what: `@${width} ${name}: whole process`, value: wall(name) / 1000, unit: 's' });
    }
    report({ what: `@${width} evaluate: whole process, of bare fetch`, value: wall('ours') / wall('fetch'), unit: 'x', bar, goal });
    report({ what: `@${width} evaluate: active window, of bare fetch`, value: active('ours') / active('fetch'), unit: 'x' });
    const cpuOfBatch = middle('batch', ({ cpuMs }) => cpuMs) / ROWS;
    const cpu = middle('ours', ({ cpuMs }) => cpuMs) / ROWS;
    report({ what: `@${width} run --batch: CPU per row`, value: cpuOfBatch, unit: 'ms' });
    report({ what: `@${width} evaluate: CPU per row beyond that`, value: cpu - cpuOfBatch, unit: 'ms', bar: 0.3 });
    report({ what: `@${width} evaluate: peak memory, ${ROWS} rows`, value: middle('ours', ({ rssMb }) => rssMb), unit: 'MB', bar: 200 });
    for (const name of [...seen.keys()].filter((each) => each.startsWith('promptfoo'))) {
      const value = (wall(name) - ideal) / (wall('ours') - ideal);
      report({ what: `@${width} ${name}: overhead, of ours`, value, unit: 'x', atLeast: 5 });
    }
    if (typeof promptfoo === 'string') leftOut(`@${width} promptfoo: overhead, of ours`, promptfoo);
  }
}

/** 5,000 rows without latency: memory, and the same again with nothing changed. */
async function manyRows(folder: string, server: ServerProcess): Promise<void> {
  const runs: ProcessRun[] = [];
  const again: Run[] = [];
  const empty: ProcessRun[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const place = workspace(folder);
    // With the response cache, as people run it: what is kept must spare the calls, not the cache.
    const args = evaluateArgs(folder, 'many.csv', server, 16).filter((arg) => arg !== '--no-cache');
    runs.push(await runMeasured(place, args));
    await server.statistics();
    empty.push(await runMeasured(place, ['-e', '0']));
    const repeated = await runMeasured(place, args);
    again.push({ ...repeated, ...(await server.statistics()) });
    const { n, reused } = JSON.parse(readFileSync(repeated.output, 'utf8')) as { n: number; reused: number };
    if (n !== MANY || reused !== MANY) throw new Error(`${reused} of ${n} results were found again, of ${MANY}`);
  }
  report({ what: `${MANY} rows, 0 ms: whole process`, value: median(runs.map(({ wallMs }) => wallMs / 1000)), unit: 's' });
  report({ what: `${MANY} rows: peak memory`, value: median(runs.map(({ rssMb }) => rssMb)), unit: 'MB', bar: 320 });
  report({ what: `${MANY} rows, again: requests`, value: median(again.map(({ requests }) => requests)), unit: '', bar: 0 });
  report({ what: 'floor: an empty node process', value: median(empty.map(({ wallMs }) => wallMs / 1000)), unit: 's' });
  report({ what: `${MANY} rows, again: whole process`, value: median(again.map(({ wallMs }) => wallMs / 1000)), unit: 's', bar: 0.3 });
}

/** A folder of its own for every run: results that are kept must not be found again. */
function workspace(folder: string): string {
  return mkdtempSync(path.join(folder, 'workspace-'));
}

function evaluateArgs(folder: string, file: string, server: ServerProcess, width: number): string[] {
  return [CLI, 'evaluate', SIGNATURE, '--data', path.join(folder, file), ...asked(server, width)];
}

function asked({ url }: ServerProcess, width: number): string[] {
  return ['--json', '--no-cache', '--concurrency', String(width), '--base-url', url, '--model', 'custom:fault-large'];
}

async function promptfooOrWhyNot(folder: string, url: string): Promise<Promptfoo | string> {
  try {
    return await openPromptfoo(folder, url);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
