import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { atExit } from './cleanup.mjs';
import { serverEnvironment } from './environment.mjs';
import { linkExtension } from './extensions.mjs';
import { ownGroup, watchTree } from './processes.mjs';
import { QUIET } from './settings.mjs';
import { ensureWorkbench } from './setup.mjs';

const START_TIMEOUT_MS = 60_000;
const LOG_TAIL = 4000;

/**
 * How to start a server.
 * @typedef {object} ServerOptions
 * @property {'oss' | 'wrapper'} [mode] `oss` (default): VS Code's own server, for suites. `wrapper`: code-server, whose SecretStorage
 *   survives a reload of the page.
 * @property {string[]} [extensions] folders of unpacked extensions to install as links
 * @property {string} [extensionsDir] default: inside the data folder
 * @property {string} [dataDir] default: a temporary folder, deleted on stop; a given one is kept
 * @property {Record<string, unknown>} [settings] user settings over QUIET, read when a window opens (VS Code notices no later change of the file). In a given data folder that already has user settings they
 *   are left as they are, unless you pass some here.
 * @property {boolean} [trust] true leaves Workspace Trust on; default false: every folder is trusted
 * @property {boolean} [testDriver] needed for `extensionDevelopmentPath` and `extensionTestsPath`; suppresses notification toasts
 * @property {boolean} [personal] true: the person's own home folder and keys; default false: both are kept away
 * @property {NodeJS.ProcessEnv} [env] reaches the extension host
 * @property {number} [port] default: a free one
 */

/**
 * A running server.
 * @typedef {object} Server
 * @property {string} url
 * @property {string} host host:port, the authority of its vscode-remote URIs
 * @property {number} port
 * @property {string} dataDir
 * @property {number} startMs how long it took to answer
 * @property {Promise<void>} died settles when the server ends without having been stopped
 * @property {() => string} log the end of what the server printed
 * @property {() => Promise<void>} stop ends every process of it, and deletes the data folder when it was temporary
 */

/** @returns {Promise<number>} a port that is free on the loopback interface right now */
export function freePort() {
  return listenOn(0);
}

/**
 * Takes a port for a moment.
 * @param {number} port 0 for any
 * @returns {Promise<number>}
 */
export function listenOn(port) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(port, '127.0.0.1', () => {
      const address = /** @type {net.AddressInfo} */ (probe.address());
      probe.close(() => resolve(address.port));
    });
  });
}

/**
 * Starts a VS Code server on the loopback interface and waits until it answers.
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer(options = {}) {
  const { codeServer, node } = await ensureWorkbench();
  const started = performance.now();
  const mode = options.mode ?? 'oss';
  const dataDir = options.dataDir ?? fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'atelier-')));
  const extensionsDir = options.extensionsDir ?? path.join(dataDir, 'extensions');
  fs.mkdirSync(extensionsDir, { recursive: true });
  for (const extension of options.extensions ?? []) linkExtension(extension, extensionsDir);
  const settingsFile = path.join(dataDir, mode === 'oss' ? 'data/User/settings.json' : 'User/settings.json');
  if (options.settings !== undefined || !fs.existsSync(settingsFile)) writeJson(settingsFile, { ...QUIET, ...options.settings });

  const port = options.port ?? (await freePort());
  const logFile = path.join(dataDir, 'server.log');
  const out = fs.openSync(logFile, 'w');
  const args = serverArguments({ ...options, mode, codeServer, port, dataDir, extensionsDir });
  const child = spawn(node, args, {
    stdio: ['ignore', out, out],
    detached: ownGroup,
    env: { ...serverEnvironment(dataDir, options.personal === true), ...options.env },
  });
  fs.closeSync(out);
  let stopping = false;
  /** @type {Promise<void>} */
  const died = new Promise((resolve) => {
    for (const event of ['exit', 'error']) child.once(event, () => (stopping ? undefined : resolve()));
  });
  child.on('error', (error) => fs.appendFileSync(logFile, `${error.message}\n`)); // e.g. a Node that does not run on this machine
  const tree = child.pid === undefined ? undefined : watchTree(child.pid);
  const removeData = () => {
    if (options.dataDir === undefined) fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const log = () => fs.readFileSync(logFile, 'utf8').slice(-LOG_TAIL);
  const stop = async () => {
    stopping = true;
    await tree?.kill();
    removeData();
    forget();
  };
  const forget = atExit({
    stop,
    kill: () => {
      tree?.killNow();
      removeData();
    },
  });

  const url = `http://127.0.0.1:${port}`;
  if (!(await answers(url, died))) {
    const said = log();
    await stop();
    throw new Error(`The VS Code server did not start. It said:\n${said}`);
  }
  return {
    ...{ url, host: `127.0.0.1:${port}`, port, dataDir, died, log, stop },
    startMs: Math.round(performance.now() - started),
  };
}

/**
 * @param {ServerOptions & {mode: string, codeServer: string, port: number, dataDir: string, extensionsDir: string}} options
 * @returns {string[]}
 */
function serverArguments({ mode, codeServer, port, dataDir, extensionsDir, testDriver, trust }) {
  const trustFlag = trust === true ? [] : ['--disable-workspace-trust'];
  if (mode === 'oss') {
    return [
      ...[path.join(codeServer, 'lib/vscode/out/server-main.js'), '--host', '127.0.0.1', '--port', String(port)],
      ...['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'],
      ...['--server-data-dir', dataDir, '--extensions-dir', extensionsDir],
      ...(testDriver === true ? ['--enable-smoke-test-driver'] : []),
      ...trustFlag,
    ];
  }
  return [
    ...[path.join(codeServer, 'out/node/entry.js'), '--bind-addr', `127.0.0.1:${port}`, '--auth', 'none'],
    ...['--config', path.join(dataDir, 'config.yaml'), '--user-data-dir', dataDir, '--extensions-dir', extensionsDir], // no config: it would write one into the home folder
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened'],
    ...(testDriver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ...trustFlag,
  ];
}

/**
 * @param {string} url
 * @param {Promise<void>} died
 * @returns {Promise<boolean>} false when the server ended, or does not answer in time
 */
async function answers(url, died) {
  let ended = false;
  void died.then(() => {
    ended = true;
  });
  for (const giveUpAt = performance.now() + START_TIMEOUT_MS; performance.now() < giveUpAt && !ended; ) {
    const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined); // refused: not listening yet
    if (response !== undefined && response.status < 500) return !ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value, null, 2));
}
