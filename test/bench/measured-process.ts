import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a process took, from nothing to its end. */
export interface ProcessRun {
  readonly wallMs: number;
  /** User and system, of all its threads. */
  readonly cpuMs: number;
  /** Peak. */
  readonly rssMb: number;
  /** Where its standard output is. */
  readonly output: string;
}

/** Told at the end of a process by itself: what its children and the shell took is not in it. */
const PROBE = `process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.BENCH_PROBE, JSON.stringify(process.resourceUsage())));
`;

let runs = 0;

/**
 * Runs Node in `folder`, and measures it. Its output goes to a file, as in CI: this process must not read while it measures.
 * @throws Error, with its last words, when it does not end with 0
 */
export async function runMeasured(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessRun> {
  const file = (name: string) => path.join(folder, `${++runs}-${name}`);
  const [probe, usage, output, errors] = [file('probe.cjs'), file('usage.json'), file('output'), file('errors')];
  writeFileSync(probe, PROBE);
  const streams = [openSync(output, 'w'), openSync(errors, 'w')] as const;
  const started = performance.now();
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', probe, ...args], {
      cwd: folder,
      env: { ...process.env, ...env, BENCH_PROBE: usage },
      stdio: ['ignore', ...streams],
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const wallMs = performance.now() - started;
  for (const stream of streams) closeSync(stream);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${readFileSync(errors, 'utf8').slice(-2_000)}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, 'utf8')) as NodeJS.ResourceUsage;
  return { wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: maxRSS / 1000, output };
}
