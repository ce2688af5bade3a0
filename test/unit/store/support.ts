import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import { CsvTable } from '../../../src/store/csv-table.js';
import { Locks } from '../../../src/store/lock.js';
import type { Problem } from '../../../src/store/problem.js';

/** Columns of the tables in these tests. */
export const COLUMNS = ['id', 'text', 'note'];

/** A real, empty folder for each test of the suite that calls this. */
export function useFolder(): { path(...parts: string[]): string } {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'atelier-store-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return { path: (...parts) => path.join(folder, ...parts) };
}

/** A table as an own process would open it: with locks and a cache of its own. */
export function openTable(workspaceFolder: string, file: string, problems: Problem[] = []): CsvTable {
  return new CsvTable({
    file,
    columns: COLUMNS,
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    onProblem: (problem) => problems.push(problem),
  });
}

/** For `assert.rejects`: an AtelierError with this code and these details. */
export function failsWith(code: ErrorCode, details: Partial<Pick<AtelierError, 'file' | 'line'>> = {}): (error: unknown) => boolean {
  return (error) => {
    if (!AtelierError.is(error, code)) return false;
    return Object.entries(details).every(([name, value]) => error[name as keyof AtelierError] === value) && error.hint.length > 0;
  };
}

export type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Starts test/unit/store/append-child.ts as a process. */
export function startChild(args: readonly string[], prefix: readonly string[] = []): Child {
  const [command = process.execPath, ...before] = [...prefix, process.execPath];
  return spawn(command, [...before, path.resolve('out/test/unit/store/append-child.mjs'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** The lines that a process prints, as they come. */
export function linesOf(child: Child): AsyncIterable<string> {
  return createInterface({ input: child.stdout });
}

/** Waits for the end of a process. */
export async function exitOf(child: Child): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode };
  const [code, signal]: (number | string | null)[] = await once(child, 'exit');
  return { code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null };
}
