import { AtelierError, type ErrorCode } from '../errors.js';
import type { FieldValues } from '../program/program.js';
import type { Report } from '../signature/definition.js';
import { parseField } from '../signature/parse-field.js';
import { type Field, MODULES, type Signature, signatureNameProblem } from '../signature/signature.js';
import { JsonPart } from '../text/json-part.js';
import { isTooDeep, jsonFault, jsonPathText, jsonPlace, lineAtOffset } from '../text/json-place.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';
import { mergeConflictIn } from '../text/merge-conflict.js';
import { sha256 } from '../text/sha256.js';
import { DATA_ROLES, type Version, type VersionDemo, type VersionScore } from './version.js';
import { versionName } from './version-name.js';
import { contentHash, VERSION_FORMAT, VERSION_FORMAT_NUMBER } from './version-text.js';

/** Two versions in one file: two branches gave the same number. */
export interface VersionConflict {
  readonly ours: Version;
  readonly theirs: Version;
  /** What git calls the branches. */
  readonly oursName: string;
  readonly theirsName: string;
}

/** A version, or why the text is none, with what can be done with it nevertheless. */
export type VersionReading =
  | { readonly version: Version; readonly problem?: undefined; readonly edited?: undefined; readonly conflict?: undefined }
  | {
      readonly version?: undefined;
      readonly problem: AtelierError;
      /** Of a version that was changed by hand what it says now, with the hash of that: a new version can be made from it. */
      readonly edited?: Version;
      /** Of a file in which git left two versions both of them. */
      readonly conflict?: VersionConflict;
    };

/**
 * Reads the text of a version's file. Nothing in it makes it throw: what is wrong is the problem, with its line.
 * `version.invalid`: no JSON, cut off, a part that is missing or of the wrong kind, or two versions after a merge; `version.newer`: of a
 * later format; `version.edited`: the content does not fit its hash.
 * @param shown the file as people read it
 * @param hash SHA-256 in lower-case hex; a faster one where there is one
 */
export function parseVersion(fileText: string, shown: string, hash = sha256): VersionReading {
  const text = fileText.replace(/^\ufeff/, '');
  const conflict = mergeConflictIn(text);
  if (conflict !== undefined) return conflicting(conflict, shown);
  const { value, problem } = readJson(text, shown, 'A version');
  if (problem !== undefined) return { problem };
  const unknown = formatProblem(text, value, shown);
  if (unknown !== undefined) return { problem: unknown };
  const part = JsonPart.root(value);
  const version = readVersion(part);
  const [issue] = part.issues;
  if (issue !== undefined) {
    const line = lineAtOffset(text, jsonPlace(text, issue.path));
    return { problem: invalid(issue.message, 'Restore the file from git: versions are never changed.', shown, line) };
  }
  const actual = contentHash(isJsonObject(value) ? value : {}, hash);
  if (actual === version.hash) return { version };
  const line = lineAtOffset(text, jsonPlace(text, ['content_hash']));
  const changed = new AtelierError('version.edited', `${versionName(version.number)} in ${shown} was edited by hand.`, {
    hint: 'Versions are never changed: create a new version from it, and restore the file from git.',
    file: shown,
    line,
  });
  return { problem: changed, edited: { ...version, hash: actual } };
}

/**
 * The JSON of a file.
 * @param what the file is, as the beginning of a sentence
 */
