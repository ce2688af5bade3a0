import type * as vscode from 'vscode';
import { AtelierError } from '../core/errors.js';
import type { GenerationPorts, ImagePromptEngine } from '../core/image-prompt/generate.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { findSignature } from '../core/signature/find-signature.js';
import { PRODUCTION } from '../core/version/labels.js';
import { definitionOfVersion } from '../core/version/version-program.js';
import type { HostServices } from '../host/host-services.js';
import { quotesTexts } from '../host/log.js';
import type { ResponseCache } from '../models/guard/cache.js';
import type { CallEvent } from '../models/guard/guarded-model.js';
import type { Limiter } from '../models/guard/limiter.js';
import type { HubOptions, ModelHub } from '../models/model-hub.js';
import { PRESETS, type Preset, requiresKey } from '../models/presets.js';
import type { GenerationStore } from '../store/generation-store.js';
import type { Problem } from '../store/problem.js';
import type { SignatureLibrary } from '../store/signatures-file.js';
import type { VersionStore } from '../store/version-store.js';
import { openCalls } from './calls.js';

/** Most answers that are kept in memory. */
const CACHED_ANSWERS = 500;

/** Everything that features share. Engine and store are loaded on first use. */
export class Services {
  private hub: Promise<ModelHub> | undefined;
  /** Outlives the hub: a changed setting is no reason to pay again. */
  private cache: ResponseCache | undefined;
  /** Outlive the hub, too: what an endpoint was sent counts on. */
  private readonly limiters = new Map<string, Limiter>();
  private store: { readonly key: string; readonly store: Promise<GenerationStore> } | undefined;
  private versionStore: { readonly key: string; readonly store: Promise<VersionStore> } | undefined;
  private readonly problems: vscode.EventEmitter<Problem>;
  /** Something is wrong with a file of the workspace. */
  readonly onProblem: vscode.Event<Problem>;

  constructor(readonly host: HostServices) {
    this.problems = new host.vscode.EventEmitter<Problem>();
    this.onProblem = this.problems.event;
    host.context.subscriptions.push(
      this.problems,
      host.settings.onChange(['limits'], () => this.limiters.clear()),
      host.settings.onChange(['provider', 'limits', 'timeoutSeconds', 'cache', 'run.mode', 'run.recordTo', 'run.replayFrom'], () => {
        this.hub = undefined;
      }),
      host.settings.onChange(['cache.hours'], () => {
        this.cache = undefined;
      }),
    );
  }

  /** The models. @throws AtelierError `workspace.untrusted` in Restricted Mode */
  async models(): Promise<ModelHub> {
    this.requireTrust();
    this.hub ??= this.createHub().catch((error: unknown) => {
      // What was wrong, such as a missing recording, may be right next time.
      this.hub = undefined;
      throw error;
    });
    return this.hub;
  }

  /** The engine with the model that the settings name. @throws AtelierError `model.*` */
  async imagePromptEngine(): Promise<ImagePromptEngine> {
    const [{ createImagePromptEngine }, hub] = await Promise.all([import('../engine/index.js'), this.models()]);
    return createImagePromptEngine(await hub.open(this.host.settings.model));
  }

  /** Called before anything runs a model or writes a file. @throws AtelierError `workspace.untrusted` */
  requireTrust(): void {
    if (this.host.vscode.workspace.isTrusted) return;
    throw new AtelierError('workspace.untrusted', 'In Restricted Mode no model runs and nothing is written.', {
      hint: 'Trust this folder first.',
    });
  }

  /** The files of the workspace; of the packed data alone when no folder is open. */
  generations(): Promise<GenerationStore> {
    const options = { workspaceFolder: this.host.workspaceFolder(), dataFolder: this.host.settings.dataFolder };
    const key = JSON.stringify(options);
    if (this.store?.key !== key) {
      const { packedFolder } = this;
      const onProblem = (problem: Problem) => this.report(problem);
      const store = import('../store/index.js').then(({ GenerationStore }) => new GenerationStore({ ...options, packedFolder, onProblem }));
      this.store = { key, store };
    }
    return this.store.store;
  }

  /** What a generation needs: the model and the versions that the settings name. @throws AtelierError `model.*` */
  async generationPorts(): Promise<GenerationPorts> {
    const [engine, store] = [await this.imagePromptEngine(), await this.generations()];
    const usesVersions = this.host.settings.runVersion === 'production' && this.host.workspaceFolder() !== undefined;
    return store.generationPorts(engine, usesVersions ? await this.versions() : undefined);
  }

  /** The versions of the workspace. @throws AtelierError `workspace.none` */
  versions(): Promise<VersionStore> {
    const { host } = this;
    const workspaceFolder = host.workspaceFolder();
    if (workspaceFolder === undefined) throw host.noFolder('Open a folder: versions are files of it.');
    // In Restricted Mode nothing is written, not even what was read.
    const options = { workspaceFolder, promptsFolder: host.settings.promptsFolder, keepsIndex: host.vscode.workspace.isTrusted };
    const key = JSON.stringify(options);
    if (this.versionStore?.key !== key) {
      // Only logged: in the Problems view they stand as long as the tree finds them.
      const onProblem = (problem: Problem) => this.logProblem(problem);
      const open = import('../store/index.js').then(
        ({ Locks, VersionStore }) => new VersionStore({ ...options, locks: new Locks(workspaceFolder), onProblem }),
      );
      this.versionStore = { key, store: open };
    }
    return this.versionStore.store;
  }

