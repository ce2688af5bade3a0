// The process in which a metric of the user's runs: a bundle of its own (docs/decisions/0010-custom-metrics.md).
import vm from 'node:vm';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import type { MetricArguments, MetricFailure, MetricReply, MetricRequest, ProcessArguments } from './messages.js';

/** Most characters of a reason and of a feedback that are handed on. */
const SHOWN = 2_000;
const WATCH_MS = 50;

interface Watch {
  readonly memoryBytes: number;
  readonly parent: number;
}

type UserMetric = (given: MetricArguments) => unknown;

if (isMainThread) serve();
else watch(workerData as Watch);

function serve(): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  const { memoryBytes } = JSON.parse(process.argv[2] ?? '') as ProcessArguments;
  const limits: Watch = { memoryBytes: process.memoryUsage.rss() + memoryBytes, parent: process.ppid };
  new Worker(__filename, { workerData: limits, execArgv: [] }).unref();
  // Kept before the metric can put something else in its place.
  const send = process.send?.bind(process);
  let metric: UserMetric | undefined;
  process.on('message', (request: MetricRequest) => {
    const work = request.kind === 'load' ? load(request.source) : score(metric, request.given);
    work.then(
      (result) => {
        if (typeof result === 'function') metric = result;
        send?.(typeof result === 'function' ? ({ kind: 'loaded' } satisfies MetricReply) : result);
      },
      (error: unknown) => send?.(failureOf(error)),
    );
  });
  process.on('disconnect', () => process.exit());
  // Thrown outside of the call, in a timer or an event: the row is told why.
  process.on('uncaughtException', (error) => send?.({ ...failureOf(error), ends: true }));
}

/** Where a loop without end lets nothing else run: memory outside of the heap, and a parent that is gone. */
function watch({ memoryBytes, parent }: Watch): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryBytes || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, WATCH_MS);
}

async function load(source: string): Promise<UserMetric | MetricFailure> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
  } catch (error) {
    if (error instanceof SyntaxError) return { ...failureOf(error), ...placeOf(syntaxStackOf(source, error.message)) };
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_UNSUPPORTED_RESOLVE_REQUEST') {
      const [, wanted = 'a module'] = /specifier "([^"]*)"/.exec(error.message) ?? [];
      return { kind: 'failed', reason: `it imports "${wanted}"; a metric is one file and imports nothing but node: modules` };
    }
    throw error;
  }
  if (typeof loaded.default === 'function') return loaded.default as UserMetric;
  return { kind: 'failed', reason: 'it has no "export default" of a function' };
}

async function score(metric: UserMetric | undefined, given: MetricArguments): Promise<MetricReply> {
  const result = await metric?.(given);
  if (typeof result === 'number') return { kind: 'scored', score: result, feedback: '' };
  const { score: value, feedback } = Object(result) as { readonly score?: unknown; readonly feedback?: unknown };
  if (typeof value === 'number') {
    return { kind: 'scored', score: value, feedback: feedback === undefined || feedback === null ? '' : String(feedback).slice(0, SHOWN) };
  }
  const what = result === null ? 'null' : typeof result === 'object' ? 'an object without a score' : typeof result;
  return { kind: 'failed', reason: `it gave ${what}, not a number or {score, feedback}` };
}

function failureOf(error: unknown): MetricFailure {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    kind: 'failed',
    reason: reason.replace(/\.$/, '').slice(0, SHOWN),
    ...placeOf(error instanceof Error ? error.stack : undefined),
  };
}

/** The first place in the module that a stack names. */
function placeOf(stack: string | undefined): Pick<MetricFailure, 'line' | 'column'> {
  const [, line, column] = /data:text\/javascript[^\s:]*:(\d+)(?::(\d+))?/.exec(stack ?? '') ?? [];
  return line === undefined ? {} : { line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
}

/**
 * Where the syntax is wrong: an import does not say it, compiling as a script does. What only modules have is blanked out for that; when it
 * stumbles over something else then, the place stays unknown.
 */
function syntaxStackOf(source: string, message: string): string | undefined {
  const blank = (text: string) => ' '.repeat(text.length);
  const script = source
    .replace(/^export default\b/gm, (text) => `_=${blank(text.slice(2))}`)
    .replace(/^(?:export(?= \w)|import\b[^;\n]*;?)/gm, blank);
  try {
    new vm.Script(script, { filename: 'data:text/javascript' });
  } catch (error) {
    if (error instanceof Error && error.message === message) return error.stack;
  }
  return undefined;
}
