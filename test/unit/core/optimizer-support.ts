import { scorerOf } from '../../../src/core/evaluation/scorer.js';
import type { Example } from '../../../src/core/example/example.js';
import { baselineOf } from '../../../src/core/optimizer/candidate.js';
import { labeledPool } from '../../../src/core/optimizer/demo-pool.js';
import type { OptimizerEvent } from '../../../src/core/optimizer/events.js';
import { Lab, type LabOptions } from '../../../src/core/optimizer/lab.js';
import { Leaderboard } from '../../../src/core/optimizer/leaderboard.js';
import type { Optimizer, OptimizerTask } from '../../../src/core/optimizer/optimizer.js';
import type { PredictOptions, Predictor } from '../../../src/core/program/predictor.js';
import { type FieldValues, NO_USAGE, type Program } from '../../../src/core/program/program.js';
import type { Task } from '../../../src/core/program/task.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';

export const FILE = 'data/train.csv';

/** One call of a scripted model. */
export interface ScriptedCall {
  readonly program: Program;
  readonly inputs: FieldValues;
  readonly options: PredictOptions;
}

export interface Scripted extends Predictor {
  readonly calls: ScriptedCall[];
  /** The most calls that were under way together. */
  mostUnderWay: number;
}

/** A model whose answers a function gives; it may throw. Each call costs 1 call, 100 tokens and one per demo, and a cent. */
export function scripted(answer: (task: Task, options: PredictOptions) => FieldValues | Promise<FieldValues>, model = 'model'): Scripted {
  const calls: ScriptedCall[] = [];
  let underWay = 0;
  const self: Scripted = {
    ...{ model, endpoint: 'test', calls, mostUnderWay: 0 },
    async predict(task, options = {}) {
      calls.push({ program: task.program, inputs: task.inputs, options });
      self.mostUnderWay = Math.max(self.mostUnderWay, ++underWay);
      try {
        const outputs = await answer(task, options);
        const usage = { ...NO_USAGE, promptTokens: 100 + task.program.demos.length };
        return { calls: 1, usage, costUsd: 0.01, outputs, reasoning: undefined, cached: false };
      } finally {
        underWay--;
      }
    },
  };
  return self;
}

/** Right or wrong by the first output that is labeled. */
export const exact = scorerOf({
  name: 'exact',
  needsLabels: true,
  score: ({ expected, outputs }) => {
    const [field = ''] = Object.keys(expected);
    return { score: expected[field] === outputs[field] ? 1 : 0, feedback: `expected ${String(expected[field])}` };
  },
});

export function programOf(signature: string): Program {
  return baseProgram(findSignature([], signature));
}

/** Rows of a file, with the fields of a signature `input -> output`. */
export function rows(given: readonly (readonly [string, string])[], first = 1): Example[] {
  return given.map(([input, output], index) => ({
    row: { row: first + index, line: first + index + 1, values: { input, output } },
    inputs: { input },
    expected: { output },
  }));
}

/** `q0 -> a0`, `q1 -> a1`, … */
export function numbered(count: number, from = 0): Example[] {
  return rows(
    Array.from({ length: count }, (_, index) => [`q${from + index}`, `a${from + index}`] as const),
    from + 1,
  );
}

export interface SearchRun {
  readonly lab: Lab;
  readonly board: Leaderboard;
  readonly events: readonly OptimizerEvent[];
}

/** Runs the search of an optimizer alone: no baseline, no test. */
export async function search(
  optimizer: Optimizer,
  given: { readonly program?: Program; readonly trainset: readonly Example[]; readonly valset?: readonly Example[] } & Partial<
    Pick<OptimizerTask, 'teacherProgram'>
  >,
  options: Partial<LabOptions> & Pick<LabOptions, 'student'>,
): Promise<SearchRun> {
  const { program = programOf('input -> output'), trainset, valset = [], teacherProgram } = given;
  const events: OptimizerEvent[] = [];
  const lab = new Lab({
    ...{ teacher: options.student, scorer: exact, concurrency: 1, seed: 1, now: () => 0, onEvent: (event) => events.push(event) },
    ...options,
  });
  const board = new Leaderboard(lab, valset);
  const start = baselineOf(program);
  const labeled = labeledPool(program.signature, start.demos, trainset, FILE);
  await optimizer.run({ start, trainset, valset, labeled, lab, board, trainFile: FILE, teacherProgram });
  await lab.settled();
  return { lab, board, events };
}
