import { AtelierError } from '../core/errors.js';
import type { Price } from '../core/program/price.js';
import type { RecordedCall } from '../core/program/recorded-call.js';
import type { ChatModel, Provider } from './chat-model.js';
import { EmbeddedProvider } from './embedded/embedded-provider.js';
import type { Budget } from './guard/budget.js';
import type { ResponseCache } from './guard/cache.js';
import { type CallEvent, GuardedModel, type GuardOptions } from './guard/guarded-model.js';
import { Limiter, type RateLimits } from './guard/limiter.js';
import { DEFAULT_RETRY, type RetryPolicy } from './guard/retry.js';
import { EDITOR, EMBEDDED, formatModelRef, type ModelRef, parseModelRef } from './model-ref.js';
import { createFetch, type Fetch } from './openai/transport.js';
import { PRESETS, type Preset, requiresKey } from './presets.js';
import { PriceTable } from './prices.js';
import { type RecordedCalls, Recording } from './recording/recording.js';
import { RecordingModel } from './recording/recording-model.js';
import { ReplayProvider } from './recording/replay-provider.js';

/** A model ready to be called. */
export interface OpenModel {
  readonly port: ChatModel;
  /** The name to put into requests. */
  readonly model: string;
  /** The name that people see: `groq:…`. */
  readonly name: string;
  /** Requests that its endpoint takes at a time. */
  readonly concurrency: number;
  /** What it costs; undefined: unknown. */
  readonly price?: Price | undefined;
  /** How fast its endpoint may be asked. */
  readonly limits?: RateLimits | undefined;
}

/** How a model is used this time. */
export interface OpenOptions {
  /** False: every question is asked anew. */
  readonly cache?: boolean;
}

/** What the two entries (editor, terminal) know and the hub does not. */
export interface HubOptions {
  /** The key for a preset at this base URL, or undefined. A key stored for another URL must not be given. */
  keyFor(preset: Preset, baseUrl: string): Promise<string | undefined>;
  /** What to do when a key is missing; a default that names both ways when absent. */
  keyHint?(preset: Preset): string;
  /** The user's own base URL of a preset, or undefined. */
  baseUrlFor(preset: Preset): string | undefined;
  /** The editor's own models; undefined in the terminal. */
  readonly editorProvider?: ((model: string) => Promise<Provider>) | undefined;
  /** The queues of endpoints, for hubs that follow each other: what was sent counts on. */
  readonly limiters?: Map<string, Limiter> | undefined;
  /** The user's limits; they go before a preset's. */
  readonly limits: Partial<RateLimits>;
  /** Longest silence of an endpoint, in milliseconds. */
  readonly timeoutMs: number;
  prices(): Promise<readonly Price[]>;
  readonly cache?: ResponseCache | undefined;
  readonly budget?: Budget | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly onCall?: ((event: CallEvent) => void) | undefined;
  /** Use HTTP_PROXY and its kin; the editor has its own way. */
  readonly environmentProxy: boolean;
  /**
   * Every model answers from these calls: no endpoint, key, cache or limit of requests. Budget and events work as ever; the cost is 0, as
   * nothing is paid.
   */
  readonly replay?: RecordedCalls | undefined;
  /** Given every answer, under the name of the model that people see. It should not throw: what it throws ends the request. */
  readonly record?: ((call: RecordedCall) => Promise<void>) | undefined;
}

/** A replay costs nothing, whatever the model. */
const FREE = new PriceTable([{ model: '*', inputUsdPerMillion: 0, outputUsdPerMillion: 0 }]);

/** Opens models by name. All that goes to one endpoint shares one queue. */
export class ModelHub {
  private readonly limiters: Map<string, Limiter>;
  private readonly providers = new Map<string, Provider>();
  private readonly recording: Recording | undefined;
  private fetch: Fetch | undefined;

  constructor(private readonly options: HubOptions) {
    this.limiters = options.limiters ?? new Map();
    this.recording = options.replay === undefined ? undefined : new Recording(options.replay);
  }

  /** @throws AtelierError `model.unknown`, `model.no_key`, `model.no_permission` */
  async open(name: string, use: OpenOptions = {}): Promise<OpenModel> {
    const ref = parseModelRef(name);
    const shown = formatModelRef(ref);
    const { record } = this.options;
    const guarded = this.recording === undefined ? await this.guarded(ref, use) : this.replayed(this.recording, shown);
    const port = record === undefined ? guarded : new RecordingModel(guarded, shown, record);
    const { concurrency, limits } = guarded;
    return { port, model: ref.model, name: shown, concurrency, limits, price: guarded.priceOf(ref.model) };
  }

  /**
   * Names of the models that an endpoint offers.
   * @throws AtelierError `model.*` when it cannot be asked
   */
  async listModels(presetId: string, signal?: AbortSignal): Promise<string[]> {
    const preset = requirePreset(presetId);
    if (this.options.replay !== undefined) return recordedModels(this.options.replay.calls, presetId);
    const { listModels } = await import('./openai/list-models.js');
    const baseUrl = this.baseUrl(preset);
    const apiKey = await this.key(preset, baseUrl);
    return listModels({ label: preset.label, baseUrl, apiKey, fetch: this.transport(), timeoutMs: this.options.timeoutMs, signal });
  }

