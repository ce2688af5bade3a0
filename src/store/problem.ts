import path from 'node:path';
import { asAtelierError } from '../core/errors.js';

/** Something wrong in one of the user's files that did not stop the work: what, where, and what to do next. */
export interface Problem {
  /** Path relative to the workspace folder, with `/`. */
  readonly file: string;
  /** 1-based; 1 when the problem is about the whole file. */
  readonly line: number;
  /** 1-based; only where it is known (YAML). */
  readonly column?: number;
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly hint: string;
  /** `error`: something was left out; `warning`: it was used, but look at it. */
  readonly severity: 'error' | 'warning';
  /** It is about all that begins at its place, such as a part that is missing there, and not about the word there. */
  readonly isWhole?: boolean;
}

/** An error about a file as a problem: for where the work goes on without it. @param file its name, when the error does not say */
export function problemOf(thrown: unknown, file: string): Problem {
  const error = asAtelierError(thrown);
  return { file: error.file ?? file, line: error.line ?? 1, message: error.message, hint: error.hint, severity: 'error' };
}

/** Most problems that one file reports one by one: a table with the wrong separator must not flood the Problems view. */
const MAX_PROBLEMS = 200;

/**
 * The problems of one file, in order, cut to a readable number, with a last one that counts the rest.
 */
export function cutProblems(problems: readonly Problem[], max: number = MAX_PROBLEMS): readonly Problem[] {
  const next = problems[max];
  if (next === undefined) return problems;
  const rest = problems.length - max;
  const summary: Problem = {
    file: next.file,
    line: next.line,
    message: `${rest} more ${rest === 1 ? 'problem' : 'problems'} from this line on.`,
    hint: 'Correct the first ones; the rest is often of the same kind.',
    severity: next.severity,
  };
  return [...problems.slice(0, max), summary];
}

/** The path that people read: relative to the workspace folder, with `/`; the whole path for a file outside of it. */
export function displayPath(workspaceFolder: string, file: string): string {
  const relative = path.relative(workspaceFolder, file);
  const outside = relative === '' || relative.startsWith('..') || path.isAbsolute(relative);
  return (outside ? file : relative).replaceAll('\\', '/');
}
