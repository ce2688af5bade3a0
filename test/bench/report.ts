/** One measured figure. */
export interface Line {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The most that is allowed; undefined: for comparison only. */
  readonly bar?: number;
  /** The least that is allowed, in place of `bar`. */
  readonly atLeast?: number;
  readonly goal?: number;
}

const lines: Line[] = [];

export function report(line: Line): void {
  lines.push(line);
  const bar = line.bar ?? line.atLeast;
  const shown =
    bar === undefined
      ? ''
      : `  bar ${line.atLeast === undefined ? '' : '>= '}${round(bar)}${line.goal === undefined ? '' : `, goal ${round(line.goal)}`}  ${holds(line) ? 'ok' : 'MISSED'}`;
  process.stdout.write(
    `${line.what.padEnd(58)}${line.value.toFixed(line.value < 10 ? 2 : 1).padStart(9)} ${line.unit.padEnd(4)}${shown}\n`,
  );
}

/** What was not measured, and why: no bar is held by it. */
export function leftOut(what: string, reason: string): void {
  process.stdout.write(`${what.padEnd(58)} left out: ${reason}\n`);
}

/** Two decimals at the most. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Says how many bars held. @returns how many were missed */
export function verdict(): number {
  const bars = lines.filter((line) => line.bar !== undefined || line.atLeast !== undefined);
  const missed = bars.filter((line) => !holds(line)).length;
  process.stdout.write(`\n${bars.length - missed} bars held, ${missed} missed\n`);
  return missed;
}

/** What is no number at all holds no bar. */
function holds({ value, bar, atLeast }: Line): boolean {
  return atLeast === undefined ? value <= (bar ?? 0) : value >= atLeast;
}
