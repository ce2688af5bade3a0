// The first thing that each npm script runs: `node test/workbench/bootstrap.mjs <command> [arguments]`. It needs nothing installed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, buildWhenStale, CLI } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { repoRoot } from './paths.mjs';
import { messageOf, say } from './say.mjs';

export { ensureDependencies };

const OLDEST_NODE = 20;
const LOOK_EVERY_MS = 500;

/**
 * What each command runs: `script` (a path in the clone) in this process, or `program` in its own, from the folder in which the person
 * typed the command.
 * @type {Record<string, {prepare?: () => Promise<void>, script?: string, program?: string}>}
 */
const COMMANDS = {
  start: { prepare: build, script: 'test/workbench/start.mjs' },
  test: { script: 'test/run.mjs' },
  bench: { prepare: () => build(['--tests']), script: 'out/test/bench/run.mjs' },
  'bench:optimize': { prepare: () => build(['--tests']), script: 'out/test/bench/optimize.mjs' },
  build: { script: 'esbuild.mjs' },
  desktop: { prepare: () => build(['--tests']), script: 'test/desktop.mjs' },
  atelier: { prepare: buildWhenStale, program: CLI },
};

/**
 * @param {string | undefined} name
 * @param {string[]} args
 */
async function main(name, args) {
  const version = Number.parseInt(process.versions.node, 10);
  if (version < OLDEST_NODE) return fail(`Prompt Atelier needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}.`, 2);
  const command = COMMANDS[name ?? ''];
  if (command === undefined) return fail(`Unknown command "${name ?? ''}". Commands: ${Object.keys(COMMANDS).join(', ')}.`, 2);
  try {
    endWithNpm();
    await ensureDependencies();
    await command.prepare?.();
    if (command.script !== undefined) await runHere(path.join(repoRoot, command.script), args);
    if (command.program !== undefined) runBeside(command.program, args);
  } catch (error) {
    say(messageOf(error));
    process.exit(1); // not only the exit code: a server or a browser that is still up would keep this process alive
  }
  return undefined;
}

/** npm ends its script's shell on SIGTERM, but not what the shell runs: without this a killed `npm start` would leave a server behind. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}

/**
 * @param {string} script
 * @param {string[]} args
 */
async function runHere(script, args) {
  if (!fs.existsSync(script)) throw new Error(`${path.relative(repoRoot, script)} is missing from this clone.`);
  process.argv.splice(1, process.argv.length, script, ...args);
  await import(pathToFileURL(script).href);
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function runBeside(program, args) {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    // The terminal has sent its Ctrl+C to the program as well; twice could mean "at once" to it.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, pass);
  child.on('error', (error) => fail(error.message, 1));
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal); // ends as the program ended
    return undefined;
  });
}

/**
 * @param {string} message
 * @param {number} code
 */
function fail(message, code) {
  say(message);
  process.exitCode = code;
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv[2], process.argv.slice(3));
}
