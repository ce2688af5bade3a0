import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { formatRows } from '../../../src/store/csv-format.js';
import type { Problem } from '../../../src/store/problem.js';
import { failsWith, openTable, useFolder } from './support.js';

const NASTY = [
  'plain',
  '',
  ' leading and trailing ',
  'a "quoted" word',
  '"',
  '""',
  'a,b,,c',
  'two\nlines',
  'windows\r\nlines',
  'ends in return\r',
  'ends in newline\n',
  'dragon 🐉 über 城',
  'line\u2028separator',
  '=SUM(A1)',
  '-1',
  'NULL',
  '\ufeffmark',
  'tab\there',
  '\\"',
];

describe('CsvTable', () => {
  const folder = useFolder();
  const file = (): string => folder.path('data', 'table.csv');
  const write = async (content: string | Buffer): Promise<void> => {
    await mkdir(folder.path('data'), { recursive: true });
    await writeFile(file(), content);
  };
  const open = (problems: Problem[] = []) => openTable(folder.path(), file(), problems);
  const ids = async (): Promise<string[]> => (await open().read()).rows.map(({ values }) => values.id ?? '');

  it('brings every value back as it was', async () => {
    const table = open();
    for (const value of NASTY) await table.append([{ id: value, text: value, note: value }]);
    await table.append(NASTY.map((value) => ({ id: 'x', text: value, note: value })));
    for (const content of [await table.read(), await open().read()]) {
      assert.deepEqual(content.problems, []);
      assert.deepEqual(
        content.rows.map(({ values }) => values),
        [
          ...NASTY.map((value) => ({ id: value, text: value, note: value })),
          ...NASTY.map((value) => ({ id: 'x', text: value, note: value })),
        ],
      );
    }
  });

  it('writes numbers and booleans as words, and what is missing as nothing', async () => {
    await open().append([{ id: 0.25, text: true, note: false }, { id: 1 }]);
    assert.equal(await readFile(file(), 'utf8'), 'id,text,note\n0.25,true,false\n1,,\n');
  });

  it('is empty when there is no file, or nothing in it', async () => {
    assert.deepEqual(await open().read(), { rows: [], problems: [], torn: false });
    for (const content of ['', '\n\n', '\ufeff']) {
      await write(content);
      assert.deepEqual((await open().read()).rows, []);
      await open().append([{ id: 1 }]);
      assert.deepEqual(await ids(), ['1'], JSON.stringify(content));
    }
  });

  it('leaves nothing beside the file, and hides its own folder from git', async () => {
    await open().append([{ id: 1 }]);
    assert.deepEqual(await readdir(folder.path('data')), ['table.csv']);
    assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), []);
    assert.equal(await readFile(folder.path('.atelier', '.gitignore'), 'utf8'), '*\n');
  });

  it('keeps the order and the unknown columns of a file', async () => {
    await write('note,mine,id,text\nn,m,i,t\n');
    await open().append([{ id: 'i2', text: 't2', note: 'n2' }]);
    await open().append([{ id: 'i3', mine: 'm3' }]);
    assert.equal(await readFile(file(), 'utf8'), 'note,mine,id,text\nn,m,i,t\nn2,,i2,t2\n,m3,i3,\n');
    assert.equal((await open().read()).rows[0]?.values.mine, 'm');
  });

  it('gives a new file the columns that the rows have beside the required ones', async () => {
    await open().append([{ id: 1, extra: 'e' }]);
    assert.equal(await readFile(file(), 'utf8'), 'id,text,note,extra\n1,,,e\n');
  });

  it('does not drop a value for which the file has no column', async () => {
    await write('id,text,note\n');
    await assert.rejects(open().append([{ id: 1, extra: 'e' }]), failsWith('usage.invalid', { file: 'data/table.csv', line: 1 }));
    assert.equal(await readFile(file(), 'utf8'), 'id,text,note\n');
  });

  it('refuses a header that lacks a column, on reading and on writing', async () => {
    const before = 'id,text\n1,a\n';
    await write(before);
    await assert.rejects(open().append([{ id: 1 }]), failsWith('data.malformed', { file: 'data/table.csv', line: 1 }));
    assert.equal(await readFile(file(), 'utf8'), before);
    const { rows, problems } = await open().read();
    assert.deepEqual(rows, []);
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [[1, 'error']],
    );
    assert.match(problems[0]?.message ?? '', /lacks the column "note"/);
  });

  it('says that semicolons are not commas', async () => {
    await write('id;text;note\n1;2;3\n');
    assert.match((await open().read()).problems[0]?.hint ?? '', /semicolons/);
  });

  it('reads a byte order mark, Windows and mixed line ends, and blank lines', async () => {
    await write('\ufeff"id",text,note\r\n1,"a\r\nb",c\r\n\n2,b,c\n\r\n3,b,c\r\n4,b,c');
    const { rows, problems } = await open().read();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      rows.map(({ values, line }) => [values.id, values.text, values.note, line]),
      [
        ['1', 'a\r\nb', 'c', 2],
        ['2', 'b', 'c', 5],
        ['3', 'b', 'c', 7],
        ['4', 'b', 'c', 8],
      ],
    );
    await open().append([{ id: 5, text: 'b', note: 'c' }]);
    assert.deepEqual(await ids(), ['1', '2', '3', '4', '5']);
  });

  it('skips ragged rows and says where they are', async () => {
    await write('id,text,note\n1,a,b\n2,a\n3,"x\ny",b\n4,a,b,c\n5,a,b\n');
    const { rows, problems } = await open().read();
    assert.deepEqual(
      rows.map(({ values, line }) => [values.id, line]),
      [
        ['1', 2],
        ['3', 4],
        ['5', 7],
      ],
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [3, 6],
    );
  });

  it('counts the problems that are too many to show', async () => {
    await write(`id,text,note\n${'x\n'.repeat(1000)}`);
    const { problems } = await open().read();
    assert.equal(problems.length, 201);
    assert.match(problems.at(-1)?.message ?? '', /^800 more problems/);
  });

  it('warns of bytes that are not UTF-8, and refuses UTF-16', async () => {
    await write(Buffer.from('id,text,note\n1,a,b\n2,caf\xe9,b\n', 'latin1'));
    const table = open();
    assert.deepEqual(
      (await table.read()).problems.map(({ line, severity }) => [line, severity]),
      [[3, 'warning']],
    );
    assert.equal((await table.read()).rows.length, 2);
    await write(Buffer.from('\ufeffid,text,note\n1,a,b\n', 'utf16le'));
    await assert.rejects(open().read(), failsWith('data.malformed', { line: 1 }));
    await assert.rejects(open().append([{ id: 1 }]), failsWith('data.malformed', { line: 1 }));
  });

  it('reads the same from any size of pieces', async () => {
    const all = Array.from({ length: 3000 }, (_, i) => ({
      id: String(i),
      text: `"${'y'.repeat(i % 700)}",\n🐉`,
      note: NASTY[i % NASTY.length] ?? '',
    }));
    await write(`id,text,note\n${formatRows(all.map(({ id, text, note }) => [id, text, note]))}`);
    const { rows, problems } = await open().read();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      rows.map(({ values }) => values),
      all,
    );
  });

  describe('that cannot be written or read', () => {
    it('says so when a file is in the place of the folder', async () => {
      await writeFile(folder.path('data'), 'in the way');
      await assert.rejects(open().append([{ id: 1 }]), failsWith('data.not_writable', { file: 'data/table.csv' }));
      await assert.rejects(open().read(), failsWith('data.unreadable', { file: 'data/table.csv' }));
    });

    it('says so when a folder has its name', async () => {
      await mkdir(file(), { recursive: true });
      await assert.rejects(open().append([{ id: 1 }]), failsWith('data.not_writable'));
      await assert.rejects(open().read(), failsWith('data.unreadable'));
    });

    it('says so when the folder cannot be created', async function () {
      if (process.platform !== 'linux') this.skip();
      const table = openTable(folder.path(), '/proc/atelier/table.csv');
      await assert.rejects(table.append([{ id: 1 }]), failsWith('data.not_writable', { file: '/proc/atelier/table.csv' }));
    });

    it('says so when its place is no file at all', async function () {
      if (process.platform !== 'linux') this.skip();
      await mkdir(folder.path('data'));
      await symlink('/dev/full', file());
      await assert.rejects(open().append([{ id: 1 }]), failsWith('data.not_writable'));
    });

    it('says so when the locks cannot be created', async () => {
      await writeFile(folder.path('.atelier'), 'in the way');
      await assert.rejects(open().append([{ id: 1 }]), failsWith('data.not_writable'));
    });
  });

  it('never writes through a link in the place of its draft', async () => {
    await mkdir(folder.path('data'));
    await writeFile(folder.path('victim'), 'precious');
    await symlink(folder.path('victim'), folder.path('data', '.table.csv.new'));
    await open().append([{ id: 1 }]);
    assert.equal(await readFile(folder.path('victim'), 'utf8'), 'precious');
    assert.deepEqual(await ids(), ['1']);
  });

  it('takes texts up to the size that it can read again', async () => {
    const large = '🐉"'.repeat(800_000);
    await open().append([{ id: 1, text: large }]);
    assert.equal((await open().read()).rows[0]?.values.text, large);
    await assert.rejects(open().append([{ id: 2, text: 'x'.repeat(5 << 20) }]), failsWith('usage.invalid'));
    assert.deepEqual(await ids(), ['1']);
  });

  it('adds nothing for no rows', async () => {
    await open().append([]);
    assert.deepEqual(await readdir(folder.path()), []);
  });
});
