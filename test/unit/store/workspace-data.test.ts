import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { FeedbackRecord, HistoryRecord, TrainingRecord } from '../../../src/core/image-prompt/records.js';
import { type Problem, readPrices, WorkspaceData } from '../../../src/store/index.js';
import { failsWith, useFolder } from './support.js';

const TRAINING: TrainingRecord = {
  timestamp: '2026-11-20T10:00:00.000Z',
  taste: 'anime',
  userInput: 'a dragon,\nflying',
  structuredPrompt: 'dragon "in" flight',
  finalPrompt: 'anime illustration of a dragon',
  qualityScore: 0.75,
  imageGenerated: true,
  userId: 'kim',
};
const HISTORY: HistoryRecord = {
  ...TRAINING,
  id: 'p1',
  model: 'embedded',
  version: 'v0001',
  pattern: 'enhance',
  latencyMs: 12.5,
  promptTokens: 100,
  completionTokens: 50,
  costUsd: 0.000123,
  status: 'ok',
};
const FEEDBACK: FeedbackRecord = {
  timestamp: TRAINING.timestamp,
  promptId: 'p1',
  rating: 5,
  correction: '',
  comment: 'nice, "really"',
  userId: 'kim',
};
const HEAD = 'timestamp,taste,user_input,dspy_prompt,final_prompt,quality_score,image_generated,user_id\n';

