import { statSync } from 'node:fs';
import path from 'node:path';
import type { HubOptions, ModelHub } from '../models/model-hub.js';
import type { Preset } from '../models/presets.js';
import type { GenerationStore } from '../store/generation-store.js';
import { type CommandLine, dollars, usage, wholeNumber } from './options.js';
import type { Output } from './output.js';

/** What a command is given. */
export interface CommandContext extends CommandLine {
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Name in the column user_id when none is given. */
const LOCAL_USER = 'local';

export function userOf(context: CommandContext): string {
  return context.values.user?.trim() || LOCAL_USER;
}

/** The folder that files are read from and written to. Absolute. */
export function workspaceOf(context: CommandContext): string {
  const folder = path.resolve(context.values.workspace ?? process.cwd());
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw usage(`There is no folder "${context.values.workspace}".`, 'Create it, or name another one with --workspace.');
}

/** The files of the workspace over those that come with the product. */
export async function openStore(context: CommandContext): Promise<GenerationStore> {
  const { GenerationStore } = await import('../store/index.js');
  return new GenerationStore({
    packedFolder: PACKED_FOLDER,
    workspaceFolder: workspaceOf(context),
    dataFolder: DATA_FOLDER,
    onProblem: (problem) => context.output.warn(`${problem.file}:${problem.line}: ${problem.message} ${problem.hint}`),
  });
}

/** Where the workspace's tables are. */
export const DATA_FOLDER = 'data';
/** Where its signatures are. */
export const SIGNATURES_FOLDER = 'signatures';

/** Where the product's own data is. Absolute. */
export const PACKED_FOLDER = path.join(__dirname, '..', 'data');

/** The image-prompt engine with the model that the command line names. @throws AtelierError `model.*`, `usage.invalid` */
export async function openEngine(context: CommandContext, store: GenerationStore) {
  const { createImagePromptEngine } = await import('../engine/index.js');
  const hub = await openHub(context, store);
  return createImagePromptEngine(await hub.open(requireModel(context)));
}

/** The name of the model that the command line means. @throws AtelierError `usage.invalid` */
export function requireModel({ values }: CommandContext): string {
  const model = values.model ?? (values['base-url'] === undefined ? 'embedded' : undefined);
  if (model !== undefined) return model;
  throw usage('--base-url needs --model.', 'Add --model custom:<model>.');
}

/** The models, with the limits, budget and cache of the command line. @throws AtelierError `usage.invalid` */
export async function openHub(context: CommandContext, store: GenerationStore, more: Partial<HubOptions> = {}): Promise<ModelHub> {
  const { Budget, ModelHub } = await import('../engine/index.js');
  const { DiskResponseCache } = await import('../store/index.js');
  const { values, output } = context;
  const baseUrl = values['base-url'];
  const concurrency = wholeNumber(values, 'concurrency', 1, 64);
  const cacheHours = wholeNumber(values, 'cache-hours', 0, 1e6);
  return new ModelHub({
    keyFor: async (preset) => keyOf(preset, baseUrl),
    keyHint: (preset) => `Set ${baseUrl === undefined ? preset.keyVariable : 'ATELIER_API_KEY'} in the environment.`,
    baseUrlFor: () => baseUrl,
    limits: concurrency === undefined ? {} : { concurrency },
    timeoutMs: 60_000,
    prices: () => store.prices(),
    cache:
      values['no-cache'] === true
        ? undefined
        : new DiskResponseCache({
            workspaceFolder: workspaceOf(context),
            ttlMs: cacheHours === undefined ? undefined : cacheHours * 3_600_000,
            onProblem: (problem) => output.warn(problem.message),
          }),
    budget: new Budget({
      calls: wholeNumber(values, 'budget-calls', 0, 1e9),
      tokens: wholeNumber(values, 'budget-tokens', 0, 1e12),
      usd: dollars(values, 'budget-usd'),
    }),
    onCall: (event) => {
      if (event.error?.retryInMs !== undefined) output.note(`${event.error.message} Again in ${event.error.retryInMs} ms.`);
    },
    environmentProxy: true,
    ...more,
  });
}

/** A preset's key goes to the preset's own endpoint; an address of the user's own gets ATELIER_API_KEY and never another. */
function keyOf(preset: Preset, baseUrl: string | undefined): string | undefined {
  if (baseUrl !== undefined) return process.env.ATELIER_API_KEY;
  return preset.keyVariable === undefined ? undefined : process.env[preset.keyVariable];
}
