import { createHash } from 'node:crypto';
import { AtelierError } from '../../core/errors.js';
import type { RecordedCall, RecordedRequest } from '../../core/program/recorded-call.js';
import { canonicalJson } from '../../core/text/json-schema.js';
import { firstDifference } from './first-difference.js';
import { Nearness } from './nearness.js';

/** Calls to answer from. */
export interface RecordedCalls {
  /** Where they come from, as people read it. */
  readonly file: string;
  readonly calls: readonly RecordedCall[];
}

const HINT = 'Record the run again (--record), or give the input, model and settings that were recorded.';

/** Finds recorded calls by what was asked. It remembers how often each was asked for. */
export class Recording {
  private readonly byKey = new Map<string, { readonly calls: RecordedCall[]; next: number }>();
  private nearness: Nearness | undefined;

  constructor(private readonly recorded: RecordedCalls) {
    for (const call of recorded.calls) {
      const key = keyOf(call.model, call.request);
      const same = this.byKey.get(key);
      if (same === undefined) this.byKey.set(key, { calls: [call], next: 0 });
      else same.calls.push(call);
    }
  }

  /**
   * The call with this model and request. Recorded several times, each is given once, in recorded order, and the last one from then on.
   * @param model the name that people see
   * @throws AtelierError `replay.missing`: tells the nearest call and how it differs
   */
  take(model: string, request: RecordedRequest): RecordedCall {
    const same = this.byKey.get(keyOf(model, request));
    const call = same?.calls[same.next];
    if (same === undefined || call === undefined) throw this.missing(model, request);
    same.next = Math.min(same.next + 1, same.calls.length - 1);
    return call;
  }

  private missing(model: string, request: RecordedRequest): AtelierError {
    const { file, calls } = this.recorded;
    this.nearness ??= new Nearness(calls);
    const nearest = this.nearness.nearest(model, request);
    const call = nearest === undefined ? undefined : calls[nearest.index];
    if (nearest === undefined || call === undefined) {
      return new AtelierError('replay.missing', `The recording ${file} is empty.`, { hint: HINT, file });
    }
    const difference = firstDifference({ model, request }, call);
    const near = `The nearest is call ${nearest.index + 1}, ${nearest.percent}% alike: ${difference}.`;
    return new AtelierError('replay.missing', `The recording ${file} has no such call. ${near}`, { hint: HINT, file });
  }
}

function keyOf(model: string, request: RecordedRequest): string {
  return createHash('sha256')
    .update(canonicalJson([model, request]))
    .digest('base64');
}
