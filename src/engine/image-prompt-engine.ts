import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import { RunnableSequence } from '@langchain/core/runnables';
import { AtelierError, cancelled } from '../core/errors.js';
import type { ImagePromptEngine, StageOptions, StageResult } from '../core/image-prompt/generate.js';
import { type Demo, type FieldValues, textOf } from '../core/program/program.js';
import type { Task } from '../core/program/task.js';
import type { Field } from '../core/signature/signature.js';
import { emptyAnswer } from '../models/model-error.js';
import type { OpenModel } from '../models/model-hub.js';
import { axProgram } from './ax-program.js';
import { AxChatService } from './ax-service.js';
import { PortChatModel } from './langchain-model.js';
import { Meter, portError } from './meter.js';
import { plainAnswer, shownValue } from './normalise-answer.js';

/** Extra attempts when the answer cannot be read: the model is told what was wrong. */
const READ_RETRIES = 1;

/** The two stages of an image prompt: structure through Ax, enhance through LangChain, both over one port. */
export function createImagePromptEngine(open: OpenModel): ImagePromptEngine {
  return {
    model: open.name,
    structure: (task, options) => structure(open, task, options),
    enhance: (task, options) => enhance(open, task, options),
  };
}

async function structure(open: OpenModel, task: Task, options: StageOptions): Promise<StageResult> {
  const output = onlyOutput(task);
  const meter = new Meter();
  const service = new AxChatService(open, {
    outputs: task.program.signature.outputs,
    request: { task, seed: options.seed },
    signal: options.signal,
    onText: (text) => options.onText(shownValue(text, output)),
    onResult: (result) => meter.add(result),
  });
  const { generator, inputsOf } = axProgram(task.program);
  try {
    const values = await generator.forward(service, inputsOf(task.inputs), { maxRetries: READ_RETRIES, stream: false });
    // A prompt is one paragraph: what follows is politeness.
    const [paragraph = ''] = plainAnswer(String(values[output.name] ?? ''), output).split(/\n\s*\n/);
    const text = oneLine(paragraph);
    if (text === '') throw emptyAnswer(open.name);
    return { text, ...meter.total() };
  } catch (error) {
    throw axError(error, open, meter.lastAnswer, options.signal);
  }
}

async function enhance(open: OpenModel, task: Task, options: StageOptions): Promise<StageResult> {
  const output = onlyOutput(task);
  const meter = new Meter();
  const model = new PortChatModel({ open, request: { task, seed: options.seed }, onResult: (result) => meter.add(result) });
  const chain = RunnableSequence.from([ENHANCE_TEMPLATE, model, new StringOutputParser()]);
  const variables = {
    instructions: task.program.instructions,
    demos: task.program.demos.flatMap(demoMessages),
    question: describeInputs(task.inputs),
  };
  let text = '';
  try {
    const stream = await chain.stream(variables, options.signal === undefined ? {} : { signal: options.signal });
    for await (const delta of stream) {
      text += delta;
      options.onText(shownValue(text, output));
    }
  } catch (error) {
    if (options.signal?.aborted === true) throw cancelled(options.signal.reason);
    throw error;
  }
  const answer = plainAnswer(text, output);
  if (answer === '') throw emptyAnswer(open.name);
  return { text: answer, ...meter.total() };
}

/** The instructions are values, never template text: braces in them mean nothing. */
const ENHANCE_TEMPLATE = ChatPromptTemplate.fromMessages([
  ['system', '{instructions}'],
  new MessagesPlaceholder({ variableName: 'demos', optional: true }),
  ['human', '{question}'],
]);

function demoMessages(demo: Demo) {
  return [new HumanMessage(describeInputs(demo.inputs)), new AIMessage(Object.values(demo.outputs).map(textOf).join('\n'))];
}

function describeInputs(inputs: FieldValues): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join('\n');
}

/** What a person must see: the port's own error, or why the answer cannot be read. */
function axError(thrown: unknown, open: OpenModel, lastAnswer: string, signal: AbortSignal | undefined): unknown {
  const known = portError(thrown, signal);
  if (known !== undefined) return known;
  const reason = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
  return new AtelierError('model.invalid_answer', `The answer of ${open.name} cannot be read (${reason}): ${lastAnswer.slice(0, 200)}`, {
    hint: 'Try again, or choose a stronger model.',
    cause: thrown,
  });
}

function onlyOutput(task: Task): Field {
  const output = task.program.signature.outputs[0];
  if (output === undefined) throw new AtelierError('internal', 'The signature has no output.', { hint: 'Report this.' });
  return output;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
