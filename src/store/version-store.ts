import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { signatureNameProblem } from '../core/signature/signature.js';
import { historyOf } from '../core/version/history.js';
import { type LabelMove, type Labels, moveLabel, NO_LABELS, resolveReference, rollBack } from '../core/version/labels.js';
import type { LabelsReading } from '../core/version/labels-text.js';
import type { VersionReading } from '../core/version/parse-version.js';
import { checkPromotion, type PromotionOptions, requirePromotion } from '../core/version/promotion.js';
import { lastScores, type ScoreRecord, withScore } from '../core/version/score-record.js';
import type { Version, VersionDraft } from '../core/version/version.js';
import { numberOfFile, parseVersionReference, versionFileName, versionName } from '../core/version/version-name.js';
import { versionOf } from '../core/version/version-text.js';
import { errnoOf } from './io-errors.js';
import { type Problem, problemOf } from './problem.js';
import { namesIn, numbersIn, type VersionList } from './version-file.js';
import { VersionFolders, type VersionPlace } from './version-folders.js';
import { VersionIndex } from './version-index.js';
import { type MergeResolution, type MergeState, mergeStateOf, type ResolvedMerge, resolveMerge } from './version-merge.js';
import { labelsProblems, placed } from './version-problems.js';
import { VersionScores } from './version-scores.js';

export interface VersionStoreOptions extends VersionPlace {
  /** Told what is wrong with a file, each time it is listed; the rest goes on working. */
  readonly onProblem: (problem: Problem) => void;
  /** Whether facts may be kept in `.atelier/`, so that the next list reads only files that changed; true when absent. */
  readonly keepsIndex?: boolean | undefined;
}

/** A move of a label, for {@link VersionStore.moveLabel}. */
export interface MoveRequest extends Pick<LabelMove, 'label' | 'to' | 'who' | 'why'> {
  /** Now when absent. */
  readonly when?: string | undefined;
  /** Where whoever asks saw the label; when it is elsewhere by now, nothing moves. Not looked at when absent. */
  readonly expected?: number | null | undefined;
}

/**
 * The versions and labels of a workspace: `prompts/<signature>/v0001.json` and `labels.json`. Files of versions are only ever added; two
 * processes never give one number twice, and never lose each other's move of a label.
 */
export class VersionStore {
  readonly #options: VersionStoreOptions;
  readonly #folders: VersionFolders;
  readonly #index: VersionIndex;
  readonly #scores: VersionScores;

  constructor(options: VersionStoreOptions) {
    this.#options = options;
    this.#folders = new VersionFolders(options);
    this.#index = new VersionIndex(options.workspaceFolder, options.keepsIndex !== false);
    this.#scores = new VersionScores(options, this.#folders, options.onProblem);
  }

