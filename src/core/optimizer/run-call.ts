import type { ErrorDocument } from '../errors.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import type { CallSubject, JournalEntry } from './journal.js';

/** A finished piece of paid work as lists show it. */
export interface RunCall {
  /** Tells calls of a run apart. */
  readonly key: string;
  /** What it was for; undefined when the journal does not say. */
  readonly for: CallSubject | undefined;
  /** The beginning of what the model answered, on one line; empty when there is no answer. */
  readonly answer: string;
  /** 0..1; undefined for what is not scored, and without an answer. */
  readonly score: number | undefined;
  readonly feedback: string | undefined;
  /** Why there is no answer. */
  readonly error: Pick<ErrorDocument, 'code' | 'message' | 'hint'> | undefined;
  /** Tokens in and out. */
  readonly tokens: number;
  /** US dollars; undefined: nobody knows. */
  readonly usd: number | undefined;
  readonly latencyMs: number | undefined;
}

/** Longest beginning of a text, in UTF-16 code units. */
const MOST = 300;

/** What a line of a journal says. A journal is a file: what is no call in it shows as little as it says. */
export function runCallOf({ key, value, spent, for: subject }: JournalEntry): RunCall {
  const { usage, costUsd } = spent;
  const cost = { tokens: usage.promptTokens + usage.completionTokens, usd: costUsd };
  const nothing = { score: undefined, feedback: undefined, error: undefined, latencyMs: undefined };
  const isOutcome = isJsonObject(value) && (isJsonObject(value.outputs) || isJsonObject(value.error)) && value.spent !== undefined;
  if (!isOutcome) return { ...nothing, key, for: subject, answer: beginning(value), ...cost };
  const { outputs, score, feedback, error, latencyMs } = value;
  const failed = isJsonObject(error) ? (error as unknown as ErrorDocument) : undefined;
  return {
    key,
    for: subject,
    answer: outputs === undefined ? '' : beginning(outputs),
    score: typeof score === 'number' ? score : undefined,
    feedback: typeof feedback === 'string' && feedback !== '' ? cut(feedback) : undefined,
    error: failed === undefined ? undefined : { code: failed.code, message: cut(String(failed.message)), hint: cut(String(failed.hint)) },
    ...cost,
    latencyMs: typeof latencyMs === 'number' ? latencyMs : undefined,
  };
}

function beginning(value: JsonValue): string {
  if (!isJsonObject(value)) return cut(Array.isArray(value) && value.length === 1 ? textOf(value[0]) : textOf(value));
  const fields = Object.entries(value).filter(([, each]) => each !== null);
  return cut(fields.map(([name, each]) => (fields.length === 1 ? textOf(each) : `${name}: ${textOf(each)}`)).join(' · '));
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.slice(0, 2 * MOST) : (JSON.stringify(value) ?? '').slice(0, 2 * MOST);
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MOST ? line : `${line.slice(0, MOST - 1)}…`;
}
