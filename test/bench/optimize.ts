// `npm run bench:optimize`: what each optimizer that the embedded model can do brings on rows that its search never saw, by the command of
// the terminal. Exit 1 when for a benchmark that must gain no optimizer does. Names of benchmarks run these alone.
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { OptimizeDocument } from '../../src/core/optimizer/document.js';
import { repoRoot } from '../workbench/paths.mjs';

type Score = Pick<NonNullable<OptimizeDocument['result']['test']>, 'score' | 'interval'>;

interface Benchmark {
  /** As the terminal takes it: a signature of the benchmark's own, or a built-in one. */
  readonly signature: string;
  /** Whether some optimizer must really be better than the start. */
  readonly mustGain: boolean;
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  sentiment: { signature: 'sentiment', mustGain: true },
  routing: { signature: 'routing', mustGain: true },
  extraction: { signature: 'extraction', mustGain: false },
  'image-prompts': { signature: 'ImagePrompt', mustGain: false },
};
const OPTIMIZERS = ['labeled', 'labeled(demos=90)', 'bootstrap', 'random_search', 'knn', 'mipro', 'ablation'];
const NEED_A_LANGUAGE_MODEL = ['gepa', 'instructions'];
const CLI = path.join(repoRoot, 'dist/cli.js');
const SPLITS = ['train.csv', 'validation.csv', 'test.csv'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown benchmark ${unknown.join(', ')}. Benchmarks: ${Object.keys(BENCHMARKS).join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-bench-'));
  try {
    const without: string[] = [];
    for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const gained = await measured(path.join(folder, name), name, benchmark);
      if (benchmark.mustGain && !gained) without.push(name);
    }
    for (const name of without) process.stdout.write(`${name}: MISSED, no optimizer is better than the start\n`);
    if (without.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line for each optimizer. @returns whether one is really better on the test rows: its interval is above 0 */
async function measured(folder: string, name: string, { signature }: Benchmark): Promise<boolean> {
  const source = path.join(repoRoot, 'data/benchmarks', name);
  let gained = false;
  let isFirst = true;
  for (const optimizer of OPTIMIZERS) {
    const found = await optimized(workspace(path.join(folder, optimizer), source), signature, optimizer);
    const { baseline, result, difference } = found;
    if (baseline.test === null || result.test === null || difference.test === null) throw new Error(`${name}: ${optimizer} was not tested`);
    if (isFirst) {
      const { validation, test } = baseline;
      process.stdout.write(`\n${name}: ${validation.n} rows of validation, ${test.n} of test, ${found.metric}, ${found.student}\n`);
      process.stdout.write(line('', 'baseline', 'optimized', 'paired difference', 'verdict', 'calls'));
      isFirst = false;
    }
    const { value, interval } = difference.test;
    gained ||= interval[0] > 0;
    const paired = `${signed(value)} [${signed(interval[0])}, ${signed(interval[1])}]`;
    process.stdout.write(
      line(optimizer, scoreText(baseline.test), scoreText(result.test), paired, found.verdict ?? '-', String(found.calls)),
    );
  }
  for (const optimizer of NEED_A_LANGUAGE_MODEL) process.stdout.write(`  ${optimizer.padEnd(18)}needs a language model as teacher\n`);
  return gained;
}

/** A workspace with the rows of a benchmark and its signature, if it has one. */
function workspace(folder: string, source: string): string {
  mkdirSync(path.join(folder, 'signatures'), { recursive: true });
  for (const split of SPLITS) copyFileSync(path.join(source, split), path.join(folder, split));
  const signature = `${path.basename(source)}.signature.yaml`;
  if (existsSync(path.join(source, signature))) copyFileSync(path.join(source, signature), path.join(folder, 'signatures', signature));
  return folder;
}

/** @throws Error with what the command said when it fails */
function optimized(folder: string, signature: string, optimizer: string): Promise<OptimizeDocument> {
  const data = ['--data', 'train.csv', '--validation', 'validation.csv', '--test', 'test.csv'];
  const args = [CLI, 'optimize', signature, ...data, '--optimizer', optimizer, '--model', 'embedded', '--json'];
  // Nothing of the person's own settings: an endpoint in a variable would be asked in place of the embedded model.
  const options = { cwd: folder, env: { PATH: process.env.PATH }, maxBuffer: 64 << 20 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as OptimizeDocument);
      else reject(new Error(`${signature}, ${optimizer}: ${stderr.slice(-2_000)}`));
    });
  });
}

function scoreText({ score, interval: [low, high] }: Score): string {
  return `${(score ?? Number.NaN).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function signed(value: number | null): string {
  return value === null ? '-' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

function line(optimizer: string, before: string, after: string, difference: string, verdict: string, calls: string): string {
  return `  ${optimizer.padEnd(18)}${before.padEnd(22)}${after.padEnd(22)}${difference.padEnd(26)}${verdict.padEnd(20)}${calls.padStart(6)}\n`;
}
