import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { readDataset } from '../../../src/store/dataset.js';
import { failsWith, useFolder } from './support.js';

describe('readDataset', () => {
  const folder = useFolder();
  const read = async (name: string, content?: string | Buffer) => {
    if (content !== undefined) await writeFile(folder.path(name), content);
    return readDataset(folder.path(name), folder.path());
  };

  it('reads any columns of a CSV file as texts', async () => {
    const content = '\ufeffquestion, mine ,n\r\n"two\nlines, ""quoted""",ü🐉,1\r\n,,\r\n';
    const { columns, rows, problems, sha256 } = await read('a.csv', content);
    assert.deepEqual(columns, ['question', 'mine', 'n']);
    assert.deepEqual(rows, [
      { row: 1, line: 2, values: { question: 'two\nlines, "quoted"', mine: 'ü🐉', n: '1' } },
      { row: 2, line: 4, values: { question: '', mine: '', n: '' } },
    ]);
    assert.deepEqual(problems, []);
    assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
  });

  it('reads the objects of a JSON Lines file as they are', async () => {
    for (const name of ['a.jsonl', 'a.ndjson', 'A.JSONL']) {
      const { columns, rows, problems } = await read(name, '{"b":1,"a":[true]}\n\n{"c":null,"a":{"x":"y"}}\n');
      assert.deepEqual(columns, ['b', 'a', 'c']);
      assert.deepEqual(rows, [
        { row: 1, line: 1, values: { b: 1, a: [true] } },
        { row: 2, line: 3, values: { c: null, a: { x: 'y' } } },
      ]);
      assert.deepEqual(problems, []);
    }
  });

  const WITH_BAD_ROWS = {
    'too few values': { name: 'a.csv', content: 'a,b\n1,x\n2\n3,x\n' },
    'too many values': { name: 'a.csv', content: 'a,b\n1,x\n2,x,y\n3,x\n' },
    'a stray quote': { name: 'a.csv', content: 'a,b\n1,x\n2,5" lens\n3,x\n' },
    'a quote that is never closed': { name: 'a.csv', content: 'a,b\n1,x\n2,"open\n3,x\n' },
    'no JSON': { name: 'a.jsonl', content: '{"a":"1"}\n{"a"\n{"a":"3"}\n' },
  };
  for (const [what, { name, content }] of Object.entries(WITH_BAD_ROWS)) {
    it(`keeps the numbers of the rows around one with ${what}`, async () => {
      const { rows, problems } = await read(name, content);
      assert.deepEqual(
        rows.map(({ row, values }) => [row, values.a]),
        [
          [1, '1'],
          [3, '3'],
        ],
      );
      assert.deepEqual(
        problems.map(({ line, severity }) => [line, severity]),
        [[name === 'a.csv' ? 3 : 2, 'error']],
      );
    });
  }

  it('has no rows when the file has none', async () => {
    assert.deepEqual((await read('a.csv', 'a,b')).columns, ['a', 'b']);
    for (const [name, content] of [
      ['a.csv', ''],
      ['a.csv', 'a,b\n'],
      ['a.jsonl', ''],
      ['a.jsonl', '\n'],
    ] as const) {
      const { rows, problems } = await read(name, content);
      assert.deepEqual([rows, problems], [[], []]);
    }
  });

  it('refuses a header that names a column twice or is damaged, and UTF-16', async () => {
    await assert.rejects(read('a.csv', 'a,b,a\n1,2,3\n'), failsWith('data.malformed', { file: 'a.csv', line: 1 }));
    await assert.rejects(read('a.csv', 'a,,\n1,2,3\n'), failsWith('data.malformed', { file: 'a.csv', line: 1 }));
    await assert.rejects(read('a.csv', 'a"b,c\n1,2\n'), failsWith('data.malformed', { file: 'a.csv', line: 1 }));
    for (const name of ['a.csv', 'a.jsonl']) {
      await assert.rejects(read(name, Buffer.from('\ufeff{"a":1}\n', 'utf16le')), failsWith('data.malformed', { file: name, line: 1 }));
    }
  });

  it('says when the file is missing, is none, or ends in another way', async () => {
    await mkdir(folder.path('folder.csv'));
    await assert.rejects(read('no.csv'), failsWith('data.unreadable', { file: 'no.csv' }));
    await assert.rejects(read('folder.csv'), failsWith('data.unreadable', { file: 'folder.csv' }));
    await assert.rejects(read('a.xlsx', ''), (error: Error & { hint?: string }) => {
      assert.match(error.hint ?? '', /\.csv, \.jsonl, \.ndjson/);
      return failsWith('usage.invalid', { file: 'a.xlsx' })(error);
    });
  });
});
