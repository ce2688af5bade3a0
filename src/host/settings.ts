import * as vscode from 'vscode';
import { RUN_MODES, type RunMode } from '../core/program/run-mode.js';
import type { RateLimits } from '../models/guard/limiter.js';
import type { Preset } from '../models/presets.js';

const SECTION = 'promptAtelier';

/** What can happen with a result. `preview`: a diff to accept or reject. */
export const RESULT_ACTIONS = ['preview', 'replace', 'insertAfter', 'copy', 'newDocument'] as const;
export type ResultAction = (typeof RESULT_ACTIONS)[number];

/** The settings of the product, typed. Read anew each time: a change counts at once. */
export class Settings {
  get model(): string {
    return this.get('model', 'embedded');
  }

  async setModel(model: string): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    // A workspace value would hide what the person chose just now.
    const workspaceValue = configuration.inspect<string>('model')?.workspaceValue;
    const target = workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
    await configuration.update('model', model, target);
  }

  /** What runs when a signature is named: the version with the label `production`, or what its file says. */
  get runVersion(): 'production' | 'file' {
    return this.get<string>('run.version', 'production') === 'file' ? 'file' : 'production';
  }

  /** The user's own address of a provider. */
  baseUrl(preset: Preset): string | undefined {
    const value = this.get<Record<string, unknown>>('provider.baseUrls', {})[preset.id];
    return typeof value === 'string' && value !== '' ? value.replace(/\/+$/, '') : undefined;
  }

  async setBaseUrl(preset: Preset, baseUrl: string): Promise<void> {
    const urls = { ...this.get<Record<string, unknown>>('provider.baseUrls', {}), [preset.id]: baseUrl };
    await vscode.workspace.getConfiguration(SECTION).update('provider.baseUrls', urls, vscode.ConfigurationTarget.Global);
  }

  get limits(): Partial<RateLimits> {
    return { ...this.limit('requestsPerMinute'), ...this.limit('tokensPerMinute'), ...this.limit('concurrency') };
  }

  /** A limit that is set; a value below 1, which the settings file can hold, counts as not set. */
  private limit(name: keyof RateLimits): Partial<RateLimits> {
    const value = this.get<number | null>(`limits.${name}`, null);
    return typeof value === 'number' && value >= 1 ? { [name]: value } : {};
  }

  get timeoutMs(): number {
    return this.get('timeoutSeconds', 60) * 1000;
  }

  get cacheEnabled(): boolean {
    return this.get('cache.enabled', true);
  }

  /** How long an answer in the cache counts. */
  get cacheHours(): number {
    return Math.max(0, this.get('cache.hours', 168));
  }

  get learning(): { learn: boolean; minRating: number } {
    return { learn: this.get('learning.enabled', true), minRating: this.get('learning.minRating', 4) };
  }

  /** New ratings after which retraining is suggested; 0: never. */
  get suggestRetrainingAfter(): number {
    return Math.max(0, this.get('retrain.suggestAfter', 20));
  }

  get userId(): string {
    return this.get('userId', '').trim() || 'local';
  }

  get dataFolder(): string {
    return this.get('data.folder', 'data');
  }

  get promptsFolder(): string {
    return this.get('prompts.folder', 'prompts');
  }

  get signaturesFolder(): string {
    return this.get('signatures.folder', 'signatures');
  }

  get runMode(): RunMode {
    return RUN_MODES.find((mode) => mode === this.get('run.mode', 'production')) ?? 'production';
  }

  /** What happens with a result; undefined: ask each time. */
  get resultAction(): ResultAction | undefined {
    const action = this.get<string>('run.result', 'preview');
    return action === 'ask' ? undefined : (RESULT_ACTIONS.find((known) => known === action) ?? 'preview');
  }

  /** The model that is asked when the chosen one fails. */
  get fallbackModel(): string | undefined {
    return this.get('run.fallbackModel', '').trim() || undefined;
  }

  /** The signature that stands in when this one fails. */
  fallbackSignature(name: string): string | undefined {
    const value = this.get<Record<string, unknown>>('run.fallbackSignatures', {})[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  }

  /** The file that model calls are recorded to; undefined: they are not. */
  get recordTo(): string | undefined {
    return this.get('run.recordTo', '').trim() || undefined;
  }

  /** The recording that answers in the mode `testing`. */
  get replayFrom(): string | undefined {
    return this.get('run.replayFrom', '').trim() || undefined;
  }

  /** Whether signature files show lenses. */
  get codeLens(): boolean {
    return this.get('codeLens.enabled', true);
  }

  /** Calls back when a setting below one of these names changes. */
  onChange(names: readonly string[], listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (names.some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) listener();
    });
  }

  private get<T>(name: string, fallback: T): T {
    return vscode.workspace.getConfiguration(SECTION).get<T>(name) ?? fallback;
  }
}
