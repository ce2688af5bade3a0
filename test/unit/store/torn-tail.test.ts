import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { Problem } from '../../../src/store/problem.js';
import { exitOf, failsWith, linesOf, openTable, startChild, useFolder } from './support.js';

const HEAD = 'id,text,note\n';

describe('a table whose end is damaged', () => {
  const folder = useFolder();
  const file = (): string => folder.path('data', 'table.csv');
  const write = async (content: string): Promise<void> => {
    await mkdir(folder.path('data'), { recursive: true });
    await writeFile(file(), content);
  };
  const open = (problems: Problem[] = []) => openTable(folder.path(), file(), problems);
  const content = () => readFile(file(), 'utf8');
  const tornFiles = async () => (await readdir(folder.path('data'))).filter((name) => name.startsWith('table.csv.torn-'));

  const TORN = {
    'in a bare cell': '2,hal',
    'in a quoted cell': '2,"half of a pro',
    'in a quoted cell of several lines': '2,"half, of\na\n\npro',
    'behind a newline in a quoted cell': '2,"half of\n',
    'behind an escaped quote': '2,"say ""hi""',
    'between two quotes that belong together': '2,"say "',
  };
  for (const [where, torn] of Object.entries(TORN)) {
    it(`is repaired when it was cut off ${where}`, async () => {
      await write(`${HEAD}1,"a\nb",c\n${torn}`);
      const reading = await open().read();
      assert.deepEqual(
        reading.rows.map(({ values }) => values.id),
        ['1'],
      );
      assert.deepEqual(
        reading.problems.map(({ line, severity }) => [line, severity]),
        [[4, 'warning']],
      );

      const problems: Problem[] = [];
      await open(problems).append([{ id: 3 }]);
      assert.equal(await content(), `${HEAD}1,"a\nb",c\n3,,\n`);
      const [moved = ''] = await tornFiles();
      assert.equal(await readFile(folder.path('data', moved), 'utf8'), torn);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.line, 4);
      assert.ok(problems[0]?.message.includes(`data/${moved}`), problems[0]?.message);
      assert.deepEqual((await open().read()).problems, []);
    });
  }

  it('is repaired wherever it was cut off, and loses no row before it', async () => {
    const whole = `${HEAD}1,"a\nb",c\n`;
    const last = '2,"an ""old"" ship, at sea,\r\n\nin a 🌊 storm",note\n';
    const bytes = Buffer.from(last);
    for (let cut = 1; cut < bytes.length; cut++) {
      await mkdir(folder.path('data'), { recursive: true });
      await writeFile(file(), Buffer.concat([Buffer.from(whole), bytes.subarray(0, cut)]));
      await open().append([{ id: 3 }]);
      const { rows, problems } = await open().read();
      assert.deepEqual(problems, [], `cut at ${cut}`);
      const ids = rows.map(({ values }) => values.id);
      // With all columns there, the row counts as complete.
      assert.deepEqual(ids, cut > last.lastIndexOf('"') + 3 ? ['1', '2', '3'] : ['1', '3'], `cut at ${cut}`);
    }
  });

  it('is seen by a table that wrote before, when another process left it', async () => {
    const problems: Problem[] = [];
    const table = open(problems);
    await table.append([{ id: 1 }]);
    await writeFile(file(), '2,"half', { flag: 'a' });
    await table.append([{ id: 3 }]);
    assert.equal(await content(), `${HEAD}1,,\n3,,\n`);
    assert.equal(problems.length, 1);
  });

  it('only gets its newline when the last row is complete', async () => {
    await write(`${HEAD}1,a,b\n2,a,b`);
    await open().append([{ id: 3 }]);
    assert.equal(await content(), `${HEAD}1,a,b\n2,a,b\n3,,\n`);
    await write('id,text,note');
    await open().append([{ id: 1 }]);
    assert.equal(await content(), `${HEAD}1,,\n`);
    assert.deepEqual(await tornFiles(), []);
  });

  const AMBIGUOUS = {
    'an open quote with whole rows behind it': { content: `${HEAD}1,a,b\n2,"open,b\n3,a,b\n4,a,b\n`, line: 3, ids: ['1', '3', '4'] },
    'an open quote and a row that was cut off': { content: `${HEAD}1,"open,b\n2,a,b\n3,"half`, line: 2, ids: ['2'] },
    'a stray quote and a row that was cut off': { content: `${HEAD}1,5" lens,b\n2,a,b\n3,ha`, line: 2, ids: ['2'] },
    'a stray quote in a last row without newline': { content: `${HEAD}1,a,b\n2,5" lens,b`, line: 3, ids: ['1'] },
  };
  for (const [what, { content: before, line, ids }] of Object.entries(AMBIGUOUS)) {
    it(`is not touched when it has ${what}`, async () => {
      await write(before);
      await assert.rejects(open().append([{ id: 9 }]), failsWith('data.malformed', { file: 'data/table.csv', line }));
      assert.equal(await content(), before);
      assert.deepEqual(await readdir(folder.path('data')), ['table.csv']);
      const { rows, problems } = await open().read();
      assert.deepEqual(
        rows.map(({ values }) => values.id),
        ids,
      );
      assert.equal(problems[0]?.line, line);
    });
  }

  const DAMAGED_MIDDLE = {
    'a stray quote': { rows: '2,5" lens,b\n3,a,b\n', damage: [3] },
    'text behind a closing quote': { rows: '2,"a"b,c\n3,a,b\n', damage: [3] },
    'an open quote that a later row closes': { rows: '2,"open,b\n3,"good, text",b\n', damage: [3] },
    'a row of several lines with a stray quote': { rows: '2,5" lens,"two\nlines"\n3,a,b\n', damage: [3] },
    'two damaged rows': { rows: '2,5" lens,b\n3,a,b\n4,6" lens,b\n5,"c\nd",b\n', damage: [3, 5] },
  };
  for (const [what, { rows: middle, damage }] of Object.entries(DAMAGED_MIDDLE)) {
    it(`still says where ${what} is after rows were added behind a clear end`, async () => {
      const before = `${HEAD}1,a,b\n${middle}`;
      await write(before);
      const table = open();
      const first = await table.read();
      await open().append([{ id: 9, text: 'a, "b"' }]);
      assert.equal(await content(), `${before}9,"a, ""b""",\n`);
      assert.deepEqual(
        first.problems.map(({ line }) => line),
        damage,
      );
      const again = await table.read();
      assert.deepEqual(
        again.problems.map(({ line }) => line),
        damage,
      );
      assert.deepEqual(again, await open().read());
      assert.deepEqual(again.rows.slice(0, -1), first.rows);
      assert.equal(again.rows.at(-1)?.values.id, '9');
      assert.ok(again.rows.some(({ values }) => values.id === '3'));
    });
  }

  it('is not touched when the quotes of the header are wrong', async () => {
    for (const before of ['id,te"xt,note\n1,a,b\n', '"id,text,note\n1,a,b\n']) {
      await write(before);
      await assert.rejects(open().append([{ id: 9 }]), failsWith('data.malformed', { line: 1 }));
      assert.equal(await content(), before);
      const { rows, problems } = await open().read();
      assert.deepEqual([rows.length, problems.length, problems[0]?.line], [0, 1, 1]);
    }
  });

  it('is cut back to the old size when the disk ends in the middle of a row', async function () {
    if (process.platform !== 'linux') this.skip();
    // The limit on the size of a file is a full disk in small: the write is cut short, then fails.
    const limited = ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'];
    const child = startChild(['append', folder.path(), file(), 'x', '100'], limited);
    const said: string[] = [];
    for await (const line of linesOf(child)) said.push(line);
    assert.equal((await exitOf(child)).code, 1);
    assert.equal(said.at(-1), 'data.not_writable');
    const saved = said.slice(0, -1);
    assert.ok(saved.length > 0);
    const { rows, problems } = await open().read();
    assert.deepEqual(
      rows.map(({ values }) => values.note),
      saved,
    );
    assert.deepEqual(problems, []);
  });
});
