/** One measured figure. */
export interface Line {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The most that is allowed; undefined: for comparison only. */
  readonly bar?: number;
  readonly goal?: number;
}

const lines: Line[] = [];

export function report(line: Line): void {
  lines.push(line);
  const bar =
    line.bar === undefined
      ? ''
      : `  bar ${round(line.bar)}${line.goal === undefined ? '' : `, goal ${round(line.goal)}`}  ${line.value <= line.bar ? 'ok' : 'MISSED'}`;
  process.stdout.write(`${line.what.padEnd(58)}${line.value.toFixed(line.value < 10 ? 2 : 1).padStart(9)} ${line.unit.padEnd(4)}${bar}\n`);
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
  const bars = lines.filter((line) => line.bar !== undefined);
  const missed = bars.filter((line) => line.value > (line.bar ?? 0)).length;
  process.stdout.write(`\n${bars.length - missed} bars held, ${missed} missed\n`);
  return missed;
}
