import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/**
 * Watches folders by themselves. The editor's watcher may stay blind for them: on Linux it never sees into a folder that was made right
 * after the one around it, as the first version of a workspace makes them.
 */
export class FolderWatches {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /**
   * Watches these folders, and no others any more. What cannot be watched is left out.
   * @param folders absolute paths
   * @returns whether one is watched that was not before: what was read of it may be old already
   */
  watch(folders: readonly string[]): boolean {
    for (const folder of this.#watchers.keys()) if (!folders.includes(folder)) this.#close(folder);
    const missing = folders.filter((folder) => !this.#watchers.has(folder));
    for (const folder of missing) this.#open(folder);
    return missing.some((folder) => this.#watchers.has(folder));
  }

  dispose(): void {
    for (const folder of this.#watchers.keys()) this.#close(folder);
  }

  #open(folder: string): void {
    let watcher: FSWatcher;
    try {
      watcher = watch(folder, { persistent: false });
    } catch {
      // It is not there, or the system has no watches left: then only the editor's watcher tells.
      return;
    }
    this.#watchers.set(folder, watcher);
    watcher.on('error', () => this.#close(folder));
    watcher.on('change', (_, name) => {
      // The folder itself went: one that is made in its place has to be watched anew.
      if (name === path.basename(folder)) this.#close(folder);
      this.#onChange();
    });
  }

  #close(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
