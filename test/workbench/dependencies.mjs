import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runNpm } from './execute.mjs';
import { withLock } from './lock.mjs';
import { repoRoot } from './paths.mjs';
import { messageOf, say } from './say.mjs';

/**
 * What package-lock.json says about one package.
 * @typedef {{version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} LockedPackage
 */

const STAMP = path.join(repoRoot, 'node_modules/.atelier-stamp');

/** Makes the root node_modules what package-lock.json says: nothing to do, or one `npm ci`. */
export async function ensureDependencies() {
  const wanted = fingerprint(path.join(repoRoot, 'package-lock.json'));
  if (readIfThere(STAMP) === wanted) return;
  await withLock('root-install', async () => {
    if (readIfThere(STAMP) === wanted) return;
    if (!installedByHand()) {
      say('Installing the dependencies (npm ci) …');
      await installLocked();
    }
    fs.writeFileSync(STAMP, wanted);
  });
}

async function installLocked() {
  try {
    await runNpm(['ci'], repoRoot);
  } catch (error) {
    // A lock file that was made with a registry that lacks some optional packages (binaries for other platforms) has no entry for them.
    // `npm ci` refuses such a file as out of sync; `npm install` takes the same locked versions. `--no-save` leaves the file alone.
    if (!messageOf(error).includes('EUSAGE')) throw error;
    await runNpm(['install', '--no-save'], repoRoot);
  }
}

/**
 * Identifies what an install of this lock file leaves behind on this kind of machine.
 * @param {string} lockFile
 * @param {string} [more]
 * @returns {string}
 */
export function fingerprint(lockFile, more = '') {
  const hash = createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex');
  return `${hash} ${process.platform}-${process.arch}${more}`;
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
export function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined; // not there yet
  }
}

/** True when somebody already ran npm here: npm notes what it installed, and that is what the lock file asks for. */
function installedByHand() {
  const installed = lockedPackages(path.join(repoRoot, 'node_modules/.package-lock.json'));
  const wanted = lockedPackages(path.join(repoRoot, 'package-lock.json'));
  const same = (/** @type {[string, LockedPackage]} */ [name, entry]) =>
    installed[name] === undefined
      ? !isNeededHere(entry)
      : installed[name].version === entry.version && installed[name].integrity === entry.integrity;
  return Object.entries(wanted).every(same) && Object.keys(installed).every((name) => name in wanted);
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function lockedPackages(file) {
  const text = readIfThere(file);
  const { '': _root, ...packages } = text === undefined ? {} : JSON.parse(text).packages;
  return packages;
}

/**
 * npm leaves out an optional package that is for another kind of machine.
 * @param {LockedPackage} entry
 * @returns {boolean}
 */
function isNeededHere(entry) {
  if (!entry.optional) return true;
  const isPlatformBinary = entry.os !== undefined && entry.cpu !== undefined && entry.libc === undefined;
  return isPlatformBinary && entry.os?.includes(process.platform) === true && entry.cpu?.includes(process.arch) === true;
}
