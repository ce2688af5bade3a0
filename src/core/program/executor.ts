import { AtelierError, asAtelierError, type ErrorDocument, withSpent } from '../errors.js';
import { IMAGE_PROMPT } from '../image-prompt/programs.js';
import { matchTaste } from '../taste/find-taste.js';
import type { Taste } from '../taste/taste.js';
import type { JsonValue } from '../text/json-schema.js';
import { checkInputs } from './check-inputs.js';
import { demoChooser } from './nearest-demos.js';
import type { Prediction, PredictOptions, Predictor } from './predictor.js';
import { addSpent, type FieldValues, NOTHING_SPENT, type Program } from './program.js';
import { endsTheRun } from './run-errors.js';
import type { Task } from './task.js';

/** One way to an answer: a program, and the model that runs it. */
export interface Route {
  readonly program: Program;
  readonly predictor: Predictor;
}

/** A prediction, and which way it came. */
export interface Execution extends Prediction {
  readonly model: string;
  readonly program: Program;
  readonly inputs: FieldValues;
  /** Why the first way was left; undefined when it was not. */
  readonly fallback: ErrorDocument | undefined;
}

/** Runs one signature for entries: checks inputs, and takes the next way when a model fails. */
export interface Executor {
  /** What is tried, in this order. */
  readonly routes: readonly [Route, ...Route[]];
  /** The inputs, typed. @throws AtelierError `input.*`, which lists every problem */
  check(given: Readonly<Record<string, JsonValue>>): FieldValues;
  /**
   * @param given texts or JSON values by input
   * @throws AtelierError `input.*`, before anything is sent; else the error of the first way, when all ways failed
   */
  run(given: Readonly<Record<string, JsonValue>>, options?: PredictOptions): Promise<Execution>;
}

/**
 * @param routes in the order in which they are tried; each later one must do with inputs of the first
 * @param tastes what the embedded model writes image prompts from; a language model needs no more than a taste's name
 * @throws AtelierError `usage.invalid` when a later way needs an input that the first does not have
 */
export function createExecutor(routes: readonly [Route, ...Route[]], tastes: readonly Taste[] = []): Executor {
  const [first, ...others] = routes;
  for (const { program } of others) requireInputsOf(first.program, program);
  const shownTo = routes.map(({ program }) => demoChooser(program));
  return {
    routes,
    check: (given) => checkInputs(first.program.signature, given),
    async run(given, options) {
      // The inputs of every way are checked first: a run must not be paid and then fail on them.
      const tasks = routes.map(({ program }, index) => taskOf(program, index === 0 ? given : known(program, given), tastes));
      let failure: AtelierError | undefined;
      for (const [index, { predictor }] of routes.entries()) {
        const task = tasks[index] as Task;
        try {
          const { program, inputs } = task;
          const shown = shownTo[index]?.(inputs) ?? program;
          const prediction = await predictor.predict(shown === program ? task : { ...task, program: shown }, options);
          const spent = addSpent(failure?.spent ?? NOTHING_SPENT, prediction);
          return { ...prediction, ...spent, model: predictor.model, program, inputs, fallback: failure?.toJSON() };
        } catch (thrown) {
          const error = asAtelierError(thrown);
          if (!error.code.startsWith('model.')) throw withSpent(error, failure?.spent ?? NOTHING_SPENT);
          failure = failure === undefined ? error : alsoFailed(failure, predictor.model, error);
        }
      }
      throw failure;
    },
  };
}

function taskOf(program: Program, given: Readonly<Record<string, JsonValue>>, tastes: readonly Taste[]): Task {
  const inputs = checkInputs(program.signature, given);
  if (program.signature.name !== IMAGE_PROMPT.name || typeof inputs.taste !== 'string') return { program, inputs };
  const taste = matchTaste(tastes, inputs.taste);
  return { program, inputs, ...(taste === undefined ? {} : { taste }) };
}

/** The part of the inputs that a program takes. */
function known(program: Program, given: Readonly<Record<string, JsonValue>>): Readonly<Record<string, JsonValue>> {
  const names = program.signature.inputs.map((field) => field.name);
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}

/**
 * For results that stand in one table: every way must give the same outputs.
 * @throws AtelierError `usage.invalid`
 */
export function requireSameOutputs({ routes: [first, ...others] }: Executor): void {
  const wanted = first.program.signature.outputs;
  for (const { program } of others) {
    const other = wanted.find((field) => {
      const found = program.signature.outputs.find(({ name }) => name === field.name);
      return found?.type !== field.type || (found.array === true) !== (field.array === true);
    });
    if (other === undefined) continue;
    throw new AtelierError(
      'usage.invalid',
      `${program.signature.name} cannot stand in here: it has no output "${other.name}" of the same type.`,
      {
        hint: 'In a table all rows need the same outputs: choose another fallback, or none. Nothing was sent.',
      },
    );
  }
}

function requireInputsOf(first: Program, other: Program): void {
  const names = first.signature.inputs.map((field) => field.name);
  const missing = other.signature.inputs.filter((field) => field.optional !== true && !names.includes(field.name));
  if (missing.length === 0) return;
  throw new AtelierError(
    'usage.invalid',
    `${other.signature.name} cannot stand in for ${first.signature.name}: it needs ${missing.map(({ name }) => `"${name}"`).join(', ')}.`,
    { hint: 'Choose a signature with the same inputs, or fewer. Nothing was sent.' },
  );
}

/** Two ways failed. A row that the second one could have answered is no reason to end a run: its error counts then. */
function alsoFailed(first: AtelierError, model: string, second: AtelierError): AtelierError {
  const { code, hint, file, line, column } = endsTheRun(first) && !endsTheRun(second) ? second : first;
  return new AtelierError(code, `${first.message} The fallback ${model} failed, too: ${second.message}`, {
    hint,
    file,
    line,
    column,
    spent: addSpent(first.spent ?? NOTHING_SPENT, second.spent ?? NOTHING_SPENT),
    cause: second,
  });
}
