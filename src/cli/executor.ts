import path from 'node:path';
import { IMAGE_PROMPT } from '../core/image-prompt/programs.js';
import { createExecutor, type Executor, type Route } from '../core/program/executor.js';
import { describeCall, type RecordedCall } from '../core/program/recorded-call.js';
import { RUN_MODES, type RunMode } from '../core/program/run-mode.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { baseProgram } from '../core/signature/find-signature.js';
import type { HubOptions, ModelHub } from '../models/model-hub.js';
import { type CommandContext, openHub, openStore, requireModel, workspaceOf } from './context.js';
import { usage } from './options.js';
import { definitionOf } from './signature.js';

/** A signature ready to run, as the command line wants it. */
export interface OpenExecutor {
  readonly executor: Executor;
  /** Requests that the endpoint takes at a time. */
  readonly concurrency: number;
}

/** @throws AtelierError `usage.invalid` */
export function modeOf({ values }: CommandContext): RunMode {
  if (values.replay !== undefined && values.record !== undefined) {
    throw usage('--record and --replay exclude each other: what is replayed is recorded already.', 'Leave one of them out.');
  }
  const mode = RUN_MODES.find((known) => known === (values.mode ?? (values.replay === undefined ? 'production' : 'testing')));
  if (mode === undefined) throw usage(`There is no mode "${values.mode}".`, `Modes: ${RUN_MODES.join(', ')}.`);
  if ((mode === 'testing') === (values.replay === undefined)) {
    throw mode === 'testing'
      ? usage('The mode testing answers from a recording, and none is named.', 'Add --replay FILE; make one with --record FILE.')
      : usage(`--replay answers offline, and the mode ${mode} asks a model.`, 'Leave --mode out, or make it testing.');
  }
  return mode;
}

/** The models as the mode wants them. One for a whole command: its budget and its queues hold for all that it does. */
export async function openRunHub(context: CommandContext, more: Partial<HubOptions> = {}): Promise<ModelHub> {
  const mode = modeOf(context);
  return openHub(context, await openStore(context), {
    ...(mode === 'development' ? { cache: undefined } : {}),
    ...(await replayOf(context)),
    record: await recorderOf(context, mode),
    ...more,
  });
}

export interface ExecutorOptions {
  /** Default: a hub of its own. */
  readonly hub?: ModelHub;
  /** Default: the model of the command line. */
  readonly model?: string | undefined;
  /** Without fallback and reasoning: those are meant for another signature. */
  readonly plain?: boolean;
}

/** @throws AtelierError `model.*`, `signature.*`, `usage.invalid`, `data.*` for a recording */
export async function openExecutor(
  context: CommandContext,
  definition: SignatureDefinition,
  options: ExecutorOptions = {},
): Promise<OpenExecutor> {
  const { model = requireModel(context), plain = false } = options;
  const values: Partial<CommandContext['values']> = plain ? {} : context.values;
  const mode = modeOf(context);
  const [{ createPredictor }, store] = await Promise.all([import('../engine/index.js'), openStore(context)]);
  const hub = options.hub ?? (await openRunHub(context));
  const main = await hub.open(model);
  const asked = values.reasoning === true ? 'chain_of_thought' : definition.module;
  const first: Route = { program: baseProgram(definition, asked), predictor: createPredictor(main) };
  const routes: [Route, ...Route[]] = [first];
  const { 'fallback-model': otherModel, 'fallback-signature': simpler } = values;
  if (otherModel !== undefined || simpler !== undefined) {
    routes.push({
      program: simpler === undefined ? first.program : baseProgram(await definitionOf(context, simpler, mode)),
      predictor: otherModel === undefined ? first.predictor : createPredictor(await hub.open(otherModel)),
    });
  }
  const usesTastes = routes.some(({ program }) => program.signature.name === IMAGE_PROMPT.name);
  return { executor: createExecutor(routes, usesTastes ? await store.tastes() : []), concurrency: main.concurrency };
}

async function replayOf({ values, output, ...context }: CommandContext): Promise<Pick<HubOptions, 'replay'>> {
  if (values.replay === undefined) return {};
  const { readRecording } = await import('../store/index.js');
  const { calls, problems } = await readRecording(path.resolve(values.replay), workspaceOf({ values, output, ...context }));
  for (const problem of problems) output.warn(`${problem.file}:${problem.line}: ${problem.message} ${problem.hint}`);
  return { replay: { file: values.replay, calls } };
}

/** Told every call: the recording that was asked for, and in the mode `development` the person. */
async function recorderOf(context: CommandContext, mode: RunMode): Promise<HubOptions['record']> {
  const { values, output } = context;
  const recorders: ((call: RecordedCall) => Promise<void>)[] = [];
  if (mode === 'development') recorders.push(async (call) => output.note(describeCall(call)));
  if (values.record !== undefined) {
    const { Locks, RecordingFile } = await import('../store/index.js');
    const workspaceFolder = workspaceOf(context);
    const file = new RecordingFile({
      file: path.resolve(values.record),
      workspaceFolder,
      locks: new Locks(workspaceFolder),
      onProblem: (problem) => output.warn(`${problem.message} ${problem.hint}`),
    });
    recorders.push((call) => file.record(call));
  }
  if (recorders.length === 0) return undefined;
  return async (call) => void (await Promise.all(recorders.map((record) => record(call))));
}
