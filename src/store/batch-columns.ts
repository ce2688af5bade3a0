import { AtelierError } from '../core/errors.js';
import type { BatchResult } from '../core/program/batch-result.js';
import { textOf } from '../core/program/program.js';
import { REASONING } from '../core/signature/signature.js';
import type { JsonValue } from '../core/text/json-schema.js';
import type { RowFormat } from './dataset.js';

/** The columns that every file of results has of its own. */
const ROW = '_row';
const CACHED = '_cached';
const ERROR = '_error';
const MODEL = '_model';
const PROGRAM = '_program';
const OWN = [ROW, CACHED, ERROR, MODEL, PROGRAM];

type Values = Readonly<Record<string, JsonValue>>;

export interface BatchColumnsOptions {
  readonly format: RowFormat;
  /** The dataset as people read it, and its columns. */
  readonly input: string;
  readonly columns: readonly string[];
  /** Names of the output fields. */
  readonly outputs: readonly string[];
  /** Whether there is a column for the thoughts before the outputs. */
  readonly reasoning: boolean;
  /** What makes the results: models and program. */
  readonly program: string;
}

/** Which columns a file of results has, and how a result becomes a row of it. */
export class BatchColumns {
  readonly format: RowFormat;
  /** All columns, in order. */
  readonly names: readonly string[];
  readonly program: string;
  /** The dataset's columns, by the name that each has in the results. */
  readonly #data: readonly (readonly [name: string, column: string])[];
  readonly #outputs: readonly string[];
  readonly #reasoning: string | undefined;

  /** @throws AtelierError `usage.invalid` when two columns would have the same name */
  constructor({ format, input, columns, outputs, reasoning, program }: BatchColumnsOptions) {
    this.format = format;
    this.program = program;
    this.#outputs = outputs;
    this.#data = columns.map((column) => {
      // Reading a header drops the blanks around its names.
      const name = format === 'csv' ? column.trim() : column;
      return [outputs.includes(name) ? `expected_${name}` : name, column] as const;
    });
    const before = [...this.#data.map(([name]) => name), ...outputs];
    if (reasoning) this.#reasoning = before.includes(REASONING) ? `_${REASONING}` : REASONING;
    const all = [...before, ...(this.#reasoning === undefined ? [] : [this.#reasoning])];
    const own = all.find((name) => OWN.includes(name));
    const twice = own ?? all.find((name, index) => all.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new AtelierError('usage.invalid', `The results would have the column "${twice}" twice.`, {
        hint: `Rename it in ${input}. Results have the columns ${OWN.join(', ')} of their own, and expected_<name> for one that is predicted.`,
        file: input,
        line: 1,
      });
    }
    this.names = [ROW, ...all, CACHED, ERROR, MODEL, PROGRAM];
  }

  /** A result by column; what is not there is undefined. In CSV all values are texts. */
  toRecord(result: BatchResult): Readonly<Record<string, JsonValue | undefined>> {
    const { row } = result;
    const cells: [string, JsonValue | undefined][] = [[ROW, row.row]];
    for (const [name, column] of this.#data) cells.push([name, ownValue(row.values, column)]);
    if ('outputs' in result) {
      for (const name of this.#outputs) cells.push([name, ownValue(result.outputs, name)]);
      if (this.#reasoning !== undefined) cells.push([this.#reasoning, result.reasoning]);
    }
    cells.push([CACHED, result.cached]);
    if ('error' in result) cells.push([ERROR, `${result.error.code}: ${result.error.message}`]);
    if ('outputs' in result) cells.push([MODEL, result.model]);
    cells.push([PROGRAM, this.program]);
    return Object.fromEntries(cells);
  }

  /** The names that a file lacks, and those that it has beside ours. JSON Lines leave out what is not there. */
  differences(present: readonly string[]): { readonly missing: readonly string[]; readonly unknown: readonly string[] } {
    return {
      missing: this.format === 'jsonl' ? [] : this.names.filter((name) => !present.includes(name)),
      unknown: present.filter((name) => !this.names.includes(name)),
    };
  }

  /** Whether a row of results was made of this row of the dataset. */
  isOf(saved: Values, values: Values): boolean {
    return this.#data.every(([name, column]) => sameText(textOf(ownValue(saved, name)), textOf(ownValue(values, column))));
  }
}

/** What a row of results says about itself. `row` is undefined when it has no number that could be one. */
export function readOwn(saved: Values): { readonly row: number | undefined; readonly failed: boolean; readonly program: string } {
  const row = Number(textOf(ownValue(saved, ROW)) || Number.NaN);
  return {
    row: Number.isSafeInteger(row) && row > 0 ? row : undefined,
    failed: textOf(ownValue(saved, ERROR)) !== '',
    program: textOf(ownValue(saved, PROGRAM)),
  };
}

/** The number of the row, of the cells of a record and its header. */
export function rowOfCells(header: readonly string[], cells: readonly string[]): number | undefined {
  return readOwn({ [ROW]: cells[header.indexOf(ROW)] ?? '' }).row;
}

/** A row of JSON Lines may lack any key, also one that every object inherits. */
function ownValue(values: Values, name: string): JsonValue | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Half a surrogate pair does not survive being saved as UTF-8. */
function sameText(saved: string, now: string): boolean {
  return saved === now || saved === Buffer.from(now).toString('utf8');
}
