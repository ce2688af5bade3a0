import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import type { Program } from '../../src/core/program/program.js';
import type { Signature } from '../../src/core/signature/signature.js';
import type { ChatModel } from '../../src/models/chat-model.js';
import { repoRoot } from '../workbench/paths.mjs';
import { median, report } from './report.js';
import { startServerProcess } from './server-process.js';

const run = promisify(execFile);
const require = createRequire(path.join(repoRoot, 'package.json'));

/** 10,000 training rows in the workspace, warm: both stages and the durable append. */
export async function embedded(folder: string): Promise<void> {
  const { GenerationStore } = require('./dist/store.js') as typeof import('../../src/store/index.js');
  const { createImagePromptEngine, generateImagePrompt, ModelHub } =
    require('./dist/engine.js') as typeof import('../../src/engine/index.js');
  mkdirSync(path.join(folder, 'data'), { recursive: true });
  const nouns = ['dragon', 'castle', 'fox', 'teapot', 'bridge', 'garden', 'train', 'harbour', 'violin', 'market'];
  const columns = ['timestamp', 'taste', 'user_input', 'dspy_prompt', 'final_prompt', 'quality_score', 'image_generated', 'user_id'];
  const rows = Array.from({ length: 10_000 }, (_, index) => {
    const subject = `a ${nouns[index % 10]} beside a ${nouns[Math.floor(index / 10) % 10]} number ${index}`;
    const prompt = `anime illustration of ${subject}, crisp cel shading with clean ink lines, small subject against a vast setting`;
    return [
      '2026-01-01T00:00:00.000Z',
      'anime',
      subject,
      prompt,
      `${prompt}, cool cobalt and lavender palette`,
      0.6 + (index % 40) / 100,
      'false',
      'bench',
    ];
  });
  writeFileSync(path.join(folder, 'data/training_data.csv'), stringify(rows, { header: true, columns }));
  const store = new GenerationStore({
    packedFolder: path.join(repoRoot, 'data'),
    workspaceFolder: folder,
    dataFolder: 'data',
    onProblem: () => undefined,
  });
  const none = async () => undefined;
  const hub = new ModelHub({
    keyFor: none,
    baseUrlFor: () => undefined,
    limits: {},
    timeoutMs: 60_000,
    prices: async () => [],
    environmentProxy: false,
  });
  const ports = await store.generationPorts(createImagePromptEngine(await hub.open('embedded')));
  const times: number[] = [];
  for (let index = 0; index < 120; index++) {
    const started = performance.now();
    await generateImagePrompt(
      { taste: 'anime', description: `a ${nouns[index % 10]} over a ${nouns[(index + 3) % 10]}`, seed: index, userId: 'bench' },
      ports,
    );
    if (index >= 20) times.push(performance.now() - started);
  }
  report({ what: 'embedded generation, 10,000 training rows, saved, p50 warm', value: median(times), unit: 'ms', bar: 15 });
}

/** What the core and Ax add to a call, with a model that answers at once in the same process. */
export async function predictOverhead(): Promise<void> {
  const { createPredictor } = require('./dist/engine.js') as typeof import('../../src/engine/index.js');
  const usage = { promptTokens: 1, completionTokens: 1, estimated: false };
  const answer = { text: ['Label: good'], usage, cached: false, cost: 0 };
  const port: ChatModel = {
    endpoint: 'bench',
    chat: async () => answer,
    async *stream() {
      yield answer.text[0] ?? '';
      return answer;
    },
  };
  const predictor = createPredictor({ port, model: 'm', name: 'bench:m', concurrency: 1 });
  const signature: Signature = {
    name: 'sentiment',
    description: 'Classify the sentiment of a review.',
    instructions: 'Judge the whole review.',
    inputs: [{ name: 'review', type: 'string', description: 'The text of the review' }],
    outputs: [{ name: 'label', type: 'class', description: 'Overall sentiment', options: ['good', 'bad'] }],
  };
  for (const [demos, bar] of [
    [0, 0.3],
    [16, 1],
  ] as const) {
    const program: Program = {
      signature,
      instructions: signature.instructions,
      demos: Array.from({ length: demos }, (_, index) => ({
        inputs: { review: `review ${index}` },
        outputs: { label: 'good' },
        quality: 1,
      })),
    };
    const rounds: number[] = [];
    for (let round = 0; round < 9; round++) {
      const started = performance.now();
      for (let index = 0; index < 500; index++) await predictor.predict({ program, inputs: { review: `${index}` } });
      // Four rounds to get warm: the compiler is at work for about 2,000 calls.
      if (round >= 4) rounds.push((performance.now() - started) / 500);
    }
    report({ what: `predict, model that answers at once, ${demos} demos`, value: median(rounds), unit: 'ms', bar });
  }
}

/** CPU per model call at 16 in flight, contenders interleaved, medians of 3, against a server in a process of its own. */
export async function modelCalls(): Promise<void> {
  const { url, stop } = await startServerProcess('--answer', 'Sentiment: positive');
  // The bars were set on a machine where bare fetch took 0.24 ms: as a multiple of fetch they hold on any.
  const fetchMs = 0.24;
  const bars: Record<string, { bar?: number; goal?: number }> = {
    'node:http': {},
    fetch: {},
    'langchain alone': {},
    'langchain + port': { bar: 0.6 / fetchMs, goal: 0.4 / fetchMs },
    'ax alone': {},
    'ax + port': { bar: 1.1 / fetchMs, goal: 0.8 / fetchMs },
  };
  const cpu = new Map<string, number[]>(Object.keys(bars).map((name) => [name, []]));
  for (let round = 0; round < 3; round++) {
    for (const name of Object.keys(bars)) {
      const { stdout } = await run(process.execPath, [path.join(repoRoot, 'out/test/bench/contender.cjs'), name, url, '3000', '16']);
      cpu.get(name)?.push((JSON.parse(stdout) as { cpuMs: number }).cpuMs);
    }
  }
  stop();
  const floor = median(cpu.get('fetch') ?? []);
  for (const [name, bar] of Object.entries(bars)) {
    const value = median(cpu.get(name) ?? []);
    report({ what: `CPU per model call at 16 in flight: ${name}`, value, unit: 'ms' });
    if (bar.bar !== undefined) report({ what: '  as a multiple of bare fetch', value: value / floor, unit: 'x', ...bar });
  }
}
