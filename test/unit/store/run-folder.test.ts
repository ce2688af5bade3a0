import assert from 'node:assert/strict';
import { appendFile, stat } from 'node:fs/promises';
import type { JournalEntry } from '../../../src/core/optimizer/journal.js';
import { Locks } from '../../../src/store/lock.js';
import { RunFolders } from '../../../src/store/run-folder.js';
import { useFolder } from './support.js';

const RUN = 'sentiment-20260101-100000-abc';
const spent = { calls: 1, usage: { promptTokens: 100, completionTokens: 20, estimated: false }, costUsd: 0.001 };
const answerOf = (row: number, more: Partial<JournalEntry> = {}): JournalEntry => ({
  key: `key-${row}`,
  value: { outputs: { label: `answer ${row}` }, score: row % 2, feedback: `feedback ${row}`, latencyMs: 12, spent: { calls: 1 } },
  spent,
  for: { phase: 'search', by: 'student', set: 'validation', row, round: 0 },
  ...more,
});

describe('the last calls of a run', () => {
  const folder = useFolder();
  const open = () =>
    new RunFolders({
      workspaceFolder: folder.path(),
      locks: new Locks(folder.path()),
      onProblem: ({ message }) => assert.fail(message),
    });

  it('are none before anything was paid for', async () => {
    assert.deepEqual(await open().lastCalls(RUN, 10), []);
    assert.equal(await open().journalFile(RUN), undefined);
  });

  it('say what they were for, what came of them and what they cost, the newest first', async () => {
    const { append } = await open().journal(RUN);
    await append(answerOf(1));
    const error = { code: 'model.timeout', message: 'It took too long.', hint: 'Try again.' };
    await append(answerOf(2, { value: { error, spent: { calls: 1 } } }));
    await append({
      key: 'ask x',
      value: { instruction: 'Judge\nit   all.' },
      spent,
      for: { phase: 'propose', asked: 'ProposeInstructions' },
    });
    await append({ key: 'reflect x', value: ['Think first.'], spent });
    const [reflection, proposal, failed, answer] = await open().lastCalls(RUN, 10);
    assert.deepEqual([reflection?.answer, reflection?.for], ['Think first.', undefined]);
    assert.deepEqual([proposal?.answer, proposal?.for?.asked, proposal?.score], ['Judge it all.', 'ProposeInstructions', undefined]);
    assert.deepEqual([failed?.answer, failed?.error], ['', error]);
    const { for: subject, ...facts } = answer ?? {};
    assert.deepEqual(subject, { phase: 'search', by: 'student', set: 'validation', row: 1, round: 0 });
    assert.deepEqual(facts, {
      ...{ key: 'key-1', answer: 'answer 1', score: 1, feedback: 'feedback 1', error: undefined },
      ...{ tokens: 120, usd: 0.001, latencyMs: 12 },
    });
    assert.equal((await open().lastCalls(RUN, 1)).length, 1);
  });

  it('are read from the end of a long journal, without a line that is being written', async () => {
    const { append } = await open().journal(RUN);
    const long = 'x'.repeat(400);
    await Promise.all(Array.from({ length: 2_000 }, (_, row) => append(answerOf(row, { value: { label: `${row} ${long}` } }))));
    const file = (await open().journalFile(RUN)) ?? '';
    assert.ok((await stat(file)).size > 1 << 20);
    await appendFile(file, '{"key":"key-2000","val');
    const calls = await open().lastCalls(RUN, 200);
    assert.deepEqual(
      calls.map(({ key }) => key),
      Array.from({ length: 200 }, (_, index) => `key-${1_999 - index}`),
    );
    assert.equal(calls[0]?.answer.length, 300);
  });
});
