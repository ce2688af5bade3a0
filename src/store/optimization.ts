import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AtelierError, asAtelierError, isCancellation } from '../core/errors.js';
import type { Scorer } from '../core/evaluation/scorer.js';
import { baselineOf } from '../core/optimizer/candidate.js';
import { listOptimizers, parseOptimizer } from '../core/optimizer/catalog.js';
import { labeledPool } from '../core/optimizer/demo-pool.js';
import { forecastDocument, type OptimizeDocument, optimizeDocument } from '../core/optimizer/document.js';
import { type Forecast, forecastRun } from '../core/optimizer/forecast.js';
import { type Optimized, optimize } from '../core/optimizer/optimize.js';
import type { Optimizer } from '../core/optimizer/optimizer.js';
import { type PlannedRows, planRows, type RunTables } from '../core/optimizer/plan-rows.js';
import { someOf } from '../core/optimizer/rows.js';
import type { RunModels } from '../core/optimizer/run-models.js';
import type { RunFile, RunSpec } from '../core/optimizer/run-spec.js';
import { afterEvent, newRunView, type RunStatus, type RunView } from '../core/optimizer/run-view.js';
import { baselineScore, candidateDraft, optimizedDraft } from '../core/optimizer/version-draft.js';
import { runWarnings } from '../core/optimizer/warnings.js';
import type { Program } from '../core/program/program.js';
import { programHash } from '../core/program/program-hash.js';
import { baseProgram } from '../core/signature/find-signature.js';
import type { Taste } from '../core/taste/taste.js';
import type { Version } from '../core/version/version.js';
import { programOf } from '../core/version/version-program.js';
import { writtenDraft } from '../core/version/written-version.js';
import { readDataset } from './dataset.js';
import { Locks } from './lock.js';
import type { Problem } from './problem.js';
import { RunFolders } from './run-folder.js';
import { VersionStore } from './version-store.js';

export interface RunPlaces {
  readonly workspaceFolder: string;
  readonly promptsFolder?: string | undefined;
  readonly tastes: readonly Taste[];
  readonly onProblem: (problem: Problem) => void;
}

/** A run before anything is paid. */
export interface PreparedRun {
  readonly spec: RunSpec;
  readonly program: Program;
  readonly optimizer: Optimizer;
  readonly rows: PlannedRows;
  readonly forecast: Forecast;
  readonly warnings: readonly string[];
}

/**
 * Reads the rows of a run, and reckons what it will cost.
 * @param scorer in place of a metric
 * @throws AtelierError `usage.invalid`, `data.*`, `run.changed` when a file is another one than the run began with
 */
export async function prepareRun(spec: RunSpec, models: RunModels, places: RunPlaces, scorer?: Scorer): Promise<PreparedRun> {
  const rows = planRows(spec, await tablesOf(spec, places), scorer);
  const optimizer = parseOptimizer(spec.optimizer, { reflect: models.reflect });
  const program = baseProgram(spec.definition);
  const start = baselineOf(program, spec.demos);
  const { trainset, testset } = rows;
  const valset = someOf(rows.valset, optimizer.mostValidation ?? rows.valset.length, spec.seed);
  const labeled = labeledPool(program.signature, start.demos, trainset, spec.data.train.file);
  const canPropose = models.asker !== undefined;
  const forecast = await forecastRun({
    ...{ optimizer, program, trainset, valset, testset, labeled, canPropose, ablate: spec.ablate },
    ...{ student: models.terms.student, teacher: models.terms.teacher },
    promptTokens: (each, inputs) => models.promptTokens(each, inputs),
    tokensOf: (text) => models.tokensOf(text),
  });
  const proposes = listOptimizers().some(({ name, proposes: writes }) => name === optimizer.name && writes);
  const facts = { program, trainset, valset, testset, repeated: rows.repeated, canPropose, proposes, forecast, budget: spec.budget };
  return { spec, program, optimizer, rows: { ...rows, valset }, forecast, warnings: runWarnings(facts) };
}

export interface ExecuteOptions {
  /** Ends it at once; it can go on later. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the search and keeps the best. */
  readonly finish?: AbortSignal | undefined;
  /** Told what there is to see, each time that it changed. */
  readonly onView?: ((view: RunView) => void) | undefined;
}

/** Versions among which the start of a run is looked for. */
const LOOKED_AT = 50;
/** Milliseconds between two views that are kept. */
const KEEP_EVERY_MS = 1_000;

