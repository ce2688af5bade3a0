import path from 'node:path';
import type { Price } from '../core/program/price.js';
import { CsvTable } from './csv-table.js';
import type { Problem } from './problem.js';
import { RecordTable } from './record-table.js';
import { number, required, text, wholeNumber } from './record-values.js';

/** Columns that `prices.csv` must have, in order; `context_tokens` may follow. */
const PRICE_COLUMNS = ['model', 'input_usd_per_1m', 'output_usd_per_1m'] as const;
const CONTEXT_COLUMN = 'context_tokens';

/**
 * Reads a price list, in its order; of a model that is there twice the last row counts. A missing file is an empty list.
 * @param file absolute path
 * @param workspaceFolder what problems name the file relative to; default: the file's own folder
 * @throws AtelierError `data.unreadable`, or `data.malformed` for UTF-16
 */
export async function readPrices(
  file: string,
  workspaceFolder: string = path.dirname(file),
): Promise<{ prices: readonly Price[]; problems: readonly Problem[] }> {
  const table = new CsvTable({ file, columns: PRICE_COLUMNS, workspaceFolder });
  const { records, problems } = await new RecordTable(table, toPrice, (price) => price.model.toLowerCase()).read();
  return { prices: records, problems };
}

function toPrice(cells: Readonly<Record<string, string>>): Price {
  const contextKnown = text(cells, CONTEXT_COLUMN).trim() !== '';
  return {
    model: required(cells, 'model').trim(),
    inputUsdPerMillion: number(cells, 'input_usd_per_1m', { min: 0 }),
    outputUsdPerMillion: number(cells, 'output_usd_per_1m', { min: 0 }),
    ...(contextKnown ? { contextTokens: wholeNumber(cells, CONTEXT_COLUMN, { min: 1 }) } : {}),
  };
}
