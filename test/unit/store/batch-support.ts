import path from 'node:path';
import type { ErrorDocument } from '../../../src/core/errors.js';
import type { BatchResult, BatchRow } from '../../../src/core/program/batch-result.js';
import type { BatchResultsOptions } from '../../../src/store/batch-results.js';

/** Rows with quotes, commas and newlines, as a CSV file with a header would have them. */
export function batchRows(count: number): BatchRow[] {
  return Array.from({ length: count }, (_, index) => ({
    row: index + 1,
    line: index + 2,
    values: { text: `"quoted", line\nbreak ${'ü🐉'.repeat((index * 37) % 90)}`, label: `gold ${index}` },
  }));
}

/** Options of a batch over such rows, with the outputs `label` and `score`. */
export function batchOptions(workspaceFolder: string, file: string, count: number): BatchResultsOptions {
  return {
    file,
    input: path.join(workspaceFolder, 'data.csv'),
    workspaceFolder,
    columns: ['text', 'label'],
    rows: batchRows(count),
    outputs: ['label', 'score'],
    reasoning: false,
    program: 'model-a 0123abcd',
    resume: false,
    retryFailed: false,
    onProblem: () => undefined,
  };
}

export function resultOf(row: BatchRow, label = `label of ${row.row}`): BatchResult {
  return { row, cached: false, model: 'test:m', outputs: { label, score: row.row / 4 } };
}

export function failureOf(row: BatchRow): BatchResult {
  const error: ErrorDocument = { code: 'model.timeout', message: 'It took "too" long,\nand more.', hint: 'Try again.' };
  return { row, cached: false, error };
}
