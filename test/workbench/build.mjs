import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { withLock } from './lock.mjs';
import { repoRoot, stateDir } from './paths.mjs';
import { say } from './say.mjs';

/** The command of the terminal, as esbuild.mjs leaves it. */
export const CLI = path.join(repoRoot, 'dist/cli.js');

/** Written after each build that went through. */
const STAMP = path.join(stateDir, 'built');

/** What the build reads. Tables that the product writes when it is run in the clone itself are no sources. */
const SOURCES = ['src', 'data', 'schemas', 'esbuild.mjs', 'package.json', 'package-lock.json'];
const NO_SOURCES = new Set(['prompt_history.csv', 'user_feedback.csv']);

/**
 * Builds dist/, quietly; the compiler's words come with the error when it fails.
 * @param {string[]} [args] for esbuild.mjs
 */
export async function build(args = []) {
  await withLock('build', () => compile(args));
}

/** Builds when dist/cli.js is missing or older than a source. */
export async function buildWhenStale() {
  if (isFresh()) return;
  await withLock('build', async () => {
    if (!isFresh()) await compile([]); // another process may have built while this one waited
  });
}

/** @param {string[]} args */
async function compile(args) {
  const started = new Date();
  const { code, output } = await execute(process.execPath, [path.join(repoRoot, 'esbuild.mjs'), ...args], { cwd: repoRoot });
  if (code !== 0) throw new Error(`The build failed:\n${output.trim()}`);
  if (output.trim() !== '') say(output.trim());
  fs.writeFileSync(STAMP, '');
  fs.utimesSync(STAMP, started, started); // a source that is edited while the build runs counts as newer
}

/** The stamp is written last, so nobody takes a build that another process is still writing for a finished one. */
function isFresh() {
  const built = fs.statSync(STAMP, { throwIfNoEntry: false });
  return (
    built !== undefined && fs.existsSync(CLI) && built.mtimeMs > Math.max(...SOURCES.map((name) => newestIn(path.join(repoRoot, name))))
  );
}

/**
 * @param {string} place a file or a folder
 * @returns {number} when the newest file in it was written
 */
function newestIn(place) {
  const found = fs.statSync(place, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(
    0,
    ...fs
      .readdirSync(place)
      .filter((name) => !NO_SOURCES.has(name))
      .map((name) => newestIn(path.join(place, name))),
  );
}
