import fs from 'node:fs';
import path from 'node:path';
import { stateDir } from './paths.mjs';
import { say } from './say.mjs';

const POLL_MS = 250;
const PATIENCE_MS = 15 * 60_000;

/**
 * Runs `work` while no other process of this clone runs work under the same name. The lock is a folder that holds its owner's process
 * id: a lock whose owner is gone is taken over.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const lock = path.join(stateDir, 'locks', name);
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let told = false; !take(lock); ) {
    if (dropIfOrphaned(lock)) continue;
    if (Date.now() > giveUpAt)
      throw new Error(`Another process (${owner(lock) ?? 'unknown'}) has held ${lock} for too long. End it, or delete that folder.`);
    if (!told) say(`Waiting for another process (${owner(lock) ?? 'unknown'}) to finish: ${name}`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * Makes the folder complete with its owner first and moves it into place: nobody ever sees a lock without an owner.
 * @param {string} lock
 * @returns {boolean}
 */
function take(lock) {
  const mine = `${lock}.${process.pid}`;
  fs.mkdirSync(mine, { recursive: true });
  fs.writeFileSync(path.join(mine, 'pid'), String(process.pid));
  try {
    fs.renameSync(mine, lock);
    return true;
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
    fs.rmSync(mine, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(code) && fs.existsSync(lock)) return false;
    throw error;
  }
}

/**
 * @param {string} lock
 * @returns {number | undefined}
 */
function owner(lock) {
  try {
    return Number(fs.readFileSync(path.join(lock, 'pid'), 'utf8'));
  } catch {
    return undefined; // released this very moment
  }
}

/**
 * @param {string} lock
 * @returns {boolean} true when the next attempt may succeed at once
 */
function dropIfOrphaned(lock) {
  const pid = owner(lock);
  if (pid === undefined) return !fs.existsSync(lock);
  if (isRunning(pid)) return false;
  fs.rmSync(lock, { recursive: true, force: true });
  return true;
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // exists, but is somebody else's
  }
}
