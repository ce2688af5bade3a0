import type { RateLimits } from './guard/limiter.js';

/** How to reach a well-known OpenAI-compatible endpoint. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  /** Undefined: the user gives it. */
  readonly baseUrl: string | undefined;
  /** The environment variable that the terminal reads the key from; undefined: no key is needed. */
  readonly keyVariable: string | undefined;
  /** Where a person gets a key. */
  readonly keyUrl?: string;
  readonly limits: RateLimits;
  /** False where a request with a `seed` is refused. */
  readonly takesSeed?: boolean;
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    keyUrl: 'https://platform.openai.com/api-keys',
    limits: { concurrency: 8, requestsPerMinute: 500 },
  },
  {
    id: 'groq',
    label: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    keyUrl: 'https://console.groq.com/keys',
    limits: { concurrency: 4, requestsPerMinute: 30 },
  },
  {
    id: 'gemini',
    label: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
    keyUrl: 'https://aistudio.google.com/apikey',
    limits: { concurrency: 4, requestsPerMinute: 15 },
    takesSeed: false,
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    keyUrl: 'https://openrouter.ai/keys',
    limits: { concurrency: 8 },
  },
  { id: 'ollama', label: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', keyVariable: undefined, limits: { concurrency: 2 } },
  { id: 'lmstudio', label: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', keyVariable: undefined, limits: { concurrency: 2 } },
  {
    id: 'custom',
    label: 'Other OpenAI-compatible endpoint',
    baseUrl: undefined,
    keyVariable: 'ATELIER_API_KEY',
    limits: { concurrency: 8 },
  },
];

/** Whether a key must be there before a request is worth sending: a custom endpoint may work without. */
export function requiresKey(preset: Preset): boolean {
  return preset.keyVariable !== undefined && preset.id !== 'custom';
}
