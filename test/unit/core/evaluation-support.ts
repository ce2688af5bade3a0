import { AtelierError, type ErrorCode } from '../../../src/core/errors.js';
import { type EvaluateOptions, evaluate } from '../../../src/core/evaluation/evaluate.js';
import type { EvaluationReport } from '../../../src/core/evaluation/report.js';
import { type Scorer, scorerOf } from '../../../src/core/evaluation/scorer.js';
import type { Example } from '../../../src/core/example/example.js';
import { createExecutor, type Executor } from '../../../src/core/program/executor.js';
import { type FieldValues, NO_USAGE, NOTHING_SPENT, type Spent } from '../../../src/core/program/program.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';

export const CALL: Spent = { calls: 1, usage: { ...NO_USAGE, promptTokens: 10, completionTokens: 2 }, costUsd: 0.5 };

/** What a model answers to the input `a` with a seed; it may throw. */
export type Answer = (a: string, seed: number | undefined) => string | Promise<string>;

export interface Calls {
  readonly executor: Executor;
  /** The inputs that were asked for, with the seed. */
  readonly asked: string[];
}

/** The port of core with answers that a function gives; it costs `CALL` each time. */
export function answering(answer: Answer, { instructions = 'Answer.', cached = false, demos = [] as readonly FieldValues[] } = {}): Calls {
  const asked: string[] = [];
  const program = {
    ...baseProgram(findSignature([], 'a -> c')),
    instructions,
    demos: demos.map((inputs) => ({ inputs, outputs: { c: 'x' }, quality: 1 })),
  };
  const executor = createExecutor([
    {
      program,
      predictor: {
        model: 'model',
        endpoint: 'test',
        async predict({ inputs }, options) {
          asked.push(`${String(inputs.a)} ${options?.seed}`);
          return { ...CALL, outputs: { c: await answer(String(inputs.a), options?.seed) }, reasoning: undefined, cached };
        },
      },
    },
  ]);
  return { executor, asked };
}

export function fails(code: ErrorCode, spent = NOTHING_SPENT): never {
  throw new AtelierError(code, 'It failed.', { hint: 'Try again.', spent });
}

/** Rows whose label is `yes`. */
export function examplesOf(...inputs: readonly string[]): Example[] {
  return inputs.map((a, index) => ({ row: { row: index + 1, line: index + 2, values: { a } }, inputs: { a }, expected: { c: 'yes' } }));
}

/** 1 for the label, a number for a number in the answer, else 0. */
export const graded: Scorer = scorerOf({
  name: 'graded',
  needsLabels: true,
  score: ({ expected, outputs }) => ({
    score: outputs.c === expected.c ? 1 : Number(outputs.c) || 0,
    feedback: `got ${String(outputs.c)}`,
  }),
});

/** A clock that goes on by a millisecond each time. */
export function run(executor: Executor, examples: readonly Example[], more: Partial<EvaluateOptions> = {}): Promise<EvaluationReport> {
  let time = 0;
  return evaluate({ executor, examples, scorer: graded, concurrency: 4, seed: 1, now: () => ++time, ...more });
}
