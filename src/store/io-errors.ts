import { AtelierError } from '../core/errors.js';

const WRITE_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Give yourself write permission to it, or choose another folder in the settings.',
  EPERM: 'Give yourself write permission to it, or close the program that holds it open.',
  EBUSY: 'Close the program that holds it open, and try again.',
  EROFS: 'The disk is read-only: open the workspace from a folder that you can write to.',
  ENOSPC: 'The disk is full: free some space, and try again.',
  EDQUOT: 'Your disk quota is used up: free some space, and try again.',
  EFBIG: 'The file reached the largest size that is allowed here: archive it, and try again.',
  EISDIR: 'A folder has this name: rename the folder.',
  ENOTDIR: 'A file has the name of its folder: rename that file.',
};

/** The errno of a failed file operation (`ENOENT`, …); undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A failed write as `data.not_writable`; an error that is not the file system's is returned as it is.
 * @param file as people read it: relative to the workspace folder
 */
export function notWritable(error: unknown, file: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || AtelierError.is(error)) return error;
  return new AtelierError('data.not_writable', `Could not write ${file} (${errno}).`, {
    hint: WRITE_HINTS[errno] ?? 'Check that the folder exists and can be written to. Nothing was saved.',
    file,
    cause: error,
  });
}

/**
 * A failed read as `data.unreadable`; an error that is not the file system's is returned as it is.
 * @param file as people read it: relative to the workspace folder
 */
export function unreadable(error: unknown, file: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || AtelierError.is(error)) return error;
  return new AtelierError('data.unreadable', `Could not read ${file} (${errno}).`, {
    hint: errno === 'EISDIR' ? 'A folder has this name: rename the folder.' : 'Check that it is a file and that you may read it.',
    file,
    cause: error,
  });
}
