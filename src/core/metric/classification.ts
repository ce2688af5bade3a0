import { cannotScore } from './metric.js';
import { readOption } from './read-label.js';

/** One row of a classification. */
export interface ClassPair {
  readonly expected: string;
  /** The answer; undefined when there was none. What is no option counts as no valid answer. */
  readonly got: string | undefined;
}

/** How one class was found. A measure is undefined where it would divide by zero, never 0. */
export interface ClassScores {
  readonly option: string;
  /** Rows that are of the class. */
  readonly support: number;
  /** Of the rows that were called it, the share that are it. */
  readonly precision: number | undefined;
  /** Of the rows that are it, the share that were called it. */
  readonly recall: number | undefined;
  readonly f1: number | undefined;
}

/** A classification of many rows. */
export interface ClassReport {
  readonly options: readonly string[];
  /** `matrix[expected][got]` in the order of the options; one more column counts answers that are missing or invalid. */
  readonly matrix: readonly (readonly number[])[];
  readonly classes: readonly ClassScores[];
  readonly n: number;
  /** Answers that are missing or invalid; they count as wrong. */
  readonly invalid: number;
  readonly accuracy: number | undefined;
  /** The mean F1 of the classes that occur in labels or answers. */
  readonly macroF1: number | undefined;
  /** The F1 of all rows together: the accuracy, unless answers are invalid. */
  readonly microF1: number | undefined;
  /** Agreement beyond chance (Cohen 1960), -1..1; undefined when chance alone agrees always. */
  readonly kappa: number | undefined;
}

/**
 * Confusion matrix and what follows from it. Precision, recall and F1 as in scikit-learn's `classification_report`.
 * @param options the classes, in the order of the matrix
 * @throws AtelierError `metric.invalid` for a label that is no option
 */
export function classReport(options: readonly string[], pairs: readonly ClassPair[]): ClassReport {
  const matrix = options.map(() => new Array<number>(options.length + 1).fill(0));
  for (const [index, { expected, got }] of pairs.entries()) {
    const label = indexOf(options, expected);
    const row = matrix[label];
    if (row === undefined) {
      throw cannotScore('class_accuracy', `the label "${expected}" of row ${index + 1} is not one of ${options.join(', ')}`, 'Correct it.');
    }
    const answer = got === undefined ? -1 : indexOf(options, got);
    const column = answer === -1 ? options.length : answer;
    row[column] = (row[column] ?? 0) + 1;
  }
  const n = pairs.length;
  const support = matrix.map(sum);
  const called = options.map((_, column) => sum(matrix.map((row) => row[column] ?? 0)));
  const right = matrix.map((row, index) => row[index] ?? 0);
  const classes = options.map((option, index): ClassScores => {
    const [hits = 0, are = 0, were = 0] = [right[index], support[index], called[index]];
    return { option, support: are, precision: ratio(hits, were), recall: ratio(hits, are), f1: ratio(2 * hits, are + were) };
  });
  const scores = classes.flatMap(({ f1 }) => (f1 === undefined ? [] : [f1]));
  const chance = n === 0 ? 1 : sum(support.map((are, index) => are * (called[index] ?? 0))) / n ** 2;
  const accuracy = ratio(sum(right), n);
  return {
    options,
    matrix,
    classes,
    n,
    invalid: sum(matrix.map((row) => row.at(-1) ?? 0)),
    accuracy,
    macroF1: ratio(sum(scores), scores.length),
    microF1: ratio(2 * sum(right), n + sum(called)),
    kappa: accuracy === undefined || chance === 1 ? undefined : (accuracy - chance) / (1 - chance),
  };
}

function indexOf(options: readonly string[], value: string): number {
  const reading = readOption(options, value);
  return 'value' in reading ? options.indexOf(reading.value) : -1;
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