  /** The signatures that have a folder, in the order of their names. @throws AtelierError `data.unreadable` */
  async signatures(): Promise<string[]> {
    const names = await namesIn(this.#folders.root, this.#folders.shown(this.#folders.root));
    return names.filter((name) => signatureNameProblem(name) === undefined).sort();
  }

  /**
   * The numbers of the versions of a signature, the newest first, by the names of the files alone.
   * @throws AtelierError `signature.invalid`, `data.unreadable`
   */
  async numbers(signature: string): Promise<number[]> {
    return numbersIn(await this.#folders.names(signature));
  }

  /**
   * The facts of the versions of a signature, or of some of them. A file that did not change since it was read is not read again.
   * @throws AtelierError `signature.invalid`, `data.unreadable`
   */
  async list(signature: string, numbers?: readonly number[]): Promise<VersionList> {
    const folder = this.#folders.folderOf(signature);
    const names = await this.#folders.names(signature);
    for (const name of names) {
      if (!/^v\d+\.json$/i.test(name) || numberOfFile(name) !== undefined) continue;
      const file = this.#folders.shown(path.join(folder, name));
      const hint = `Name it ${versionFileName(Number(/\d+/.exec(name)?.[0]))}.`;
      this.#options.onProblem({ file, line: 1, message: `${file} is no name of a version; it is left out.`, hint, severity: 'warning' });
    }
    const wanted = numbers ?? numbersIn(names);
    const { facts, broken } = await this.#index.read(signature, wanted, {
      folder,
      fileOf: (number) => this.fileOf(signature, number),
      read: (number) => this.inspect(signature, number),
    });
    for (const { problem, number } of broken) {
      this.#options.onProblem(problemOf(problem, this.#folders.shown(this.fileOf(signature, number))));
    }
    const scores = lastScores(await this.#scores.read(signature));
    return { signature, versions: scores.size === 0 ? facts : facts.map((each) => withScore(each, scores)), broken };
  }

  /** The lists of all signatures. @throws AtelierError `data.unreadable` */
  async listAll(): Promise<VersionList[]> {
    const lists: VersionList[] = [];
    for (const signature of await this.signatures()) lists.push(await this.list(signature));
    return lists;
  }

  /** What is in the file of a version, also when it cannot be used. @throws AtelierError `signature.invalid` */
  inspect(signature: string, number: number): Promise<VersionReading> {
    return this.#folders.inspect(signature, number);
  }

  /** The file of a version, absolute. @throws AtelierError `signature.invalid` */
  fileOf(signature: string, number: number): string {
    return this.#folders.fileOf(signature, number);
  }

  /** The file of the labels, absolute. @throws AtelierError `signature.invalid` */
  labelsFileOf(signature: string): string {
    return this.#folders.labelsFileOf(signature);
  }

  /** @throws AtelierError `version.unknown`, `version.invalid`, `version.edited`, `version.newer`, `data.unreadable` */
  async read(signature: string, number: number): Promise<Version> {
    const { version, problem } = await this.inspect(signature, number);
    if (version === undefined) throw problem;
    return version;
  }

  /** As {@link read}, with the score that was measured last. @throws AtelierError as {@link read} */
  async readScored(signature: string, number: number): Promise<Version> {
    const [version, records] = await Promise.all([this.read(signature, number), this.#scores.read(signature)]);
    return withScore(version, lastScores(records));
  }

  /** Keeps a score that was measured now. @throws AtelierError as {@link read}, `data.not_writable`, `data.locked` */
  async recordScore(signature: string, number: number, record: Pick<ScoreRecord, 'score' | 'when' | 'who'>): Promise<void> {
    const { hash } = await this.read(signature, number);
    const { score, when, who } = record;
    await this.#scores.append(signature, { number, hash, score, when, who });
  }

  /** The newest version that can be used: what is saved next is made from it. @throws AtelierError `signature.invalid`, `data.unreadable` */
  async newest(signature: string): Promise<Version | undefined> {
    for (const number of await this.numbers(signature)) {
      const { version } = await this.inspect(signature, number);
      if (version !== undefined) return version;
    }
    return undefined;
  }

  /**
   * The version that somebody names: `v3`, `3`, or a label.
   * @throws AtelierError as {@link read}, `usage.invalid`, `label.*`
   */
  async find(signature: string, reference: string): Promise<Version> {
    const parsed = parseVersionReference(reference);
    const labels = 'number' in parsed ? NO_LABELS : await this.labels(signature);
    return this.read(signature, resolveReference(labels, parsed));
  }

  /** The version that has a label; undefined when none has it. @throws AtelierError as {@link find} */
  async labeled(signature: string, label: string): Promise<Version | undefined> {
    const number = (await this.labels(signature)).current.get(label);
    return number === undefined ? undefined : this.read(signature, number);
  }

  /**
   * Saves a new version under the next number; it is on the disk when this returns.
   * @throws AtelierError `version.unknown` for a parent that there is not, `version.invalid` for what could not be read back or is larger
   *   than 32 MB, `data.not_writable`, `data.locked`
   */
  save(signature: string, draft: VersionDraft): Promise<Version> {
    if (draft.signature.name !== signature) {
      const message = `A version of ${draft.signature.name} cannot be saved as one of ${signature}.`;
      throw new AtelierError('version.invalid', message, { hint: 'Give its signature the name of the other one first.' });
    }
    return this.#folders.locked(signature, async (lease) => {
      const hashes = await Promise.all(draft.parents.map((number) => this.#hashOf(signature, number)));
      for (let number = 1 + ((await this.numbers(signature))[0] ?? 0); ; number++) {
        const version = versionOf(draft, number, hashes);
        try {
          await this.#folders.create(signature, version, lease);
          return version;
        } catch (error) {
          // Something that takes no locks, such as git, put a file here meanwhile.
          if (errnoOf(error) !== 'EEXIST') throw error;
        }
      }
    });
  }

  /** The labels of a signature; none without a file. @throws AtelierError `label.conflict`, `label.invalid`, `version.newer`, `data.unreadable` */
  async labels(signature: string): Promise<Labels> {
    const { labels, problem } = await this.inspectLabels(signature);
    if (labels === undefined) throw problem;
    return labels;
  }

  /** What is in the file of labels, also when it cannot be used. @throws AtelierError `signature.invalid` */
  inspectLabels(signature: string): Promise<LabelsReading> {
    return this.#folders.inspectLabels(signature);
  }

  /**
   * Moves a label, or takes it away. It asks for nothing: see {@link promote}.
   * @throws AtelierError `label.conflict` when it is not where it was expected, `version.*` for a version that cannot be used, others as
   *   {@link labels}, `data.not_writable`, `data.locked`
   */
  moveLabel(signature: string, request: MoveRequest): Promise<Labels> {
    return this.#changeLabels(signature, async (labels) => {
      requireExpected(labels, request);
      const { label, to, who, why, when = new Date().toISOString() } = request;
      const hash = to === null ? undefined : (await this.read(signature, to)).hash;
      return moveLabel(labels, { label, to, who, why, when, hash });
    });
  }

  /**
   * Moves a label as {@link moveLabel}, a protected one only to a version against which nothing speaks, or for a reason.
   * @throws AtelierError also `label.protected`
   */
  promote(
    signature: string,
    request: MoveRequest & { readonly to: number },
    options: Pick<PromotionOptions, 'comparison' | 'protectedLabels'> = {},
  ): Promise<Labels> {
    return this.#changeLabels(signature, async (labels) => {
      requireExpected(labels, request);
      const { label, to, who, why, when = new Date().toISOString() } = request;
      const scores = lastScores(await this.#scores.read(signature));
      const version = withScore(await this.read(signature, to), scores);
      const at = labels.current.get(label);
      // What has the label now may be broken: that is no reason to keep it.
      const found = at === undefined ? undefined : (await this.inspect(signature, at)).version;
      const current = found === undefined ? undefined : withScore(found, scores);
      requirePromotion(checkPromotion(version, { label, current, ...options }), label, why);
      return moveLabel(labels, { label, to, who, why, when, hash: version.hash });
    });
  }

