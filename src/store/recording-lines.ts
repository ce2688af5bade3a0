import { AtelierError } from '../core/errors.js';
import type { RecordedCall, RecordedMessage } from '../core/program/recorded-call.js';
import type { JsonObject } from './json-lines.js';

/** The first key of every line. */
export const RECORDING_FORMAT = 'atelier-recording/1';
const VERSION = 1;
const ROLES: readonly unknown[] = ['system', 'user', 'assistant'];
const SETTINGS: Readonly<Record<string, (value: unknown) => boolean>> = {
  temperature: isNumber,
  maxTokens: isNumber,
  stop: isTexts,
  n: isNumber,
  seed: isNumber,
};

type Fields = Readonly<Record<string, unknown>>;

/** Whether the start of a file is that of a recording to which calls can be added; it may be cut off. */
export function startsRecording(start: string): boolean {
  return /"format"\s*:\s*"atelier-recording\/1"/.test(start) || JSON.stringify({ format: RECORDING_FORMAT }).startsWith(start);
}

/**
 * Checks that the value of a line is a call.
 * @param shown the file as people read it
 * @param line 1-based
 * @throws AtelierError `data.malformed`, with file and line
 */
export function requireCall(value: JsonObject, shown: string, line: number): RecordedCall {
  requireVersion(value, shown, line);
  const problem = callProblem(value);
  if (problem !== undefined) throw noCall(problem, shown, line);
  const { model, request, response } = value as unknown as RecordedCall;
  return { model, request, response };
}

function requireVersion(value: Fields, shown: string, line: number): void {
  if (value.format === RECORDING_FORMAT) return;
  const version = typeof value.format === 'string' ? /^atelier-recording\/(\d+)$/.exec(value.format)?.[1] : undefined;
  if (version === undefined || Number(version) <= VERSION) throw noCall(`"format" must be "${RECORDING_FORMAT}"`, shown, line);
  throw new AtelierError('data.malformed', `Line ${line} of ${shown} was made by a newer version of Prompt Atelier.`, {
    hint: 'Update Prompt Atelier, or record the run again with this version.',
    file: shown,
    line,
  });
}

/** What is wrong with a line, or undefined. */
function callProblem({ model, request, response }: Fields): string | undefined {
  if (typeof model !== 'string' || model === '') return '"model" must be a name';
  if (!isFields(request)) return '"request" must be an object';
  if (!isFields(response)) return '"response" must be an object';
  return requestProblem(request) ?? responseProblem(response);
}

function requestProblem(request: Fields): string | undefined {
  const { messages, ...settings } = request;
  if (!Array.isArray(messages) || !messages.every(isMessage)) return '"request.messages" must be a list of messages with role and content';
  for (const [name, value] of Object.entries(settings)) {
    const fits = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (fits === undefined) return `"request.${name}" is unknown`;
    if (!fits(value)) return `"request.${name}" has a wrong value`;
  }
  return undefined;
}

function responseProblem({ text, usage, costUsd }: Fields): string | undefined {
  if (!isTexts(text) || text.length === 0) return '"response.text" must be a list of texts';
  if (!isFields(usage) || !isNumber(usage.promptTokens) || !isNumber(usage.completionTokens) || typeof usage.estimated !== 'boolean') {
    return '"response.usage" must have promptTokens, completionTokens and estimated';
  }
  return costUsd === null || isNumber(costUsd) ? undefined : '"response.costUsd" must be a number or null';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMessage(value: unknown): value is RecordedMessage {
  if (!isFields(value)) return false;
  const { role, content, images = [], ...other } = value;
  const known = Object.keys(other).length === 0 && ROLES.includes(role) && typeof content === 'string';
  return known && Array.isArray(images) && images.every((image) => isFields(image) && typeof image.url === 'string');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** The error for a line that is no call: what is wrong with it. */
export function noCall(what: string, shown: string, line: number): AtelierError {
  return new AtelierError('data.malformed', `Line ${line} of ${shown} is no recorded call: ${what}.`, {
    hint: 'Remove or correct the line, or record the run again.',
    file: shown,
    line,
  });
}
