import type { LabelMove, Labels } from './labels.js';
import type { VersionConflict } from './parse-version.js';
import type { Version } from './version.js';
import { versionName } from './version-name.js';
import { renumbered } from './version-text.js';

/** What becomes of versions to which two branches gave one number. */
export interface ResolvedVersions {
  /** All that must be written, in the order of numbers: those that keep a number that was given twice, and those that changed. */
  readonly versions: readonly Version[];
  /** Versions that got another number, or only another hash because of a parent that did. */
  readonly changes: readonly Renumbering[];
}

export interface Renumbering {
  readonly from: number;
  readonly to: number;
  /** Before and after. */
  readonly oldHash: string;
  readonly hash: string;
}

/**
 * Gives each version a number of its own after a merge: ours keeps its number, theirs gets the next free one. Versions that were made
 * from theirs are told by the hash of their parent, and get its new number as parent, hence a new hash of their own.
 * @param others the versions that are in no conflict
 * @param taken numbers that are in use besides, such as those of files that cannot be read
 */
export function resolveVersions(
  conflicts: readonly VersionConflict[],
  others: readonly Version[],
  taken: Iterable<number> = [],
): ResolvedVersions {
  const kept = conflicts.map(({ ours }) => ours);
  const all = [...kept, ...others, ...conflicts.map(({ theirs }) => theirs)];
  let free = all.reduce((most, { number }) => Math.max(most, number), 0);
  for (const number of taken) free = Math.max(free, number);
  const numbers = new Map([...conflicts].sort((a, b) => a.ours.number - b.ours.number).map(({ theirs }) => [theirs.hash, ++free]));
  const byHash = new Map(all.map((version) => [version.hash, version]));
  const done = new Map<string, Version>();
  /** Hashes hold those of parents: they cannot go in circles. */
  const settle = (version: Version): Version => {
    const known = done.get(version.hash);
    if (known !== undefined) return known;
    const parents = version.parentHashes.map((hash) => {
      const parent = byHash.get(hash);
      return parent === undefined ? undefined : settle(parent);
    });
    const number = numbers.get(version.hash) ?? version.number;
    const hashes = version.parentHashes.map((hash, index) => parents[index]?.hash ?? hash);
    const isSame = number === version.number && hashes.every((hash, index) => hash === version.parentHashes[index]);
    const parentNumbers = version.parents.map((parent, index) => parents[index]?.number ?? parent);
    const settled = isSame ? version : renumbered(version, number, parentNumbers, hashes);
    done.set(version.hash, settled);
    return settled;
  };
  // Parents first, so that a long history does not exhaust the stack.
  for (const version of [...all].sort((a, b) => a.number - b.number)) settle(version);
  const changed = all.filter((version) => done.get(version.hash) !== version).sort((a, b) => a.number - b.number);
  const versions = [...kept.filter((version) => done.get(version.hash) === version), ...changed.map(settle)];
  return {
    versions: versions.sort((a, b) => a.number - b.number),
    changes: changed.map((version) => {
      const { number, hash } = settle(version);
      return { from: version.number, to: number, oldHash: version.hash, hash };
    }),
  };
}

/** Labels whose moves went to versions that have another number now; a move says by its hash which version it went to. */
export function renumberLabels(labels: Labels, changes: readonly Renumbering[]): Labels {
  const changeOf = ({ to, hash }: LabelMove) =>
    changes.find((change) => to === change.from && hash !== undefined && hash !== '' && change.oldHash.startsWith(hash));
  const current = new Map(labels.current);
  const lastOf = new Map<string, { readonly before: number | null; readonly after: number | null }>();
  const history = labels.history.map((move): LabelMove => {
    const change = changeOf(move);
    const last = lastOf.get(move.label);
    const from = last !== undefined && last.before === move.from ? last.after : move.from;
    const to = change?.to ?? move.to;
    lastOf.set(move.label, { before: move.to, after: to });
    return { ...move, from, to, ...(change === undefined ? {} : { hash: change.hash.slice(0, move.hash?.length) }) };
  });
  for (const [label, { before, after }] of lastOf) {
    if (after !== null && current.get(label) === before) current.set(label, after);
  }
  return { current, history };
}

/** What was renumbered, for people: `v4 is v6 now`. */
export function renumberingText(changes: readonly Renumbering[]): string {
  return changes
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => `${versionName(from)} is ${versionName(to)} now`)
    .join(', ');
}
