import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { RunView } from '../../core/optimizer/run-view.js';
import { verdictText } from '../../core/optimizer/wording.js';
import type { Services } from '../services.js';
import { chooseVersion } from '../versions/choose.js';
import { chooseOptimization, confirmed } from './choose-optimization.js';
import { retrainSpec } from './retrain.js';
import { RunActions } from './run-actions.js';
import { RunBook } from './run-book.js';
import { RunPages } from './run-pages.js';
import { type RunNode, RunTree } from './tree.js';

/** What lives until the extension ends, fills the view of runs, and takes up pages of before a reload. */
export interface Optimizations extends vscode.Disposable {
  readonly runs: RunTree;
  restoreRun(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
  /** Asks whether to go on with runs that a closed window left. */
  offerResume(): Promise<void>;
}

/** Optimizes signatures: a command with its forecast, runs in threads of their own, a tree and a page of runs. */
export function register(services: Services): Optimizations {
  const { vscode, guard } = services.host;
  const book = new RunBook(services);
  const actions = new RunActions(services, book);
  const pages = new RunPages(services, book, actions);
  const runs = new RunTree(services, book);
  const command = (name: string, doing: string, work: (given: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, (given?: unknown) => guard(doing, () => work(given)));
  const onRun = (work: (run: string) => Promise<void> | void, isOffered: (view: RunView) => boolean) => async (given: unknown) => {
    const run = runGiven(given) ?? (await chooseRun(services, book, isOffered));
    if (run !== undefined) await work(run);
  };
  const begin = async (from: vscode.Uri | { readonly signature: string; readonly number: number } | undefined) => {
    services.requireTrust();
    const spec = await chooseOptimization(services, from);
    if (spec === undefined) return;
    await book.begin(spec);
    await pages.show(spec.run);
  };
  const isOpen = ({ status }: RunView) => status === 'paused' || status === 'failed';
  const registered = vscode.Disposable.from(
    book,
    pages,
    runs,
    book.onDidEnd((view) => void guard('Runs', () => tellEnd(services, pages, view))),
    command('optimizeSignature', 'Optimize Signature', (given) => begin(given instanceof vscode.Uri ? given : undefined)),
    command('retrainFromFeedback', 'Retrain from Feedback', async () => {
      services.requireTrust();
      const asked = await retrainSpec(services);
      if (asked === undefined) return;
      const spec = await confirmed(services, asked);
      if (spec === undefined) {
        await (await book.folders()).discard(asked.run);
        return;
      }
      await book.begin(spec);
      await pages.show(spec.run);
    }),
    command('optimizeVersion', 'Optimize Version', async (given) => {
      const version = await chooseVersion(services, 'Optimize Version', given);
      if (version !== undefined) await begin(version);
    }),
    command(
      'openRun',
      'Open Run',
      onRun(
        (run) => pages.show(run),
        () => true,
      ),
    ),
    command(
      'pauseRun',
      'Pause Run',
      onRun(
        (run) => book.pause(run),
        ({ status }) => status === 'running',
      ),
    ),
    command(
      'stopRun',
      'Stop Run and Keep Best',
      onRun(
        (run) => book.finish(run),
        ({ status }) => status === 'running',
      ),
    ),
    command(
      'resumeRun',
      'Resume Run',
      onRun(async (run) => {
        await book.resume(run);
        await pages.show(run);
      }, isOpen),
    ),
    command(
      'promoteRun',
      'Promote Result of Run',
      onRun(
        (run) => actions.promote(run),
        ({ result }) => result?.version != null,
      ),
    ),
    command(
      'compareRun',
      'Compare Result of Run',
      onRun(
        (run) => actions.compare(run),
        ({ result }) => result?.version != null,
      ),
    ),
    command(
      'discardRun',
      'Discard Result of Run',
      onRun(
        (run) => actions.discard(run),
        ({ status }) => status === 'done',
      ),
    ),
    command('refreshRuns', 'Refresh', async () => runs.refresh()),
  );
  return {
    runs,
    dispose: () => registered.dispose(),
    restoreRun: (panel, state) => guard('Run', () => pages.restore(panel, state)),
    offerResume: () => guard('Runs', () => offerResume(services, book, pages)),
  };
}

function runGiven(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { kind, view, run } = given as Partial<RunNode> & { readonly run?: unknown };
  if (kind === 'run') return view?.run;
  return typeof run === 'string' ? run : undefined;
}

/** @throws AtelierError `run.unknown` when there is none to choose */
async function chooseRun(services: Services, book: RunBook, isOffered: (view: RunView) => boolean): Promise<string | undefined> {
  const views = (await book.list()).filter(isOffered);
  if (views.length === 0) throw new AtelierError('run.unknown', 'There is no such run.', { hint: 'Optimize a signature first.' });
  const items = views.map(({ run, signature, optimizer, status }) => ({
    label: `${signature} · ${optimizer}`,
    description: `${status} · ${run}`,
    run,
  }));
  const options = { title: 'Runs', placeHolder: 'Which run', matchOnDescription: true };
  return (await services.host.vscode.window.showQuickPick(items, options))?.run;
}

async function tellEnd(services: Services, pages: RunPages, { run, signature, status, result, error }: RunView): Promise<void> {
  const { vscode } = services.host;
  const open = 'Open Run';
  if (status === 'failed' && error !== null) {
    const text = `Optimizing ${signature} ended: ${error.message} ${error.hint} What was paid is kept; it can go on.`;
    if ((await vscode.window.showErrorMessage(text, open)) === open) await pages.show(run);
  } else if (status === 'done' && result !== null) {
    const text = `Optimizing ${signature} is done: ${verdictText(result)}.`;
    if ((await vscode.window.showInformationMessage(text, open)) === open) await pages.show(run);
  }
}

async function offerResume(services: Services, book: RunBook, pages: RunPages): Promise<void> {
  const { vscode } = services.host;
  // In Restricted Mode nothing runs; the view shows what there is.
  if (!vscode.workspace.isTrusted) return;
  const [view, ...more] = await book.interrupted();
  if (view === undefined) return;
  const text =
    more.length === 0
      ? `Optimizing ${view.signature} was interrupted. Nothing that was paid is lost.`
      : `${more.length + 1} optimizations were interrupted. Nothing that was paid is lost.`;
  const picked = await vscode.window.showInformationMessage(text, 'Resume', 'Later');
  if (picked !== 'Resume') return;
  for (const { run } of [view, ...more]) await book.resume(run);
  await pages.show(view.run);
}
