import { counted, scoreWithInterval } from '../evaluation/wording.js';
import type { FieldValues } from '../program/program.js';
import { printType } from '../signature/print-one-line.js';
import { type Field, REASONING } from '../signature/signature.js';
import { isLeaked } from './promotion.js';
import { sentenceLines } from './sentences.js';
import type { Version, VersionDemo, VersionDraft, VersionScore } from './version.js';
import { versionName } from './version-name.js';

/**
 * A version as Markdown that diffs well: one line of facts; then instructions (a sentence a line), fields (one a line), demos, settings,
 * scores and provenance, always in this order. What people or models wrote stands in fences and code spans: no part of it is a link, a
 * heading or HTML to whoever shows the document, and nothing but the provenance has a time in it.
 */
export function versionDocument(version: Version): string {
  const { signature } = version;
  return [
    `# ${code(signature.name)} ${versionName(version.number)}`,
    factsLine(version),
    ...(signature.description === '' ? [] : [fenced(sentenceLines(signature.description))]),
    ...contentParts(version),
    '## Settings',
    list(settingsOf(version)),
    '## Scores',
    list(scoresOf(version)),
    '## Provenance',
    list(provenanceOf(version)),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What a model is told, as in {@link versionDocument}: instructions, fields and demos. */
export function contentDocument(version: VersionDraft): string {
  return contentParts(version).join('\n\n').concat('\n');
}

function contentParts(version: VersionDraft): string[] {
  const { signature, instructions, demos } = version;
  const fields = [
    ...signature.inputs.map((field) => fieldLine(field, 'in ')),
    ...signature.outputs.map((field) => fieldLine(field, 'out')),
  ];
  return [
    '## Instructions',
    fenced(sentenceLines(instructions)),
    '## Fields',
    fenced(fields),
    '## Demos',
    ...(demos.length === 0 ? ['None.'] : demos.flatMap((demo, index) => demoParts(demo, index, version))),
  ];
}

function factsLine({ module, scope, demos, scores }: Version): string {
  const { own } = scores;
  return [
    code(module),
    counted(demos.length, 'demo'),
    ...(scope.taste === undefined ? [] : [`taste ${code(scope.taste)}`]),
    ...(scope.user === undefined ? [] : [`user ${code(scope.user)}`]),
    own === undefined ? 'no score' : `${code(own.metric)} ${scoreWithInterval(own)}`,
  ].join(' · ');
}

function fieldLine(field: Field, side: string): string {
  const optional = field.optional === true ? ' (optional)' : '';
  const description = field.description === '' ? '' : ` - ${oneLine(field.description)}`;
  return `${side} ${field.name}: ${printType(field)}${optional}${description}`;
}

function demoParts(demo: VersionDemo, index: number, { signature }: VersionDraft): string[] {
  const marks = [
    ...(demo.source === undefined ? [] : [`row ${demo.source.row} of ${code(demo.source.file)}`]),
    ...(demo.augmented ? ['augmented'] : []),
    ...(demo.quality === 1 ? [] : [`quality ${demo.quality}`]),
  ];
  const lines = [
    ...valueLines(demo.inputs, signature.inputs),
    ...(demo.reasoning === undefined ? [] : valueLine(REASONING, demo.reasoning)),
    ...valueLines(demo.outputs, signature.outputs),
  ];
  return [`### Demo ${index + 1}${marks.length === 0 ? '' : `: ${marks.join(', ')}`}`, fenced(lines)];
}

/** Values in the order of the fields, then those of fields that there are not. */
function valueLines(values: FieldValues, fields: readonly Field[]): string[] {
  const names = fields.map(({ name }) => name).filter((name) => Object.hasOwn(values, name));
  const others = Object.keys(values).filter((name) => !names.includes(name));
  return [...names, ...others].flatMap((name) => valueLine(name, values[name] ?? null));
}

/** A text of several lines goes below its name, further in; what is no text is JSON. */
function valueLine(name: string, value: FieldValues[string]): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const lines = text.split(/\r?\n/);
  return lines.length === 1 ? [`${name}: ${text}`] : [`${name}:`, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function settingsOf({ settings }: Version): string[] {
  return [
    ...(settings?.nearestDemos === undefined ? [] : [`the ${counted(settings.nearestDemos, 'demo')} nearest to the inputs are shown`]),
    ...(settings?.temperature === undefined ? [] : [`temperature ${settings.temperature}`]),
    ...(settings?.maxTokens === undefined ? [] : [`at most ${counted(settings.maxTokens, 'token')} per answer`]),
  ];
}

function scoresOf(version: Version): string[] {
  const { own, baseline } = version.scores;
  return [
    ...(own === undefined ? [] : [`own: ${scoreLine(version, own)}`]),
    ...(baseline === undefined ? [] : [`baseline: ${scoreLine(undefined, baseline)}`]),
  ];
}

function scoreLine(version: Version | undefined, score: VersionScore): string {
  const { tokens, usd } = score.perCall;
  const leaked = version === undefined ? score.leaked : isLeaked(version, score);
  return [
    `${code(score.metric)} ${scoreWithInterval(score)}`,
    `on ${code(score.file)}${score.split === undefined ? '' : `, split ${code(score.split)}`}`,
    `with ${code(score.model)}`,
    ...(score.failures === 0 ? [] : [`${score.failures} failed`]),
    ...(tokens === undefined ? [] : [`${Math.round(tokens)} tokens per call`]),
    ...(usd === undefined ? [] : [`$${Number(usd.toPrecision(2))} per call`]),
    ...(leaked ? ['LEAKED: from rows that it was made from'] : []),
  ].join(', ');
}

function provenanceOf(version: Version): string[] {
  const { parents, created, author, note, changes, optimizer, student, teacher, data, cost, hash } = version;
  const given = (label: string, value: string | undefined) => (value === undefined ? [] : [`${label}: ${code(value)}`]);
  return [
    parents.length === 0 ? 'made from nothing' : `made from ${parents.map(versionName).join(', ')}`,
    `by ${code(author)} at ${code(created)}`,
    ...given('why', note),
    ...given('what changed', changes),
    ...(optimizer === undefined
      ? ['written by hand']
      : [
          `optimizer: ${code(optimizer.name)} ${code(JSON.stringify(optimizer.options))}${optimizer.seed === undefined ? '' : `, seed ${optimizer.seed}`}`,
        ]),
    ...given('student', student),
    ...given('teacher', teacher),
    ...data.map(({ role, file, split, rows, sha256 }) => {
      const part = split === undefined ? '' : `, split ${code(split)}`;
      return `${role}: ${code(file)}${part}, ${counted(rows, 'row')}, SHA-256 ${code(sha256.slice(0, 12))}`;
    }),
    ...(cost === undefined
      ? []
      : [
          `cost: ${counted(cost.calls, 'call')}, ${cost.promptTokens + cost.completionTokens} tokens${cost.usd === undefined ? '' : `, $${Number(cost.usd.toPrecision(3))}`}`,
        ]),
    `content hash ${code(hash.slice(0, 12))}`,
  ];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'None.' : items.map((item) => `- ${item}`).join('\n');
}

/** A block of plain text, with a fence that nothing in it can close. */
export function fenced(lines: readonly string[], language = 'text'): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return `${fence}${language}\n${lines.join('\n')}\n${fence}`;
}

/** A text on one line as a code span (CommonMark 6.1). */
function code(text: string): string {
  const line = oneLine(text);
  const mark = '`'.repeat(longestRun(line) + 1);
  return /^`|`$/.test(line) || line === '' ? `${mark} ${line} ${mark}` : `${mark}${line}${mark}`;
}

/** Of backticks. */
function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
