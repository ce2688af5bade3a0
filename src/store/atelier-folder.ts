import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from './io-errors.js';

/** The folder for what the product keeps for itself: journals, cache, locks. Never part of the user's history. */
export const ATELIER_FOLDER = '.atelier';

/**
 * Creates `<workspace>/.atelier/` with a `.gitignore` that hides all of it; does nothing when it is there.
 * A `.gitignore` that the user changed is left alone.
 * @returns the absolute path of the folder
 * @throws the file system's error when it cannot be created
 */
export async function ensureAtelierFolder(workspaceFolder: string): Promise<string> {
  const folder = path.join(workspaceFolder, ATELIER_FOLDER);
  await ensureFolder(folder);
  try {
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  return folder;
}

/**
 * Creates a folder and what is missing above it. Unlike `mkdir` with `recursive`, it ends where a folder cannot be created at all: Node
 * 20 tries for ever below `/proc` and the like.
 * @throws the file system's error when it cannot be created
 */
export async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    // What has this name may be a file: whoever uses the folder then gets the system's clear answer.
    if (errno === 'EEXIST') return;
    if (errno !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await ensureFolder(path.dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      if (errnoOf(again) !== 'EEXIST') throw again;
    });
  }
}
