import { createExecutor, type Executor } from '../../core/program/executor.js';
import type { SignatureDefinition } from '../../core/signature/definition.js';
import { baseProgram } from '../../core/signature/find-signature.js';
import type { Services } from '../services.js';

/** The same question has the same answer: that is what lets the cache know it. */
export const SEED = 1;

/** A signature ready to run, with what the settings say about models, cache and fallback. */
export interface OpenExecutor {
  readonly executor: Executor;
  /** Runs that the endpoint takes at a time. */
  readonly concurrency: number;
}

/**
 * @param useCache false: every model is asked anew
 * @throws AtelierError `model.*`, `signature.*`, `workspace.untrusted`
 */
export async function openExecutor(services: Services, definition: SignatureDefinition, useCache: boolean): Promise<OpenExecutor> {
  const { settings } = services.host;
  const [{ createPredictor }, hub, store] = await Promise.all([import('../../engine/index.js'), services.models(), services.generations()]);
  const open = (model: string) => hub.open(model, { cache: useCache });
  const main = await open(settings.model);
  const first = { program: baseProgram(definition), predictor: createPredictor(main) };
  const tastes = await store.tastes();
  const simpler = settings.fallbackSignature(definition.signature.name);
  const model = settings.fallbackModel;
  if (simpler === undefined && model === undefined) return { executor: createExecutor([first], tastes), concurrency: main.concurrency };
  const program = simpler === undefined ? first.program : baseProgram(await services.signature(simpler));
  const predictor = model === undefined ? first.predictor : createPredictor(await open(model));
  return { executor: createExecutor([first, { program, predictor }], tastes), concurrency: main.concurrency };
}
