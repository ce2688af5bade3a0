import type { BatchProgress } from './batch.js';

/** `57 of 200 rows · 12.3 per second · about 12 s left · 2 failed`. */
export function describeProgress({ rows, done, failed, perSecond, secondsLeft }: BatchProgress): string {
  return [
    `${done} of ${rows} rows`,
    ...(perSecond === undefined ? [] : [`${perSecond.toFixed(perSecond < 10 ? 1 : 0)} per second`]),
    ...(secondsLeft === undefined || secondsLeft === 0 ? [] : [`about ${describeSeconds(secondsLeft)} left`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ].join(' · ');
}

function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
