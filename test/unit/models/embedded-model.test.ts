import assert from 'node:assert/strict';
import { facetsOf } from '../../../src/core/image-prompt/facets.js';
import { imagePromptProgram } from '../../../src/core/image-prompt/programs.js';
import type { TrainingRecord } from '../../../src/core/image-prompt/records.js';
import type { Task } from '../../../src/core/program/task.js';
import type { Taste } from '../../../src/core/taste/taste.js';
import type { ChatRequest } from '../../../src/models/chat-model.js';
import { EmbeddedProvider } from '../../../src/models/embedded/embedded-provider.js';
import { readSubject } from '../../../src/models/embedded/subject.js';
import { sampleTaste } from '../core/samples.js';
import { builtInTastes, Studio, starterRows } from './starter-data.js';
import { ask, failure } from './support.js';

const provider = new EmbeddedProvider();

const taskOf = (taste: Taste, idea: string, rows: readonly TrainingRecord[] = []): Task => ({
  program: imagePromptProgram(taste, rows),
  inputs: { taste: taste.name, user_input: idea },
  taste,
});
const request = (task: Task, seed: number, more: Partial<ChatRequest> = {}): ChatRequest =>
  ask('messages are not read', { task, seed, ...more });

describe('EmbeddedProvider learns from demos', () => {
  let taste: Taste = sampleTaste('x');
  let rows: readonly TrainingRecord[] = [];

  before(async () => {
    taste = (await builtInTastes()).find(({ name }) => name === 'oil painting') ?? assert.fail();
    rows = (await starterRows()).filter((row) => row.taste === taste.name);
  });

  /** How many of 100 generations of the whole prompt say this. */
  async function frequency(demos: readonly TrainingRecord[], phrase: string): Promise<number> {
    const studio = new Studio(demos);
    let count = 0;
    for (let seed = 0; seed < 100; seed++) {
      if ((await studio.generate(taste, 'a ship leaving the harbour', seed)).final.includes(phrase)) count++;
    }
    return count;
  }

  /** The rows with this phrase in all their prompts. */
  const saying = (phrase: string, qualityScore: number) =>
    rows.slice(0, 6).map((row) => ({
      ...row,
      qualityScore,
      structuredPrompt: `${row.structuredPrompt}, ${phrase}`,
      finalPrompt: `${row.finalPrompt}, ${phrase}`,
    }));

  it('a word of the taste that they use comes more often', async () => {
    const phrase = taste.vocabulary.palette.find(({ subjects }) => subjects.length === 0)?.text ?? assert.fail();
    const plain = await frequency([], phrase);
    const taught = await frequency(saying(phrase, 1), phrase);
    assert.ok(taught >= 2 * plain && taught >= plain + 4, `${phrase}: ${plain} without, ${taught} with demos`);
  });

  it('the better the demos, the more often', async () => {
    const phrase = taste.vocabulary.lighting.find(({ subjects }) => subjects.length === 0)?.text ?? assert.fail();
    const poor = await frequency(saying(phrase, 0.6), phrase);
    const good = await frequency(saying(phrase, 1), phrase);
    assert.ok(good > poor, `${phrase}: ${poor} with poor, ${good} with good demos`);
  });

  it('a phrase of style that the taste does not have is taken over', async () => {
    const phrase = 'shimmering silver light on rough edges';
    assert.equal(await frequency(rows.slice(0, 6), phrase), 0);
    assert.ok((await frequency(saying(phrase, 1), phrase)) >= 10);
  });

  it('a phrase that names a thing, or what the taste avoids, is not', async () => {
    for (const phrase of ['soft light on a wooden piano', `soft ${taste.avoid[0] ?? 'pixel'} light over muted tones`]) {
      assert.equal(await frequency(saying(phrase, 1), phrase), 0);
    }
  });

  it('other data give other prompts', async () => {
    const texts = await Promise.all(
      [rows.slice(0, 6), rows.slice(6, 12), []].map(async (demos) => {
        const made = await Promise.all(
          [1, 2, 3, 4, 5].map((seed) => new Studio(demos).generate(taste, 'a ship leaving the harbour', seed)),
        );
        return made.map(({ final }) => final).join('\n');
      }),
    );
    assert.equal(new Set(texts).size, 3);
  });
});

