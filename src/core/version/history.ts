import type { Version } from './version.js';
import { versionFileName, versionName } from './version-name.js';

/** What of a version its history needs; without the hashes only the numbers of parents count. */
export interface HistoryEntry extends Pick<Version, 'number' | 'parents'> {
  readonly parentHashes?: readonly string[] | undefined;
  readonly hash?: string | undefined;
}

/** Something wrong with where a version comes from. The version itself can be used. */
export interface HistoryProblem {
  /**
   * `missing`: there is no file of a parent; `replaced`: a parent's number belongs to another version now; `cycle`: versions come from
   * each other.
   */
  readonly kind: 'missing' | 'replaced' | 'cycle';
  /** The version that says so; of a cycle its smallest. */
  readonly version: number;
  /** One sentence; it names the files. */
  readonly message: string;
  readonly hint: string;
}

/** Which version came from which. */
export interface History<T extends HistoryEntry> {
  /** The newest first. */
  readonly versions: readonly T[];
  readonly problems: readonly HistoryProblem[];
  get(number: number): T | undefined;
  /** The versions that it was made from, as far as there are files of them. */
  parentsOf(number: number): readonly T[];
  /** The versions that were made from it, the newest first. */
  childrenOf(number: number): readonly T[];
  /** All that it goes back to, the newest first; in a cycle never itself. */
  ancestorsOf(number: number): readonly T[];
}

/** The history of the versions of one signature. @param versions in any order */
export function historyOf<T extends HistoryEntry>(versions: readonly T[]): History<T> {
  const byNumber = new Map(versions.map((version) => [version.number, version]));
  const newestFirst = (found: Iterable<T>) => [...found].sort((a, b) => b.number - a.number);
  const children = new Map<number, T[]>();
  const sorted = newestFirst(byNumber.values());
  for (const version of sorted) {
    for (const parent of new Set(version.parents)) {
      const others = children.get(parent);
      if (others === undefined) children.set(parent, [version]);
      else others.push(version);
    }
  }
  const parentsOf = (number: number) => (byNumber.get(number)?.parents ?? []).flatMap((parent) => byNumber.get(parent) ?? []);
  return {
    versions: sorted,
    problems: [...sorted.flatMap((version) => parentProblems(version, byNumber)), ...cyclesOf(sorted, byNumber).map(cycleProblem)],
    get: (number) => byNumber.get(number),
    parentsOf,
    childrenOf: (number) => children.get(number) ?? [],
    ancestorsOf: (number) => {
      const found = new Map<number, T>();
      const open = [number];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const parent of parentsOf(next)) {
          if (parent.number === number || found.has(parent.number)) continue;
          found.set(parent.number, parent);
          open.push(parent.number);
        }
      }
      return newestFirst(found.values());
    },
  };
}

/** A version, its first parent, the first parent of that, and so on; it ends at a missing parent, and where it would begin again. */
export function chainOf<T extends HistoryEntry>(history: History<T>, number: number): readonly T[] {
  const chain: T[] = [];
  const seen = new Set<number>();
  for (let next = history.get(number); next !== undefined && !seen.has(next.number); next = history.parentsOf(next.number)[0]) {
    chain.push(next);
    seen.add(next.number);
  }
  return chain;
}

function parentProblems(version: HistoryEntry, byNumber: ReadonlyMap<number, HistoryEntry>): HistoryProblem[] {
  const file = versionFileName(version.number);
  return version.parents.flatMap((number, index): HistoryProblem[] => {
    const parent = byNumber.get(number);
    const hash = version.parentHashes?.[index] ?? '';
    if (parent === undefined) {
      const message = `${file} was made from ${versionName(number)}, and there is no ${versionFileName(number)}.`;
      return [{ kind: 'missing', version: version.number, message, hint: 'Restore it from git; until then the version has no parent.' }];
    }
    if (hash === '' || parent.hash === undefined || hash === parent.hash) return [];
    const message = `${file} was made from another ${versionName(number)} than the one in ${versionFileName(number)}.`;
    const hint = 'Two branches gave one number to two versions, or the file was replaced. Resolve the merge, or restore the file from git.';
    return [{ kind: 'replaced', version: version.number, message, hint }];
  });
}

function cycleProblem(cycle: readonly number[]): HistoryProblem {
  const [first = 0] = cycle;
  const steps = [...cycle.slice(1), first].map((number) => `from ${versionFileName(number)}`).join(', that ');
  const message = `Versions come from each other: ${versionFileName(first)} ${steps}.`;
  return { kind: 'cycle', version: first, message, hint: 'Restore these files from git: a version can only come from earlier ones.' };
}

/** The cycles, each from its smallest number on, from child to parent. */
function cyclesOf(versions: readonly HistoryEntry[], byNumber: ReadonlyMap<number, HistoryEntry>): number[][] {
  const state = new Map<number, 'open' | 'done'>();
  const cycles: number[][] = [];
  for (const { number: start } of versions) {
    // With a list of its own instead of calls: a history may be longer than the stack.
    const path: { number: number; next: number }[] = [];
    const enter = (number: number) => {
      state.set(number, 'open');
      path.push({ number, next: 0 });
    };
    if (!state.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent = byNumber.get(top.number)?.parents[top.next++];
      if (parent === undefined) {
        state.set(top.number, 'done');
        path.pop();
      } else if (state.get(parent) === 'open') {
        const numbers = path.map(({ number }) => number);
        cycles.push(fromSmallest(numbers.slice(numbers.indexOf(parent))));
      } else if (byNumber.has(parent) && !state.has(parent)) enter(parent);
    }
  }
  return cycles;
}

function fromSmallest(cycle: readonly number[]): number[] {
  const at = cycle.indexOf(cycle.reduce((least, number) => Math.min(least, number)));
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
