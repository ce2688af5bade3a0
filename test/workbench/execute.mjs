import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { atExit } from './cleanup.mjs';

/** npm puts the reason first and its whole manual after it. */
const NPM_LINES = 40;

/**
 * Runs a program quietly and returns what it printed. It does not outlive this process.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean}} [options]
 * @returns {Promise<{code: number, output: string}>}
 */
export function execute(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => {
      child.kill('SIGTERM');
    };
    const forget = atExit({ stop: end, kill: end });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      forget();
      reject(error);
    });
    child.on('close', (code) => {
      forget();
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * Runs npm, and throws what it said when it fails.
 * @param {string[]} args
 * @param {string} cwd
 */
export async function runNpm(args, cwd) {
  const env = Object.fromEntries(
    // An outer `npm run` describes its own package in the environment; the inner npm would take the wrong folder for its own.
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|command|config_(local_prefix|global_prefix|prefix))/i.test(name),
    ),
  );
  const outer = process.env.npm_execpath ?? '';
  const all = [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = /npm-cli\.c?js$/.test(outer)
    ? await execute(process.execPath, [outer, ...all], { cwd, env })
    : await execute('npm', all, { cwd, env, shell: process.platform === 'win32' });
  if (code !== 0) throw new Error(`"npm ${args.join(' ')}" failed in ${cwd}:\n${output.trim().split('\n').slice(0, NPM_LINES).join('\n')}`);
}

/**
 * The first of `names` that PATH leads to.
 * @param {string[]} names
 * @returns {string | undefined}
 */
export function findOnPath(names) {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  for (const name of names) {
    for (const dir of (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
      const found = endings.map((ending) => path.join(dir, name + ending)).find(isExecutable);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false; // missing, or not ours to run: the search goes on
  }
}