/**
 * Runs an optimization, or goes on with it, and saves what it found as a version. Every answer is kept as it comes: nothing is paid twice,
 * whatever ends the process. Of a run that is done this is the result again.
 * @throws AtelierError as `optimize`, `data.locked` when another process is at it; what is there to see says why
 */
export async function executeRun(
  prepared: PreparedRun,
  models: RunModels,
  places: RunPlaces,
  options: ExecuteOptions,
): Promise<OptimizeDocument> {
  const { spec, program, optimizer, rows } = prepared;
  const { workspaceFolder, onProblem, tastes } = places;
  const locks = new Locks(workspaceFolder);
  const folders = new RunFolders({ workspaceFolder, locks, onProblem });
  const earlier = await folders.view(spec.run);
  if (earlier?.result != null) return earlier.result;
  const lock = await folders.hold(spec.run);
  const watch = new Watch(folders, earlier, prepared, options.onView);
  try {
    await watch.begin();
    const optimized = await optimize(program, rows.trainset, rows.valset, rows.scorer, optimizer, {
      ...{ student: models.student, teacher: models.teacher, asker: models.asker, tastes, concurrency: models.concurrency },
      ...{ testset: rows.testset, demos: spec.demos, trainFile: spec.data.train.file, ablate: spec.ablate, seed: spec.seed },
      ...{ budget: spec.budget, journal: await folders.journal(spec.run, lock), signal: options.signal, finish: options.finish },
      ...(spec.teacherProgram === undefined
        ? {}
        : { teacherProgram: { program: baseProgram(spec.teacherProgram.definition), demos: spec.teacherProgram.demos } }),
      onEvent: (event) => watch.change((view) => afterEvent(view, event)),
      now: () => performance.now(),
    });
    // A version for the same program again would be noise.
    const isNew = programHash(optimized.program) !== programHash(program);
    const version = isNew ? await saveResult(prepared, optimized, places, locks, folders) : undefined;
    const { run, student, teacher, definition } = spec;
    const facts = { run, student, teacher, version, signature: definition.signature.name, forecast: prepared.forecast };
    const document = optimizeDocument(optimized, facts);
    await watch.end('done', { result: document });
    return document;
  } catch (thrown) {
    const error = asAtelierError(thrown);
    const isPause = isCancellation(error);
    await watch.end(isPause ? 'paused' : 'failed', { error: isPause ? null : error.toJSON() });
    throw error;
  } finally {
    await lock.release();
  }
}

/** The result as a version whose parent is the start; of a start that no version has, one is saved first, so that they can be compared. */
async function saveResult(
  prepared: PreparedRun,
  optimized: Optimized,
  places: RunPlaces,
  locks: Locks,
  folders: RunFolders,
): Promise<number> {
  const { workspaceFolder, promptsFolder, onProblem } = places;
  const { spec, rows } = prepared;
  const { definition, author, created } = spec;
  const { name } = definition.signature;
  const store = new VersionStore({ workspaceFolder, promptsFolder, locks, onProblem });
  // A process may have ended between this and saying that the run is done.
  const already = await savedProgram(
    store,
    name,
    optimized.program,
    (version) => version.created === created && version.optimizer !== undefined,
  );
  if (already !== undefined) return already.number;
  const parent =
    definition.version === undefined
      ? ((await savedProgram(store, name, prepared.program)) ??
        (await store.save(name, { ...writtenDraft(definition, { author, created }), note: 'What an optimization started from.' })))
      : await store.read(name, definition.version);
  const score = baselineScore(optimized, rows);
  // It was measured beside its successor: both titles of a diff can say so.
  if (score !== undefined) await store.recordScore(name, parent.number, { score, when: new Date().toISOString(), who: author });
  const { candidates } = optimized.report;
  const drafts = candidates.map((each) => [each.id, candidateDraft(each, optimized.report, spec, rows, parent)] as const);
  await folders.keepCandidates(spec.run, Object.fromEntries(drafts));
  const { number } = await store.save(name, optimizedDraft(optimized, spec, rows, parent));
  return number;
}

