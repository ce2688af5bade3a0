import type { Field, Signature } from '../signature/signature.js';
import { canonicalJson, type JsonValue } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { Version, VersionDemo, VersionDraft, VersionScore } from './version.js';

/** How the files of versions begin, but for the number of the format. */
export const VERSION_FORMAT = 'atelier-version/';
/** The newest format that is known here. */
export const VERSION_FORMAT_NUMBER = 1;

type Part = { readonly [key: string]: JsonValue | undefined };

/**
 * A version as the text of its file: JSON, two blanks of indentation, a line end behind it. The order of keys is fixed: format, version,
 * signature, module, instructions, settings, demos, scope, parents, parent_hashes, created, author, note, changes, optimizer, student,
 * teacher, data, trained_on, scores, cost, content_hash; in a signature name, description, instructions (where they differ from the
 * version's), input_fields, output_fields; in a field name, type, array, optional, options, min, max, maxLength, pattern, schema,
 * description; values of a demo in the order of the fields. What is not known has no key.
 */
export function versionText(version: Version): string {
  return `${JSON.stringify({ ...contentOf(version), content_hash: version.hash }, null, 2)}\n`;
}

/**
 * A draft as a version.
 * @param parentHashes in the order of its parents
 */
export function versionOf(draft: VersionDraft, number: number, parentHashes: readonly string[]): Version {
  const version = { ...draft, number, parentHashes };
  return { ...version, hash: contentHash(contentOf(version)) };
}

/** SHA-256, in lower-case hex, over the canonical JSON of a version's document; its own `content_hash` is no part of it. */
export function contentHash({ content_hash: _, ...content }: Part, hash = sha256): string {
  return hash(canonicalJson(content));
}

/** Like {@link versionOf} for what is a version already: the same with another number, or other parents. */
export function renumbered(version: Version, number: number, parents: readonly number[], parentHashes: readonly string[]): Version {
  return versionOf({ ...version, parents }, number, parentHashes);
}

function contentOf(version: Omit<Version, 'hash'>): Part {
  const { signature, settings, optimizer, cost, scores } = version;
  const names = [...signature.inputs, ...signature.outputs].map(({ name }) => name);
  return present({
    format: `${VERSION_FORMAT}${VERSION_FORMAT_NUMBER}`,
    version: version.number,
    signature: signatureDocument(signature, version.instructions),
    module: version.module,
    instructions: version.instructions,
    settings:
      settings && filled({ nearest_demos: settings.nearestDemos, temperature: settings.temperature, max_tokens: settings.maxTokens }),
    demos: version.demos.map((demo) => demoDocument(demo, names)),
    scope: filled({ taste: version.scope.taste, user: version.scope.user }),
    parents: version.parents,
    parent_hashes: version.parentHashes,
    created: version.created,
    author: version.author,
    note: version.note,
    changes: version.changes,
    optimizer: optimizer && present({ name: optimizer.name, options: optimizer.options, seed: optimizer.seed }),
    student: version.student,
    teacher: version.teacher,
    data: version.data.map(({ file, sha256: hash, rows, split, role }) => present({ file, sha256: hash, rows, split, role })),
    trained_on: version.trainedOn,
    scores: present({
      baseline: scores.baseline && scoreDocument(scores.baseline),
      own: scores.own && scoreDocument(scores.own),
    }),
    cost: cost && present({ calls: cost.calls, prompt_tokens: cost.promptTokens, completion_tokens: cost.completionTokens, usd: cost.usd }),
  });
}

/** A signature as files of versions and documents have it. */
function signatureDocument(signature: Signature, instructions: string): { readonly [key: string]: JsonValue } {
  return present({
    name: signature.name,
    description: signature.description,
    instructions: signature.instructions === instructions ? undefined : signature.instructions,
    input_fields: signature.inputs.map(fieldDocument),
    output_fields: signature.outputs.map(fieldDocument),
  });
}

/** A field with its parts in a fixed order. */
export function fieldDocument(field: Field): { readonly [key: string]: JsonValue } {
  const { name, type, array, optional, options, min, max, maxLength, pattern, schema, description } = field;
  return present({
    ...{ name, type, array: array === true || undefined, optional: optional === true || undefined },
    ...{ options, min, max, maxLength, pattern, schema, description: description === '' ? undefined : description },
  });
}

function demoDocument(demo: VersionDemo, names: readonly string[]): { readonly [key: string]: JsonValue } {
  const { inputs, outputs, reasoning, quality, augmented, source } = demo;
  return present({
    inputs: ordered(inputs, names),
    outputs: ordered(outputs, names),
    reasoning,
    quality,
    augmented,
    source: source && { file: source.file, row: source.row },
  });
}

function scoreDocument(score: VersionScore): { readonly [key: string]: JsonValue } {
  const { metric, model, file, sha256: hash, split, interval, n, failures, perCall, leaked } = score;
  return present({
    ...{ metric, model, file, sha256: hash, split, score: score.score, interval, n, failures },
    per_call: present({ tokens: perCall.tokens, usd: perCall.usd }),
    leaked,
  });
}

function ordered(values: { readonly [name: string]: JsonValue }, names: readonly string[]): { readonly [name: string]: JsonValue } {
  const rank = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => rank(a) - rank(b)));
}

function filled(part: Part): { readonly [key: string]: JsonValue } | undefined {
  const entries = present(part);
  return Object.keys(entries).length === 0 ? undefined : entries;
}

function present(part: Part): { readonly [key: string]: JsonValue } {
  const entries = Object.entries(part).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
