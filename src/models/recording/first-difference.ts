import type { RecordedCall, RecordedRequest } from '../../core/program/recorded-call.js';
import { canonicalJson } from '../../core/text/json-schema.js';
import { SETTINGS } from './recorded-request.js';

type Asked = Pick<RecordedCall, 'model' | 'request'>;
type Messages = RecordedRequest['messages'];

/** Characters shown before and after the place where two texts part. */
const BEFORE = 20;
const AFTER = 30;

/** The first thing in which two calls differ, in words: model, messages, settings. "nothing" when they are equal. */
export function firstDifference(asked: Asked, recorded: Asked): string {
  if (asked.model !== recorded.model) return `model is ${asked.model} (recorded: ${recorded.model})`;
  return messagesDifference(asked.request.messages, recorded.request.messages) ?? settingsDifference(asked.request, recorded.request);
}

function messagesDifference(asked: Messages, recorded: Messages): string | undefined {
  for (const [index, message] of asked.entries()) {
    const other = recorded[index];
    if (other === undefined) break;
    if (message.role !== other.role) return `message ${index + 1} is of the ${message.role} (recorded: ${other.role})`;
    if (message.content === other.content && canonicalJson(message.images) === canonicalJson(other.images)) continue;
    if (message.content === other.content) return `${label(asked, index)} has other images`;
    const at = firstDifferentIndex(message.content, other.content);
    return `${label(asked, index)} differs at ${excerpt(message.content, at)} (recorded: ${excerpt(other.content, at)})`;
  }
  if (asked.length === recorded.length) return undefined;
  return `it has ${asked.length} ${asked.length === 1 ? 'message' : 'messages'} (recorded: ${recorded.length})`;
}

function settingsDifference(asked: RecordedRequest, recorded: RecordedRequest): string {
  for (const name of SETTINGS) {
    if (canonicalJson(asked[name]) === canonicalJson(recorded[name])) continue;
    return `${name} is ${setting(asked[name])} (recorded: ${setting(recorded[name])})`;
  }
  return 'nothing';
}

function setting(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

/** "user message", or "user message 2" where there are several. */
function label(messages: Messages, index: number): string {
  const role = messages[index]?.role ?? 'user';
  const ofRole = messages.filter((message) => message.role === role).length;
  const number = messages.slice(0, index + 1).filter((message) => message.role === role).length;
  return ofRole === 1 ? `${role} message` : `${role} message ${number}`;
}

function firstDifferentIndex(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  return index;
}

/** What stands around a place, on one line: whole words before it, quoted. */
function excerpt(text: string, at: number): string {
  let start = Math.max(0, at - BEFORE);
  if (start > 0) {
    const space = text.slice(start, at).search(/\s/);
    if (space >= 0) start += space + 1;
  }
  let end = Math.min(text.length, at + AFTER);
  if (isSecondHalf(text, start)) start++;
  if (isSecondHalf(text, end)) end++;
  const cut = text.slice(start, end);
  return JSON.stringify(`${start > 0 ? '…' : ''}${cut}${end < text.length ? '…' : ''}`);
}

/** Whether an index is between the halves of a surrogate pair. */
function isSecondHalf(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return index > 0 && code >= 0xdc00 && code <= 0xdfff;
}