  /**
   * Moves a label back to where it was before, one step.
   * @throws AtelierError as {@link moveLabel}, `label.unknown`, `usage.invalid` without a step back or a reason
   */
  rollBack(signature: string, label: string, reason: Pick<MoveRequest, 'who' | 'why' | 'when' | 'expected'>): Promise<Labels> {
    return this.#changeLabels(signature, async (labels) => {
      requireExpected(labels, { label, expected: reason.expected });
      const { who, why, when = new Date().toISOString() } = reason;
      const back = rollBack(labels, label, { who, why, when });
      await this.read(signature, back.current.get(label) ?? 0);
      return back;
    });
  }

  /** What git left of a merge in the files of a signature. @throws AtelierError `signature.invalid`, `data.unreadable` */
  async merge(signature: string): Promise<MergeState> {
    return mergeStateOf(this.#folders, await this.list(signature));
  }

  /**
   * Resolves what git left of a merge: of two versions with one number one gets the next free number, and labels are where they were
   * chosen to be, with the history of both sides. Nothing is written when a choice is missing. `git add` is left to the user.
   * @throws AtelierError `label.conflict` for a label without a choice, `data.not_writable`, `data.locked`
   */
  resolveMerge(signature: string, resolution: MergeResolution): Promise<ResolvedMerge> {
    return this.#folders.locked(signature, async (lease) => resolveMerge(this.#folders, await this.list(signature), resolution, lease));
  }

  /**
   * What is wrong between the files of a signature: parents that are missing or replaced, cycles, labels that lead nowhere or cannot be read.
   * @param list its versions, or the newest of them, where they are known already
   */
  async problems(signature: string, list?: VersionList): Promise<readonly Problem[]> {
    const { versions } = list ?? (await this.list(signature));
    const { labels, problem } = await this.inspectLabels(signature);
    const labelsFile = this.labelsFileOf(signature);
    const known = new Set(await this.numbers(signature));
    const read = new Set(versions.map(({ number }) => number));
    // A parent that cannot be read, or was not, is no missing one.
    const others = [...known].filter((number) => !read.has(number)).map((number) => ({ number, parents: [] }));
    return [
      ...(await Promise.all(
        historyOf([...versions, ...others]).problems.map((found) =>
          placed(found, this.fileOf(signature, found.version), (file) => this.#folders.shown(file)),
        ),
      )),
      ...(problem === undefined ? [] : [problemOf(problem, this.#folders.shown(labelsFile))]),
      ...(labels === undefined ? [] : await labelsProblems(labels, known, labelsFile, this.#folders.shown(labelsFile))),
    ];
  }

  #changeLabels(signature: string, change: (labels: Labels) => Promise<Labels>): Promise<Labels> {
    return this.#folders.locked(signature, async (lease) => {
      const labels = await change(await this.labels(signature));
      await this.#folders.writeLabels(signature, labels, lease);
      return labels;
    });
  }

  /** The hash of a parent; empty for one that was edited: nobody knows what it was. */
  async #hashOf(signature: string, number: number): Promise<string> {
    const { version, problem, edited } = await this.inspect(signature, number);
    if (version === undefined && edited === undefined) throw problem;
    return version?.hash ?? '';
  }
}

function requireExpected(labels: Labels, { label, expected }: Pick<MoveRequest, 'label' | 'expected'>): void {
  const actual = labels.current.get(label) ?? null;
  if (expected === undefined || expected === actual) return;
  const named = (number: number | null) => (number === null ? 'nowhere' : versionName(number));
  throw new AtelierError('label.conflict', `${label} moved meanwhile: it was ${named(expected)}, and is ${named(actual)}.`, {
    hint: 'Look at what it is now, and move it again if you still want to.',
  });
}
