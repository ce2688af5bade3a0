import type { Interval } from '../evaluation/statistics.js';
import type { Demo } from '../program/program.js';
import type { Module, Signature } from '../signature/signature.js';
import type { JsonValue } from '../text/json-schema.js';

/** Where a demo was taken from. */
export interface DemoSource {
  /** As people read it: relative to the workspace folder. */
  readonly file: string;
  /** Its number among the rows of the file, 1 for the first. */
  readonly row: number;
}

/** A demo of a version. */
export interface VersionDemo extends Demo {
  /** A model made its outputs in a bootstrap. */
  readonly augmented: boolean;
  readonly source?: DemoSource | undefined;
}

/** For whom a version was made; without parts: for all. */
export interface Scope {
  readonly taste?: string | undefined;
  readonly user?: string | undefined;
}

/** How the program runs, beside its module. */
export interface VersionSettings {
  /** Demos that each prompt gets, the nearest to its inputs; all when absent. As in `Program`. */
  readonly nearestDemos?: number | undefined;
  /** 0..2; the endpoint's own default when absent. */
  readonly temperature?: number | undefined;
  /** Longest answer, in tokens. */
  readonly maxTokens?: number | undefined;
}

/** What rows were for when the version was made. */
export const DATA_ROLES = ['train', 'validation', 'test'] as const;
export type DataRole = (typeof DATA_ROLES)[number];

/** Rows that the version was made from, or measured on. */
export interface VersionData {
  readonly file: string;
  /** Of the file's bytes, in lower-case hex. */
  readonly sha256: string;
  readonly rows: number;
  /** Undefined: all rows of the file. */
  readonly split?: string | undefined;
  readonly role: DataRole;
}

/** A measured score and what it is worth. */
export interface VersionScore {
  readonly metric: string;
  /** The model that answered. */
  readonly model: string;
  readonly file: string;
  readonly sha256: string;
  readonly split?: string | undefined;
  /** 0..1. */
  readonly score: number;
  /** 95 %. */
  readonly interval: Interval;
  /** Rows behind the score. */
  readonly n: number;
  /** Results without a score. */
  readonly failures: number;
  /** Means per call; a part is undefined when it is not known. */
  readonly perCall: { readonly tokens?: number | undefined; readonly usd?: number | undefined };
  /** Some of the rows were known to the program: as demos, or from its trainset. */
  readonly leaked: boolean;
}

/** What it cost to make a version. */
export interface VersionCost {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; undefined when a model has no known price. */
  readonly usd?: number | undefined;
}

/** The optimizer that made a version. */
export interface VersionOptimizer {
  readonly name: string;
  readonly options: { readonly [name: string]: JsonValue };
  readonly seed?: number | undefined;
}

/** A version before it has a number: what is saved. */
export interface VersionDraft {
  /** Whole: names, types and constraints of all fields, and the instructions that the signature itself gives. */
  readonly signature: Signature;
  readonly module: Module;
  /** What the program is told; as a rule better than the signature's own. */
  readonly instructions: string;
  readonly demos: readonly VersionDemo[];
  readonly settings?: VersionSettings | undefined;
  readonly scope: Scope;
  /** Numbers of the versions that it was made from. */
  readonly parents: readonly number[];
  /** ISO 8601. */
  readonly created: string;
  readonly author: string;
  /** Why it was made. */
  readonly note?: string | undefined;
  /** What changed since its parent, in words. */
  readonly changes?: string | undefined;
  readonly optimizer?: VersionOptimizer | undefined;
  /** The model that it was made for, and the one that made its demos or instructions. */
  readonly student?: string | undefined;
  readonly teacher?: string | undefined;
  readonly data: readonly VersionData[];
  /** From `trainedOnOf`: the rows of the trainset, so that they are known again in any file. */
  readonly trainedOn?: readonly string[] | undefined;
  /** Of what it started from, and its own, on the same rows. */
  readonly scores: { readonly baseline?: VersionScore | undefined; readonly own?: VersionScore | undefined };
  readonly cost?: VersionCost | undefined;
}

/** A program as it was saved. Nothing of it ever changes. */
export interface Version extends VersionDraft {
  /** 1 for the first of its signature. */
  readonly number: number;
  /**
   * `hash` of each parent, in the order of `parents`; empty text where it is not known. Two branches can give one number to two
   * versions: this tells which one was meant.
   */
  readonly parentHashes: readonly string[];
  /** SHA-256 of all the rest, in lower-case hex. */
  readonly hash: string;
}
