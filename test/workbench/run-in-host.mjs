import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atExit } from './cleanup.mjs';
import { launchBrowser, newPage, openWorkbench } from './page.mjs';
import { repoRoot } from './paths.mjs';
import { messageOf, say } from './say.mjs';
import { startServer } from './server.mjs';
import { remoteUri } from './workbench-url.mjs';

/**
 * What to run where.
 * @typedef {object} HostRun
 * @property {string} extension the folder of the extension under test
 * @property {string} tests the suite: a CommonJS file, loaded inside the extension host (its contract is below)
 * @property {string} folder the workspace to open; the suite works on a copy
 * @property {string[]} [extraExtensions] folders of extensions to install beside it
 * @property {Record<string, unknown>} [settings] user settings
 * @property {NodeJS.ProcessEnv} [env] more environment for the extension host
 * @property {number} [timeoutSeconds] default 480: each test has a limit of its own, this one ends a host that hangs
 * @property {boolean} [trust] true leaves Workspace Trust on, so the folder starts restricted; default false: it is trusted
 * @property {'oss' | 'wrapper'} [mode] the server, see server.mjs
 * @property {boolean} [verbose] also prints what the workbench and the extension host log
 */

/**
 * What came of it.
 * @typedef {object} HostResult
 * @property {number} exitCode 0 only when the suite ended well, reported its counts, ran at least one test and failed none
 * @property {number} passed
 * @property {number} failed
 * @property {number} pending
 */

/**
 * Runs a Mocha suite inside the real extension host of a real workbench, in a headless Chromium.
 *
 * The contract of the suite's file:
 * - it exports `run(): Promise<void>`, which rejects when a test failed;
 * - it writes the reporter's text to the file HARNESS_OUT by appending (point `Mocha.reporters.Base.consoleLog` there): the text
 *   appears on this process's standard output while the suite runs;
 * - at the end, also after failures, it writes `{"passed": n, "failed": n, "pending": n}` to the file HARNESS_RESULT;
 * - HARNESS_COLOR is `1` when colours are welcome, else empty;
 * - HARNESS_ROOT is the root of the clone (for fixtures, and for `createRequire`);
 * - MOCHA_GREP, when this process has it, is passed through: `mocha.grep(process.env.MOCHA_GREP)`.
 * The home folder and the temporary folder are private to the run, and the developer's keys (*_API_KEY, *_TOKEN, …) are not in the
 * environment. In this mode VS Code refuses modal dialogs and shows no notification toasts.
 * @param {HostRun} options
 * @returns {Promise<HostResult>}
 */
export async function runInHost(options) {
  const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'atelier-suite-')));
  const remove = () => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit({ stop: remove, kill: remove });
  const out = path.join(scratch, 'out.txt');
  const result = path.join(scratch, 'result.json');
  const folder = path.join(scratch, path.basename(options.folder));
  fs.writeFileSync(out, '');
  fs.cpSync(options.folder, folder, { recursive: true });

  const server = await startServer({
    mode: options.mode ?? 'oss',
    testDriver: true, // a built VS Code honours extensionTestsPath only then
    trust: options.trust === true,
    settings: options.settings ?? {},
    extensions: options.extraExtensions ?? [],
    env: {
      HARNESS_OUT: out,
      HARNESS_RESULT: result,
      HARNESS_COLOR: process.stdout.isTTY ? '1' : '',
      HARNESS_ROOT: repoRoot,
      ...(process.env.MOCHA_GREP ? { MOCHA_GREP: process.env.MOCHA_GREP } : {}),
      ...options.env,
    },
  });
  const flow = follow(out);
  /** @type {string[]} */
  const errors = [];
  try {
    const ended = await drive(server, folder, options, errors);
    flow.stop();
    if (!fs.existsSync(result)) say(`The suite wrote no result (HARNESS_RESULT). Errors in the editor:\n${errors.join('\n')}`);
    return verdict(ended, counts(result));
  } catch (error) {
    flow.stop();
    say(
      `The suite did not end: ${messageOf(error)}\nErrors in the editor:\n${errors.join('\n')}\nThe server's last words:\n${server.log()}`,
    );
    return { exitCode: 1, ...counts(result) };
  } finally {
    await server.stop();
    remove();
    forget();
  }
}

/**
 * Opens the workbench on the suite and waits for the extension host's verdict.
 * @param {import('./server.mjs').Server} server
 * @param {string} folder
 * @param {HostRun} options
 * @param {string[]} errors receives what the workbench and the extension host log as errors
 * @returns {Promise<number>} 0 when run() resolved, 1 when it rejected
 */
async function drive(server, folder, { extension, tests, timeoutSeconds = 480, verbose = false }, errors) {
  const browser = await launchBrowser();
  try {
    const page = await newPage(browser);
    /** @type {Promise<number>} */
    const ended = new Promise((resolve, reject) => {
      // When the page hangs, or the suite does, nobody calls back: only the clock notices.
      setTimeout(() => reject(new Error(`there is no result after ${timeoutSeconds} s.`)), timeoutSeconds * 1000).unref();
      page.on('crash', () => reject(new Error('the page crashed.')));
      page.on('pageerror', (error) => say(`[page] ${error.message}`));
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
      const log = (/** @type {string} */ kind, /** @type {unknown[]} */ words) => {
        if (verbose) say(`[${kind}] ${words.join(' ')}`);
        else if (kind === 'error') errors.push(words.join(' '));
      };
      page.exposeFunction('codeAutomationLog', log).catch(reject);
    });
    ended.catch(() => undefined); // awaited below; until then an early failure is not "unhandled"
    await openWorkbench(page, server, {
      folder,
      payload: [
        ['extensionDevelopmentPath', remoteUri(server, extension)],
        ['extensionTestsPath', remoteUri(server, tests)],
        ['enableProposedApi', ''],
      ],
    });
    return await ended;
  } finally {
    await browser.close();
  }
}

/**
 * @param {number} ended
 * @param {{passed: number, failed: number, pending: number}} found
 * @returns {HostResult}
 */
function verdict(ended, found) {
  const good = ended === 0 && found.failed === 0 && found.passed > 0;
  return { exitCode: good ? 0 : 1, ...found };
}

/**
 * @param {string} result
 * @returns {{passed: number, failed: number, pending: number}}
 */
function counts(result) {
  const { passed = 0, failed = 0, pending = 0 } = fs.existsSync(result) ? JSON.parse(fs.readFileSync(result, 'utf8')) : {};
  return { passed, failed, pending };
}

/**
 * Copies what a file grows by to standard output.
 * @param {string} file
 * @returns {{stop: () => void}}
 */
function follow(file) {
  let printed = 0;
  const pump = () => {
    const bytes = fs.readFileSync(file);
    process.stdout.write(bytes.subarray(printed));
    printed = bytes.length;
  };
  const timer = setInterval(pump, 200);
  return {
    stop: () => {
      clearInterval(timer);
      pump();
    },
  };
}
