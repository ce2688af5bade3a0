// `npm start`: the extension in a VS Code window, or, without VS Code, in a full VS Code in the browser.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDesktopCode, openDesktop, openInBrowser } from './desktop.mjs';
import { linkExtension, readManifest } from './extensions.mjs';
import { repoRoot, stateDir } from './paths.mjs';
import { sampleWorkspace } from './sample.mjs';
import { messageOf, say } from './say.mjs';
import { listenOn, startServer } from './server.mjs';
import { remoteUri, workbenchUrl } from './workbench-url.mjs';

const HIGHEST_PORT = 65_535;
const PORTS_TRIED = 50;
const INSPECTOR_PORT = '9229';
const USAGE = `Usage: npm start -- [folder] [options]
  folder        what to open; default: a copy of the sample workspace
  --browser     VS Code in the browser, also when VS Code is installed
  --port N      port of the browser version; the next free one when taken (default 8377)
  --no-open     only print the address
  --fresh       start with a new copy of the sample workspace
  --dev         Extension Development Host with an inspector on port ${INSPECTOR_PORT} (browser version; shows no notifications)`;

const FIRST_STEPS = `  What to try first:
    1. Ctrl+Shift+P (Cmd+Shift+P), then "Prompt Atelier: Generate Image Prompt"
    2. Pick a taste and type "a dragon flying over a castle"
    3. Click a star in the Generate view: the next prompts learn from it`;

/** @param {string[]} args */
function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      browser: { type: 'boolean', default: false },
      port: { type: 'string', default: '8377' },
      'no-open': { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      dev: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT)
    throw new Error(`--port wants a number from 1 to ${HIGHEST_PORT}, not "${values.port}".`);
  if (positionals.length > 1) throw new Error('Only one folder can be opened.');
  const [given] = positionals;
  const folder = given === undefined ? undefined : path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
  if (folder !== undefined && !fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`There is no folder ${folder}.`);
  return { ...values, port, folder };
}

/** @param {ReturnType<typeof readOptions>} options */
async function start(options) {
  const folder = options.folder ?? sampleWorkspace(options.fresh);
  const trusted = options.folder === undefined; // the sample is ours; a folder of the person's own is theirs to trust
  const code = options.browser || options.dev ? undefined : findDesktopCode();
  if (code !== undefined) {
    say(`\n  Opening VS Code on ${folder}\n\n${FIRST_STEPS}\n`, process.stdout);
    announce({ url: '', folder, dataDir: '' });
    process.exitCode = await openDesktop({ code, extension: repoRoot, folder, trusted });
    return;
  }
  await startInBrowser(options, folder, trusted);
}

/**
 * @param {ReturnType<typeof readOptions>} options
 * @param {string} folder
 * @param {boolean} trusted
 */
async function startInBrowser({ port: wanted, dev, 'no-open': quiet }, folder, trusted) {
  const dataDir = path.join(stateDir, 'vscode');
  await refuseSecondServer(dataDir);
  const extensionsDir = path.join(dataDir, 'extensions');
  fs.rmSync(extensionsDir, { recursive: true, force: true }); // its list is a cache that may name an older version
  if (!dev) linkExtension(repoRoot, extensionsDir);
  const port = await nextFreePort(wanted);
  if (port !== wanted) say(`Port ${wanted} is taken: using ${port}.`);
  const server = await startServer({ mode: 'wrapper', personal: true, dataDir, extensionsDir, port, testDriver: dev, trust: !trusted });
  /** @type {[string, string][]} */
  const development = [
    ['extensionDevelopmentPath', remoteUri(server, repoRoot)],
    ['inspect-extensions', INSPECTOR_PORT],
  ];
  const url = workbenchUrl(server, { folder, payload: dev ? development : [] });
  fs.writeFileSync(runningFile(dataDir), JSON.stringify({ url: server.url }));
  const { displayName } = readManifest(repoRoot);
  say(`\n  ${displayName} runs in VS Code at\n\n    ${url}\n\n${FIRST_STEPS}\n`, process.stdout);
  say(`  Ctrl+C stops it. After a build: "Developer: Reload Window".\n  Folder: ${folder}\n`, process.stdout);
  announce({ url, folder, dataDir });
  if (!quiet) openInBrowser(url);
  await server.died;
  say(`The VS Code server has ended. Its last words:\n${server.log()}`);
  await server.stop();
  process.exitCode = 1;
}

/**
 * Two servers on one data folder would overwrite each other's state.
 * @param {string} dataDir
 */
async function refuseSecondServer(dataDir) {
  const file = runningFile(dataDir);
  if (!fs.existsSync(file)) return;
  const { url } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const isUp = await fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
  if (isUp) throw new Error(`It is running already, at ${url}. Open that address, or stop it there with Ctrl+C.`);
}

/**
 * @param {string} dataDir
 * @returns {string} where the last start noted its address
 */
function runningFile(dataDir) {
  return path.join(dataDir, 'running.json');
}

/**
 * @param {number} first
 * @returns {Promise<number>}
 */
async function nextFreePort(first) {
  for (let port = first; port < Math.min(first + PORTS_TRIED, HIGHEST_PORT + 1); port += 1) {
    const free = await listenOn(port).catch(() => undefined); // taken, or not ours to take
    if (free !== undefined) return port;
  }
  throw new Error(`No port from ${first} on is free.`);
}

/**
 * Tells a test, through the file that ATELIER_START_READY_FILE names, that everything is up.
 * @param {{url: string, folder: string, dataDir: string}} ready an empty url and dataDir stand for the desktop VS Code
 */
function announce(ready) {
  const file = process.env.ATELIER_START_READY_FILE;
  if (!file) return;
  fs.writeFileSync(`${file}.partial`, JSON.stringify(ready));
  fs.renameSync(`${file}.partial`, file); // seen whole or not at all
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) say(USAGE, process.stdout);
  else await start(options);
} catch (error) {
  const isUsage = /** @type {NodeJS.ErrnoException} */ (error).code?.startsWith('ERR_PARSE_ARGS') === true;
  say(isUsage ? `${messageOf(error)}\n\n${USAGE}` : messageOf(error));
  process.exit(isUsage ? 2 : 1); // not only the exit code: a server that is up already would keep this process alive
}
