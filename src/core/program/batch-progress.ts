/** How far a batch is. */
export interface BatchProgress {
  /** Rows of the dataset. */
  readonly rows: number;
  /** Rows with a result, those of an earlier run included. */
  readonly done: number;
  /** Rows of this run that failed. */
  readonly failed: number;
  /** Rows per second in this run; undefined before the first. */
  readonly perSecond: number | undefined;
  /** Seconds until the end at this rate; undefined before the first row. */
  readonly secondsLeft: number | undefined;
}

/** Where a run is; all counts are of rows. */
export interface BatchCounts {
  /** Of the dataset. */
  readonly rows: number;
  /** That this run has to do. */
  readonly toRun: number;
  /** That it did, failed ones included. */
  readonly ran: number;
  readonly failed: number;
}

/** How far a run is after so many seconds. Takes the same time whatever the number of rows. */
export function progressOf({ rows, toRun, ran, failed }: BatchCounts, seconds: number): BatchProgress {
  const perSecond = ran === 0 || seconds <= 0 ? undefined : ran / seconds;
  const open = toRun - ran;
  return { rows, done: rows - open, failed, perSecond, secondsLeft: perSecond === undefined ? undefined : open / perSecond };
}

/** `57 of 200 rows · 12.3 per second · about 12 s left · 2 failed`. */
export function describeProgress({ rows, done, failed, perSecond, secondsLeft }: BatchProgress, what = 'rows'): string {
  return [
    `${done} of ${rows} ${what}`,
    ...(perSecond === undefined ? [] : [`${perSecond.toFixed(perSecond < 10 ? 1 : 0)} per second`]),
    ...(secondsLeft === undefined || secondsLeft === 0 ? [] : [`about ${describeSeconds(secondsLeft)} left`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ].join(' · ');
}

function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
