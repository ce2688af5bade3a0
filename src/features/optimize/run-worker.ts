import { Worker } from 'node:worker_threads';
import type * as vscode from 'vscode';
import { asAtelierError, type ErrorDocument } from '../../core/errors.js';
import type { RunSpec } from '../../core/optimizer/run-spec.js';
import type { RunView } from '../../core/optimizer/run-view.js';
import type { OpenModel } from '../../models/model-hub.js';
import type { Services } from '../services.js';
import { TurnQueue } from './turn-queue.js';
import type { FromWorker, RemoteTerms, RunWorkerData, ToWorker } from './worker/messages.js';

export interface RunHandlers {
  onView(view: RunView): void;
  /** It is over; undefined: with a result. */
  onEnd(error: ErrorDocument | undefined): void;
}

/** A run in a thread of its own. Its calls of models are made here, where keys, limits and the editor's models are. */
export class RunWorker implements vscode.Disposable {
  private readonly worker: Worker;
  private readonly underWay = new Map<number, AbortController>();
  private readonly calls = new TurnQueue<FromWorker & { type: 'call' }>((call) => void this.call(call));
  private hasEnded = false;

  private constructor(
    private readonly services: Services,
    private readonly models: ReadonlyMap<string, OpenModel>,
    data: RunWorkerData,
    private readonly handlers: RunHandlers,
  ) {
    this.worker = new Worker(services.host.context.asAbsolutePath('dist/run-worker.js'), { workerData: data });
    this.worker.on('message', (message: FromWorker) => this.receive(message));
    this.worker.on('error', (error) => this.end(asAtelierError(error).toJSON()));
    this.worker.on('exit', () => this.end(undefined));
  }

  /** @throws AtelierError `workspace.*`, `model.*` */
  static async start(services: Services, spec: RunSpec, handlers: RunHandlers): Promise<RunWorker> {
    services.requireTrust();
    const { settings, context, noFolder } = services.host;
    const workspaceFolder = services.host.workspaceFolder();
    if (workspaceFolder === undefined) throw noFolder('Open a folder: runs are kept in the workspace.');
    const hub = await services.models();
    const [student, teacher] = [await hub.open(spec.student), await hub.open(spec.teacher)];
    const { promptsFolder, signaturesFolder, dataFolder } = settings;
    const data: RunWorkerData = {
      ...{ spec, workspaceFolder, promptsFolder, signaturesFolder, dataFolder, packedFolder: services.packedFolder },
      metricWorker: context.asAbsolutePath('dist/metric-worker.js'),
      models: { student: termsOf(student), teacher: termsOf(teacher) },
    };
    const models = new Map([student, teacher].map((model) => [model.name, model]));
    return new RunWorker(services, models, data, handlers);
  }

  /** Ends it soon; what was paid is kept, and it can go on. */
  pause(): void {
    this.send({ type: 'pause' });
  }

  /** Ends the search; the best is measured and kept. */
  finish(): void {
    this.send({ type: 'finish' });
  }

  dispose(): void {
    for (const abort of this.underWay.values()) abort.abort();
    void this.worker.terminate();
  }

  private receive(message: FromWorker): void {
    if (message.type === 'call') this.calls.push(message);
    else if (message.type === 'abort') this.underWay.get(message.id)?.abort();
    else if (message.type === 'view') this.handlers.onView(message.view);
    else if (message.type === 'problem') this.services.report(message.problem);
    else this.end(message.error);
  }

  private async call({ id, model, request }: FromWorker & { type: 'call' }): Promise<void> {
    const abort = new AbortController();
    this.underWay.set(id, abort);
    try {
      const open = this.models.get(model);
      // A run asks nobody but the models that the person chose.
      if (open === undefined) throw new Error(`The run asked ${model}, which it was not given.`);
      const result = await open.port.chat({ ...request, signal: abort.signal });
      this.send({ type: 'answer', id, result });
    } catch (thrown) {
      const error = asAtelierError(thrown);
      this.send({ type: 'refused', id, error: { ...error.toJSON(), spent: error.spent } });
    } finally {
      this.underWay.delete(id);
    }
  }

  private send(message: ToWorker): void {
    if (!this.hasEnded) this.worker.postMessage(message);
  }

  private end(error: ErrorDocument | undefined): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.handlers.onEnd(error);
    void this.worker.terminate();
  }
}

function termsOf({ port, ...terms }: OpenModel): RemoteTerms {
  return { ...terms, endpoint: port.endpoint, takesImages: port.takesImages };
}
