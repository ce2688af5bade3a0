import type { EvaluationDocument, RowDocument } from '../../src/features/evaluate/protocol.js';
import { valueText } from '../shared/values.js';

/** How a row did against the baseline; `different`: another answer with the same score, or a score in one of them only. */
export type Change = 'better' | 'worse' | 'different';

export const ORDERS = ['worst', 'file', 'change'] as const;
export type Order = (typeof ORDERS)[number];

/** A cell of a confusion matrix. */
export interface Cell {
  readonly field: string;
  readonly expected: number;
  readonly got: number;
}

/** Which rows are shown. */
export interface Filter {
  /** Every word of it is somewhere in the row. */
  readonly text: string;
  readonly wrongOnly: boolean;
  readonly changedOnly: boolean;
  readonly cell: Cell | undefined;
}

export const NO_FILTER: Filter = { text: '', wrongOnly: false, changedOnly: false, cell: undefined };

/** What smaller differences of scores are rounding. */
const ROUNDING = 1e-9;

/** The rows that a filter leaves, in an order. */
export function selectRows(evaluation: EvaluationDocument, filter: Filter, order: Order): RowDocument[] {
  const wanted = filter.text.toLowerCase().split(/\s+/);
  const { cell } = filter;
  const rows = evaluation.rows.filter((row) => {
    if (filter.wrongOnly && !isWrong(row, evaluation)) return false;
    if (filter.changedOnly && changeOf(row) === undefined) return false;
    if (cell !== undefined) {
      const [expected, got] = row.cells?.[cell.field] ?? [];
      if (expected !== cell.expected || got !== cell.got) return false;
    }
    return wanted.every((word) => searchText(row).includes(word));
  });
  // Sorting keeps the order of rows that are alike.
  if (order === 'worst') return rows.sort((a, b) => (a.score ?? -1) - (b.score ?? -1) || gain(a) - gain(b));
  return order === 'file' ? rows : rows.sort((a, b) => changeRank(a) - changeRank(b) || gain(a) - gain(b));
}

/** Whether a row failed or scored less than a right one must. */
export function isWrong({ score }: RowDocument, { pass_at: passAt }: EvaluationDocument): boolean {
  return score === null || score < passAt;
}

/** How a row differs from what the baseline made of it; undefined when it does not, or the baseline does not have it. */
export function changeOf({ before, score, outputs }: RowDocument): Change | undefined {
  if (before === undefined) return undefined;
  if (score === null || before.score === null) return score === before.score ? undefined : 'different';
  const gained = score - before.score;
  if (Math.abs(gained) > ROUNDING) return gained > 0 ? 'better' : 'worse';
  return JSON.stringify(outputs) === JSON.stringify(before.outputs) ? undefined : 'different';
}

function gain({ score, before }: RowDocument): number {
  return before === undefined ? 0 : (score ?? 0) - (before.score ?? 0);
}

function changeRank(row: RowDocument): number {
  const change = changeOf(row);
  return change === undefined ? 3 : ['worse', 'better', 'different'].indexOf(change);
}

const searchTexts = new WeakMap<RowDocument, string>();

function searchText(row: RowDocument): string {
  const known = searchTexts.get(row);
  if (known !== undefined) return known;
  const values = [row.inputs, row.expected, row.outputs ?? {}].flatMap((fields) => Object.values(fields).map(valueText));
  const leaked = row.leaked === undefined ? '' : 'known';
  const hand = row.overridden === undefined ? '' : `by hand ${row.overridden.comment}`;
  const made = [`#${row.row}`, ...values, row.feedback ?? '', row.error?.code ?? '', row.error?.message ?? '', leaked, hand]
    .join('\n')
    .toLowerCase();
  searchTexts.set(row, made);
  return made;
}
