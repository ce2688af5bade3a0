import type { Field } from '../signature/signature.js';
import { best, labelMetric, shown } from './fields.js';
import { cannotScore, type Metric, type Scored, verdict } from './metric.js';
import { readTyped } from './read-label.js';
import { difference } from './same-value.js';

/** 1 when an output says what its label says (see `difference`), else 0. */
export function exactMatch(name: string, fields: readonly Field[]): Metric {
  return labelMetric(name, fields, (output, labels, field) => {
    let problem = '';
    for (const label of labels) {
      const found = difference(field, output, label);
      if (found === undefined) return verdict(true, `Matches ${shown([label])}.`);
      problem = found;
    }
    if (labels.length === 1) return verdict(false, `Does not match: ${problem}.`);
    return verdict(false, `Expected ${shown(labels)}, got ${shown([output])}.`);
  });
}

/** How far a number may be from its label. */
export interface Tolerance {
  /** In the number's own unit, 0 or more. */
  readonly absolute: number;
  /** As a share of the label, 0 or more. */
  readonly relative: number;
}

/** 1 when a number is as near to its label as the larger of the two tolerances, else 0 (as Python's `math.isclose`). */
export function numberWithin(name: string, fields: readonly Field[], { absolute, relative }: Tolerance): Metric {
  return labelMetric(
    name,
    fields,
    best((output, label, field): Scored => {
      const wanted = readNumber(field, label);
      if (wanted === undefined) {
        throw cannotScore(name, `the label of "${field.name}" is ${shown([label])}, not a number`, 'Correct the label.');
      }
      const value = readNumber(field, output);
      if (value === undefined) return verdict(false, `Expected the number ${wanted}, got ${shown([output])}.`);
      const allowed = Math.max(absolute, relative * Math.abs(wanted));
      // 0.4 - 0.3 is a little more than 0.1 in binary.
      const rounding = 4 * Number.EPSILON * Math.max(Math.abs(value), Math.abs(wanted));
      const off = Math.abs(value - wanted);
      if (allowed === 0 ? off === 0 : off <= allowed + rounding) return verdict(true, `${value} is near enough to ${wanted}.`);
      return verdict(
        false,
        `${value} is off by ${Number(off.toPrecision(6))} from ${wanted}; ${Number(allowed.toPrecision(6))} is allowed.`,
      );
    }),
  );
}

function readNumber(field: Field, value: Parameters<typeof readTyped>[1]): number | undefined {
  const reading = readTyped({ name: field.name, type: 'number', description: '' }, value);
  return 'value' in reading && typeof reading.value === 'number' ? reading.value : undefined;
}
