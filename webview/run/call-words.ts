import type { RunCall } from '../../src/features/optimize/protocol.js';
import { counted, duration } from '../shared/format.js';
import { money } from './words.js';

/** What a call was for: when, and who was asked. */
export function callSubject(subject: RunCall['for']): string {
  if (subject === undefined) return 'call';
  const { phase, asked, by, round = 0 } = subject;
  return [phase, asked ?? by, ...(round === 0 ? [] : [`try ${round + 1}`])].join(' · ');
}

/** What a call took, as far as it is known. */
export function callCost({ tokens, usd, latencyMs }: RunCall): string {
  return [
    counted(tokens, 'token'),
    ...(usd === undefined || usd === 0 ? [] : [money(usd)]),
    ...(latencyMs === undefined ? [] : [duration(latencyMs)]),
  ].join(' · ');
}
