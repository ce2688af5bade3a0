import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { repoRoot } from '../workbench/paths.mjs';
import { median, report } from './report.js';

const run = promisify(execFile);
const LATENCY_MS = 50;
/** A multiple of every width: the last wave is as full as the others. */
const ROWS = 1_024;
/** The compiler is at work for about so many rows: a run of an hour does not feel it, and this one would. What it costs, the runs over HTTP show. */
const WARM = 2_000;
const WIDTH = 16;
const ROUNDS = 3;

/** Core's `evaluate` with a model in the same process: its loop, Ax, the metric and the report, without a transport. */
export async function evaluationsInProcess(folder: string): Promise<void> {
  for (const [width, bar] of [
    [8, 2],
    [16, 2],
    [32, 4],
  ] as const) {
    const ideal = (ROWS / width) * LATENCY_MS;
    const [timers = 0, ours = 0] = await interleaved(
      () => evaluator('timers', ROWS, width, LATENCY_MS, 0),
      () => evaluator('evaluate', ROWS, width, LATENCY_MS, WARM),
    );
    const behind = (wallMs: number) => 100 * (1 - ideal / wallMs);
    report({ what: `@${width} in-process, 50 ms: timers alone, behind ideal`, value: behind(timers), unit: '%' });
    report({ what: `@${width} in-process, 50 ms: evaluate, behind ideal`, value: behind(ours), unit: '%', bar });
  }
  const kept = () => mkdtempSync(path.join(folder, 'kept-'));
  // As long as one run takes the machine may change: sizes take turns, each run in a process and a folder of its own. Both sizes are
  // warm, or the larger one would win by the share of its rows that ran compiled.
  const [cold = 0, small = 0, large = 0] = await interleaved(
    () => evaluator('evaluate', 5_000, WIDTH, 0, 0, kept()),
    () => evaluator('evaluate', 1_000, WIDTH, 0, WARM, kept()),
    () => evaluator('evaluate', 5_000, WIDTH, 0, WARM, kept()),
  );
  report({ what: '5,000 rows, in-process, 0 ms, results kept, cold', value: cold / 1000, unit: 's', bar: 2 });
  report({ what: 'rows per second at 5,000 rows, warm', value: 5_000 / (large / 1000), unit: '/s' });
  report({ what: '  as a multiple of that at 1,000', value: 5_000 / large / (1_000 / small), unit: 'x', atLeast: 0.95 });
}

/** @returns the median of each */
async function interleaved(...contenders: readonly (() => Promise<number>)[]): Promise<number[]> {
  const seen = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) seen[index]?.push(await contender());
  }
  return seen.map(median);
}

async function evaluator(...args: (string | number)[]): Promise<number> {
  const { stdout } = await run(process.execPath, [path.join(repoRoot, 'out/test/bench/evaluator.cjs'), ...args.map(String)]);
  return (JSON.parse(stdout) as { wallMs: number }).wallMs;
}
