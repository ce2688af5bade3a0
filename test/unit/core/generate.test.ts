import assert from 'node:assert/strict';
import { AtelierError, cancelled } from '../../../src/core/errors.js';
import {
  type GenerationEvent,
  type GenerationPorts,
  generateImagePrompt,
  type ImagePromptEngine,
  type Pattern,
  type StageOptions,
  type StageResult,
} from '../../../src/core/image-prompt/generate.js';
import { IMAGE_PROMPT } from '../../../src/core/image-prompt/programs.js';
import type { HistoryRecord } from '../../../src/core/image-prompt/records.js';
import type { Task } from '../../../src/core/program/task.js';
import type { Version, VersionDraft } from '../../../src/core/version/version.js';
import { sampleTaste, sampleTraining, Tables } from './samples.js';
import { sampleVersion } from './version-samples.js';

type Stage = (task: Task, options: StageOptions) => Promise<StageResult>;

const answer =
  (text: string, more: Partial<StageResult> = {}): Stage =>
  async (_, { onText }) => {
    onText(text.slice(0, 3));
    onText(text);
    return { text, usage: { promptTokens: 10, completionTokens: 5, estimated: false }, costUsd: 0.25, cached: false, ...more };
  };

/** Ports with an engine of these stages; keeps what was asked and saved. */
class Workshop implements GenerationPorts {
  readonly tastes = [sampleTaste('anime'), sampleTaste('oil painting')];
  readonly saved: HistoryRecord[] = [];
  readonly tasks: Task[] = [];
  readonly engine: ImagePromptEngine;
  readonly now = new Tables().now;
  asked: [string, string, number] | undefined;
  /** The version that shall run. */
  version: Version | undefined;

  constructor(structure: Stage = answer('structured'), enhance: Stage = answer('structured, enhanced')) {
    const keep = (stage: Stage): Stage => {
      return (task, options) => {
        this.tasks.push(task);
        return stage(task, options);
      };
    };
    this.engine = { model: 'fake:one', structure: keep(structure), enhance: keep(enhance) };
  }

  readonly demos: GenerationPorts['demos'] = async (taste, description, count) => {
    this.asked = [taste.name, description, count];
    return Array.from({ length: count }, (_, index) => sampleTraining(`input ${index}`, 0.6 + index / 100));
  };
  readonly production = async () => this.version;
  save = async (record: HistoryRecord): Promise<void> => {
    this.saved.push(record);
  };
  readonly newId = () => 'id-1';
}

const REQUEST = { taste: 'Anime', description: '  a dragon\n', seed: 7, userId: 'ann' };

const rejectsWith = (work: Promise<unknown>, code: AtelierError['code'], hint: RegExp) =>
  assert.rejects(work, (error) => AtelierError.is(error, code) && hint.test(error.hint));

