/** A value in a row that cannot be used. Caught per row, and reported with the row's file and line. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

type Cells = Readonly<Record<string, string>>;

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** What an empty cell means; without it an empty cell cannot be used. */
  readonly empty?: number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LONGEST_QUOTE = 40;

export function text(cells: Cells, column: string): string {
  return cells[column] ?? '';
}

/** @throws BadValue when it is empty */
export function required(cells: Cells, column: string): string {
  const value = text(cells, column);
  if (value.trim() !== '') return value;
  throw new BadValue(`The row has no ${column}; it is skipped.`, `Fill in ${column}, or remove the row.`);
}

/** @throws BadValue when it is no number, or out of range */
export function number(cells: Cells, column: string, range: NumberRange = {}): number {
  const written = text(cells, column).trim();
  if (written === '' && range.empty !== undefined) return range.empty;
  const value = NUMBER.test(written) ? Number(written) : Number.NaN;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new BadValue(`${column} is ${quote(written)}; the row is skipped.`, `Write ${rangeText('a number', range)}, with a point: 0.8.`);
}

/** @throws BadValue when it is no whole number, or out of range */
export function wholeNumber(cells: Cells, column: string, range: NumberRange = {}): number {
  const value = number(cells, column, range);
  if (Number.isInteger(value)) return value;
  throw new BadValue(`${column} is ${quote(text(cells, column))}; the row is skipped.`, `Write ${rangeText('a whole number', range)}.`);
}

/** Empty is false; pandas' `True` and `False`, `1` and `0`, and `yes` and `no` count too. @throws BadValue for anything else */
export function boolean(cells: Cells, column: string): boolean {
  switch (text(cells, column).trim().toLowerCase()) {
    case 'true':
    case '1':
    case 'yes':
      return true;
    case 'false':
    case '0':
    case 'no':
    case '':
      return false;
    default:
      throw new BadValue(`${column} is ${quote(text(cells, column))}; the row is skipped.`, 'Write true or false.');
  }
}

function rangeText(what: string, { min, max }: NumberRange): string {
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  return min === undefined ? what : `${what}, ${min} or more`;
}

/** A value inside of a message: quoted, on one line, not longer than a glance. */
function quote(value: string): string {
  if (value === '') return 'empty';
  const line = value.replace(/\s+/g, ' ');
  return `"${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line}"`;
}
