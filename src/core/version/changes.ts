import { counted } from '../evaluation/wording.js';
import type { Field, Signature } from '../signature/signature.js';
import { canonicalJson, type JsonValue } from '../text/json-schema.js';
import { sentencesOf } from './sentences.js';
import type { Version, VersionDemo, VersionDraft } from './version.js';
import { versionName } from './version-name.js';
import { fieldDifferences } from './version-program.js';
import { fieldDocument } from './version-text.js';

/** What of a program changed. */
export type ChangeKind =
  | 'instruction'
  | 'description'
  | 'demo_in'
  | 'demo_out'
  | 'demo_order'
  | 'field_added'
  | 'field_removed'
  | 'field_changed'
  | 'field_order'
  | 'module'
  | 'settings';

/** One change, as `versions diff` and the editor show it. */
export interface VersionChange {
  readonly kind: ChangeKind;
  /** The field's name, for changes of fields. */
  readonly field?: string;
  /** As the file of a version has it; absent for what is new. */
  readonly before?: JsonValue;
  /** Absent for what is gone. */
  readonly after?: JsonValue;
}

/** The document of `versions diff`. */
export interface ChangesDocument {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly VersionChange[];
  readonly text: string;
}

type Content = Pick<VersionDraft, 'signature' | 'instructions' | 'demos' | 'module' | 'settings'>;

/**
 * What makes `after` another program than `before`, in a fixed order: instructions, description, fields, demos, module, settings. Demos
 * are the same when their values and reasoning are, wherever they stand and came from.
 */
export function changesBetween(before: Content, after: Content): readonly VersionChange[] {
  const changes: VersionChange[] = [];
  const compare = (kind: ChangeKind, old: JsonValue, now: JsonValue) => {
    if (canonicalJson(old) !== canonicalJson(now)) changes.push({ kind, before: old, after: now });
  };
  compare('instruction', before.instructions, after.instructions);
  compare('description', before.signature.description, after.signature.description);
  changes.push(...fieldChanges(before.signature, after.signature), ...demoChanges(before.demos, after.demos));
  compare('module', before.module, after.module);
  compare('settings', settingsOf(before), settingsOf(after));
  return changes;
}

/** Changes in short sentences. */
export function changesText(changes: readonly VersionChange[]): string {
  if (changes.length === 0) return 'Nothing changed.';
  const sentences = changes.flatMap((change) => sentenceOf(change) ?? []);
  const demos = demosSentence(changes);
  return [...sentences, ...(demos === undefined ? [] : [demos])].join(' ');
}

/** What changed from one version to another. */
export function changesDocument(from: Version, to: Version): ChangesDocument {
  const changes = changesBetween(from, to);
  return { from: versionName(from.number), to: versionName(to.number), changes, text: changesText(changes) };
}

function fieldChanges(before: Signature, after: Signature): VersionChange[] {
  const changes = fieldDifferences(before, after).map(({ field, side, saved, current }): VersionChange => {
    const kind = saved === undefined ? 'field_added' : current === undefined ? 'field_removed' : 'field_changed';
    const old = saved === undefined ? {} : { before: { side, ...fieldDocument(saved) } };
    return { kind, field, ...old, ...(current === undefined ? {} : { after: { side, ...fieldDocument(current) } }) };
  });
  const order = (fields: readonly Field[], others: readonly Field[]) =>
    fields.map(({ name }) => name).filter((name) => others.some((other) => other.name === name));
  for (const side of ['inputs', 'outputs'] as const) {
    const [old, now] = [order(before[side], after[side]), order(after[side], before[side])];
    if (old.join() !== now.join()) changes.push({ kind: 'field_order', before: old, after: now });
  }
  return changes;
}

function demoChanges(before: readonly VersionDemo[], after: readonly VersionDemo[]): VersionChange[] {
  const [mine, others] = [keysOf(before), keysOf(after)];
  const gone = before.filter((_, index) => !others.includes(mine[index] ?? ''));
  const came = after.filter((_, index) => !mine.includes(others[index] ?? ''));
  const kept = (keys: readonly string[], other: readonly string[]) => keys.filter((key) => other.includes(key));
  const [old, now] = [kept(mine, others), kept(others, mine)];
  const isMoved = old.some((key, index) => key !== now[index]);
  const places = (keys: readonly string[], order: readonly string[]) => order.map((key) => keys.indexOf(key) + 1);
  return [
    ...came.map((demo): VersionChange => ({ kind: 'demo_in', after: demoDocument(demo) })),
    ...gone.map((demo): VersionChange => ({ kind: 'demo_out', before: demoDocument(demo) })),
    ...(isMoved ? [{ kind: 'demo_order' as const, before: places(mine, old), after: places(mine, now) }] : []),
  ];
}

