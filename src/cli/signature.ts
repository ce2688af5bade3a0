import path from 'node:path';
import type { RunMode } from '../core/program/run-mode.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { findSignature } from '../core/signature/find-signature.js';
import { isOneLine } from '../core/signature/one-line.js';
import type { Problem } from '../store/problem.js';
import { type CommandContext, PACKED_FOLDER, workspaceOf } from './context.js';

/**
 * The signature that a name, a file or one line means.
 * @throws AtelierError `signature.unknown`, `signature.invalid` with the place of the first problem; the others are warnings. In the mode
 *   `production` a warning about the signature itself is enough.
 */
export async function definitionOf(context: CommandContext, reference: string, mode: RunMode): Promise<SignatureDefinition> {
  return (await findDefinition(context, reference, mode)).definition;
}

/** As {@link definitionOf}, with the absolute path of the file; undefined for one line, and for a built-in one. */
export async function findDefinition(
  context: CommandContext,
  reference: string,
  mode: RunMode,
): Promise<{ readonly definition: SignatureDefinition; readonly file: string | undefined }> {
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

function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}${column === undefined ? '' : `:${column}`}`;
}
