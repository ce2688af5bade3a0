import { AtelierError, withSpent } from '../core/errors.js';
import type { Prediction, PredictOptions, Predictor } from '../core/program/predictor.js';
import { type Program, textOf } from '../core/program/program.js';
import type { Task } from '../core/program/task.js';
import { labelOf } from '../core/signature/labels.js';
import type { Field } from '../core/signature/signature.js';
import type { ChatImage } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';
import { type AxProgram, axProgram, UNREADABLE } from './ax-program.js';
import { type AnswerReader, AxChatService } from './ax-service.js';
import { imagesOf } from './images.js';
import { Meter, portError } from './meter.js';
import { type AnswerReading, readAnswer } from './read-answer.js';

/** Extra attempts when the answer cannot be read: the model is told what was wrong. */
const READ_RETRIES = 1;
/** Most characters of an unreadable answer that its error shows. */
const SHOWN_ANSWER = 2_000;

/** The modules `predict` and `chain_of_thought`, through Ax over the port. Programs are translated once. */
export function createPredictor(open: OpenModel): Predictor {
  const translated = new WeakMap<Program, AxProgram>();
  return {
    model: open.name,
    endpoint: open.port.endpoint,
    async predict(task, options = {}) {
      const images = imagesOf(task, open);
      let program = translated.get(task.program);
      if (program === undefined) {
        program = axProgram(task.program);
        translated.set(task.program, program);
      }
      return predict(open, task, program, images, options);
    },
  };
}

async function predict(
  open: OpenModel,
  task: Task,
  program: AxProgram,
  images: readonly ChatImage[],
  options: PredictOptions,
): Promise<Prediction> {
  const meter = new Meter();
  const reader = new TaskReader(program, task.program.module === 'chain_of_thought');
  const service = new AxChatService(open, {
    outputs: program.outputs,
    request: { task, seed: options.seed, ...(options.temperature === undefined ? {} : { temperature: options.temperature }) },
    images,
    signal: options.signal,
    onText: options.onText,
    reader,
    onResult: (result) => meter.add(result),
  });
  try {
    await program.generator.forward(service, program.inputsOf(task.inputs), { maxRetries: READ_RETRIES, stream: false });
  } catch (thrown) {
    const known = portError(thrown, options.signal);
    if (known !== undefined) throw withSpent(known, meter.spent);
    if (reader.isReadable !== true) throw unreadable(open, reader, meter, thrown);
    // Ax stumbled over a line that the core could read.
  }
  if (reader.last === undefined || reader.isReadable !== true) throw unreadable(open, reader, meter, undefined);
  const { outputs, reasoning } = reader.last;
  return { outputs, reasoning, ...meter.total() };
}

/** Reads the answers of one prediction with the core's types. */
class TaskReader implements AnswerReader {
  last: AnswerReading | undefined;

  constructor(
    private readonly program: AxProgram,
    private readonly reasons: boolean,
  ) {}

  get isReadable(): boolean {
    return this.last !== undefined && this.last.problems.length === 0;
  }

  read(answer: string): string {
    const { outputs, nameOf } = this.program;
    this.last = readAnswer(answer, outputs, (field) => [nameOf(field.name), labelOf(field.name)], this.reasons);
    return outputs
      .filter((field) => field.optional !== true)
      .map((field) => `${nameOf(field.name)}: ${this.isReadable ? this.lineOf(field) : UNREADABLE}`)
      .join('\n');
  }

  get correction(): string {
    const problems = (this.last?.problems ?? []).map((problem) => `- ${problem}`).join('\n');
    const { outputs, nameOf } = this.program;
    const form = outputs.map((field) => `${nameOf(field.name)}: …`).join('\n');
    return `Your answer cannot be used:\n${problems}\nAnswer again, completely, one field after the other, in this form:\n${form}`;
  }

  /** A value on one line: the reading counts, Ax only needs to see that there is one. */
  private lineOf(field: Field): string {
    const text = textOf(this.last?.outputs[field.name]).replace(/\s+/g, ' ').trim();
    return text === '' ? '-' : text;
  }
}

function unreadable(open: OpenModel, reader: TaskReader, { lastAnswer, spent }: Meter, cause: unknown): AtelierError {
  const problems = reader.last?.problems.join('; ') ?? 'there is none';
  return new AtelierError(
    'model.invalid_answer',
    `The answer of ${open.name} cannot be read: ${problems}. It was: ${lastAnswer.slice(0, SHOWN_ANSWER)}`,
    {
      hint: 'Try again, choose a stronger model, or say in the instructions what the answer must look like.',
      spent,
      cause,
    },
  );
}