describe('generateImagePrompt', () => {
  it('runs both stages, saves one record and returns it', async () => {
    const ports = new Workshop();
    const { record, usage, cached, ...rest } = await generateImagePrompt(REQUEST, ports);
    assert.deepEqual(rest, {});
    assert.equal(cached, false);
    assert.deepEqual(usage, { promptTokens: 20, completionTokens: 10, estimated: false });
    assert.deepEqual(ports.saved, [record]);
    assert.deepEqual(record, {
      id: 'id-1',
      timestamp: '2026-05-01T10:00:02.000Z',
      taste: 'anime',
      userInput: 'a dragon',
      structuredPrompt: 'structured',
      finalPrompt: 'structured, enhanced',
      qualityScore: 0,
      imageGenerated: false,
      userId: 'ann',
      model: 'fake:one',
      version: 'built-in',
      pattern: 'enhance',
      latencyMs: 1000,
      promptTokens: 20,
      completionTokens: 10,
      costUsd: 0.5,
      status: 'ok',
    });
  });

  it('asks for demos of the taste and gives the best three to stage 2, which sees the structured prompt', async () => {
    const ports = new Workshop();
    await generateImagePrompt(REQUEST, ports);
    assert.deepEqual(ports.asked, ['anime', 'a dragon', 6]);
    const [structure, enhance] = ports.tasks;
    assert.equal(structure?.program.demos.length, 6);
    assert.deepEqual(
      enhance?.program.demos.map((demo) => demo.inputs.user_input),
      ['input 3', 'input 4', 'input 5'],
    );
    assert.deepEqual(enhance?.inputs, { taste: 'anime', user_input: 'a dragon', structured_prompt: 'structured' });
    assert.equal(enhance?.target?.name, 'general');
  });

  it('tells a watcher the stages and the growing text', async () => {
    const events: GenerationEvent[] = [];
    await generateImagePrompt(REQUEST, new Workshop(), { onEvent: (event) => events.push(event) });
    assert.deepEqual(events, [
      { kind: 'stage', stage: 'structure' },
      { kind: 'text', stage: 'structure', text: 'str' },
      { kind: 'text', stage: 'structure', text: 'structured' },
      { kind: 'stage', stage: 'enhance' },
      { kind: 'text', stage: 'enhance', text: 'str' },
      { kind: 'text', stage: 'enhance', text: 'structured, enhanced' },
    ]);
  });

  it('keeps the structured prompt and says why when stage 2 fails', async () => {
    const failing: Stage = () => Promise.reject(new AtelierError('model.timeout', 'Too slow.', { hint: 'Wait.' }));
    const ports = new Workshop(answer('structured'), failing);
    const { record, enhanceError } = await generateImagePrompt(REQUEST, ports);
    assert.equal(record.status, 'structured_only');
    assert.equal(record.finalPrompt, 'structured');
    assert.equal(record.costUsd, undefined, 'what the failed calls cost nobody knows');
    assert.deepEqual(enhanceError, { code: 'model.timeout', message: 'Too slow.', hint: 'Wait.' });
    assert.deepEqual(ports.saved, [record]);
  });

  it('knows the cost of a stage 2 that was not sent', async () => {
    const broke: Stage = () => Promise.reject(new AtelierError('budget.exceeded', 'Spent.', { hint: 'Raise it.' }));
    assert.equal((await generateImagePrompt(REQUEST, new Workshop(answer('structured'), broke))).record.costUsd, 0.25);
  });

  it('runs stage 1 alone for the pattern "structure"', async () => {
    const ports = new Workshop();
    const { record, enhanceError } = await generateImagePrompt({ ...REQUEST, pattern: 'structure' }, ports);
    assert.equal(ports.tasks.length, 1);
    assert.equal(record.status, 'structured_only');
    assert.equal(record.pattern, 'structure');
    assert.equal(enhanceError, undefined);
  });

  it('throws what stage 1 throws, and saves nothing', async () => {
    const ports = new Workshop(() => Promise.reject(new AtelierError('model.auth', 'No.', { hint: 'Set the key.' })));
    await rejectsWith(generateImagePrompt(REQUEST, ports), 'model.auth', /key/);
    assert.deepEqual(ports.saved, []);
  });

  it('reports a failing save and keeps the prompt', async () => {
    const ports = new Workshop();
    ports.save = () => Promise.reject(new AtelierError('data.not_writable', 'Read-only.', { hint: 'Unlock it.' }));
    const { record, saveError } = await generateImagePrompt(REQUEST, ports);
    assert.equal(record.finalPrompt, 'structured, enhanced');
    assert.deepEqual(saveError, { code: 'data.not_writable', message: 'Read-only.', hint: 'Unlock it.' });
  });

  it('stops before stage 2 when cancelled during stage 1, and saves nothing', async () => {
    const controller = new AbortController();
    const ports = new Workshop(async (task, options) => {
      controller.abort();
      return answer('structured')(task, options);
    });
    await rejectsWith(generateImagePrompt(REQUEST, ports, { signal: controller.signal }), 'cancelled', /./);
    assert.equal(ports.tasks.length, 1);
    assert.deepEqual(ports.saved, []);
  });

  it('takes a cancelled stage 2 for a cancellation, not for a failure', async () => {
    const ports = new Workshop(answer('structured'), () => Promise.reject(cancelled()));
    await rejectsWith(generateImagePrompt(REQUEST, ports), 'cancelled', /./);
    assert.deepEqual(ports.saved, []);
  });

  it('knows no cost when one stage has no price', async () => {
    const ports = new Workshop(answer('structured'), answer('more', { costUsd: undefined }));
    assert.equal((await generateImagePrompt(REQUEST, ports)).record.costUsd, undefined);
  });

  it('is cached only when every stage was', async () => {
    const hit = { cached: true };
    assert.equal((await generateImagePrompt(REQUEST, new Workshop(answer('a', hit), answer('b', hit)))).cached, true);
    assert.equal((await generateImagePrompt(REQUEST, new Workshop(answer('a', hit), answer('b')))).cached, false);
  });

  it('refuses bad input before it asks for anything', async () => {
    const ports = new Workshop();
    await rejectsWith(generateImagePrompt({ ...REQUEST, description: 'x' }, ports), 'description.too_short', /dragon/);
    await rejectsWith(generateImagePrompt({ ...REQUEST, taste: 'animee' }, ports), 'taste.unknown', /"anime".*oil painting/);
    await rejectsWith(generateImagePrompt({ ...REQUEST, target: 'klip' }, ports), 'usage.invalid', /general, clip, natural/);
    await rejectsWith(generateImagePrompt({ ...REQUEST, pattern: 'both' as Pattern }, ports), 'usage.invalid', /enhance, structure/);
    assert.equal(ports.asked, undefined);
    assert.deepEqual(ports.tasks, []);
  });
});

