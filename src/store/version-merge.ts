import { AtelierError } from '../core/errors.js';
import type { Labels } from '../core/version/labels.js';
import { conflictOf, type LabelsChoice, type LabelsConflict, resolveLabels } from '../core/version/labels-merge.js';
import type { VersionConflict } from '../core/version/parse-version.js';
import { type Renumbering, type ResolvedVersions, renumberLabels, resolveVersions } from '../core/version/renumber.js';
import type { Version } from '../core/version/version.js';
import { versionName } from '../core/version/version-name.js';
import type { Lease } from './lock.js';
import type { VersionList } from './version-file.js';
import type { VersionFolders } from './version-folders.js';

/** What git left of a merge in the files of a signature, and what becomes of it. */
export interface MergeState {
  /** Two versions with one number. */
  readonly versions: readonly VersionConflict[];
  /** What gets another number, or another hash. */
  readonly changes: readonly Renumbering[];
  /** The labels of both sides, by the new numbers; undefined when nothing is wrong with them. */
  readonly labels: LabelsConflict | undefined;
  /** Nothing is left of a merge. */
  readonly isClean: boolean;
}

/** How a merge is to be resolved. */
export interface MergeResolution {
  /** Needed when both sides moved a label. */
  readonly labels?: LabelsChoice | undefined;
  readonly who: string;
  readonly why: string;
  /** Now when absent. */
  readonly when?: string | undefined;
}

/** What was done. */
export interface ResolvedMerge {
  readonly changes: readonly Renumbering[];
  readonly labels: Labels | undefined;
}

interface Plan extends MergeState {
  readonly resolved: ResolvedVersions;
  /** The labels by the new numbers, when git did not touch them. */
  readonly renumbered: Labels | undefined;
}

export async function mergeStateOf(folders: VersionFolders, list: VersionList): Promise<MergeState> {
  const { versions, changes, labels, isClean } = await planOf(folders, list);
  return { versions, changes, labels, isClean };
}

/** Call it under the lock. */
export async function resolveMerge(
  folders: VersionFolders,
  list: VersionList,
  resolution: MergeResolution,
  lease: Lease,
): Promise<ResolvedMerge> {
  const { signature } = list;
  const plan = await planOf(folders, list);
  const labels = labelsOf(plan, resolution, folders.shown(folders.labelsFileOf(signature)));
  const taken = new Set([...list.versions, ...list.broken].map(({ number }) => number));
  // New files first: until the last one is there, the old ones still have all of it.
  for (const version of plan.resolved.versions) if (!taken.has(version.number)) await folders.create(signature, version, lease);
  for (const version of plan.resolved.versions) if (taken.has(version.number)) await folders.replace(signature, version, lease);
  if (labels !== undefined) await folders.writeLabels(signature, labels, lease);
  return { changes: plan.changes, labels };
}

async function planOf(folders: VersionFolders, list: VersionList): Promise<Plan> {
  const { signature } = list;
  const readings = await Promise.all(list.broken.map(({ number }) => folders.inspect(signature, number)));
  const versions = readings.flatMap(({ conflict }) => conflict ?? []);
  const taken = [...list.versions, ...list.broken].map(({ number }) => number);
  const resolved = resolveVersions(versions, await descendantsOf(folders, list, versions), taken);
  const { changes } = resolved;
  const reading = await folders.inspectLabels(signature);
  const labels = reading.conflict === undefined ? undefined : renumberConflict(reading.conflict, changes);
  const moved = reading.labels === undefined || changes.length === 0 ? undefined : renumberLabels(reading.labels, changes);
  return { versions, changes, labels, isClean: versions.length === 0 && labels === undefined, resolved, renumbered: moved };
}

/** The versions that go back to the other side's version of a number: only they are read whole. */
async function descendantsOf(folders: VersionFolders, list: VersionList, conflicts: readonly VersionConflict[]): Promise<Version[]> {
  const hashes = new Set(conflicts.map(({ theirs }) => theirs.hash));
  const numbers = new Set<number>();
  for (let before = -1; before !== numbers.size; ) {
    before = numbers.size;
    for (const { number, hash, parentHashes } of list.versions) {
      if (numbers.has(number) || !parentHashes.some((parent) => hashes.has(parent))) continue;
      numbers.add(number);
      hashes.add(hash);
    }
  }
  const readings = await Promise.all([...numbers].map((number) => folders.inspect(list.signature, number)));
  return readings.flatMap(({ version }) => version ?? []);
}

/** Both sides by the new numbers: a side may name a version that only it had under that number. */
function renumberConflict(conflict: LabelsConflict, changes: readonly Renumbering[]): LabelsConflict {
  const { ours, theirs, oursName, theirsName } = conflict;
  return conflictOf(renumberLabels(ours, changes), renumberLabels(theirs, changes), oursName, theirsName);
}

/** The labels to write; undefined when they stay as they are. */
function labelsOf({ labels, renumbered }: Plan, resolution: MergeResolution, file: string): Labels | undefined {
  if (labels === undefined) return renumbered;
  const { labels: choice, who, why, when = new Date().toISOString() } = resolution;
  const open = labels.labels.filter(({ label }) => typeof choice !== 'string' && !Object.hasOwn(choice ?? {}, label));
  if (open.length === 0) return resolveLabels(labels, choice ?? 'ours', { who, why, when });
  const named = (number: number | null) => (number === null ? 'nowhere' : versionName(number));
  const said = open.map(
    ({ label, ours, theirs }) => `${label} is ${named(ours)} in ${labels.oursName} and ${named(theirs)} in ${labels.theirsName}`,
  );
  throw new AtelierError('label.conflict', `Both sides moved the same labels: ${said.join('; ')}.`, {
    hint: 'Choose ours, theirs, or a version for each of them.',
    file,
  });
}
