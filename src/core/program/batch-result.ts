import type { ErrorDocument } from '../errors.js';
import type { JsonValue } from '../text/json-schema.js';
import type { FieldValues } from './program.js';

/** One row of a dataset, as it is given to a batch. */
export interface BatchRow {
  /** 1 for the first row behind the header. */
  readonly row: number;
  /** The line in the file at which it begins, 1-based. */
  readonly line: number;
  /** Every column as it stands in the file: texts of a CSV file, typed values of a JSONL file. */
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** What came of one row of a batch: outputs, or why there are none. */
export type BatchResult = { readonly row: BatchRow; readonly cached: boolean } & (
  | { readonly outputs: FieldValues; readonly reasoning?: string | undefined /** The model that answered. */; readonly model: string }
  | { readonly error: ErrorDocument }
);

/** Where the results of a batch are kept. */
export interface BatchSink {
  /** Rows that need not run: they have a result already. */
  readonly done: ReadonlySet<number>;
  /** Saved when it returns. @throws AtelierError `data.*` */
  append(results: readonly BatchResult[]): Promise<void>;
}