/** What each demo is; of those that are alike the first, the second and so on. */
function keysOf(demos: readonly VersionDemo[]): string[] {
  const seen = new Map<string, number>();
  return demos.map(({ inputs, outputs, reasoning }) => {
    const key = canonicalJson({ inputs, outputs, reasoning });
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return `${key} ${count}`;
  });
}

function demoDocument({ inputs, outputs, reasoning, augmented, source }: VersionDemo): JsonValue {
  const place = source === undefined ? {} : { source: { file: source.file, row: source.row } };
  return { inputs, outputs, ...(reasoning === undefined ? {} : { reasoning }), augmented, ...place };
}

function settingsOf({ settings }: Content): JsonValue {
  const { nearestDemos, temperature, maxTokens } = settings ?? {};
  return {
    ...(nearestDemos === undefined ? {} : { nearest_demos: nearestDemos }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}

/** Of all but demos, which go together. */
function sentenceOf({ kind, field = '', before, after }: VersionChange): string | undefined {
  const from = `from ${shown(before)} to ${shown(after)}`;
  switch (kind) {
    case 'instruction':
      return instructionSentence(String(before), String(after));
    case 'description':
      return 'The description changed.';
    case 'field_added':
      return `The ${sideOf(after)} ${field} was added.`;
    case 'field_removed':
      return `The ${sideOf(before)} ${field} was removed.`;
    case 'field_changed':
      return `The ${sideOf(after)} ${field} changed: ${partsOf(before, after).join(', ')}.`;
    case 'field_order':
      return `The order of fields changed ${from}.`;
    case 'module':
      return `The module changed ${from}.`;
    case 'settings':
      return `The settings changed: ${partsOf(before, after).join(', ')}.`;
    case 'demo_order':
      return 'The order of demos changed.';
    default:
      return undefined;
  }
}

function instructionSentence(before: string, after: string): string {
  const count = (sentences: readonly string[], others: readonly string[]) => {
    const left = [...others];
    return sentences.filter((sentence) => {
      const at = left.indexOf(sentence);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    }).length;
  };
  const [old, now] = [sentencesOf(before), sentencesOf(after)];
  const [added, removed] = [count(now, old), count(old, now)];
  if (added === 0 && removed === 0) return 'The instructions changed: the same sentences in another order or layout.';
  const parts = [...(added === 0 ? [] : [`${counted(added, 'sentence')} added`]), ...(removed === 0 ? [] : [`${removed} removed`])];
  return `The instructions changed: ${added === 0 ? `${counted(removed, 'sentence')} removed` : parts.join(', ')}.`;
}

function demosSentence(changes: readonly VersionChange[]): string | undefined {
  const came = changes.filter(({ kind }) => kind === 'demo_in').map(({ after }) => after);
  const gone = changes.filter(({ kind }) => kind === 'demo_out').map(({ before }) => before);
  if (came.length + gone.length === 0) return undefined;
  const parts = [
    ...(came.length === 0 ? [] : [`${counted(came.length, 'demo')} in${sourcesOf(came)}`]),
    ...(gone.length === 0 ? [] : [`${came.length === 0 ? counted(gone.length, 'demo') : gone.length} out${sourcesOf(gone)}`]),
  ];
  return `${parts.join(', ')}.`;
}

/** ` (row 12 of data/train.csv)`; empty for demos that came from no file, or many. */
function sourcesOf(demos: readonly (JsonValue | undefined)[]): string {
  const sources = demos.flatMap((demo) => {
    const { source } = (demo ?? {}) as { readonly source?: { readonly file: string; readonly row: number } };
    return source === undefined ? [] : [source];
  });
  const files = [...new Set(sources.map(({ file }) => file))];
  if (sources.length === 0 || sources.length > 5 || sources.length < demos.length) return '';
  const said = files.map((file) => {
    const rows = sources.filter((source) => source.file === file).map(({ row }) => row);
    return `${rows.length === 1 ? 'row' : 'rows'} ${rows.join(', ')} of ${file}`;
  });
  return ` (${said.join('; ')})`;
}

/** `type from string to number`, for each part of a map that differs. */
function partsOf(before: JsonValue | undefined, after: JsonValue | undefined): string[] {
  const [old, now] = [before, after].map((value) => (value ?? {}) as { readonly [key: string]: JsonValue });
  const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
  return keys
    .filter((key) => canonicalJson(old?.[key]) !== canonicalJson(now?.[key]))
    .map((key) => `${key} from ${shown(old?.[key])} to ${shown(now?.[key])}`);
}

function sideOf(field: JsonValue | undefined): string {
  return String((field as { readonly side?: string } | undefined)?.side ?? 'field');
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
