import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AtelierError } from '../core/errors.js';

/** Milliseconds without a further change after which a save is over: editors write, rename and touch. */
const QUIET_MS = 100;

/**
 * Yields once at the start (undefined), and then a file each time after files changed and are at rest; ends with the signal. Changes
 * while the caller is busy count as one, when it asks again.
 * @param files absolute paths; the name may begin with `*`, for every file with that ending. They need not be there yet, their folders do
 * @throws AtelierError `data.unreadable` for a folder that cannot be watched, or not any more
 */
export async function* watched(files: readonly string[], signal: AbortSignal): AsyncGenerator<string | undefined> {
  const watchers: FSWatcher[] = [];
  let changed: { readonly file: string; readonly at: number } | undefined;
  let failure: AtelierError | undefined;
  let wake = (): void => undefined;
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      const names = files.filter((file) => path.dirname(file) === folder).map((file) => path.basename(file));
      const watcher = watchFolder(folder, names, (file) => {
        changed = { file, at: performance.now() };
        wake();
      });
      watchers.push(watcher);
      watcher.on('error', (error) => {
        failure = unwatchable(folder, error);
        wake();
      });
    }
    yield undefined;
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      if (changed === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else if (performance.now() - changed.at < QUIET_MS) await delay(QUIET_MS);
      else {
        const { file } = changed;
        changed = undefined;
        yield file;
      }
    }
  } finally {
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
    throw unwatchable(folder, error);
  }
}

function unwatchable(folder: string, cause: unknown): AtelierError {
  return new AtelierError('data.unreadable', `${folder} cannot be watched.`, { hint: 'Check that the folder is there.', cause });
}