  private async guarded(ref: ModelRef, use: OpenOptions): Promise<GuardedModel> {
    const provider = await this.provider(ref);
    const prices = new PriceTable([{ model: EMBEDDED, inputUsdPerMillion: 0, outputUsdPerMillion: 0 }, ...(await this.options.prices())]);
    return new GuardedModel(provider, {
      ...this.common(),
      limiter: this.limiter(provider.endpoint, ref),
      prices,
      priceName: (model) => formatModelRef({ provider: ref.provider, model }),
      // The embedded model is faster than any cache.
      cache: ref.provider === EMBEDDED || use.cache === false ? undefined : this.options.cache,
      ...(this.options.retry === undefined ? {} : { retry: this.options.retry }),
    });
  }

  private replayed(recording: Recording, shown: string): GuardedModel {
    return new GuardedModel(new ReplayProvider(recording, shown), {
      ...this.common(),
      limiter: new Limiter({ concurrency: 16 }),
      prices: FREE,
      priceName: () => shown,
      // A second look finds what the first one found.
      retry: { ...DEFAULT_RETRY, attempts: 1 },
    });
  }

  private common(): Pick<GuardOptions, 'timeoutMs' | 'budget' | 'onCall'> {
    const { timeoutMs, budget, onCall } = this.options;
    return { timeoutMs, budget, ...(onCall === undefined ? {} : { onCall }) };
  }

  private async provider(ref: ModelRef): Promise<Provider> {
    if (ref.provider === EMBEDDED) return this.remember(EMBEDDED, () => new EmbeddedProvider());
    if (ref.provider === EDITOR) {
      if (this.options.editorProvider !== undefined) return this.options.editorProvider(ref.model);
      throw new AtelierError('model.unsupported', "The editor's models can be used in the editor only.", {
        hint: 'In the terminal use embedded, or <provider>:<model>.',
      });
    }
    const preset = requirePreset(ref.provider);
    const baseUrl = this.baseUrl(preset);
    const apiKey = await this.key(preset, baseUrl);
    const { OpenAIProvider } = await import('./openai/openai-provider.js');
    return this.remember(
      JSON.stringify([preset.id, baseUrl, apiKey]),
      () => new OpenAIProvider({ label: preset.label, baseUrl, apiKey, fetch: this.transport(), takesSeed: preset.takesSeed ?? true }),
    );
  }

  private remember(key: string, make: () => Provider): Provider {
    let provider = this.providers.get(key);
    if (provider === undefined) {
      provider = make();
      this.providers.set(key, provider);
    }
    return provider;
  }

  private baseUrl(preset: Preset): string {
    const baseUrl = this.options.baseUrlFor(preset) ?? preset.baseUrl;
    if (baseUrl === undefined || !/^https?:\/\/[^/]/.test(baseUrl) || !URL.canParse(baseUrl)) {
      throw new AtelierError('model.unknown', `No address is set for "${preset.label}".`, {
        hint: 'Set promptAtelier.provider.baseUrls in the user settings, or give --base-url in the terminal.',
      });
    }
    if (new URL(baseUrl).username !== '') {
      throw new AtelierError('model.unknown', `The address of "${preset.label}" holds a user name.`, {
        hint: 'Addresses are shown and logged: leave credentials out of them and set a key instead.',
      });
    }
    return baseUrl.replace(/\/+$/, '');
  }

  private async key(preset: Preset, baseUrl: string): Promise<string> {
    const key = await this.options.keyFor(preset, baseUrl);
    if (key !== undefined && key !== '') return key;
    if (!requiresKey(preset)) return '';
    throw new AtelierError('model.no_key', `There is no key for ${preset.label}.`, {
      hint:
        this.options.keyHint?.(preset) ?? `Run "Prompt Atelier: Set API Key", or set ${preset.keyVariable} in the terminal's environment.`,
    });
  }

  private transport(): Fetch {
    this.fetch ??= createFetch(this.options.environmentProxy);
    return this.fetch;
  }

  private limiter(endpoint: string, ref: ModelRef): Limiter {
    let limiter = this.limiters.get(endpoint);
    if (limiter === undefined) {
      const preset = PRESETS.find((known) => known.id === ref.provider);
      // The editor's models share a person's own allowance: one at a time.
      const defaults: RateLimits = preset?.limits ?? { concurrency: ref.provider === EDITOR ? 1 : 16 };
      // The user's limits are for what costs money or has a quota.
      limiter = new Limiter(ref.provider === EMBEDDED ? defaults : { ...defaults, ...this.options.limits });
      this.limiters.set(endpoint, limiter);
    }
    return limiter;
  }
}

/** Offline there are the models that were recorded. */
function recordedModels(calls: readonly RecordedCall[], presetId: string): string[] {
  const prefix = `${presetId}:`;
  const names = new Set(calls.flatMap(({ model }) => (model.startsWith(prefix) ? [model.slice(prefix.length)] : [])));
  return [...names].sort();
}

function requirePreset(id: string): Preset {
  const preset = PRESETS.find((known) => known.id === id);
  if (preset !== undefined) return preset;
  throw new AtelierError('model.unknown', `There is no provider "${id}".`, {
    hint: `Valid providers: ${PRESETS.map((known) => known.id).join(', ')}.`,
  });
}
