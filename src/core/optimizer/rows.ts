import { AtelierError } from '../errors.js';
import { seededRandom } from '../random.js';
import { shuffled } from './demo-pool.js';

/** Share of a trainset that becomes validation when there is none, and the most rows of it (MIPROv2's defaults in DSPy 3). */
const VALIDATION_SHARE = 0.8;
const MOST_VALIDATION = 1000;

/**
 * Rows to validate on where nobody chose any: the last 80 % of a trainset, at most 1000. Entries of the product split by chance before.
 * @throws AtelierError `usage.invalid` for fewer than two rows
 */
export function withValidation<T>(trainset: readonly T[]): { readonly train: readonly T[]; readonly validation: readonly T[] } {
  if (trainset.length < 2) {
    throw new AtelierError('usage.invalid', `A trainset of ${trainset.length} rows has none to spare for validation.`, {
      hint: 'Give it at least two rows, or name a validation set.',
    });
  }
  const rows = Math.min(MOST_VALIDATION, Math.max(1, Math.trunc(trainset.length * VALIDATION_SHARE)));
  const border = trainset.length - rows;
  return { train: trainset.slice(0, border), validation: trainset.slice(border) };
}

/** So many rows by chance at the most, in their own order. */
export function someOf<T>(rows: readonly T[], most: number, seed: number): readonly T[] {
  if (rows.length <= most) return rows;
  const chosen = new Set(
    shuffled(
      rows.map((_, index) => index),
      seededRandom(seed),
    ).slice(0, most),
  );
  return rows.filter((_, index) => chosen.has(index));
}
