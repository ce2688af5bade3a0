import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { AtelierError } from '../core/errors.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { type CommandContext, workspaceOf } from './context.js';

/**
 * The signature as it was at a revision of git, from the file that defines it now.
 * @param option the one that asks for it
 * @param revision anything that git knows: a branch, a tag, a commit, `HEAD~1`
 * @throws AtelierError `usage.invalid` (no file of the workspace, no repository, no such revision, not there at that time),
 *   `signature.invalid`
 */
export async function definitionAt(
  context: CommandContext,
  file: string | undefined,
  revision: string,
  option: 'baseline' | 'against' = 'baseline',
): Promise<SignatureDefinition> {
  const workspace = workspaceOf(context);
  if (file === undefined) {
    throw new AtelierError(
      'usage.invalid',
      `--${option} compares with an earlier state of a signature file, and this signature has none.`,
      {
        hint: `Copy the built-in signature into signatures/, or leave --${option} out.`,
      },
    );
  }
  // Nothing, or a ":", would mean the index or a file, and no earlier state at all.
  if (!/^[\w.@][\w./@{}~^+-]*$/.test(revision)) {
    throw new AtelierError('usage.invalid', `"${revision}" is no revision.`, {
      hint: 'Name a commit, a tag or a branch, such as HEAD~1 or main.',
    });
  }
  // `./` makes git take the path as relative to the folder, not to the root of the repository.
  const name = path.basename(file);
  const text = await show(path.dirname(file), `${revision}:./${name}`, revision);
  const { parseSignature, requireDefinition } = await import('../store/index.js');
  return requireDefinition(parseSignature(text, `${path.relative(workspace, file)} at ${revision}`), false);
}

async function show(folder: string, object: string, revision: string): Promise<string> {
  try {
    // Nothing of the revision is read as an option.
    const { stdout } = await promisify(execFile)('git', ['show', '--end-of-options', object], { cwd: folder, maxBuffer: 4 << 20 });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : String(error);
    throw new AtelierError('usage.invalid', `git has no "${revision}" of this signature: ${said}`, {
      hint: 'Name a revision that git log shows for the file.',
      cause: error,
    });
  }
}
