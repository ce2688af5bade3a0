import type { Example } from '../example/example.js';
import type { JsonValue } from '../text/json-schema.js';
import type { VersionDemo } from '../version/version.js';
import type { Candidate } from './candidate.js';
import type { Lab } from './lab.js';
import type { Leaderboard } from './leaderboard.js';

/** What an optimizer is given. */
export interface OptimizerTask {
  /** The program that it starts from, which never changes. It is on the board already. */
  readonly start: Candidate;
  readonly trainset: readonly Example[];
  readonly valset: readonly Example[];
  /** Rows of the trainset as demos; the start's own ones first. Only rows that have all labels. */
  readonly labeled: readonly LabeledDemo[];
  readonly lab: Lab;
  /** Takes the candidates; what is best on it is the result, also when the search ends early. */
  readonly board: Leaderboard;
  /** A program that makes the demos in place of the start's own. */
  readonly teacherProgram?: Candidate | undefined;
  /** The name of the trainset's file as people read it, for the sources of demos. */
  readonly trainFile: string;
}

/** An example as a demo with its labels. */
export interface LabeledDemo extends VersionDemo {
  /** Undefined for a demo that the start had. */
  readonly example: Example | undefined;
}

/** What a search is reckoned from. Counts of rows. */
export interface ForecastFacts {
  readonly train: number;
  readonly validation: number;
  /** Demos that the start has. */
  readonly demos: number;
  /** Rows of the trainset that can be demos. */
  readonly labeled: number;
  /** Whether the teacher's model can write instructions. */
  readonly canPropose: boolean;
}

/** Calls of one kind. */
export interface ForecastCalls {
  readonly by: 'student' | 'teacher' | 'asker';
  readonly calls: number;
  /** Demos in each prompt, in the mean or at the most. */
  readonly demos: number;
  /** Demos that the program has, where it shows only some of them. */
  readonly held?: number;
}

/** What a search needs beside the baseline on validation: exactly, or at the most. */
export interface SearchForecast {
  readonly parts: readonly ForecastCalls[];
  readonly exact: boolean;
}

/** Looks for a better program. */
export interface Optimizer {
  readonly name: string;
  /** All of them, defaults filled in: with the seed and the answers they decide the result. */
  readonly options: Readonly<Record<string, JsonValue>>;
  /** Rows of validation that it looks at, at the most; all when absent. */
  readonly mostValidation?: number;
  /** @throws AtelierError `usage.invalid` for options that cannot work on so many rows */
  forecast(facts: ForecastFacts): SearchForecast;
  /**
   * Adds candidates to the board.
   * @throws AtelierError when the search ends early (budget, cancelled, no key): what is best up to then counts
   */
  run(task: OptimizerTask): Promise<void>;
}