  /** Sees each library that is read. */
  whenRead = (library: SignatureLibrary): SignatureLibrary => library;

  /** The signatures of the workspace and the built-in ones, read anew: files change. */
  async signatures(): Promise<SignatureLibrary> {
    const { loadSignatures } = await import('../store/index.js');
    return this.whenRead(await loadSignatures(this.packedFolder, this.host.workspaceFolder(), this.host.settings.signaturesFolder));
  }

  /**
   * A signature of the library, ready to run: in the mode `production` one whose file has warnings is refused.
   * @throws AtelierError `signature.unknown`, `signature.invalid`
   */
  async signature(reference: string): Promise<SignatureDefinition> {
    const { signatures, files } = await this.signatures();
    const definition = findSignature(signatures, reference);
    const file = files.get(definition.signature.name);
    if (definition.source !== 'workspace' || file === undefined || this.host.settings.runMode !== 'production') return definition;
    const { readSignature, requireDefinition } = await import('../store/index.js');
    return requireDefinition(await readSignature(file, 'workspace', this.host.workspaceFolder()), true);
  }

  /**
   * What runs when somebody names a signature: the version with the label `production`, else what its file says. A version that cannot be
   * read is an error: another prompt must not run in its place.
   * @throws AtelierError as {@link signature}, `version.*`, `label.*`
   */
  async runnable(reference: string): Promise<SignatureDefinition> {
    const definition = await this.signature(reference);
    if (definition.source === 'one-line' || this.host.settings.runVersion === 'file' || this.host.workspaceFolder() === undefined) {
      return definition;
    }
    const { name } = definition.signature;
    const version = await (await this.versions()).labeled(name, PRODUCTION);
    return version === undefined ? definition : definitionOfVersion(version);
  }

  /** Where the product's own data is. Absolute. */
  get packedFolder(): string {
    return this.host.context.asAbsolutePath('data');
  }

  /** The provider whose key is missing for the chosen model, or undefined. Loads nothing. */
  async missingKey(): Promise<Preset | undefined> {
    const provider = this.host.settings.model.split(':')[0];
    const preset = PRESETS.find((known) => known.id === provider);
    if (preset === undefined || !requiresKey(preset)) return undefined;
    const baseUrl = this.host.settings.baseUrl(preset) ?? preset.baseUrl ?? '';
    return (await this.host.keys.get(preset, baseUrl)) === undefined ? preset : undefined;
  }

  private async createHub(): Promise<ModelHub> {
    const { host } = this;
    const { ModelHub, MemoryCache } = await import('../engine/index.js');
    this.cache ??= new MemoryCache(CACHED_ANSWERS, host.settings.cacheHours * 3_600_000);
    const calls = await openCalls(host, (problem) => this.report(problem));
    const options: HubOptions = {
      keyFor: (preset, baseUrl) => host.keys.get(preset, baseUrl),
      baseUrlFor: (preset) => host.settings.baseUrl(preset),
      editorProvider: (model) => host.openEditorModel(model),
      limits: host.settings.limits,
      limiters: this.limiters,
      timeoutMs: host.settings.timeoutMs,
      prices: async () => (await this.generations()).prices(),
      cache: host.settings.cacheEnabled && host.settings.runMode !== 'development' ? this.cache : undefined,
      onCall: (event) => host.log.info(describeEvent(event)),
      environmentProxy: false,
      ...calls,
    };
    return new ModelHub(options);
  }

  /** Logs a problem with a file, and shows it in the Problems view. */
  readonly report = (problem: Problem): void => {
    this.logProblem(problem);
    this.problems.fire(problem);
  };

  private logProblem({ file, line, message }: Problem): void {
    this.host.log.warn(`${file}:${line}: ${message}`);
  }
}

function describeEvent(event: CallEvent): string {
  const who = `${event.endpoint} ${event.model}`;
  if (event.attempt === 0) return `${who}: answered from the cache`;
  const attempt = `${who}: attempt ${event.attempt}, ${event.latencyMs} ms`;
  if (event.error !== undefined) {
    const again = event.error.retryInMs === undefined ? 'gave up' : `again in ${event.error.retryInMs} ms`;
    return `${attempt}, ${event.error.code}${quotesTexts(event.error.code) ? '' : `: ${event.error.message}`} (${again})`;
  }
  const tokens = event.usage === undefined ? '' : `, ${event.usage.promptTokens} + ${event.usage.completionTokens} tokens`;
  return `${attempt}${tokens}${event.cost === undefined ? '' : `, $${event.cost.toFixed(6)}`}`;
}
