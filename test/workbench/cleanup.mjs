import os from 'node:os';
import { messageOf, say } from './say.mjs';

/**
 * Something to take down when this process ends before it was taken down in the ordinary way.
 * @typedef {object} Cleanup
 * @property {() => Promise<void> | void} stop the orderly way, on a signal
 * @property {() => void} [kill] the synchronous way, when the process ends without one (an uncaught error, process.exit)
 */

/** @type {Set<Cleanup>} */
const open = new Set();
/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
let installed = false;
let stopping = false;

/**
 * Registers a cleanup for Ctrl+C and the like. Call the returned function once the thing is gone.
 * @param {Cleanup} cleanup
 * @returns {() => void}
 */
export function atExit(cleanup) {
  install();
  open.add(cleanup);
  return () => {
    open.delete(cleanup);
  };
}

/** Stops everything that is still open, the newest first. */
async function stopEverything() {
  for (const cleanup of [...open].reverse()) {
    try {
      await cleanup.stop();
    } catch (error) {
      say(`Cleanup failed: ${messageOf(error)}`);
    }
    open.delete(cleanup);
  }
}

function install() {
  if (installed) return;
  installed = true;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // npm forwards the Ctrl+C that the terminal has already sent to us: the second one changes nothing.
      if (stopping) return;
      stopping = true;
      void stopEverything().finally(() => process.exit(128 + os.constants.signals[signal]));
    });
  }
  process.on('exit', () => {
    for (const cleanup of [...open].reverse()) cleanup.kill?.();
  });
}