describe('WorkspaceData', () => {
  const folder = useFolder();
  const problems: Problem[] = [];
  const open = (): WorkspaceData => {
    problems.length = 0;
    return new WorkspaceData({ workspaceFolder: folder.path(), onProblem: (problem) => problems.push(problem) });
  };
  const write = async (name: string, content: string): Promise<void> => {
    await mkdir(folder.path('data'), { recursive: true });
    await writeFile(folder.path('data', name), content);
  };
  const places = (): [string, number][] => problems.map(({ file, line }) => [file, line]);

  it('is empty in a new workspace', async () => {
    const data = open();
    assert.deepEqual([await data.training(), await data.history(), await data.feedback(), await data.problems()], [[], [], [], []]);
    assert.equal(await data.findHistory('p1'), undefined);
  });

  it('keeps training rows, with exactly the columns of the design', async () => {
    await open().appendTraining(TRAINING);
    const data = open();
    assert.deepEqual(await data.training(), [TRAINING]);
    assert.equal(await data.training(), await data.training());
    const text = await readFile(folder.path('data', 'training_data.csv'), 'utf8');
    assert.equal(
      text,
      `${HEAD}2026-11-20T10:00:00.000Z,anime,"a dragon,\nflying","dragon ""in"" flight",anime illustration of a dragon,0.75,true,kim\n`,
    );
  });

  it('keeps generations; score and image are not known yet', async () => {
    const data = open();
    await data.appendHistory(HISTORY);
    await data.appendHistory({ ...HISTORY, id: 'p2', costUsd: undefined, status: 'structured_only', latencyMs: Number.NaN });
    const fresh = { ...HISTORY, qualityScore: 0, imageGenerated: false };
    assert.deepEqual(await open().history(), [fresh, { ...fresh, id: 'p2', costUsd: undefined, status: 'structured_only', latencyMs: 0 }]);
    assert.equal((await data.findHistory('p2'))?.status, 'structured_only');
    await open().appendHistory({ ...HISTORY, id: 'p3' });
    assert.equal((await data.findHistory('p3'))?.id, 'p3');
    const [head, , row] = (await readFile(folder.path('data', 'prompt_history.csv'), 'utf8')).split('\n');
    assert.equal(head, `id,${HEAD.trim()},model,version,pattern,latency_ms,prompt_tokens,completion_tokens,cost_usd,status`);
    assert.ok(row?.endsWith(',anime illustration of a dragon,,false,kim,embedded,v0001,enhance,12.5,100,50,0.000123,ok'), row);
  });

  it('keeps feedback, also a rating that is taken back', async () => {
    const data = open();
    await data.appendFeedback(FEEDBACK);
    await data.appendFeedback({ ...FEEDBACK, rating: undefined, correction: 'better\nwords' });
    assert.deepEqual(await data.feedback(), [FEEDBACK, { ...FEEDBACK, rating: undefined, correction: 'better\nwords' }]);
    const text = await readFile(folder.path('data', 'user_feedback.csv'), 'utf8');
    assert.ok(text.startsWith('timestamp,prompt_id,rating,correction,comment,user_id\n'));
  });

  it('lets a later row replace an earlier one of the same prompt', async () => {
    const data = open();
    await data.appendTraining(TRAINING);
    await data.appendTraining({ ...TRAINING, userInput: 'other' });
    await data.appendTraining({ ...TRAINING, qualityScore: 0.2 });
    assert.deepEqual(
      (await data.training()).map(({ userInput, qualityScore }) => [userInput, qualityScore]),
      [
        ['other', 0.75],
        [TRAINING.userInput, 0.2],
      ],
    );
  });

  it('skips training rows that cannot be used, and says each once', async () => {
    const rows = [
      't,anime,in,s,final,0.5,True,kim',
      't,anime,in 2,s,final,1.5,true,kim',
      't,anime,in 3,s,final,good,true,kim',
      't,anime,in 4,s,final,"0,5",true,kim',
      't,anime,in 5,s,final,,true,kim',
      't,anime,in 6,s,final,0.5,maybe,kim',
      't,anime,,s,final,0.5,true,kim',
      't,anime,in 8,s,final,0.5,true',
      't,anime,in 9,s,final,1e0,,kim',
    ];
    await write('training_data.csv', `${HEAD}${rows.join('\n')}\n`);
    const data = open();
    const training = await data.training();
    assert.deepEqual(
      training.map(({ userInput, imageGenerated }) => [userInput, imageGenerated]),
      [
        ['in', true],
        ['in 9', false],
      ],
    );
    assert.deepEqual(
      places(),
      [3, 4, 5, 6, 7, 8, 9].map((line) => ['data/training_data.csv', line]),
    );
    await data.training();
    await data.appendTraining(TRAINING);
    await data.training();
    assert.equal(problems.length, 7);
    assert.deepEqual(
      (await data.problems()).map(({ line }) => line),
      [3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('skips ratings outside of 1 to 5, and numbers below 0', async () => {
    await write('user_feedback.csv', 'timestamp,prompt_id,rating,correction,comment,user_id\nt,p,6,,,\nt,p,2.5,,,\nt,p,1,,,\n');
    await write(
      'prompt_history.csv',
      `id,${HEAD.trim()},model,version,pattern,latency_ms,prompt_tokens,completion_tokens,cost_usd,status\np,t,a,i,s,f,,,u,m,v,e,-1,1,1,,ok\n`,
    );
    const data = open();
    assert.deepEqual(
      (await data.feedback()).map(({ rating }) => rating),
      [1],
    );
    assert.deepEqual(await data.history(), []);
    assert.deepEqual(places(), [
      ['data/user_feedback.csv', 2],
      ['data/user_feedback.csv', 3],
      ['data/prompt_history.csv', 2],
    ]);
  });

  it('does not save a score that it would skip', async () => {
    await assert.rejects(open().appendTraining({ ...TRAINING, qualityScore: 1.01 }), failsWith('usage.invalid'));
    await assert.rejects(open().appendTraining({ ...TRAINING, qualityScore: Number.NaN }), failsWith('usage.invalid'));
  });

  it('keeps a column that the user added', async () => {
    await write('training_data.csv', `${HEAD.trim()},mine\nt,anime,in,s,final,0.5,true,kim,my note\n`);
    await open().appendTraining(TRAINING);
    const lines = (await readFile(folder.path('data', 'training_data.csv'), 'utf8')).split('\n');
    assert.equal(lines[1], 't,anime,in,s,final,0.5,true,kim,my note');
    assert.ok(lines[3]?.endsWith(',0.75,true,kim,'), lines[3]);
    assert.equal((await open().training()).length, 2);
  });

  it('says what it repaired', async () => {
    await write('training_data.csv', `${HEAD}t,anime,in,s,"fin`);
    await open().appendTraining(TRAINING);
    assert.deepEqual(places(), [['data/training_data.csv', 2]]);
    assert.match(problems[0]?.message ?? '', /moved to data\/training_data\.csv\.torn-/);
  });

  it('reads another training file without touching it', async () => {
    await write('starter.csv', `${HEAD}t,anime,in,s,final,0.5,true,starter`);
    const data = open();
    const file = folder.path('data', 'starter.csv');
    assert.deepEqual(
      (await data.readTrainingFile(file)).map(({ userId }) => userId),
      ['starter'],
    );
    assert.equal(await data.readTrainingFile(file), await data.readTrainingFile(file));
    assert.deepEqual(await data.training(), []);
  });

  it('uses the data folder of the settings', async () => {
    const data = new WorkspaceData({ workspaceFolder: folder.path(), dataFolder: 'my/tables', onProblem: () => undefined });
    await data.appendTraining(TRAINING);
    assert.ok((await readFile(folder.path('my', 'tables', 'training_data.csv'), 'utf8')).startsWith(HEAD));
  });

  it('saves what many callers append at the same time', async () => {
    const data = open();
    const ids = Array.from({ length: 50 }, (_, i) => `p${i}`);
    await Promise.all(ids.map((id) => data.appendHistory({ ...HISTORY, id })));
    assert.deepEqual(
      (await data.history()).map(({ id }) => id),
      ids,
    );
  });

  it('gives up waiting when it is cancelled', async () => {
    await assert.rejects(open().appendTraining(TRAINING, { signal: AbortSignal.abort() }), failsWith('cancelled'));
    assert.deepEqual(await open().training(), []);
  });
});

describe('readPrices', () => {
  const folder = useFolder();

  it('reads prices in order, skips what is no price, and says where', async () => {
    const file = folder.path('prices.csv');
    await writeFile(file, 'model,input_usd_per_1m,output_usd_per_1m\ngpt-5*,1.25,10\nlocal,0,0\nbad,free,0\n,1,1\nGPT-5*,1,8\n');
    const { prices, problems } = await readPrices(file);
    assert.deepEqual(prices, [
      { model: 'local', inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
      { model: 'GPT-5*', inputUsdPerMillion: 1, outputUsdPerMillion: 8 },
    ]);
    assert.deepEqual(
      problems.map(({ file: name, line }) => [name, line]),
      [
        ['prices.csv', 4],
        ['prices.csv', 5],
      ],
    );
  });

  it('reads how many tokens a model takes, where the file says so', async () => {
    const file = folder.path('prices.csv');
    const header = 'model,input_usd_per_1m,output_usd_per_1m,context_tokens';
    await writeFile(file, `${header}\na,1,1,8192\nb,1,1,\nc,1,1,lots\nd,1,1,0\ne,1,1,1.5\n`);
    const { prices, problems } = await readPrices(file);
    assert.deepEqual(prices, [
      { model: 'a', inputUsdPerMillion: 1, outputUsdPerMillion: 1, contextTokens: 8192 },
      { model: 'b', inputUsdPerMillion: 1, outputUsdPerMillion: 1 },
    ]);
    assert.deepEqual(
      problems.map(({ line, message }) => [line, message]),
      [
        [4, 'context_tokens is "lots"; the row is skipped.'],
        [5, 'context_tokens is "0"; the row is skipped.'],
        [6, 'context_tokens is "1.5"; the row is skipped.'],
      ],
    );
  });

  it('is empty without a file', async () => {
    assert.deepEqual(await readPrices(folder.path('prices.csv')), { prices: [], problems: [] });
  });
});
