/** A score or share with two digits. */
export function fixed(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

/** With its sign. */
export function signed(value: number): string {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return value > 0 ? `+${text}` : text.replace('-', '−');
}

/** A count with separators of thousands. */
export function whole(count: number): string {
  return count.toLocaleString('en');
}

/** `1 row`, `2,000 rows` */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Milliseconds, as seconds from the first on. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** What an answer costs: tokens or dollars. */
export function amount(name: 'tokens' | 'cost_usd', value: number): string {
  if (name === 'tokens') return `${value < 10 ? Number(value.toFixed(1)) : whole(Math.round(value))} tokens`;
  return `$${value >= 0.01 ? value.toFixed(4) : Number(value.toPrecision(2))}`;
}
