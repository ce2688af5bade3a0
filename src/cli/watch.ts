import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';

/** Milliseconds without a further change after which a save is over: editors write, rename and touch. */
const QUIET_MS = 100;

/**
 * Yields once at the start (undefined), and then a file each time after files changed; ends with the signal. Changes while the caller is
 * busy count as one, when it asks again.
 * @param files absolute paths; the name may begin with `*`, for every file with that ending. They need not be there yet, their folders do
 * @throws AtelierError `data.unreadable` for a folder that cannot be watched
 */
export async function* watched(files: readonly string[], signal: AbortSignal): AsyncGenerator<string | undefined> {
  let changed: string | undefined;
  let wake = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const note = (file: string) => {
    changed = file;
    clearTimeout(timer);
    timer = setTimeout(() => wake(), QUIET_MS);
  };
  const watchers = [...new Set(files.map((file) => path.dirname(file)))].map((folder) =>
    watchFolder(
      folder,
      files.filter((file) => path.dirname(file) === folder).map((file) => path.basename(file)),
      note,
    ),
  );
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    yield undefined;
    while (!signal.aborted) {
      if (changed === undefined) await new Promise<void>((resolve) => (wake = resolve));
      if (signal.aborted) return;
      const file = changed;
      changed = undefined;
      if (file !== undefined) yield file;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    for (const watcher of watchers) watcher.close();
  }
}

/** The folder, not the file: most editors save by putting a new file in the place of the old one. */
function watchFolder(folder: string, names: readonly string[], note: (file: string) => void): FSWatcher {
  const isWanted = (name: string) => names.some((wanted) => (wanted.startsWith('*') ? name.endsWith(wanted.slice(1)) : name === wanted));
  try {
    return watch(folder, (_, name) => {
      if (name !== null && isWanted(name)) note(path.join(folder, name));
    });
  } catch (error) {
    throw new AtelierError('data.unreadable', `${folder} cannot be watched.`, { hint: 'Check that the folder is there.', cause: error });
  }
}