describe('generateImagePrompt with a version', () => {
  const demo = (idea: string, taste = 'anime') => ({
    inputs: { taste, user_input: idea },
    outputs: { optimized_prompt: `version's ${idea}` },
    quality: 1,
    augmented: false,
  });
  const version = (more: Partial<VersionDraft> = {}) =>
    sampleVersion(3, {
      ...{ signature: IMAGE_PROMPT, instructions: 'Be bold.', scope: {}, settings: undefined, created: '2026-01-02T03:04:05.000Z' },
      ...{ demos: [demo('a fox'), demo('a teapot', 'oil painting'), demo('input 3')] },
      ...more,
    });
  const run = async (more: Partial<VersionDraft> = {}, request: Partial<typeof REQUEST> = {}) => {
    const ports = new Workshop();
    ports.version = version(more);
    const { record } = await generateImagePrompt({ ...REQUEST, ...request }, ports);
    const [structure, enhance] = ports.tasks.map(({ program }) => program);
    return { record, structure, enhance };
  };

  it('runs its instructions and, before the rated rows, its demos of the taste; the record names it', async () => {
    const { record, structure, enhance } = await run();
    assert.equal(record.version, 'v3');
    assert.match(structure?.instructions ?? '', /^Be bold\.\n\nTaste "anime"/);
    assert.deepEqual(
      structure?.demos.map(({ inputs, outputs }) => [inputs.user_input, outputs.optimized_prompt]),
      [
        ['a fox', "version's a fox"],
        ['input 3', "version's input 3"],
        ...[1, 2, 4, 5].map((index) => [`input ${index}`, `structured input ${index}`]),
      ],
    );
    assert.deepEqual(
      enhance?.demos.map(({ inputs }) => inputs.user_input),
      ['input 3', 'input 4', 'input 5'],
    );
  });

  it('shows rows that were rated after it was made beside all of its demos, and older ones where there is room', async () => {
    const demos = Array.from({ length: 9 }, (_, index) => demo(`idea ${index}`));
    assert.equal((await run({ demos })).structure?.demos.length, 9);
    assert.equal((await run({ demos, created: '2025-12-31T00:00:00.000Z' })).structure?.demos.length, 15);
  });

  it('lets a row that was rated after it was made go before its demo of the same idea', async () => {
    const { structure } = await run({ created: '2025-12-31T00:00:00.000Z' });
    const shown = structure?.demos.filter(({ inputs }) => inputs.user_input === 'input 3').map(({ outputs }) => outputs.optimized_prompt);
    assert.deepEqual(shown, ['structured input 3']);
  });

  it('shows of many demos those that are nearest to the description, when it says so', async () => {
    const { structure } = await run({
      settings: { nearestDemos: 1 },
      demos: [demo('a dragon at dawn'), demo('a ship'), demo('two cats')],
    });
    assert.deepEqual(
      structure?.demos.slice(0, 2).map(({ inputs }) => inputs.user_input),
      ['a dragon at dawn', 'input 1'],
    );
  });

  it('takes the names of its own fields', async () => {
    const signature = { ...IMAGE_PROMPT, outputs: [{ name: 'prompt', type: 'string', description: '' } as const] };
    const { structure } = await run({ signature, demos: [] });
    assert.deepEqual(Object.keys(structure?.demos[0]?.outputs ?? {}), ['prompt']);
  });

  for (const [scope, runs] of [
    [{}, true],
    [{ taste: 'Anime' }, true],
    [{ user: 'ann' }, true],
    [{ taste: 'anime', user: 'ann' }, true],
    [{ taste: 'oil painting' }, false],
    [{ user: 'bob' }, false],
    [{ taste: 'anime', user: 'bob' }, false],
  ] as const) {
    it(`${runs ? 'runs' : 'leaves alone'} what was made for ${JSON.stringify(scope)}`, async () => {
      assert.equal((await run({ scope })).record.version, runs ? 'v3' : 'built-in');
    });
  }

  it('leaves alone what makes no image prompt of an idea and a taste', async () => {
    const signature = { ...IMAGE_PROMPT, inputs: [...IMAGE_PROMPT.inputs, { name: 'mood', type: 'string', description: '' } as const] };
    const { record, structure } = await run({ signature, demos: [] });
    assert.equal(record.version, 'built-in');
    assert.equal(structure?.signature, IMAGE_PROMPT);
  });

  it('runs nothing else in the place of a version that cannot be read', async () => {
    const ports = new Workshop();
    const broken = () => Promise.reject(new AtelierError('version.edited', 'It was edited.', { hint: 'Restore it.' }));
    await rejectsWith(generateImagePrompt(REQUEST, Object.assign(ports, { production: broken })), 'version.edited', /Restore/);
    assert.deepEqual(ports.saved, []);
  });
});
