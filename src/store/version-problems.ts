import { jsonPlace, lineAtOffset } from '../core/text/json-place.js';
import type { HistoryProblem } from '../core/version/history.js';
import type { Labels } from '../core/version/labels.js';
import { versionFileName, versionName } from '../core/version/version-name.js';
import type { Problem } from './problem.js';
import { readLimitedText } from './version-file.js';

/** A problem of a history at the line of the file that gives the parents. */
export async function placed(problem: HistoryProblem, file: string, shownOf: (file: string) => string): Promise<Problem> {
  const { message, hint } = problem;
  const shown = shownOf(file);
  const text = (await readLimitedText(file, shown)) ?? '';
  return { file: shown, line: lineAtOffset(text, jsonPlace(text, ['parents'])), message, hint, severity: 'warning' };
}

/**
 * Labels that lead to no file.
 * @param known numbers of the versions that have one
 */
export async function labelsProblems(labels: Labels, known: ReadonlySet<number>, file: string, shown: string): Promise<Problem[]> {
  const lost = [...labels.current].filter(([, number]) => !known.has(number));
  if (lost.length === 0) return [];
  const text = (await readLimitedText(file, shown)) ?? '';
  return lost.map(([label, number]) => ({
    file: shown,
    line: lineAtOffset(text, jsonPlace(text, ['labels', label])),
    message: `${label} is ${versionName(number)}, and there is no ${versionFileName(number)}.`,
    hint: 'Restore the file from git, or move the label to a version that is there.',
    severity: 'error',
  }));
}
