import type { SignatureDefinition } from '../signature/definition.js';
import { baseProgram } from '../signature/find-signature.js';
import { canonicalJson } from '../text/json-schema.js';
import type { DspyImport } from './formats/dspy-import.js';
import type { Version, VersionDemo, VersionDraft } from './version.js';
import { draftOf } from './version-program.js';

/** What is known beside the signature itself. */
export interface WrittenFacts {
  readonly author: string;
  /** ISO 8601. */
  readonly created: string;
  /** The version that it was made from. */
  readonly before?: Version | undefined;
}

/**
 * A draft of what a person wrote: the signature with its examples as demos. A demo that the version before it had, too, keeps where it
 * came from; with the version, what it was trained on stays known.
 */
export function writtenDraft(definition: SignatureDefinition, { author, created, before }: WrittenFacts): VersionDraft {
  const program = baseProgram(definition);
  const known = new Map(before?.demos.map((demo) => [keyOf(demo), demo]));
  const demos = program.demos.map((demo): VersionDemo => {
    const same = known.get(keyOf(demo));
    if (same === undefined) return { ...demo, augmented: false };
    return { ...demo, augmented: same.augmented, ...(same.source === undefined ? {} : { source: same.source }) };
  });
  const { scope = {}, settings, trainedOn, data = [] } = before ?? {};
  const facts = {
    ...{ scope, parents: before === undefined ? [] : [before.number], created, author, scores: {} },
    data: data.filter(({ role }) => role === 'train'),
    ...(settings === undefined ? {} : { settings }),
    ...(trainedOn === undefined ? {} : { trainedOn }),
  };
  return draftOf(program, facts, demos);
}

/**
 * A draft of a program of DSPy.
 * @param read from `fromDspyState`
 */
export function importedDraft(
  { signature, instructions, module, demos, settings }: DspyImport,
  facts: Pick<VersionDraft, 'author' | 'created' | 'parents' | 'note'>,
): VersionDraft {
  const others = { ...facts, scope: {}, data: [], scores: {}, ...(settings === undefined ? {} : { settings }) };
  return draftOf({ signature, instructions, module, demos }, others, demos);
}

function keyOf({ inputs, outputs, reasoning }: Pick<VersionDemo, 'inputs' | 'outputs' | 'reasoning'>): string {
  return canonicalJson({ inputs, outputs, reasoning: reasoning ?? null });
}
