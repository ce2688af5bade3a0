import fs from 'node:fs';
import path from 'node:path';
import { fingerprint, readIfThere } from './dependencies.mjs';
import { runNpm } from './execute.mjs';
import { withLock } from './lock.mjs';
import { codeServerDir, workbenchDir } from './paths.mjs';
import { say } from './say.mjs';

/** Raise it when the steps below change: every clone then sets up again. */
const REVISION = 2;
const SERVER_NODE = 24;
const STAMP = path.join(workbenchDir, 'node_modules/.atelier-stamp');

const server = path.join(codeServerDir, 'lib/vscode');
const serverModules = path.join(server, 'node_modules');

/** Needed only by the agent host, for Kerberos proxies or on Windows; most of them want a compiler or a download. */
const DROPPED = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/fs-copyfile',
  '@vscode/sandbox-runtime',
  '@vscode/sqlite3',
  'kerberos',
  'ssh2',
];

/**
 * Makes sure that a real VS Code workbench is installed beside this file. The first time costs about half a minute and 600 MB; after
 * that it is one look at a stamp. code-server's own install script is not used: it needs a compiler, Kerberos headers and downloads.
 * @returns {Promise<{codeServer: string, node: string}>} the folder of code-server, and the Node that can run it
 */
export async function ensureWorkbench() {
  const wanted = fingerprint(path.join(workbenchDir, 'package-lock.json'), ` r${REVISION}`);
  if (readIfThere(STAMP) !== wanted) {
    await withLock('workbench-install', async () => {
      if (readIfThere(STAMP) !== wanted) await install(wanted);
    });
  }
  return { codeServer: codeServerDir, node: serverNode() };
}

/** @param {string} stamp */
async function install(stamp) {
  const started = Date.now();
  say('Setting up a VS Code workbench from npm (once; about 600 MB) …');
  await runNpm(['ci'], workbenchDir);
  serverNode(); // before the long part: without it nothing runs
  await installServerDependencies();
  placeStandIns();
  linkHelpers();
  keepOwnRipgrep();
  fs.writeFileSync(STAMP, stamp);
  say(`The workbench is ready (${((Date.now() - started) / 1000).toFixed(0)} s).`);
}

/** `npm install`, since `npm ci` refuses the lock file that code-server ships: it misses tslib. */
async function installServerDependencies() {
  const file = path.join(server, 'package.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const name of DROPPED) delete manifest.dependencies[name];
  for (const key of Object.keys(manifest.overrides ?? {})) {
    if (DROPPED.some((name) => key === name || key.startsWith(`${name}@`))) delete manifest.overrides[key];
  }
  fs.writeFileSync(file, JSON.stringify(manifest, null, 2));
  const args = ['install', '--omit=dev', '--engine-strict=false'];
  await runNpm(args, server);
  await runNpm(args, path.join(server, 'extensions')); // TypeScript, for the language features
}

/** Without them: no extension host (watchdog), no git extension (copyfile), no log files (spdlog). */
function placeStandIns() {
  const standIns = path.join(workbenchDir, 'stand-ins');
  const watchdog = path.join(serverModules, '@vscode/native-watchdog/build/Release');
  fs.mkdirSync(watchdog, { recursive: true });
  fs.copyFileSync(path.join(standIns, 'native-watchdog.cjs'), path.join(watchdog, 'watchdog.js'));
  const copyFile = path.join(serverModules, '@vscode/fs-copyfile');
  fs.mkdirSync(copyFile, { recursive: true });
  fs.copyFileSync(path.join(standIns, 'fs-copyfile.cjs'), path.join(copyFile, 'index.js'));
  fs.copyFileSync(path.join(standIns, 'spdlog.cjs'), path.join(serverModules, '@vscode/spdlog/index.js'));
}

/** Gives the `code` and `browser` commands of the integrated terminal the names that code-server looks for. */
function linkHelpers() {
  const windows = process.platform === 'win32';
  const ending = windows ? '.cmd' : `-${process.platform === 'darwin' ? 'darwin' : 'linux'}.sh`;
  const copies = [
    ['remote-cli', 'code', 'code-server'],
    ['helpers', 'browser', windows ? 'browser.cmd' : 'browser.sh'],
  ];
  for (const [dir = '', from, to = ''] of copies) {
    const target = path.join(server, 'bin', dir, to);
    const source = path.join(server, 'bin', dir, `${from}${ending}`);
    if (source !== target) fs.copyFileSync(source, target);
  }
}

/** The package brings ripgrep for every platform (80 MB), unpacked without the permission to run. */
function keepOwnRipgrep() {
  const bin = path.join(serverModules, '@vscode/ripgrep-universal/bin');
  const own = `${process.platform}-${process.arch}`;
  for (const name of fs.readdirSync(bin)) {
    if (name !== own) fs.rmSync(path.join(bin, name), { recursive: true, force: true });
  }
  fs.chmodSync(path.join(bin, own, process.platform === 'win32' ? 'rg.exe' : 'rg'), 0o755);
}

/** The server needs Node 24: this process's own, or the one that comes as a package. */
function serverNode() {
  if (Number.parseInt(process.versions.node, 10) >= SERVER_NODE) return process.execPath;
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const packed = path.join(
    workbenchDir,
    'node_modules',
    `node-${system}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (fs.existsSync(packed)) return packed;
  throw new Error(
    `The VS Code workbench needs Node ${SERVER_NODE}, this is Node ${process.versions.node}, and there is no package of it for ` +
      `${process.platform}-${process.arch}. Install Node ${SERVER_NODE} and run the command again.`,
  );
}
