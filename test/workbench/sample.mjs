import fs from 'node:fs';
import path from 'node:path';
import { repoRoot, stateDir } from './paths.mjs';

const ORIGINAL = path.join(repoRoot, 'test/fixtures/sample-workspace');
const COPY = path.join(stateDir, 'sample-workspace');

/**
 * A sample workspace to play in: a copy, kept between starts, so that playing never changes the clone.
 * @param {boolean} fresh true throws the old copy away
 * @returns {string} its folder
 */
export function sampleWorkspace(fresh) {
  if (fresh) fs.rmSync(COPY, { recursive: true, force: true });
  if (!fs.existsSync(COPY)) {
    const partial = `${COPY}.partial`; // moved into place when whole: an interrupted copy is not kept for good
    fs.rmSync(partial, { recursive: true, force: true });
    fs.cpSync(ORIGINAL, partial, { recursive: true });
    fs.renameSync(partial, COPY);
  }
  return COPY;
}
