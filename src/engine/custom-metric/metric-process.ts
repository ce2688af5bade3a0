import { type ChildProcess, fork } from 'node:child_process';
import { cancelled } from '../../core/errors.js';
import type { MetricFailure, MetricReply, MetricRequest, ProcessArguments } from './messages.js';

/** Bounds of a metric of the user's. */
export interface MetricLimits {
  /** Longest time of one call, and of loading the module, in milliseconds; 5000 when absent. */
  readonly timeMs?: number | undefined;
  /** Most memory, in megabytes (2^20 bytes); 256 when absent. */
  readonly memoryMb?: number | undefined;
}

/** What a young process of Node holds beside the memory of the metric, in bytes. */
const OWN_MEMORY = 96 * 2 ** 20;

/** A process that runs one metric of the user's, one call after the other. */
export class MetricProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #timeMs: number;
  readonly #memoryMb: number;
  #answer: ((reply: MetricReply) => void) | undefined;
  #alive = true;

  /** @param workerFile absolute path of the bundle that runs there */
  constructor(workerFile: string, folder: string, { timeMs = 5_000, memoryMb = 256 }: MetricLimits) {
    this.#timeMs = timeMs;
    this.#memoryMb = memoryMb;
    const given: ProcessArguments = { memoryBytes: memoryMb * 2 ** 20 + OWN_MEMORY };
    this.#child = fork(workerFile, [JSON.stringify(given)], {
      cwd: folder,
      // The editor's own executable is Node only when it is told so.
      env: process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [`--max-old-space-size=${memoryMb}`, '--no-warnings'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', (message) => {
      const reply = message as MetricReply;
      if (reply.kind === 'failed' && reply.ends === true) this.#kill();
      this.#answer?.(reply);
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#alive = false;
        this.#answer?.({ kind: 'failed', reason });
        resolve();
      };
      this.#child.on('error', (error) => end(`its process failed: ${error.message}`));
      this.#child.on('exit', (code, signal) => end(endOf(code, signal, this.#memoryMb)));
    });
    // Forgotten, it must not keep the product from ending; a call that is under way has its timer.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** False when it has ended: the next call needs another one. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /**
   * One call; there must be no other under way.
   * @returns the reply; a failure when the time is up (the process is ended then) or the process ends
   * @throws AtelierError `cancelled`; the process is ended then
   */
  ask(request: MetricRequest, signal?: AbortSignal): Promise<MetricReply> {
    if (signal?.aborted === true) return Promise.reject(cancelled(signal.reason));
    return new Promise((resolve, reject) => {
      const settle = (work: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#answer = undefined;
        work();
      };
      const answer = (reply: MetricReply) => settle(() => resolve(reply));
      const abort = () => {
        this.#kill();
        settle(() => reject(cancelled(signal?.reason)));
      };
      const expire = () => {
        if (this.#answer !== answer) return;
        this.#kill();
        answer({ kind: 'failed', reason: `it took longer than ${this.#timeMs / 1000} s` });
      };
      // A reply that lies ready is read first: it may have been this process that was busy.
      const timer = setTimeout(() => setImmediate(expire), this.#timeMs);
      signal?.addEventListener('abort', abort);
      this.#answer = answer;
      this.#child.send(request, (error) => {
        if (error !== null && this.#answer === answer) answer(lost(error));
      });
    });
  }

  /** Ends the process, whatever it is doing; resolves when it has ended. */
  end(): Promise<void> {
    // Who waits for the end must not be the last thing that keeps the program running.
    this.#child.ref();
    this.#kill();
    return this.#ended;
  }

  #kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }
}

function lost(error: Error): MetricFailure {
  return { kind: 'failed', reason: `its process is gone: ${error.message}` };
}

/** V8 ends a process whose heap is full by SIGABRT, SIGTRAP or SIGILL; our own watch by SIGKILL; Windows knows 134 and STATUS_BREAKPOINT. */
function endOf(code: number | null, signal: string | null, memoryMb: number): string {
  if (code !== null && code !== 134 && code < 0x80000000) return `it ended its process with exit code ${code}`;
  return `its process was ended (${signal ?? code}), as when it needs more than ${memoryMb} MB of memory`;
}
