import type { Example } from '../example/example.js';
import { knownKeys, type LeakSource, leakageOf } from '../example/leakage.js';
import type { Demo, Program } from '../program/program.js';
import type { SignatureDefinition } from '../signature/definition.js';
import type { Field, Signature } from '../signature/signature.js';
import { canonicalJson } from '../text/json-schema.js';
import type { Version, VersionDemo, VersionDraft } from './version.js';
import { fieldDocument } from './version-text.js';

/** A field in which a version and the workspace's signature of today differ. */
export interface FieldDifference {
  readonly field: string;
  readonly side: 'input' | 'output';
  /** As the version has it; undefined when it came later. */
  readonly saved: Field | undefined;
  /** As the signature has it now; undefined when it is gone, or stands on the other side. */
  readonly current: Field | undefined;
}

/** A version as something to run. */
export interface VersionProgram {
  /** With the fields and types that were saved: it runs as it was measured. */
  readonly program: Program;
  /** How the signature of today differs, by name; empty without one. */
  readonly differences: readonly FieldDifference[];
}

/**
 * The program of a version.
 * @param current the workspace's signature of today, to say how it differs; fields are the same when their names and sides are
 */
export function programOf(version: Version, current?: Signature): VersionProgram {
  const { signature, instructions, demos, module, settings } = version;
  const program = { signature, instructions, demos: demos.map(plainDemo), module, ...nearest(settings?.nearestDemos) };
  return { program, differences: current === undefined ? [] : fieldDifferences(signature, current) };
}

/** A version as something that is run, evaluated and shown like a signature of a file. */
export function definitionOfVersion(version: Version): SignatureDefinition {
  const { signature, demos, module, instructions, number, trainedOn, settings } = version;
  return {
    ...{ signature: { ...signature, instructions }, module, examples: demos.map(plainDemo), optimization: undefined },
    ...{ source: 'workspace' as const, version: number, trainedOn, ...nearest(settings?.nearestDemos) },
  };
}

/** How the fields of two signatures differ, in the order of the first, then of the second. */
export function fieldDifferences(saved: Signature, current: Signature): FieldDifference[] {
  return (['input', 'output'] as const).flatMap((side) => {
    const [before, after] = [saved, current].map((signature) => (side === 'input' ? signature.inputs : signature.outputs)) as [
      readonly Field[],
      readonly Field[],
    ];
    const added = after.filter(({ name }) => !before.some((field) => field.name === name));
    return [
      ...before.flatMap((field) => {
        const now = after.find(({ name }) => name === field.name);
        const isSame = now !== undefined && canonicalJson(fieldDocument(now)) === canonicalJson(fieldDocument(field));
        return isSame ? [] : [{ field: field.name, side, saved: field, current: now }];
      }),
      ...added.map((field) => ({ field: field.name, side, saved: undefined, current: field })),
    ];
  });
}

/** The rows that the program of a version has seen, as `leakageOf` gives them: as demos, or in its trainset. */
export function leakageOfVersion(version: VersionDraft, examples: readonly Example[]): ReadonlyMap<number, LeakSource> {
  const { signature, instructions, demos, trainedOn = [] } = version;
  return leakageOf({ signature, instructions, demos }, knownKeys(trainedOn, examples), examples);
}

/** A draft with the content of a program: what an optimizer returned, or a person wrote. */
export function draftOf(
  program: Program,
  facts: Omit<VersionDraft, keyof Program | 'module' | 'demos'>,
  demos?: readonly VersionDemo[],
): VersionDraft {
  const { signature, instructions, module = 'predict', nearestDemos } = program;
  const settings = nearestDemos === undefined ? facts.settings : { ...facts.settings, nearestDemos };
  return {
    ...facts,
    ...(settings === undefined ? {} : { settings }),
    signature,
    instructions,
    module,
    demos: demos ?? program.demos.map((demo) => ({ ...demo, augmented: false })),
  };
}

function nearest(nearestDemos: number | undefined): Pick<Program, 'nearestDemos'> {
  return nearestDemos === undefined ? {} : { nearestDemos };
}

/** A demo without where it came from: what a program has of it. */
export function plainDemo({ inputs, outputs, reasoning, quality }: VersionDemo): Demo {
  return { inputs, outputs, ...(reasoning === undefined ? {} : { reasoning }), quality };
}
