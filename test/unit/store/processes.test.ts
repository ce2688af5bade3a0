import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { Locks } from '../../../src/store/lock.js';
import { exitOf, failsWith, linesOf, openTable, startChild, useFolder } from './support.js';

describe('several processes', () => {
  const folder = useFolder();
  const file = (): string => folder.path('data', 'table.csv');

  it('append to a file that none of them found: one header, all rows, none torn', async () => {
    const reader = openTable(folder.path(), file());
    const children = ['a', 'b', 'c', 'd'].map((id) => startChild(['append', folder.path(), file(), id, '200']));
    const ends = children.map((child) => exitOf(child));
    for await (const line of linesOf(children[0] ?? assert.fail())) {
      // Reading while they write sees whole rows only.
      if (Number(line) % 20 === 0) assert.deepEqual((await reader.read()).problems, []);
    }
    for (const child of children.slice(1)) child.stdout.resume();
    for (const end of await Promise.all(ends)) assert.equal(end.code, 0);
    for (const { rows, problems } of [await reader.read(), await openTable(folder.path(), file()).read()]) {
      assert.deepEqual(problems, []);
      assert.equal(rows.length, 800);
      for (const id of ['a', 'b', 'c', 'd']) {
        const notes = rows.filter(({ values }) => values.id === id).map(({ values }) => Number(values.note));
        assert.deepEqual(
          notes,
          Array.from({ length: 200 }, (_, i) => i),
        );
      }
    }
    assert.equal((await readFile(file(), 'utf8')).split('id,text,note').length, 2);
    assert.deepEqual(await readdir(folder.path('data')), ['table.csv']);
  });

  it('lose nothing that was acknowledged when one of them is killed', async () => {
    for (const round of ['1', '2', '3']) {
      const child = startChild(['append', folder.path(), file(), round, '100000']);
      const saved: string[] = [];
      for await (const line of linesOf(child)) {
        saved.push(line);
        if (saved.length === 25) child.kill('SIGKILL');
      }
      assert.equal((await exitOf(child)).signal, 'SIGKILL');
      const table = openTable(folder.path(), file());
      await table.append([{ id: `after ${round}` }]);
      const { rows, problems } = await table.read();
      assert.deepEqual(problems, []);
      const notes = rows.filter(({ values }) => values.id === round).map(({ values }) => values.note);
      // The row that was saved last may not have been acknowledged any more.
      assert.deepEqual(notes.slice(0, saved.length), saved);
      assert.ok(notes.length <= saved.length + 1);
      assert.equal(rows.at(-1)?.values.id, `after ${round}`);
    }
  });

  it('wait for a lock that a living process holds, and say so when it takes too long', async () => {
    const child = startChild(['hold', folder.path(), 'data/table.csv']);
    for await (const line of linesOf(child)) {
      assert.equal(line, 'held');
      break;
    }
    const locks = new Locks(folder.path());
    const shown = '.atelier/locks/data_table.csv.lock';
    await assert.rejects(
      locks.withLock('data/table.csv', async () => assert.fail('two holders'), { timeoutMs: 100 }),
      failsWith('data.locked', { file: shown }),
    );
    const controller = new AbortController();
    const waiting = locks.withLock('data/table.csv', async () => assert.fail('two holders'), { signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, failsWith('cancelled'));
    const table = openTable(folder.path(), file());
    const saving = table.append([{ id: 1 }]);
    child.stdin.end();
    assert.equal((await exitOf(child)).code, 0);
    await saving;
    assert.equal((await table.read()).rows.length, 1);
  });
});

describe('Locks', () => {
  const folder = useFolder();
  const lockPath = (name: string): string => folder.path('.atelier', 'locks', `${name}.lock`);

  it('run one at a time per name, and names beside each other', async () => {
    const locks = new Locks(folder.path());
    const log: string[] = [];
    const work = (name: string, id: string) =>
      locks.withLock(name, async () => {
        log.push(`${id} in`);
        await stat(folder.path());
        log.push(`${id} out`);
      });
    await Promise.all([work('x', '1'), work('x', '2'), work('x', '3')]);
    assert.deepEqual(log, ['1 in', '1 out', '2 in', '2 out', '3 in', '3 out']);
    await locks.withLock('x', () => locks.withLock('y', async () => undefined));
  });

  it('are free again after work that failed', async () => {
    const locks = new Locks(folder.path());
    await assert.rejects(
      locks.withLock('x', async () => {
        throw new Error('no');
      }),
      /no/,
    );
    assert.equal(await locks.withLock('x', async () => 'yes'), 'yes');
    assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), []);
  });

  it('take over a lock that nobody refreshed', async () => {
    await mkdir(lockPath('x'), { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lockPath('x'), longAgo, longAgo);
    assert.equal(await new Locks(folder.path()).withLock('x', async () => 'mine'), 'mine');
  });

  it('take over at once from a process of this machine that is dead', async () => {
    const child = startChild(['hold', folder.path(), 'x']);
    for await (const line of linesOf(child)) {
      assert.equal(line, 'held');
      child.kill('SIGKILL');
    }
    await exitOf(child);
    assert.equal(await new Locks(folder.path()).withLock('x', async () => 'mine', { timeoutMs: 1000 }), 'mine');
    assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), []);
  });

  it('leave a fresh lock alone when it cannot be told whether its holder lives', async () => {
    const never = async () => assert.fail('two holders');
    await mkdir(lockPath('x'), { recursive: true });
    // The same process id on another machine says nothing.
    for (const holder of ['', '{"pid":', '{}', JSON.stringify({ pid: 2 ** 30, scope: `not-${hostname()}` })]) {
      await writeFile(path.join(lockPath('x'), 'holder.json'), holder);
      await assert.rejects(new Locks(folder.path()).withLock('x', never, { timeoutMs: 30 }), failsWith('data.locked'));
    }
  });

  it('remove what a process left that died while it took a lock', async () => {
    const drafts = ['0388b2e5-1eae-43f8-b491-9a62160e22b6', '0dce832e-6eb4-4b36-be14-c01e7c767b7e'].map((id) => `${lockPath('x')}.${id}`);
    for (const draft of drafts) await mkdir(draft, { recursive: true });
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(drafts[0] ?? '', longAgo, longAgo);
    await new Locks(folder.path()).withLock('x', async () => undefined);
    assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), [path.basename(drafts[1] ?? '')]);
  });

  it('do not begin when the signal is aborted already', async () => {
    const never = async () => assert.fail('began');
    await assert.rejects(new Locks(folder.path()).withLock('x', never, { signal: AbortSignal.abort() }), failsWith('cancelled'));
  });

  it('turn any name into a file name', async () => {
    await new Locks(folder.path()).withLock('../a b/ü', async () => {
      assert.deepEqual((await readdir(folder.path('.atelier', 'locks'))).sort(), ['.._a_b_.lock']);
    });
  });
});
