import type { RecordedCall, RecordedRequest } from '../../core/program/recorded-call.js';
import { canonicalJson } from '../../core/text/json-schema.js';
import { SETTINGS } from './recorded-request.js';

/** So many characters at the start and at the end of a conversation are compared: the time for a miss has a bound. */
const SAMPLE_CHARACTERS = 2000;
/** From here on in Unicode, words have no spaces between them: each character counts. */
const FIRST_WIDE = 0x2e80;

/** The nearest call: its index, and how alike the messages are. */
export interface Nearest {
  readonly index: number;
  /** 0..100; 100 only when all messages are the same. */
  readonly percent: number;
}

/**
 * Tells which recorded call is nearest to a request: by the words that their messages share, as multisets (Sørensen-Dice coefficient),
 * then by the model, then by how many settings agree.
 */
export class Nearness {
  private readonly bags: readonly Uint32Array[];

  constructor(private readonly calls: readonly RecordedCall[]) {
    this.bags = calls.map((call) => bagOf(call.request));
  }

  /** Undefined when there are no calls. */
  nearest(model: string, request: RecordedRequest): Nearest | undefined {
    const bag = bagOf(request);
    let found: { index: number; alike: number; agreeing: number } | undefined;
    for (const [index, call] of this.calls.entries()) {
      const alike = dice(bag, this.bags[index] ?? bag);
      if (found !== undefined && alike < found.alike) continue;
      const agreeing = agreement(model, request, call);
      if (found === undefined || alike > found.alike || agreeing > found.agreeing) found = { index, alike, agreeing };
    }
    if (found === undefined) return undefined;
    const same = canonicalJson(this.calls[found.index]?.request.messages) === canonicalJson(request.messages);
    return { index: found.index, percent: same ? 100 : Math.min(99, Math.floor(found.alike * 100)) };
  }
}

/** 0..11: the model counts more than all other settings together. */
function agreement(model: string, request: RecordedRequest, call: RecordedCall): number {
  const same = SETTINGS.filter((name) => canonicalJson(request[name]) === canonicalJson(call.request[name])).length;
  return same + (model === call.model ? SETTINGS.length + 1 : 0);
}

/** The words of a conversation as sorted hashes. */
function bagOf(request: RecordedRequest): Uint32Array {
  const text = request.messages.map((message) => message.content).join('\n');
  const long = text.length > 2 * SAMPLE_CHARACTERS;
  const sample = long ? `${text.slice(0, SAMPLE_CHARACTERS)} ${text.slice(-SAMPLE_CHARACTERS)}` : text;
  return Uint32Array.from(wordHashes(sample)).sort();
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits, over the code units of each word. */
function wordHashes(text: string): number[] {
  const START = 0x811c9dc5;
  const hashes: number[] = [];
  let hash = START;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const wide = code >= FIRST_WIDE;
    if ((code <= 0x20 || wide) && hash !== START) {
      hashes.push(hash);
      hash = START;
    }
    if (code <= 0x20) continue;
    const next = Math.imul(hash ^ code, 0x01000193) >>> 0;
    if (wide) hashes.push(next);
    else hash = next;
  }
  if (hash !== START) hashes.push(hash);
  return hashes;
}

/** What two sorted bags share, 2|a ∩ b| / (|a| + |b|); 1 when both are empty. */
function dice(a: Uint32Array, b: Uint32Array): number {
  if (a.length + b.length === 0) return 1;
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i] ?? 0) - (b[j] ?? 0);
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return (2 * common) / (a.length + b.length);
}
