import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import type { RunMode } from '../core/program/run-mode.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { findSignature } from '../core/signature/find-signature.js';
import { isOneLine } from '../core/signature/one-line.js';
import { modelOf } from '../core/version/models-config.js';
import type { VersionDemo } from '../core/version/version.js';
import { parseVersionReference, versionName } from '../core/version/version-name.js';
import { definitionOfVersion } from '../core/version/version-program.js';
import type { Problem } from '../store/problem.js';
import type { VersionStore } from '../store/version-store.js';
import { type CommandContext, PACKED_FOLDER, workspaceOf } from './context.js';

/** A signature, and the absolute path of its file; undefined for one line, and for a built-in one. */
export interface FoundDefinition {
  readonly definition: SignatureDefinition;
  readonly file: string | undefined;
}

/**
 * The signature that a name, a file or one line means.
 * @throws AtelierError `signature.unknown`, `signature.invalid` with the place of the first problem; the others are warnings. In the mode
 *   `production` a warning about the signature itself is enough.
 */
export async function definitionOf(context: CommandContext, reference: string, mode: RunMode): Promise<SignatureDefinition> {
  return (await findDefinition(context, reference, mode)).definition;
}

/** As {@link definitionOf}, with its file. */
export async function findDefinition(context: CommandContext, reference: string, mode: RunMode): Promise<FoundDefinition> {
  if (isOneLine(reference)) return { definition: findSignature([], reference), file: undefined };
  const { loadSignatures, readSignature, requireDefinition } = await import('../store/index.js');
  const workspace = workspaceOf(context);
  const strict = mode === 'production';
  const warn = (problems: readonly Problem[]) => {
    for (const problem of problems) context.output.warn(`${placeOf(problem)}: ${problem.message} ${problem.hint}`);
  };
  if (/\.ya?ml$/i.test(reference)) {
    const file = await readSignature(path.resolve(reference), 'workspace', workspace);
    const first = file.problems.findIndex(({ severity }) => strict || severity === 'error');
    warn(file.problems.filter((_, index) => index !== first));
    return { definition: requireDefinition(file, strict), file: path.resolve(reference) };
  }
  const { signatures, files, problems } = await loadSignatures(PACKED_FOLDER, workspace);
  const definition = findSignature(signatures, reference);
  const file = files.get(definition.signature.name);
  if (strict && definition.source === 'workspace' && file !== undefined) {
    requireDefinition(await readSignature(file, 'workspace', workspace), true);
  }
  warn(problems);
  return { definition, file: definition.source === 'workspace' ? file : undefined };
}

/**
 * The signature that a command is about, as {@link findDefinition} or, with `--version`, as it was saved; and the command line with what
 * `models/config.yaml` says of a label, where the person does not say otherwise.
 * @throws AtelierError also `version.*`, `label.*`
 */
export async function chosenDefinition(
  given: CommandContext,
  reference: string,
  mode: RunMode,
): Promise<FoundDefinition & { readonly context: CommandContext }> {
  const found = await findDefinition(given, reference, mode);
  const { version } = given.values;
  if (version === undefined) return { ...found, context: given };
  const { name } = found.definition.signature;
  const pinned = await pinnedBy(given, version, name);
  const definition = definitionOfVersion(await (await openVersions(given)).find(name, pinned?.version ?? version));
  const says = given.values.model !== undefined || given.values['base-url'] !== undefined;
  const context = pinned === undefined || says ? given : { ...given, values: { ...given.values, model: pinned.model } };
  return { ...found, definition, context };
}

/** What `models/config.yaml` says runs where a label is named; undefined for a number, and for a label that it does not name. */
async function pinnedBy(
  context: CommandContext,
  version: string,
  signature: string,
): Promise<{ readonly model: string; readonly version: string | undefined } | undefined> {
  const reference = parseVersionReference(version);
  if ('number' in reference) return undefined;
  const { MODELS_CONFIG_FILE, readModelsConfig } = await import('../store/index.js');
  const workspace = workspaceOf(context);
  const { config, problems } = await readModelsConfig(path.join(workspace, MODELS_CONFIG_FILE), workspace);
  for (const problem of problems) context.output.warn(`${placeOf(problem)}: ${problem.message} ${problem.hint}`);
  const pinned = modelOf(config, reference.label, signature);
  return pinned === undefined ? undefined : { ...pinned, version: pinned.version === undefined ? undefined : versionName(pinned.version) };
}

/**
 * Another state of a signature: a version or a label of it, else a revision of git.
 * @throws AtelierError `usage.invalid` when it is none of these, `version.*`
 */
export async function stateOf(context: CommandContext, { definition, file }: FoundDefinition, state: string): Promise<SignatureDefinition> {
  const { name } = definition.signature;
  try {
    return definitionOfVersion(await (await openVersions(context)).find(name, state));
  } catch (thrown) {
    const isOther = AtelierError.is(thrown, 'label.unknown') || AtelierError.is(thrown, 'usage.invalid');
    if (!isOther) throw thrown;
  }
  const { signatureAtRevision } = await import('../store/index.js');
  return signatureAtRevision(file, state, workspaceOf(context));
}

/** The demos of a definition that is a version, with where they came from. @throws AtelierError `version.*` */
export async function demosOf(
  context: CommandContext,
  { signature, version }: SignatureDefinition,
): Promise<readonly VersionDemo[] | undefined> {
  return version === undefined ? undefined : (await (await openVersions(context)).read(signature.name, version)).demos;
}

/** The versions of the workspace. */
export async function openVersions(context: CommandContext): Promise<VersionStore> {
  const { Locks, VersionStore } = await import('../store/index.js');
  const workspaceFolder = workspaceOf(context);
  return new VersionStore({
    workspaceFolder,
    locks: new Locks(workspaceFolder),
    onProblem: (problem) => context.output.warn(`${placeOf(problem)}: ${problem.message} ${problem.hint}`),
  });
}

/** Where a problem is, as terminals make links of it. */
export function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}${column === undefined ? '' : `:${column}`}`;
}
