// One evaluation in a process of its own, with a model in the same process: prints the milliseconds from opening the results to the report.
// node out/test/bench/evaluator.cjs evaluate|timers ROWS WIDTH LATENCY_MS WARM_ROWS [FOLDER for results]
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { evaluate } from '../../src/core/evaluation/evaluate.js';
import type { Example } from '../../src/core/example/example.js';
import { createExecutor } from '../../src/core/program/executor.js';
import { runPool } from '../../src/core/program/pool.js';
import { programHash } from '../../src/core/program/program-hash.js';
import { createPredictor } from '../../src/engine/predict.js';
import type { ChatModel } from '../../src/models/chat-model.js';
import { openEvaluationResults } from '../../src/store/evaluation-results.js';
import { Locks } from '../../src/store/lock.js';
import { PROGRAM, SCORER } from './toy-program.js';

function examples(count: number): Example[] {
  return Array.from({ length: count }, (_, index) => ({
    row: { row: index + 1, line: index + 2, values: {} },
    inputs: { review: `${index} The soup was cold but the waiter made up for it with a second bowl.` },
    expected: { sentiment: index % 4 === 3 ? 'negative' : 'positive' },
  }));
}

function modelAfter(latencyMs: number): ChatModel {
  const usage = { promptTokens: 1, completionTokens: 1, estimated: false };
  const answer = { text: ['Sentiment: positive'], usage, cached: false, cost: 0 };
  return {
    endpoint: 'bench',
    chat: () => (latencyMs === 0 ? Promise.resolve(answer) : setTimeout(latencyMs, answer)),
    async *stream() {
      yield answer.text[0] ?? '';
      return answer;
    },
  };
}

/** @returns milliseconds */
async function timed(name: string, rows: number, width: number, latencyMs: number, folder: string | undefined): Promise<number> {
  const predictor = createPredictor({ port: modelAfter(latencyMs), model: 'm', name, concurrency: width });
  const given = examples(rows);
  const started = performance.now();
  const results = folder === undefined ? undefined : await resultsIn(folder, predictor.model);
  const report = await evaluate({
    examples: given,
    executor: createExecutor([{ program: PROGRAM, predictor }]),
    scorer: SCORER,
    concurrency: width,
    seed: 1,
    ...(results === undefined ? {} : { known: results.known, onRow: (row) => results.append(row) }),
    now: () => performance.now(),
  });
  const took = performance.now() - started;
  if (report.n !== rows || report.reused !== 0) throw new Error(`${report.n} of ${rows} rows were scored, ${report.reused} reused`);
  return took;
}

function resultsIn(workspaceFolder: string, model: string) {
  return openEvaluationResults({
    ...{ workspaceFolder, locks: new Locks(workspaceFolder), program: programHash(PROGRAM), model, scorer: SCORER.name },
    onProblem: ({ message }) => {
      throw new Error(message);
    },
  });
}

/** The floor: nothing but the timers of as many rows, as many at a time. */
async function timers(rows: number, width: number, latencyMs: number): Promise<number> {
  const started = performance.now();
  const items = Array.from({ length: rows });
  await runPool({ items, concurrency: width, work: () => setTimeout(latencyMs), keep: async () => undefined });
  return performance.now() - started;
}

async function main([what = '', ...rest]: string[]): Promise<void> {
  const [rows = 0, width = 0, latencyMs = 0, warmRows = 0] = rest.map(Number);
  const folder = rest[4] === undefined ? undefined : path.resolve(rest[4]);
  // Under a name of its own: its results must not be found again.
  if (warmRows > 0) await timed('bench:warm', warmRows, width, 0, folder);
  const wallMs = what === 'timers' ? await timers(rows, width, latencyMs) : await timed('bench:m', rows, width, latencyMs, folder);
  process.stdout.write(JSON.stringify({ wallMs }));
}

void main(process.argv.slice(2));