export function readJson(
  text: string,
  shown: string,
  what: string,
  code: ErrorCode = 'version.invalid',
): { value: JsonValue; problem?: undefined } | { value?: undefined; problem: AtelierError } {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
    if (!isTooDeep(value)) return { value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { offset, what: why } = jsonFault(text) ?? { offset: 0, what: 'it is no JSON' };
  const isCut = offset >= text.trimEnd().length;
  const message = `${what} cannot be read from ${shown}: ${isCut ? 'the file is cut off' : why}.`;
  const details = { hint: 'Restore the file from git.', file: shown, line: lineAtOffset(text, offset) };
  return { problem: new AtelierError(code, message, details) };
}

function conflicting(merge: NonNullable<ReturnType<typeof mergeConflictIn>>, shown: string): VersionReading {
  const { oursName, theirsName, line } = merge;
  const [ours, theirs] = [parseVersion(merge.ours, shown), parseVersion(merge.theirs, shown)];
  const both = ours.version !== undefined && theirs.version !== undefined;
  const name = both ? versionName(ours.version.number) : 'version';
  const problem = invalid(
    `${oursName} and ${theirsName} both made a ${name}: git left both of them in ${shown}.`,
    both
      ? 'Resolve it: one keeps its number, the other gets the next free one.'
      : 'The two sides cannot be told apart: take one of them with git checkout --ours or --theirs.',
    shown,
    line,
  );
  return both ? { problem, conflict: { ours: ours.version, theirs: theirs.version, oursName, theirsName } } : { problem };
}

function formatProblem(text: string, value: JsonValue, shown: string): AtelierError | undefined {
  const format = isJsonObject(value) ? value.format : undefined;
  const number = typeof format === 'string' && format.startsWith(VERSION_FORMAT) ? Number(format.slice(VERSION_FORMAT.length)) : undefined;
  if (number === VERSION_FORMAT_NUMBER) return undefined;
  const line = lineAtOffset(text, jsonPlace(text, ['format']));
  if (number !== undefined && number > VERSION_FORMAT_NUMBER) {
    return new AtelierError('version.newer', `${shown} was made by a newer version of Prompt Atelier (${String(format)}).`, {
      hint: 'Update Prompt Atelier; until then this version is left out.',
      file: shown,
      line,
    });
  }
  const said = format === undefined ? 'it has no format' : `its format ${JSON.stringify(format).slice(0, 60)} is unknown`;
  return invalid(`${shown} is no version: ${said}.`, `The file must begin with "format": "${VERSION_FORMAT}1".`, shown, line);
}

function invalid(message: string, hint: string, file: string, line: number): AtelierError {
  return new AtelierError('version.invalid', message, { hint, file, line });
}

function readVersion(part: JsonPart): Version {
  const instructions = part.at('instructions').text();
  const parents = part.at('parents').list((item) => item.whole(1));
  return {
    number: part.at('version').whole(1),
    signature: readSignature(part.at('signature'), instructions),
    module: part.at('module').oneOf(MODULES),
    instructions,
    demos: part.at('demos').list(readDemo),
    ...given('settings', part.at('settings').optional(readSettings)),
    scope: part.at('scope').optional(readScope) ?? {},
    parents,
    parentHashes: part.at('parent_hashes').list((item) => item.text()),
    created: part.at('created').text(),
    author: part.at('author').text(),
    ...texts(part, ['note', 'changes', 'student', 'teacher']),
    ...given('optimizer', part.at('optimizer').optional(readOptimizer)),
    data: part.at('data').list((item) => ({
      file: item.at('file').text(),
      sha256: item.at('sha256').text(),
      rows: item.at('rows').whole(0),
      ...texts(item, ['split']),
      role: item.at('role').oneOf(DATA_ROLES),
    })),
    ...given(
      'trainedOn',
      part.at('trained_on').optional((list) => list.list((item) => item.text())),
    ),
    scores: {
      ...given('baseline', part.at('scores').at('baseline').optional(readScore)),
      ...given('own', part.at('scores').at('own').optional(readScore)),
    },
    ...given('cost', part.at('cost').optional(readCost)),
    hash: part.at('content_hash').text(),
  };
}

function readSignature(part: JsonPart, instructions: string): Signature {
  const name = part.at('name').text();
  const hint = signatureNameProblem(name);
  if (hint !== undefined && name !== '') part.at('name').report(`${JSON.stringify(name)} is no name of a signature. ${hint}`);
  const fields = (key: string, side: 'input' | 'output') =>
    part.at(key).list((item): Field => readField(item, side) ?? { name: '', type: 'string', description: '' });
  const inputs = fields('input_fields', 'input');
  const outputs = fields('output_fields', 'output');
  const twice = [...inputs, ...outputs].find((field, index, all) => all.findIndex((other) => other.name === field.name) < index);
  if (twice !== undefined) part.report(`The signature has the field "${twice.name}" twice.`);
  return {
    name,
    description: part.at('description').text(),
    instructions: part.at('instructions').optional((text) => text.text()) ?? instructions,
    inputs,
    outputs,
  };
}

function readField(part: JsonPart, side: 'input' | 'output'): Field | undefined {
  const report: Report = (path, message, _, severity = 'error') => {
    if (severity === 'error') part.issues.push({ path, message: `"${jsonPathText(part.path)}": ${message}` });
  };
  return parseField(part.value, part.path, side, report);
}

function readDemo(part: JsonPart): VersionDemo {
  return {
    inputs: part.at('inputs').map() as FieldValues,
    outputs: part.at('outputs').map() as FieldValues,
    ...texts(part, ['reasoning']),
    quality: part.at('quality').number(0, 1),
    augmented: part.at('augmented').flag(),
    ...given(
      'source',
      part.at('source').optional((source) => ({ file: source.at('file').text(), row: source.at('row').whole(1) })),
    ),
  };
}

function readScope(part: JsonPart) {
  return texts(part, ['taste', 'user']);
}

function readSettings(part: JsonPart) {
  return {
    ...given(
      'nearestDemos',
      part.at('nearest_demos').optional((value) => value.whole(1)),
    ),
    ...given(
      'temperature',
      part.at('temperature').optional((value) => value.number(0)),
    ),
    ...given(
      'maxTokens',
      part.at('max_tokens').optional((value) => value.whole(1)),
    ),
  };
}

function readOptimizer(part: JsonPart) {
  return {
    name: part.at('name').text(),
    options: part.at('options').map(),
    ...given(
      'seed',
      part.at('seed').optional((value) => value.number()),
    ),
  };
}

function readCost(part: JsonPart) {
  return {
    calls: part.at('calls').whole(0),
    promptTokens: part.at('prompt_tokens').whole(0),
    completionTokens: part.at('completion_tokens').whole(0),
    ...given(
      'usd',
      part.at('usd').optional((value) => value.number(0)),
    ),
  };
}

function readScore(part: JsonPart): VersionScore {
  const interval = part.at('interval').list((bound) => bound.number(0, 1));
  const [low, high] = interval;
  if (interval.length !== 2) part.at('interval').report(`"${jsonPathText(part.at('interval').path)}" is not two numbers.`);
  const perCall = part.at('per_call');
  return {
    ...{ metric: part.at('metric').text(), model: part.at('model').text(), file: part.at('file').text() },
    sha256: part.at('sha256').text(),
    ...texts(part, ['split']),
    score: part.at('score').number(0, 1),
    interval: [low ?? 0, high ?? 1],
    n: part.at('n').whole(0),
    failures: part.at('failures').whole(0),
    perCall: {
      ...given(
        'tokens',
        perCall.at('tokens').optional((value) => value.number(0)),
      ),
      ...given(
        'usd',
        perCall.at('usd').optional((value) => value.number(0)),
      ),
    },
    leaked: part.at('leaked').flag(),
  };
}

/** The texts of a map that are there. */
function texts<K extends string>(part: JsonPart, keys: readonly K[]): { [key in K]?: string } {
  const found = keys.flatMap((key) => part.at(key).optional((text) => [[key, text.text()] as const]) ?? []);
  return Object.fromEntries(found) as { [key in K]?: string };
}

function given<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: T };
}
