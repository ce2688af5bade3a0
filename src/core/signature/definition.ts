import type { Demo } from '../program/program.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Module, Signature } from './signature.js';

/** A signature as a file gives it: with how to run it, its inline examples, and what optimizers start from. */
export interface SignatureDefinition {
  readonly signature: Signature;
  readonly module: Module;
  readonly examples: readonly Demo[];
  /** As in `Program`. */
  readonly nearestDemos?: number | undefined;
  /** Defaults of an optimization, as they stand in the file. */
  readonly optimization: Readonly<Record<string, JsonValue>> | undefined;
  readonly source: 'built-in' | 'workspace' | 'one-line';
  /** The number of the saved version that it is; undefined: as it is written. */
  readonly version?: number | undefined;
  /** Of a version: the rows that it was made from, as `trainedOnOf` gives them. */
  readonly trainedOn?: readonly string[] | undefined;
}

/** `v3`, or `unsaved` for what is not a version. */
export function stateName({ version }: Pick<SignatureDefinition, 'version'>): string {
  return version === undefined ? 'unsaved' : `v${version}`;
}

/** Something wrong in a signature: where (keys and 0-based positions from its top), what, and what to do. */
export interface SignatureIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
  /** `error`: the signature cannot be used; `warning`: the part is ignored. */
  readonly severity: 'error' | 'warning';
}

export type Path = SignatureIssue['path'];
export type Report = (path: Path, message: string, hint: string, severity?: SignatureIssue['severity']) => void;
