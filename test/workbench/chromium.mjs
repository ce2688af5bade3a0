import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { execute, findOnPath } from './execute.mjs';
import { withLock } from './lock.mjs';
import { messageOf, say } from './say.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const HELP =
  'Install Chromium or Chrome (Debian: apt-get install chromium), or set CHROMIUM to the path of one, and run the command again.';

/**
 * A Chromium to drive the workbench with: the one named by CHROMIUM, one on PATH, Playwright's own, or else a fresh install.
 * @returns {Promise<string>} the path of the executable
 */
export async function ensureChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (fs.existsSync(named)) return named;
    throw new Error(`CHROMIUM names ${named}, which does not exist. ${HELP}`);
  }
  return (await findChromium()) ?? withLock('chromium-install', async () => (await findChromium()) ?? installChromium());
}

async function findChromium() {
  const found = findOnPath(NAMES);
  if (found !== undefined) return found;
  const { chromium } = await import('playwright-core');
  const own = chromium.executablePath();
  return fs.existsSync(own) ? own : undefined;
}

/** @returns {Promise<string>} */
async function installChromium() {
  /** @type {string[]} */
  const failures = [];
  for (const [name, install] of /** @type {const} */ ([
    ['apt-get', installFromDebian],
    ['Playwright', installFromPlaywright],
  ])) {
    try {
      await install();
      const found = await findChromium();
      if (found !== undefined) return found;
      failures.push(`${name}: installed nothing that can be found.`);
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new Error(`No Chromium was found, and none could be installed.\n${failures.join('\n')}\n${HELP}`);
}

async function installFromDebian() {
  if (!isDebian()) throw new Error('this is not Debian.');
  if (process.getuid?.() !== 0) throw new Error('only root may install packages.');
  say('Installing Chromium (apt-get) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get', ['update', '-qq'], env);
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-core'], env);
}

/** Ubuntu counts as something else: its chromium package is only a pointer to a snap, which servers and containers cannot run. */
function isDebian() {
  if (process.platform !== 'linux' || !fs.existsSync('/etc/os-release')) return false;
  const release = fs.readFileSync('/etc/os-release', 'utf8');
  const id = /^ID="?([\w.-]+)/m.exec(release)?.[1];
  const like = /^ID_LIKE="?([^"\n]+)/m.exec(release)?.[1]?.split(' ') ?? [];
  return id === 'debian' || (like.includes('debian') && id !== 'ubuntu' && !like.includes('ubuntu'));
}

async function installFromPlaywright() {
  say('Downloading Chromium (Playwright) …');
  const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  await must(process.execPath, [cli, 'install', '--no-shell', 'chromium'], process.env);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function must(command, args, env) {
  const { code, output } = await execute(command, args, { env });
  if (code !== 0) throw new Error(`"${path.basename(command)} ${args.join(' ')}" failed: ${output.trim().slice(-1500)}`);
}
