import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { isRunning } from './lock.mjs';

const LOOK_EVERY_MS = 400;
const PATIENCE_MS = 3000;

/**
 * A process and everything that it started.
 * @typedef {object} ProcessTree
 * @property {() => Promise<void>} kill asks first, then insists
 * @property {() => void} killNow insists, without waiting
 */

/**
 * Watches a child process, so that nothing of it stays behind. Only ids that descend from it are ever signalled.
 * Start the child with `detached: ownGroup`.
 * @param {number} pid
 * @returns {ProcessTree}
 */
export function watchTree(pid) {
  if (process.platform === 'linux') return watchProc(pid);
  const signal = (/** @type {NodeJS.Signals} */ name) => signalGroup(pid, name);
  return {
    killNow: () => signal('SIGKILL'),
    kill: async () => {
      signal('SIGTERM');
      if (!(await waitUntil(() => !isRunning(pid)))) signal('SIGKILL');
    },
  };
}

/**
 * Whether to start such a child as the leader of its own process group. Then a Ctrl+C in the terminal reaches only this process, which
 * ends the child in order; and without /proc (macOS) the group is what can be ended. Windows knows no such groups.
 */
export const ownGroup = process.platform !== 'win32';

/**
 * An orphan gets another parent, so one last look would miss it: this remembers every process that ever descended from `pid`, by id and
 * start time (an id alone may be given to somebody else's process).
 * @param {number} root
 * @returns {ProcessTree}
 */
function watchProc(root) {
  /** @type {Map<number, string>} */
  const seen = new Map();
  const alive = () => [...seen].filter(([pid, started]) => readStat(pid)?.started === started).map(([pid]) => pid);
  const look = () => {
    const first = readStat(root);
    if (seen.size === 0 && first !== undefined) seen.set(root, first.started);
    const children = childrenByParent();
    const queue = alive();
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      for (const child of children.get(pid) ?? []) {
        if (!seen.has(child.pid)) queue.push(child.pid);
        seen.set(child.pid, child.started);
      }
    }
  };
  const signalAll = (/** @type {NodeJS.Signals} */ name) => {
    look();
    for (const pid of alive()) signalOne(pid, name);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  look();
  const gone = () => {
    look();
    return alive().length === 0;
  };
  return {
    killNow: () => signalAll('SIGKILL'),
    kill: async () => {
      clearInterval(timer);
      signalAll('SIGTERM');
      if (await waitUntil(gone)) return;
      signalAll('SIGKILL');
      await waitUntil(gone);
    },
  };
}

/**
 * @param {number} pid
 * @returns {{pid: number, parent: number, started: string} | undefined} undefined for a process that is gone, or ended and not yet reaped
 */
function readStat(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces
    return state === 'Z' ? undefined : { pid, parent: Number(parent), started: rest[17] ?? '' };
  } catch {
    return undefined; // ended while we looked
  }
}

function childrenByParent() {
  /** @type {Map<number, {pid: number, started: string}[]>} */
  const children = new Map();
  for (const name of fs.readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat !== undefined) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat]);
  }
  return children;
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function signalGroup(pid, name) {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
  else signalOne(-pid, name);
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 * @returns {boolean}
 */
function signalOne(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // ended by itself in the meantime
  }
}

/**
 * @param {() => boolean} condition
 * @returns {Promise<boolean>}
 */
async function waitUntil(condition) {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
