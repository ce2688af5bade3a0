import * as vscode from 'vscode';
import type { RateLimits } from '../models/guard/limiter.js';
import type { Preset } from '../models/presets.js';

const SECTION = 'promptAtelier';

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

  get learning(): { learn: boolean; minRating: number } {
    return { learn: this.get('learning.enabled', true), minRating: this.get('learning.minRating', 4) };
  }

  get userId(): string {
    return this.get('userId', '').trim() || 'local';
  }

  get dataFolder(): string {
    return this.get('data.folder', 'data');
  }

  get signaturesFolder(): string {
    return this.get('signatures.folder', 'signatures');
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
