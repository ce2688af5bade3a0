import { inputsKey } from '../example/example.js';
import { demoChooser } from '../program/nearest-demos.js';
import { type Demo, type Program, textOf } from '../program/program.js';
import { matchTaste } from '../taste/find-taste.js';
import type { Taste } from '../taste/taste.js';
import type { Version } from '../version/version.js';
import { programOf } from '../version/version-program.js';
import { imagePromptProgram, makesImagePrompts } from './programs.js';
import type { TrainingRecord } from './records.js';

/** Whether a version can make an image prompt in a taste for a user: it goes from an idea and a taste to a text, and was made for them, or for all. */
export function isMeantFor({ signature, scope }: Version, taste: Taste, userId: string): boolean {
  return (
    makesImagePrompts(signature) &&
    (scope.taste === undefined || matchTaste([taste], scope.taste) !== undefined) &&
    (scope.user === undefined || scope.user === userId)
  );
}

/**
 * The stage-1 program of a version: its instructions, its demos of the taste, then rows that were rated after it was made, so that ratings
 * go on teaching; older rows fill up what is left. Of two demos for one idea that of the version counts, unless the row is a later one. It
 * runs without thoughts, whatever the module of the version: stage 1 gives a prompt and nothing else.
 * @param rows the best last
 * @param count demos up to which older rows are added
 */
export function versionedProgram(
  version: Version,
  taste: Taste,
  description: string,
  rows: readonly TrainingRecord[],
  count: number,
): Program {
  const { signature, instructions, demos, nearestDemos } = programOf(version).program;
  const isLater = (row: TrainingRecord) => Date.parse(row.timestamp) > Date.parse(version.created);
  const later = keysOf(rows.filter(isLater).map((row) => row.userInput));
  const own = demos.filter(({ inputs }) => matchTaste([taste], textOf(inputs.taste)) !== undefined && !later.has(keyOf(ideaOf(inputs))));
  const choose = demoChooser({ signature, instructions, demos: own, nearestDemos });
  const chosen = choose({ taste: taste.name, user_input: description });
  const known = keysOf(chosen.demos.map(({ inputs }) => ideaOf(inputs)));
  const older = rows.filter((row) => !isLater(row) && !known.has(keyOf(row.userInput)));
  const open = Math.max(0, count - chosen.demos.length - later.size);
  const filling = new Set(older.slice(Math.max(0, older.length - open)));
  const shown = rows.filter((row) => isLater(row) || filling.has(row));
  return imagePromptProgram(taste, shown, chosen);
}

function ideaOf(inputs: Demo['inputs']): string {
  return textOf(inputs.user_input);
}

function keysOf(ideas: readonly string[]): ReadonlySet<string> {
  return new Set(ideas.map(keyOf));
}

function keyOf(idea: string): string {
  return inputsKey({ user_input: idea });
}
