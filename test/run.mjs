// `npm test`: format, lint, types, layers, unused code, manifest, unit tests, the suite in a real extension host, the end-to-end run in
// the real workbench. Ends with `N passed, N failed`. Arguments name parts to run alone: `npm test -- unit e2e`.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './workbench/build.mjs';
import { ensureChromium } from './workbench/chromium.mjs';
import { repoRoot } from './workbench/paths.mjs';
import { runInHost } from './workbench/run-in-host.mjs';
import { messageOf, say } from './workbench/say.mjs';
import { ensureWorkbench } from './workbench/setup.mjs';

/** @typedef {{passed: number, failed: number}} Counts */

const bin = (/** @type {string} */ name) => path.join(repoRoot, 'node_modules/.bin', name);

/** @type {Record<string, () => Promise<Counts>>} */
const PARTS = {
  lint: () => check(bin('biome'), ['ci', '--error-on-warnings', '.']),
  types: async () => add(await check(bin('tsc'), ['-p', '.']), await check(bin('tsc'), ['-p', 'webview'])),
  layers: () => check(bin('depcruise'), ['--config', 'test/checks/layers.cjs', 'src', 'webview']),
  unused: () => check(bin('knip'), ['--config', 'test/checks/knip.json']),
  manifest: () => check(process.execPath, ['test/checks/manifest.mjs']),
  unit: () => mocha(['out/test/unit/**/*.test.mjs'], 30_000),
  host: hostSuite,
  e2e: () => mocha(['out/test/e2e/**/*.test.mjs'], 120_000),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  say(`Unknown part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
process.exitCode = (await run(wanted.length === 0 ? Object.keys(PARTS) : wanted)) ? 0 : 1;

/** @param {string[]} names */
async function run(names) {
  /** @type {Counts} */
  let total = { passed: 0, failed: 0 };
  try {
    await build(['--tests']);
    // The downloads wait for the network while the checks use the processor.
    const downloads = names.some((name) => name === 'host' || name === 'e2e') ? prepareWorkbench() : Promise.resolve();
    downloads.catch(() => undefined);
    for (const name of names) {
      if (name === 'host' || name === 'e2e') await downloads;
      const started = performance.now();
      say(`\n── ${name}`, process.stdout);
      const counts = await PARTS[name]?.();
      if (counts !== undefined) total = add(total, counts);
      say(
        `── ${name}: ${counts?.failed === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
        process.stdout,
      );
    }
  } catch (error) {
    say(messageOf(error));
    total = add(total, { passed: 0, failed: 1 });
  }
  say(`\n${total.passed} passed, ${total.failed} failed`, process.stdout);
  return total.failed === 0 && total.passed > 0;
}

async function prepareWorkbench() {
  await ensureWorkbench();
  await ensureChromium();
}

/**
 * A check that passes or fails as a whole.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<Counts>}
 */
async function check(program, args) {
  const code = await start(program, args, {});
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * @param {string[]} specs
 * @param {number} timeoutMs per test
 * @returns {Promise<Counts>}
 */
async function mocha(specs, timeoutMs) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'atelier-mocha-'));
  const result = path.join(folder, 'result.json');
  const args = ['--no-config', '--exit', '--timeout', String(timeoutMs), '--reporter', 'test/checks/reporter.cjs', ...specs];
  const code = await start(bin('mocha'), args, { MOCHA_RESULT: result });
  const counts = fs.existsSync(result) ? JSON.parse(fs.readFileSync(result, 'utf8')) : { passed: 0, failed: 1, pending: 0 };
  fs.rmSync(folder, { recursive: true, force: true });
  // A skipped test hides something; a suite that ran nothing hides everything.
  const hidden = counts.pending + (code !== 0 && counts.failed === 0 ? 1 : 0) + (counts.passed + counts.failed === 0 ? 1 : 0);
  return { passed: counts.passed, failed: counts.failed + hidden };
}

/** @returns {Promise<Counts>} */
async function hostSuite() {
  const fixtures = path.join(repoRoot, 'test/fixtures');
  const { exitCode, passed, failed, pending } = await runInHost({
    extension: repoRoot,
    tests: path.join(repoRoot, 'out/test/host/index.js'),
    folder: path.join(fixtures, 'sample-workspace'),
    extraExtensions: [path.join(fixtures, 'model-provider')],
  });
  return { passed, failed: failed + pending + (exitCode !== 0 && failed === 0 ? 1 : 0) };
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
function start(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: repoRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}
