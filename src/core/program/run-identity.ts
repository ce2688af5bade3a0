import { canonicalJson } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { Route } from './executor.js';
import { programHash } from './program-hash.js';

/** What beside the routes decides the results of a batch. */
export interface RunSettings {
  /** Column by field, where names differ. */
  readonly mapping: Readonly<Record<string, string>>;
  /** Inputs that are the same in every row. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/**
 * Names what makes the results of a batch: the models, for people, and a hash of everything that would change an answer: programs,
 * endpoints, mapping, fixed inputs and seed.
 */
export function runIdentity(routes: readonly Route[], settings: RunSettings): string {
  const made = routes.map(({ program, predictor }) => [programHash(program), predictor.model, predictor.endpoint]);
  const hash = sha256(canonicalJson({ made, ...settings })).slice(0, 12);
  return `${[...new Set(routes.map(({ predictor }) => predictor.model))].join(', then ')} ${hash}`;
}
