import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { repoRoot } from '../workbench/paths.mjs';
import { runMeasured } from './measured-process.js';
import { median, report } from './report.js';
import { type ServerStatistics, startServerProcess } from './server-process.js';

const ROWS = 1000;
const LATENCY_MS = 50;

/** 1,000 rows over HTTP at 50 ms, in processes of their own, interleaved: what the server saw of each. */
export async function batches(folder: string): Promise<void> {
  const { url, statistics, stop } = await startServerProcess('--answer', 'Sentiment: positive', '--latency', String(LATENCY_MS));
  const rows = Array.from({ length: ROWS }, (_, index) => `${index} The soup was cold but the waiter made up for it with a second bowl.`);
  writeFileSync(
    path.join(folder, 'rows.csv'),
    stringify(
      rows.map((row) => [row]),
      { header: true, columns: ['review'] },
    ),
  );
  const signature = 'review -> sentiment: class "positive, negative, neutral"';
  let file = 0;
  const contenders: Record<string, (width: number) => string[]> = {
    fetch: (width) => [path.join(repoRoot, 'out/test/bench/contender.cjs'), 'fetch', url, String(ROWS), String(width), '0'],
    'ax alone': (width) => [path.join(repoRoot, 'out/test/bench/contender.cjs'), 'ax alone', url, String(ROWS), String(width), '0'],
    'atelier run --batch': (width) => [
      ...[path.join(repoRoot, 'dist/cli.js'), 'run', signature, '--batch', 'rows.csv', '--out', `out-${++file}.csv`, '--json'],
      ...['--no-cache', '--concurrency', String(width), '--base-url', url, '--model', 'custom:fault-large'],
    ],
  };
  for (const width of [8, 16, 32]) {
    const seen = new Map<string, (ServerStatistics & { rssMb: number })[]>(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < 3; round++) {
      for (const [name, args] of Object.entries(contenders)) {
        const { rssMb } = await runMeasured(folder, args(width));
        seen.get(name)?.push({ ...(await statistics()), rssMb });
      }
    }
    const middle = (name: string, value: (each: ServerStatistics & { rssMb: number }) => number) =>
      median((seen.get(name) ?? []).map(value));
    const active = (name: string) => middle(name, ({ activeMs }) => (100 * (ROWS / width) * LATENCY_MS) / activeMs);
    for (const name of Object.keys(contenders))
      report({ what: `@${width} ${name}: active window, of ideal`, value: active(name), unit: '%' });
    const ours = 'atelier run --batch';
    report({ what: `@${width} behind Ax's own loop`, value: active('ax alone') - active(ours), unit: 'pts', bar: 0 });
    report({ what: `@${width} behind bare fetch`, value: active('fetch') - active(ours), unit: 'pts', goal: 1 });
    report({
      what: `@${width} fetch: not in flight, of what was asked`,
      value: 1 - middle('fetch', (each) => each.meanInFlight) / width,
      unit: '',
    });
    report({
      what: `@${width} not in flight, of what was asked`,
      value: 1 - middle(ours, (each) => each.meanInFlight) / width,
      unit: '',
      bar: 0.07,
    });
    report({ what: `@${width} requests beyond one per row`, value: middle(ours, ({ requests }) => requests) - ROWS, unit: '', bar: 0 });
    report({ what: `@${width} peak memory`, value: middle(ours, ({ rssMb }) => rssMb), unit: 'MB', bar: 200 });
  }
  stop();
}
