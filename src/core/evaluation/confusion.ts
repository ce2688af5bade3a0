import { type ClassPair, type ClassReport, classReport } from '../metric/classification.js';
import { readOption } from '../metric/read-label.js';
import type { FieldValue } from '../program/program.js';
import type { Field } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';
import { PROGRAMS_FAULT } from './compare.js';
import type { EvaluatedRow } from './report.js';

/** How the classes of one output were found. */
export interface ConfusionDocument {
  readonly field: string;
  readonly options: readonly string[];
  /** `matrix[expected][got]`; one more column counts answers that are missing or no option. */
  readonly matrix: readonly (readonly number[])[];
  /** By option. What would divide by zero is null. */
  readonly classes: readonly {
    readonly option: string;
    readonly support: number;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
  }[];
  readonly n: number;
  readonly invalid: number;
  readonly accuracy: number | null;
  readonly macro_f1: number | null;
  readonly kappa: number | null;
}

/** By class output, the place of a row in its matrix. */
export type RowCells = Readonly<Record<string, readonly [expected: number, got: number]>>;

interface Confusions {
  readonly confusion: readonly ConfusionDocument[];
  readonly cells: ReadonlyMap<EvaluatedRow, RowCells>;
}

/**
 * Confusion matrices of the class outputs. Of several right answers the one that was given counts, else the first. Rows without a label
 * that is an option, and rows that failed without the program's fault, are in none.
 */
export function confusionOf(outputs: readonly Field[], rows: readonly EvaluatedRow[]): Confusions {
  const cells = new Map<EvaluatedRow, Record<string, readonly [number, number]>>();
  const confusion = outputs
    .filter(({ type, array }) => type === 'class' && array !== true)
    .flatMap((field) => {
      const options = field.options ?? [];
      const pairs = rows.flatMap((row): ClassPair[] => {
        const pair = pairOf(row, field.name, options);
        if (pair === undefined) return [];
        const got = pair.got === undefined ? options.length : options.indexOf(pair.got);
        cells.set(row, { ...cells.get(row), [field.name]: [options.indexOf(pair.expected), got] });
        return [pair];
      });
      return pairs.length === 0 ? [] : [confusionDocument(field.name, classReport(options, pairs))];
    });
  return { confusion, cells };
}

function pairOf(row: EvaluatedRow, name: string, options: readonly string[]): ClassPair | undefined {
  if (row.outputs === undefined && (row.error === undefined || !PROGRAMS_FAULT.has(row.error.code))) return undefined;
  const label = row.expected[name];
  const labels = (Array.isArray(label) ? (label as readonly JsonValue[]) : [label]).flatMap((each) => optionOf(options, each) ?? []);
  const [first] = labels;
  if (first === undefined) return undefined;
  const got = optionOf(options, row.outputs?.[name]);
  return { expected: got !== undefined && labels.includes(got) ? got : first, got };
}

function optionOf(options: readonly string[], value: FieldValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const reading = readOption(options, value);
  return 'value' in reading ? reading.value : undefined;
}

function confusionDocument(field: string, report: ClassReport): ConfusionDocument {
  return {
    field,
    ...{ options: report.options, matrix: report.matrix },
    classes: report.classes.map(({ option, support, precision, recall, f1 }) => ({
      ...{ option, support },
      ...{ precision: precision ?? null, recall: recall ?? null, f1: f1 ?? null },
    })),
    ...{ n: report.n, invalid: report.invalid },
    ...{ accuracy: report.accuracy ?? null, macro_f1: report.macroF1 ?? null, kappa: report.kappa ?? null },
  };
}
