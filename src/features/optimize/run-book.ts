import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { RunSpec } from '../../core/optimizer/run-spec.js';
import type { RunView } from '../../core/optimizer/run-view.js';
import { verdictText } from '../../core/optimizer/wording.js';
import type { RunFolders } from '../../store/run-folder.js';
import type { Services } from '../services.js';
import { RunWorker } from './run-worker.js';

/** Runs that are listed; older ones are in their folders. */
const LISTED = 50;

/** The runs of the workspace: those that are at work in this window, and those that are kept. */
export class RunBook implements vscode.Disposable {
  private readonly changed: vscode.EventEmitter<string>;
  /** Something of a run changed; its name. */
  readonly onDidChange: vscode.Event<string>;
  private readonly ended: vscode.EventEmitter<RunView>;
  /** A run of this window came to its end, or was paused. */
  readonly onDidEnd: vscode.Event<RunView>;
  private readonly workers = new Map<string, RunWorker>();
  private readonly views = new Map<string, RunView>();
  private opened: { readonly folder: string; readonly folders: Promise<RunFolders> } | undefined;

  constructor(private readonly services: Services) {
    const { EventEmitter } = services.host.vscode;
    this.changed = new EventEmitter();
    this.onDidChange = this.changed.event;
    this.ended = new EventEmitter();
    this.onDidEnd = this.ended.event;
  }

  dispose(): void {
    for (const worker of this.workers.values()) worker.dispose();
    this.changed.dispose();
    this.ended.dispose();
  }

  /** Whether this window is at work on a run. */
  isLive(run: string): boolean {
    return this.workers.has(run);
  }

  /** All runs, those at work first, then the newest. @throws AtelierError `data.unreadable` */
  async list(): Promise<readonly RunView[]> {
    if (this.services.host.workspaceFolder() === undefined) return [];
    const folders = await this.folders();
    const names = (await folders.names()).slice(0, LISTED);
    const views = (await Promise.all(names.map((name) => this.view(name)))).filter((view) => view !== undefined);
    return [...views.filter(({ status }) => status === 'running'), ...views.filter(({ status }) => status !== 'running')];
  }

  /** What there is to see of a run; undefined when nothing is kept of it. What no process is at work on any more is paused. */
  async view(run: string): Promise<RunView | undefined> {
    if (this.isLive(run)) return this.views.get(run);
    const folders = await this.folders();
    const view = await folders.view(run);
    if (view?.status !== 'running' || (await folders.isHeld(run))) return view;
    return { ...view, status: 'paused' };
  }

  /** @throws AtelierError `run.*`, `data.unreadable` */
  async spec(run: string): Promise<RunSpec> {
    return (await this.folders()).spec(run);
  }

  /** Begins a new run; there is something to see of it when this returns. @throws AtelierError `workspace.*`, `model.*`, `data.not_writable` */
  async begin(spec: RunSpec): Promise<void> {
    await (await this.folders()).create(spec);
    await this.work(spec);
  }

  /** Goes on with a run. @throws AtelierError `run.*`, `workspace.*`, `model.*`, `data.locked` */
  async resume(run: string): Promise<void> {
    if (this.isLive(run)) return;
    const folders = await this.folders();
    const spec = await folders.spec(run);
    await (await folders.hold(run)).release();
    await this.work(spec);
  }

  pause(run: string): void {
    this.workers.get(run)?.pause();
  }

  finish(run: string): void {
    this.workers.get(run)?.finish();
  }

  /** Keeps that nobody wants what a run found. @throws AtelierError `data.not_writable` */
  async discard(run: string): Promise<void> {
    const view = await this.view(run);
    if (view === undefined) return;
    await (await this.folders()).keepView({ ...view, status: 'discarded' });
    this.changed.fire(run);
  }

  /** The runs that a closed window left, asked once. */
  async interrupted(): Promise<readonly RunView[]> {
    const folders = await this.folders();
    const names = await folders.underWay();
    await this.markUnderWay();
    const views = await Promise.all(names.filter((name) => !this.isLive(name)).map((name) => this.view(name)));
    return views.filter((view) => view?.status === 'paused') as readonly RunView[];
  }

  folders(): Promise<RunFolders> {
    const folder = this.services.host.workspaceFolder();
    if (folder === undefined) throw this.services.host.noFolder('Open a folder: runs are kept in the workspace.');
    if (this.opened?.folder !== folder) {
      const onProblem = this.services.report;
      const folders = import('../../store/index.js').then(
        ({ Locks, RunFolders }) => new RunFolders({ workspaceFolder: folder, locks: new Locks(folder), onProblem }),
      );
      this.opened = { folder, folders };
    }
    return this.opened.folders;
  }

  private async work(spec: RunSpec): Promise<void> {
    const { run } = spec;
    const { log } = this.services.host;
    this.views.delete(run);
    let seen: () => void = () => undefined;
    let refuse: (error: AtelierError) => void = () => undefined;
    const firstView = new Promise<void>((resolve, reject) => {
      seen = resolve;
      refuse = reject;
    });
    const worker = await RunWorker.start(this.services, spec, {
      onView: (view) => {
        this.views.set(run, view);
        this.changed.fire(run);
        seen();
      },
      onEnd: (error) => {
        this.workers.delete(run);
        const view = this.views.get(run);
        // What ended before there was something to see is told to who began it.
        if (error !== undefined) refuse(new AtelierError(error.code, error.message, error));
        else seen();
        if (error === undefined) log.info(`${run}: ${view?.result == null ? 'ended' : verdictText(view.result)}`);
        else log.info(`${run}: ${error.code === 'cancelled' ? 'paused' : error.message}`);
        void this.services.host.guard('Runs', async () => {
          await this.markUnderWay();
          this.changed.fire(run);
          if (view !== undefined) this.ended.fire(view);
        });
      },
    });
    this.workers.set(run, worker);
    await this.markUnderWay();
    log.info(`${run}: at work`);
    await firstView;
  }

  private async markUnderWay(): Promise<void> {
    await (await this.folders()).setUnderWay([...this.workers.keys()]);
  }
}
