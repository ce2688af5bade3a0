import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { AtelierError } from '../core/errors.js';
import type { SignatureDefinition } from '../core/signature/definition.js';
import { displayPath } from './problem.js';
import { parseSignature, requireDefinition } from './signatures-file.js';

const run = promisify(execFile);

/** A commit that changed a file. */
export interface Revision {
  /** In full. */
  readonly commit: string;
  /** First line of its message. */
  readonly subject: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
}

/**
 * The signature as it was at a revision of git, from the file that defines it now.
 * @param file absolute path; undefined: the signature has none
 * @param revision anything that git knows: a branch, a tag, a commit, `HEAD~1`
 * @throws AtelierError `usage.invalid` (no file of the workspace, no repository, no such revision, not there at that time),
 *   `signature.invalid`
 */
export async function signatureAtRevision(
  file: string | undefined,
  revision: string,
  workspaceFolder: string,
): Promise<SignatureDefinition> {
  if (file === undefined) {
    throw new AtelierError('usage.invalid', 'An earlier state is one of a signature file, and this signature has none.', {
      hint: 'Copy the built-in signature into signatures/ first, or compare with nothing.',
    });
  }
  // Nothing, or a ":", would mean the index or a file, and no earlier state at all.
  if (!/^[\w.@][\w./@{}~^+-]*$/.test(revision)) {
    throw new AtelierError('usage.invalid', `"${revision}" is no revision.`, {
      hint: 'Name a commit, a tag or a branch, such as HEAD~1 or main.',
    });
  }
  // `./` makes git take the path as relative to the folder, not to the root of the repository.
  const text = await show(path.dirname(file), `${revision}:./${path.basename(file)}`, revision);
  return requireDefinition(parseSignature(text, `${displayPath(workspaceFolder, file)} at ${revision}`), false);
}

/**
 * The commits that changed a file, the newest first; none without git, without a repository, or for a file that is not in it.
 * @param file absolute path
 */
export async function revisionsOf(file: string, most: number): Promise<Revision[]> {
  const format = ['%H', '%s', '%an', '%cI'].join('%x1f');
  const options = ['log', `--max-count=${most}`, `--format=${format}`, '--end-of-options', 'HEAD', '--', `./${path.basename(file)}`];
  const { stdout } = await run('git', options, { cwd: path.dirname(file), maxBuffer: 4 << 20 }).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', subject = '', author = '', date = ''] = line.split('\u001f');
      return { commit, subject, author, date };
    });
}

async function show(folder: string, object: string, revision: string): Promise<string> {
  try {
    // Nothing of the revision is read as an option.
    const { stdout } = await run('git', ['show', '--end-of-options', object], { cwd: folder, maxBuffer: 4 << 20 });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : String(error);
    throw new AtelierError('usage.invalid', `git has no "${revision}" of this signature: ${said}`, {
      hint: 'Name a revision that git log shows for the file.',
      cause: error,
    });
  }
}
