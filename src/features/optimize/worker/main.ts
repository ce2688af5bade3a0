// The thread of a run: a bundle of its own, so that the extension's own thread stays free (docs/decisions/0012-optimizers.md).
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { asAtelierError } from '../../../core/errors.js';
import { type OpenScorer, openScorer } from '../../../core/evaluation/open-scorer.js';
import { createExecutor } from '../../../core/program/executor.js';
import { baseProgram, findSignature } from '../../../core/signature/find-signature.js';
import type { OpenModel } from '../../../models/model-hub.js';
import { EMBEDDED } from '../../../models/model-ref.js';
import type { FromWorker, RemoteTerms, RunWorkerData, ToWorker } from './messages.js';
import { RemoteCalls, RemoteModel } from './remote-model.js';

const given = workerData as RunWorkerData;
const send = (message: FromWorker) => parentPort?.postMessage(message);
const calls = new RemoteCalls(send);
const pause = new AbortController();
const finish = new AbortController();

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'answer') calls.answer(message.id, message.result);
  else if (message.type === 'refused') calls.refuse(message.id, message.error);
  else if (message.type === 'pause') pause.abort();
  else finish.abort();
});

void run().then(
  () => send({ type: 'ended', error: undefined }),
  (error: unknown) => send({ type: 'ended', error: asAtelierError(error).toJSON() }),
);

async function run(): Promise<void> {
  const { spec, workspaceFolder, promptsFolder, signaturesFolder, packedFolder } = given;
  const [{ executeRun, GenerationStore, loadSignatures, prepareRun }, { runModels }] = await Promise.all([
    import('../../../store/index.js'),
    import('../../../engine/index.js'),
  ]);
  const library = await loadSignatures(packedFolder, workspaceFolder, signaturesFolder);
  const find = async (name: string) => findSignature(library.signatures, name);
  const models = runModels(await opened(given.models.student), await opened(given.models.teacher), find);
  const takesTaste = spec.definition.signature.inputs.some(({ name }) => name === 'taste');
  const store = new GenerationStore({ packedFolder, workspaceFolder, dataFolder: given.dataFolder, onProblem: problemOf });
  const places = { workspaceFolder, promptsFolder, tastes: takesTaste ? await store.tastes() : [], onProblem: problemOf };
  const scorer = await scorerOf(find);
  try {
    const prepared = await prepareRun(spec, models, places, scorer.scorer);
    for (const problem of prepared.rows.problems) problemOf({ ...problem, severity: 'error' });
    await executeRun(prepared, models, places, {
      ...{ signal: pause.signal, finish: finish.signal },
      onView: (view) => send({ type: 'view', view }),
    });
  } finally {
    await scorer.dispose();
  }
}

function problemOf(problem: (FromWorker & { type: 'problem' })['problem']): void {
  send({ type: 'problem', problem });
}

/** The embedded model runs here: it is computing, which the extension's own thread must not do. All others are asked there. */
async function opened({ endpoint, takesImages, ...terms }: RemoteTerms): Promise<OpenModel> {
  if (terms.name !== EMBEDDED) return { ...terms, port: new RemoteModel(calls, { ...terms, endpoint, takesImages }) };
  const { ModelHub } = await import('../../../engine/index.js');
  const hub = new ModelHub({
    ...{ keyFor: async () => undefined, baseUrlFor: () => undefined, prices: async () => [] },
    ...{ limits: {}, timeoutMs: 60_000, environmentProxy: false },
  });
  return hub.open(EMBEDDED);
}

/** A judge asks the student's model; a module of the workspace was trusted before the run began. */
function scorerOf(find: (name: string) => Promise<ReturnType<typeof findSignature>>): Promise<OpenScorer> {
  const { spec, workspaceFolder, metricWorker, models } = given;
  return openScorer(spec.metric, spec.definition, {
    trustsFiles: true,
    judge: async (rubric) => {
      const { createPredictor } = await import('../../../engine/index.js');
      const definition = await find(rubric);
      const predictor = createPredictor(await opened(models.student));
      return { definition, executor: createExecutor([{ program: baseProgram(definition), predictor }]) };
    },
    custom: async (file) => {
      const { customMetricScorer } = await import('../../../engine/index.js');
      return customMetricScorer({ file: path.resolve(workspaceFolder, file), workspaceFolder, workerFile: metricWorker });
    },
  });
}