describe('EmbeddedProvider', () => {
  const taste = sampleTaste('tiny');
  const task = taskOf(taste, 'a fox');

  it('works with a taste that has a lead and nothing else', async () => {
    assert.deepEqual((await provider.chat(request(task, 1))).text, ['Tiny of a fox']);
  });

  it('works with a taste that has nothing at all', async () => {
    assert.deepEqual((await provider.chat(request(taskOf({ ...taste, leads: [] }, 'a fox'), 1))).text, ['A fox']);
  });

  it('answers as often as asked, each from its own seed', async () => {
    const anime = (await builtInTastes()).find(({ name }) => name === 'anime') ?? assert.fail();
    const { text } = await provider.chat(request(taskOf(anime, 'a fox'), 4, { n: 3 }));
    assert.equal(new Set(text).size, 3);
    assert.deepEqual((await provider.chat(request(taskOf(anime, 'a fox'), 5))).text, [text[1]]);
  });

  it('streams what it would answer', async () => {
    const anime = (await builtInTastes()).find(({ name }) => name === 'anime') ?? assert.fail();
    const { text } = await provider.chat(request(taskOf(anime, 'a fox'), 1));
    const stream = provider.stream(request(taskOf(anime, 'a fox'), 1));
    const deltas: string[] = [];
    let step = await stream.next();
    for (; step.done !== true; step = await stream.next()) deltas.push(step.value);
    assert.ok(deltas.length > 5);
    assert.deepEqual([deltas.join('')], text);
    assert.deepEqual(step.value.text, text);
  });

  const signature = {
    name: 'Sentiment',
    description: 'd',
    instructions: 'i',
    inputs: [{ name: 'text', type: 'string' as const, description: 't' }],
    outputs: [{ name: 'label', type: 'class' as const, description: 'l', options: ['y', 'n'] }],
  };
  const refused: [string, ChatRequest, RegExp][] = [
    ['free conversation', ask('Tell me a joke'), /free conversation/],
    [
      'a signature without examples',
      request({ program: { signature, instructions: 'i', demos: [] }, inputs: { text: 'z' } }, 1),
      /Sentiment has no examples/,
    ],
    [
      'another signature with a taste',
      request({ program: { signature, instructions: 'i', demos: [] }, inputs: {}, taste }, 1),
      /Sentiment/,
    ],
    [
      'image prompts without a taste',
      request({ program: task.program, inputs: task.inputs }, 1),
      /from the words of a taste, and "tiny" is none/,
    ],
  ];
  for (const [what, asked, message] of refused) {
    it(`refuses ${what}, and names models that can`, async () => {
      const error = await failure(provider.chat(asked), 'model.unsupported');
      assert.match(error.message, message);
      for (const name of ['OpenAI', 'Groq', 'Gemini', 'Ollama', 'LM Studio']) assert.ok(error.hint.includes(name), name);
    });
  }
});

describe('readSubject', () => {
  const kinds: [string, string[]][] = [
    ['a dragon flying over a castle', ['creature']],
    ['an old clock tower', ['city']],
    ['two grandmothers playing cards', ['person']],
    ['ein Fuchs im Wald', ['creature']],
    ['соняшники', ['plant']],
    ['a glass of wine', ['object']],
    ['qwertz', []],
  ];
  for (const [idea, expected] of kinds) {
    it(`takes "${idea}" for ${expected.join(', ') || 'nothing it knows'}`, () => assert.deepEqual([...readSubject(idea).kinds], expected));
  }

  it('reads what is excluded', () => {
    const { excludedKinds, excludedWords, excludedFacets, kinds } = readSubject('a harbour with no people and no fog, without cars');
    assert.deepEqual([...kinds], ['city']);
    assert.ok(excludedKinds.has('person') && excludedKinds.has('vehicle'));
    assert.ok(excludedWords.has('car'));
    assert.deepEqual([...(excludedFacets.get('weather') ?? [])], ['fog']);
  });

  it('does not take what follows a preposition for excluded', () => {
    const { kinds, excludedKinds } = readSubject('a street without people under a castle');
    assert.ok(kinds.has('city'));
    assert.ok(!excludedKinds.has('city'));
  });
});

describe('facetsOf', () => {
  const readings: [string, string, string[]][] = [
    ['golden hour light', 'time', ['sunset']],
    ['shot with an 85mm lens', 'lens', ['tele']],
    ['a 24 mm lens', 'lens', ['wide']],
    ['50mm', 'lens', ['normal']],
    ['bird’s-eye view', 'viewpoint', ['overhead']],
    ['anime film still of a cat', 'energy', []],
    ['a still lake', 'energy', ['calm']],
    ['a dusty road', 'time', []],
    ['a knight in armour', 'time', []],
    ['the grain of wood', 'weather', []],
    ['trained dogs', 'weather', []],
  ];
  for (const [text, facet, values] of readings) {
    it(`reads ${facet} ${values.join() || 'nowhere'} in "${text}"`, () => assert.deepEqual([...(facetsOf(text).get(facet) ?? [])], values));
  }
});
