import type { Fractions } from '../example/splits.js';
import type { SignatureDefinition } from '../signature/definition.js';
import type { JsonValue } from '../text/json-schema.js';
import type { Scope, VersionDemo } from '../version/version.js';
import type { RunBudget } from './run-budget.js';

/** A file of rows that a run uses. */
export interface RunFile {
  /** As people name it: relative to the workspace where it is inside. */
  readonly file: string;
  /** Of its bytes, in lower-case hex: a run goes on with the same rows alone. */
  readonly sha256: string;
}

/** All that decides a run: as JSON, so that it can go on later, elsewhere, in another process. */
export interface RunSpec {
  readonly run: string;
  /** What is optimized, as it was when the run began. */
  readonly definition: SignatureDefinition;
  /** The demos of the definition with where they came from; those of a version. */
  readonly demos?: readonly VersionDemo[] | undefined;
  /** The model that will run the program, and the one that makes demos or instructions for it, as people name them. */
  readonly student: string;
  readonly teacher: string;
  /** A version whose program makes the demos. */
  readonly teacherProgram?: { readonly definition: SignatureDefinition; readonly demos: readonly VersionDemo[] } | undefined;
  /** As `parseOptimizer` reads it. */
  readonly optimizer: JsonValue;
  /** As an evaluation reads it; default: what the definition names, else what suits its outputs. */
  readonly metric?: JsonValue | undefined;
  readonly data: { readonly train: RunFile; readonly validation?: RunFile | undefined; readonly test?: RunFile | undefined };
  /** Column by field, where names differ. */
  readonly mapping?: Readonly<Record<string, string>> | undefined;
  readonly splitColumn?: string | undefined;
  readonly fractions?: Fractions | undefined;
  readonly seed: number;
  readonly budget: RunBudget;
  readonly ablate: boolean;
  /** For whom the new version is made. */
  readonly scope: Scope;
  readonly author: string;
  /** ISO 8601. */
  readonly created: string;
}

/** A name for a run that sorts by time: `sentiment-20260131-093000-k3f`. @param chance three letters or digits */
export function runName(signature: string, created: Date, chance: string): string {
  const time = created.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${signature}-${time}-${chance}`;
}
