// One contender of the model-call benchmark, in a process of its own: makes `calls` calls, `width` at a time, prints CPU per call.
import http from 'node:http';
import { ai, ax } from '@ax-llm/ax';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { RunnableSequence } from '@langchain/core/runnables';
import { ChatOpenAI } from '@langchain/openai';
import type { Program } from '../../src/core/program/program.js';
import { axProgram } from '../../src/engine/ax-program.js';
import { AxChatService } from '../../src/engine/ax-service.js';
import { PortChatModel } from '../../src/engine/langchain-model.js';
import { ModelHub } from '../../src/models/model-hub.js';

const MODEL = 'fault-large';
const REVIEW = 'The soup was cold, but the waiter made up for it with a smile and a second bowl.';

const PROGRAM: Program = {
  signature: {
    name: 'Sentiment',
    description: 'Classify the sentiment of a review.',
    instructions: 'Judge the whole review.',
    inputs: [{ name: 'review', type: 'string', description: 'The text of the review' }],
    outputs: [{ name: 'sentiment', type: 'class', description: 'Overall sentiment', options: ['positive', 'negative', 'neutral'] }],
  },
  instructions: 'Judge the whole review, not single words.',
  demos: [],
};
const TEMPLATE = ChatPromptTemplate.fromMessages([
  ['system', 'Classify the sentiment of a review.'],
  ['human', '{review}'],
]);

type Call = (index: number) => Promise<unknown>;

/** The contenders; each sends one request per call and reads one short answer. */
const CONTENDERS: Record<string, (url: string) => Promise<Call>> = {
  'node:http': async (url) => {
    const agent = new http.Agent({ keepAlive: true });
    return (index) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(request(index));
        const options = {
          agent,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        };
        const sent = http.request(`${url}/chat/completions`, options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
        });
        sent.on('error', reject);
        sent.end(body);
      });
  },
  fetch: async (url) => async (index) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(request(index)) });
    return response.json();
  },
  'langchain alone': async (url) => {
    const model = new ChatOpenAI({ model: MODEL, apiKey: 'none', maxRetries: 0, temperature: 0, configuration: { baseURL: url } });
    const chain = RunnableSequence.from([TEMPLATE, model, new StringOutputParser()]);
    return (index) => chain.invoke({ review: `${index} ${REVIEW}` });
  },
  'ax alone': async (url) => {
    const service = ai({ name: 'openai-compatible', apiURL: url, config: { model: MODEL, stream: false } });
    const program = ax('review:string -> sentiment:class "positive, negative, neutral"');
    return (index) => program.forward(service, { review: `${index} ${REVIEW}` }, { stream: false });
  },
  'langchain + port': async (url) => {
    const open = await hub(url).open(`custom:${MODEL}`);
    return (index) => {
      const model = new PortChatModel({ open, request: { temperature: 0 }, onResult: () => undefined });
      return RunnableSequence.from([TEMPLATE, model, new StringOutputParser()]).invoke({ review: `${index} ${REVIEW}` });
    };
  },
  'ax + port': async (url) => {
    const open = await hub(url).open(`custom:${MODEL}`);
    const program = axProgram(PROGRAM).generator;
    const { outputs } = PROGRAM.signature;
    return (index) => {
      const service = new AxChatService(open, { outputs, request: { temperature: 0 }, onResult: () => undefined });
      return program.forward(service, { review: `${index} ${REVIEW}` }, { stream: false, maxRetries: 0 });
    };
  },
};

function request(index: number) {
  return {
    model: MODEL,
    temperature: 0,
    messages: [
      { role: 'system', content: 'Classify the sentiment of a review.' },
      { role: 'user', content: `${index} ${REVIEW}` },
    ],
  };
}

function hub(url: string): ModelHub {
  return new ModelHub({
    keyFor: async () => undefined,
    baseUrlFor: () => url,
    limits: { concurrency: 64 },
    timeoutMs: 60_000,
    prices: async () => [],
    environmentProxy: false,
  });
}

async function pool(call: Call, calls: number, width: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function main([name = '', url = '', calls = '2000', width = '16', warm = '300']: string[]): Promise<void> {
  const make = CONTENDERS[name];
  if (make === undefined) throw new Error(`no contender "${name}"`);
  const call = await make(url);
  await pool(call, Number(warm), Number(width));
  const before = process.cpuUsage();
  const started = performance.now();
  await pool(call, Number(calls), Number(width));
  const cpu = process.cpuUsage(before);
  const cpuMs = (cpu.user + cpu.system) / 1000 / Number(calls);
  const perSecond = Number(calls) / ((performance.now() - started) / 1000);
  process.stdout.write(`${JSON.stringify({ cpuMs, perSecond, rssMb: process.memoryUsage.rss() / 1e6 })}\n`, () => process.exit(0));
}

void main(process.argv.slice(2));
