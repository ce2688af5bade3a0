import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError, cancelled } from '../../core/errors.js';
import type { Scorer, ScorerResult } from '../../core/evaluation/scorer.js';
import type { MetricCase } from '../../core/metric/metric.js';
import type { MetricReply } from './messages.js';
import { type MetricLimits, MetricProcess } from './metric-process.js';

export type { MetricLimits } from './metric-process.js';

export interface CustomMetricOptions {
  /** Absolute path of a module (`.mjs` or `.js`, read as ESM) whose default export is the metric. */
  readonly file: string;
  /** What messages name the file relative to; the file's own folder when absent. */
  readonly workspaceFolder?: string | undefined;
  /** Absolute path of `dist/metric-worker.js`. */
  readonly workerFile: string;
  readonly limits?: MetricLimits | undefined;
}

/** A scorer that holds a process: to be disposed of. */
export interface CustomMetricScorer extends Scorer {
  /** Ends the process; rows that wait are cancelled. */
  dispose(): Promise<void>;
}

/** Most bytes of a module. */
const MAX_BYTES = 2 ** 20;
const FORM = 'export default ({ inputs, expected, outputs, signature }) => 0.5, or {score: 0.5, feedback: "why"}';

/**
 * A metric of the user's: `export default ({inputs, expected, outputs, signature}) => number | {score, feedback}`, which may be async.
 * One file, which imports nothing but `node:` modules: what is hashed into the name of the scorer is what runs, so that no kept result
 * survives a change. It is loaded before this returns, and runs in a process of its own, one row after the other, with limits of time and
 * memory, without environment, standard input or output; after a row that breaks it, the next row gets a new process.
 *
 * The code can do all that the user can: read files, use the network. The caller makes sure that the workspace is trusted.
 * @throws AtelierError `usage.invalid` for a file that is no module or cannot be read, `metric.failed` for one that cannot be loaded; when
 *   scoring, `metric.failed` with the reason, and the place in the module where it is known, and `cancelled`
 */
export async function customMetricScorer(options: CustomMetricOptions): Promise<CustomMetricScorer> {
  const { file, workspaceFolder = path.dirname(file) } = options;
  const shown = path.relative(workspaceFolder, file).replaceAll('\\', '/');
  const bytes = await bytesOf(file, shown);
  const metric = new CustomMetric(options, shown, bytes);
  await metric.load();
  return metric;
}

class CustomMetric implements CustomMetricScorer {
  readonly name: string;
  readonly needsLabels = false;
  readonly #source: string;
  #process: MetricProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(
    private readonly options: CustomMetricOptions,
    private readonly shown: string,
    bytes: Buffer,
  ) {
    this.#source = bytes.toString();
    this.name = `custom(${shown}, sha256=${createHash('sha256').update(bytes).digest('hex')})`;
  }

  async load(): Promise<void> {
    await this.#ready(undefined);
  }

  /** Rows wait for each other: the time of one must not be spent by another. */
  score(given: MetricCase, { signal }: { readonly signal?: AbortSignal | undefined }): Promise<ScorerResult> {
    const result = this.#turn.then(() => this.#score(given, signal));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#process?.end();
  }

  async #score({ inputs, expected, outputs, signature }: MetricCase, signal: AbortSignal | undefined): Promise<ScorerResult> {
    const process = await this.#ready(signal);
    const reply = await process.ask({ kind: 'score', given: { inputs, expected, outputs, signature } }, signal);
    if (this.#disposed) throw cancelled();
    if (reply.kind !== 'scored') throw this.#failure(reply);
    const { score, feedback } = reply;
    if (score >= 0 && score <= 1) return { score, feedback };
    throw this.#failure({ kind: 'failed', reason: `it gave ${score}, which is not a score from 0 to 1` });
  }

  /** The process with the metric in it: the one from before, unless it has ended. */
  async #ready(signal: AbortSignal | undefined): Promise<MetricProcess> {
    if (this.#disposed || signal?.aborted === true) throw cancelled(signal?.reason);
    if (this.#process?.isAlive === true) return this.#process;
    const { file, workerFile, limits = {} } = this.options;
    const process = new MetricProcess(workerFile, path.dirname(file), limits);
    this.#process = process;
    const reply = await process.ask({ kind: 'load', source: this.#source }, signal);
    if (reply.kind === 'loaded') return process;
    await process.end();
    throw this.#failure(reply);
  }

  #failure(reply: MetricReply): AtelierError {
    const { reason, line, column } = reply.kind === 'failed' ? reply : { reason: 'it replied out of turn' };
    const place = line === undefined ? '' : ` (line ${line})`;
    return new AtelierError('metric.failed', `The metric ${this.shown} failed: ${reason}${place}.`, {
      hint: `Correct the module; its form is: ${FORM}.`,
      file: this.shown,
      line,
      column,
    });
  }
}

async function bytesOf(file: string, shown: string): Promise<Buffer> {
  if (!/\.m?js$/i.test(file)) {
    const why = /\.[cm]?tsx?$/i.test(file) ? 'TypeScript, which is not run here' : 'no JavaScript module';
    throw new AtelierError('usage.invalid', `The metric ${shown} is ${why}.`, {
      hint: `Give an .mjs or .js file: ${FORM}. Types can stand in JSDoc comments.`,
    });
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtelierError('usage.invalid', `The metric ${shown} cannot be read: ${reason}.`, { hint: 'Check its path.', cause });
  }
  if (bytes.length <= MAX_BYTES) return bytes;
  throw new AtelierError('usage.invalid', `The metric ${shown} has ${bytes.length} bytes; the most is ${MAX_BYTES}.`, {
    hint: 'Leave out what the metric does not need.',
  });
}
