import type { SecretStorage } from 'vscode';
import { PRESETS, type Preset } from '../models/presets.js';
import type { Log } from './log.js';

/** What is kept for a provider: the key together with the one address it may be sent to. */
interface StoredKey {
  readonly baseUrl: string;
  readonly key: string;
}

/** API keys, in the editor's SecretStorage and nowhere else. A key is bound to the endpoint it was stored for. */
export class KeyStore {
  constructor(
    private readonly secrets: SecretStorage,
    private readonly log: Log,
  ) {}

  /** The key for a provider at this address; undefined when none is stored, or when it was stored for another address. */
  async get(preset: Preset, baseUrl: string): Promise<string | undefined> {
    const stored = await this.read(preset.id);
    if (stored === undefined || stored.baseUrl !== baseUrl) return undefined;
    this.log.hide(stored.key);
    return stored.key;
  }

  async set(preset: Preset, baseUrl: string, key: string): Promise<void> {
    this.log.hide(key);
    const stored: StoredKey = { baseUrl, key };
    await this.secrets.store(secretName(preset.id), JSON.stringify(stored));
  }

  /** Removes every key. @returns the labels of the providers that had one */
  async removeAll(): Promise<string[]> {
    const removed: string[] = [];
    for (const preset of PRESETS) {
      if ((await this.secrets.get(secretName(preset.id))) === undefined) continue;
      await this.secrets.delete(secretName(preset.id));
      removed.push(preset.label);
    }
    return removed;
  }

  private async read(id: string): Promise<StoredKey | undefined> {
    const text = await this.secrets.get(secretName(id));
    if (text === undefined) return undefined;
    try {
      const value = JSON.parse(text) as Partial<StoredKey>;
      return typeof value.baseUrl === 'string' && typeof value.key === 'string' ? { baseUrl: value.baseUrl, key: value.key } : undefined;
    } catch {
      this.log.warn(`The stored key of ${id} cannot be read; set it again.`);
      return undefined;
    }
  }
}

function secretName(id: string): `promptAtelier.provider.${string}.apiKey` {
  return `promptAtelier.provider.${id}.apiKey`;
}
