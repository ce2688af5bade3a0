import { AtelierError } from '../errors.js';
import { JsonPart } from '../text/json-part.js';
import { jsonPlace, lineAtOffset } from '../text/json-place.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import { type MergeConflict, mergeConflictIn } from '../text/merge-conflict.js';
import { type LabelMove, type Labels, lastMove } from './labels.js';
import { conflictOf, type LabelsConflict, withoutHistory } from './labels-merge.js';
import { readJson } from './parse-version.js';
import { labelNameProblem, versionName } from './version-name.js';

const FORMAT = 'atelier-labels/1';

/** The labels of a file, or why there are none. */
export type LabelsReading =
  | { readonly labels: Labels; readonly problem?: undefined; readonly conflict?: undefined }
  | {
      readonly labels?: undefined;
      readonly problem: AtelierError;
      /** Of a merge what each side says: `resolveLabels` makes one of them. */
      readonly conflict?: LabelsConflict;
    };

/**
 * Labels as the text of their file: JSON, labels in the order of their names, the history with one move per line, the newest first, so
 * that a move is one line more.
 */
export function labelsText({ current, history }: Labels): string {
  const names = [...current.keys()].sort();
  const values = names.map((name) => `    ${JSON.stringify(name)}: ${current.get(name)}`);
  const moves = history.map((move) => `    ${JSON.stringify(moveDocument(move))}`).reverse();
  const block = (open: string, lines: readonly string[], close: string) =>
    lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n  ${close}`;
  return `{\n  "format": "${FORMAT}",\n  "labels": ${block('{', values, '}')},\n  "history": ${block('[', moves, ']')}\n}\n`;
}

/**
 * Reads the text of a labels file. Nothing in it makes it throw. `label.conflict`: git left two sides in it, or merged it so that a label
 * is not where its last move went; `label.invalid` and `version.newer`: it cannot be read.
 * @param shown the file as people read it
 */
export function parseLabels(fileText: string, shown: string): LabelsReading {
  const text = fileText.replace(/^\ufeff/, '');
  const merge = mergeConflictIn(text);
  if (merge !== undefined) return conflicting(merge, shown);
  const { value, problem } = readJson(text, shown, 'The labels', 'label.invalid');
  if (problem !== undefined) return { problem };
  const unknown = formatProblem(text, value, shown);
  if (unknown !== undefined) return { problem: unknown };
  const part = JsonPart.root(value);
  const labels = readLabels(part);
  const [issue] = part.issues;
  if (issue !== undefined) {
    const line = lineAtOffset(text, jsonPlace(text, issue.path));
    return {
      problem: new AtelierError('label.invalid', issue.message, { hint: 'Correct it, or restore the file from git.', file: shown, line }),
    };
  }
  return consistent(text, labels, shown);
}

function conflicting(merge: MergeConflict, shown: string): LabelsReading {
  const { oursName, theirsName, line } = merge;
  const place = { file: shown, line };
  const [ours, theirs] = [sideOf(merge.ours, shown), sideOf(merge.theirs, shown)];
  if (ours === undefined || theirs === undefined) {
    const hint = 'Take one side with git checkout --ours or --theirs, and move the labels again.';
    const message = `git left a merge of ${oursName} and ${theirsName} in ${shown}, and its sides cannot be read.`;
    return { problem: new AtelierError('label.conflict', message, { hint, ...place }) };
  }
  const conflict = conflictOf(ours, theirs, oursName, theirsName);
  const said = conflict.labels.map(
    ({ label, ours: mine, theirs: other }) => `${label} is ${named(mine)} in ${oursName} and ${named(other)} in ${theirsName}`,
  );
  const message =
    said.length === 0
      ? `${oursName} and ${theirsName} both moved labels, none of them the same: git left both histories in ${shown}.`
      : `${oursName} and ${theirsName} moved the same labels: ${said.join('; ')}.`;
  const hint = said.length === 0 ? 'Resolve it: both are kept.' : 'Resolve it: choose for each label; both histories are kept.';
  return { problem: new AtelierError('label.conflict', message, { hint, ...place }), conflict };
}

/** One side of a merge; where git merged its lines so that they fit no more, as far as it goes. */
function sideOf(text: string, shown: string): Labels | undefined {
  const reading = parseLabels(text, shown);
  return reading.labels ?? reading.conflict?.ours;
}

/** A label is where its last move went; else git, or a hand, put together what does not belong together. */
function consistent(text: string, labels: Labels, shown: string): LabelsReading {
  const byHistory = withoutHistory(labels);
  const conflict = conflictOf(labels, byHistory, 'the list of labels', 'the history');
  const [first] = conflict.labels;
  if (first === undefined) return { labels };
  const last = lastMove(labels.history, first.label);
  const moved = last === undefined ? 'the history has no move of it' : `its last move, by ${last.who}, went to ${named(last.to)}`;
  const problem = new AtelierError('label.conflict', `${first.label} is ${named(first.ours)} in ${shown}, but ${moved}.`, {
    hint: 'A merge or a hand put together what does not fit: choose where the label belongs.',
    file: shown,
    line: lineAtOffset(text, jsonPlace(text, ['labels', first.label])),
  });
  return { problem, conflict };
}

function formatProblem(text: string, value: JsonValue, file: string): AtelierError | undefined {
  const format = isJsonObject(value) ? value.format : undefined;
  if (format === FORMAT) return undefined;
  const line = lineAtOffset(text, jsonPlace(text, ['format']));
  const number = typeof format === 'string' ? Number(/^atelier-labels\/(\d+)$/.exec(format)?.[1] ?? 0) : 0;
  return number > 1
    ? new AtelierError('version.newer', `${file} was made by a newer version of Prompt Atelier (${String(format)}).`, {
        ...{ hint: 'Update Prompt Atelier.', file, line },
      })
    : new AtelierError('label.invalid', `${file} has no labels: its format is not "${FORMAT}".`, {
        ...{ hint: 'Restore the file from git.', file, line },
      });
}

function readLabels(part: JsonPart): Labels {
  const list = part.at('labels');
  const current = new Map<string, number>();
  for (const name of Object.keys(list.map())) {
    const hint = labelNameProblem(name);
    if (hint !== undefined) list.at(name).report(`${JSON.stringify(name)} is no name of a label. ${hint}`);
    current.set(name, list.at(name).whole(1));
  }
  const number = (item: JsonPart) => item.nullable((value) => value.whole(1));
  const history = part.at('history').list((item): LabelMove => {
    const rollback = item.at('rollback').optional((value) => value.flag());
    const hash = item.at('hash').optional((value) => value.text());
    return {
      ...{ label: item.at('label').text(), from: number(item.at('from')), to: number(item.at('to')) },
      ...{ who: item.at('who').text(), when: item.at('when').text(), why: item.at('why').text() },
      ...(rollback === undefined ? {} : { rollback }),
      ...(hash === undefined ? {} : { hash }),
    };
  });
  return { current, history: history.reverse() };
}

function moveDocument({ label, from, to, who, when, why, rollback, hash }: LabelMove): object {
  return { label, from, to, who, when, why, ...(rollback === true ? { rollback } : {}), hash };
}

function named(number: number | null): string {
  return number === null ? 'nowhere' : versionName(number);
}