/** The newest version with a program, among the last ones. @param isWanted what else must hold */
async function savedProgram(
  store: VersionStore,
  name: string,
  program: Program,
  isWanted: (version: Version) => boolean = () => true,
): Promise<Version | undefined> {
  const hash = programHash(program);
  for (const number of (await store.numbers(name)).slice(0, LOOKED_AT)) {
    const { version } = await store.inspect(name, number);
    if (version !== undefined && isWanted(version) && programHash(programOf(version).program) === hash) return version;
  }
  return undefined;
}

/** Keeps and tells what there is to see of a run: at once when its status changes, else now and then. */
class Watch {
  private view: RunView;
  private readonly began = performance.now();
  private readonly before: number;
  private keptAt = 0;
  private isTelling = false;
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly folders: RunFolders,
    earlier: RunView | undefined,
    { spec, optimizer, rows, forecast, warnings }: PreparedRun,
    private readonly onView: ExecuteOptions['onView'],
  ) {
    const { run, definition, seed, student, teacher, budget, created, data } = spec;
    const fresh = newRunView({
      ...{
        run,
        signature: definition.signature.name,
        optimizer: optimizer.name,
        options: optimizer.options,
        seed,
        student,
        teacher,
        budget,
      },
      ...{ metric: rows.scorer.name, created, forecast: forecastDocument(forecast), warnings },
      rows: { train: rows.trainset.length, validation: rows.valset.length, test: rows.testset.length },
      files: { train: data.train.file, validation: (data.validation ?? data.train).file, test: (data.test ?? data.train).file },
    });
    this.view = earlier === undefined ? fresh : { ...earlier, status: 'running', error: null, warnings, budget };
    this.before = earlier?.seconds ?? 0;
  }

  async begin(): Promise<void> {
    this.onView?.(this.view);
    await this.folders.keepView(this.view);
  }

  change(change: (view: RunView) => RunView): void {
    const now = performance.now();
    this.view = { ...change(this.view), seconds: this.before + (now - this.began) / 1000 };
    if (now - this.keptAt >= KEEP_EVERY_MS) {
      this.keptAt = now;
      const { view } = this;
      // That it cannot be kept is said when the run ends: until then its journal is what counts.
      this.keeping = this.keeping.then(() => this.folders.keepView(view)).catch(() => undefined);
    }
    if (this.onView === undefined || this.isTelling) return;
    this.isTelling = true;
    // Many things happen in one turn; who looks at it needs the last of them.
    void setImmediate().then(() => {
      this.isTelling = false;
      this.onView?.(this.view);
    });
  }

  async end(status: RunStatus, more: Partial<RunView>): Promise<void> {
    const seconds = this.before + (performance.now() - this.began) / 1000;
    this.view = { ...this.view, ...more, status, seconds };
    await this.keeping;
    try {
      // Before it is told: who hears of the end finds it kept.
      await this.folders.keepView(this.view);
    } finally {
      this.onView?.(this.view);
    }
  }
}

async function tablesOf({ data }: RunSpec, { workspaceFolder, onProblem }: RunPlaces): Promise<RunTables> {
  const read = async (given: RunFile) => {
    const { columns, rows, problems, sha256 } = await readDataset(path.resolve(workspaceFolder, given.file), workspaceFolder);
    if (given.sha256 !== '' && given.sha256 !== sha256) {
      throw new AtelierError('run.changed', `${given.file} is another file than the run began with.`, {
        hint: 'Restore it, or begin a new run: one run cannot mix two sets of rows.',
        file: given.file,
      });
    }
    for (const problem of problems) onProblem(problem);
    return { file: given.file, sha256, columns, rows };
  };
  const [train, validation, test] = await Promise.all([
    read(data.train),
    data.validation === undefined ? undefined : read(data.validation),
    data.test === undefined ? undefined : read(data.test),
  ]);
  return { train, ...(validation === undefined ? {} : { validation }), ...(test === undefined ? {} : { test }) };
}

/** A spec whose files are those of today. @throws AtelierError `data.*` */
export async function withHashes(spec: RunSpec, workspaceFolder: string): Promise<RunSpec> {
  const hashed = async <T extends RunFile | undefined>(given: T): Promise<T> => {
    if (given === undefined) return given;
    const { sha256 } = await readDataset(path.resolve(workspaceFolder, given.file), workspaceFolder);
    return { ...given, sha256 };
  };
  const { train, validation, test } = spec.data;
  return { ...spec, data: { train: await hashed(train), validation: await hashed(validation), test: await hashed(test) } };
}
