import assert from 'node:assert/strict';
import { appendFile, mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { openTable, useFolder } from './support.js';

describe('CsvTable, reading again', () => {
  const folder = useFolder();
  const file = (): string => folder.path('data', 'table.csv');
  const open = () => openTable(folder.path(), file());
  const write = async (content: string): Promise<void> => {
    await mkdir(folder.path('data'), { recursive: true });
    await writeFile(file(), content);
  };

  it('gives the same arrays while the file does not change', async () => {
    const table = open();
    await table.append([{ id: 1 }]);
    const first = await table.read();
    const second = await table.read();
    assert.equal(second.rows, first.rows);
    assert.equal(second.problems, first.problems);
  });

  it('sees what it and others add, and never changes arrays that it gave', async () => {
    const table = open();
    await table.append([{ id: 1 }]);
    const first = await table.read();
    await open().append([{ id: 2, text: 'a\nb' }]);
    const second = await table.read();
    await table.append([{ id: 3 }]);
    const third = await table.read();
    assert.deepEqual(
      [first, second, third].map(({ rows }) => rows.length),
      [1, 2, 3],
    );
    assert.equal(third.rows[0], first.rows[0]);
    assert.deepEqual(
      third.rows.map(({ line }) => line),
      [2, 3, 5],
    );
  });

  it('sees an edit that keeps every length, also when rows were added with it', async () => {
    await write('id,text,note\n1,old,x\n');
    const table = open();
    await table.read();
    await writeFile(file(), 'id,text,note\n1,new,x\n2,b,x\n');
    assert.deepEqual(
      (await table.read()).rows.map(({ values }) => values.text),
      ['new', 'b'],
    );
    const { atime, mtime } = await stat(file());
    await writeFile(file(), 'id,text,note\n1,NEW,x\n2,b,x\n');
    await utimes(file(), atime, mtime);
    assert.deepEqual(
      (await table.read()).rows.map(({ values }) => values.text),
      ['NEW', 'b'],
    );
  });

  it('sees a file that became shorter, and one that is gone', async () => {
    await write('id,text,note\n1,a,b\n2,a,b\n');
    const table = open();
    await table.read();
    await writeFile(file(), 'id,text,note\n2,a,b\n');
    assert.equal((await table.read()).rows.length, 1);
    await write('');
    assert.equal((await table.read()).rows.length, 0);
  });

  it('takes a last row without newline as it is, and again when it grew', async () => {
    await write('id,text,note\n1,a,lo');
    const table = open();
    assert.equal((await table.read()).rows[0]?.values.note, 'lo');
    await appendFile(file(), 'cal\n2,a,b\n');
    assert.deepEqual(
      (await table.read()).rows.map(({ values }) => values.note),
      ['local', 'b'],
    );
  });

  it('takes a header without newline as it is, and again when it grew', async () => {
    await write('id,text,note');
    const table = open();
    assert.deepEqual((await table.read()).problems, []);
    await appendFile(file(), 's\n');
    assert.match((await table.read()).problems[0]?.message ?? '', /lacks/);
  });
});
