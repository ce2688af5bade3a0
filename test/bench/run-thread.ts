import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { RunSpec } from '../../src/core/optimizer/run-spec.js';
import { ModelHub } from '../../src/engine/index.js';
import { TurnQueue } from '../../src/features/optimize/turn-queue.js';
import type { FromWorker, RemoteTerms, RunWorkerData } from '../../src/features/optimize/worker/messages.js';
import type { OpenModel } from '../../src/models/model-hub.js';
import { Locks, parseSignatureText, RunFolders, requireDefinition, withHashes } from '../../src/store/index.js';
import { repoRoot } from '../workbench/paths.mjs';
import { report } from './report.js';
import { startServerProcess } from './server-process.js';

/** The longest standstill of the thread that begins a run and answers its calls, as the extension's does: the run has a thread of its own. */
export async function runThread(folder: string): Promise<void> {
  const hub = (baseUrl?: string) =>
    new ModelHub({
      ...{ keyFor: async () => undefined, baseUrlFor: () => baseUrl, prices: async () => [] },
      ...{ limits: { concurrency: 16 }, timeoutMs: 60_000, environmentProxy: false },
    });
  const embedded = await standstill(path.join(folder, 'embedded'), await hub().open('embedded'));
  report({ what: "the editor's thread during a run, embedded: longest standstill", value: embedded, unit: 'ms', bar: 50 });
  const server = await startServerProcess('--answer', 'Label: positive', '--latency', '20');
  try {
    const remote = await standstill(path.join(folder, 'http'), await hub(server.url).open('custom:fault-large'));
    report({ what: '  over HTTP, 16 in flight, calls made in it', value: remote, unit: 'ms', bar: 50 });
  } finally {
    server.stop();
  }
}

async function standstill(workspaceFolder: string, model: OpenModel): Promise<number> {
  const spec = await specIn(workspaceFolder, model.name);
  const { port, ...known } = model;
  const terms: RemoteTerms = { ...known, endpoint: port.endpoint, takesImages: port.takesImages };
  const data: RunWorkerData = {
    ...{
      spec,
      workspaceFolder,
      promptsFolder: 'prompts',
      signaturesFolder: 'signatures',
      dataFolder: 'data',
      packedFolder: path.join(repoRoot, 'data'),
    },
    ...{ metricWorker: path.join(repoRoot, 'dist/metric-worker.js'), models: { student: terms, teacher: terms } },
  };
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const worker = new Worker(path.join(repoRoot, 'dist/run-worker.js'), { workerData: data });
  delay.enable();
  await new Promise<void>((resolve, reject) => {
    const calls = new TurnQueue<FromWorker & { type: 'call' }>(({ id, request }) => {
      void port.chat(request).then((result) => worker.postMessage({ type: 'answer', id, result }), reject);
    });
    worker.on('error', reject);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'call') calls.push(message);
      else if (message.type === 'ended') {
        if (message.error === undefined) resolve();
        else reject(new Error(message.error.message));
      }
    });
  });
  delay.disable();
  await worker.terminate();
  return delay.max / 1e6;
}

/** The benchmark of sentiments, to be optimized with random search. */
async function specIn(workspaceFolder: string, model: string): Promise<RunSpec> {
  mkdirSync(workspaceFolder, { recursive: true });
  const benchmark = path.join(repoRoot, 'data/benchmarks/sentiment');
  const file = (name: string) => {
    writeFileSync(path.join(workspaceFolder, name), readFileSync(path.join(benchmark, name)));
    return { file: name, sha256: '' };
  };
  const text = readFileSync(path.join(benchmark, 'sentiment.signature.yaml'), 'utf8');
  const definition = requireDefinition(parseSignatureText(text, 'sentiment.signature.yaml').file, false);
  const spec: RunSpec = {
    ...{
      run: 'bench',
      definition,
      student: model,
      teacher: model,
      optimizer: 'random_search(candidates=8)',
      seed: 1,
      budget: {},
      ablate: false,
    },
    data: { train: file('train.csv'), validation: file('validation.csv'), test: file('test.csv') },
    ...{ scope: {}, author: 'bench', created: new Date().toISOString() },
  };
  const folders = new RunFolders({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem: () => undefined });
  const hashed = await withHashes(spec, workspaceFolder);
  await folders.create(hashed);
  return hashed;
}
