import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { JsonLinesFile, parseJsonLines } from '../../../src/store/json-lines.js';
import { Locks } from '../../../src/store/lock.js';
import type { Problem } from '../../../src/store/problem.js';
import { exitOf, failsWith, linesOf, startChild, useFolder } from './support.js';

const parse = (content: string | Buffer) => parseJsonLines(Buffer.from(content), 'rows.jsonl');

describe('JSON Lines, reading', () => {
  it('takes a byte order mark, Windows line ends, blank lines and a last line without newline', async () => {
    const { lines, problems } = await parse('\ufeff{"a":1}\r\n\r\n  \n{"a":"ü🐉\\n"}\n{"a":[true,null]}');
    assert.deepEqual(problems, []);
    assert.deepEqual(lines, [
      { line: 1, row: 1, value: { a: 1 } },
      { line: 4, row: 2, value: { a: 'ü🐉\n' } },
      { line: 5, row: 3, value: { a: [true, null] } },
    ]);
  });

  it('leaves out what is no object, says where, and keeps the numbers of the other rows', async () => {
    const { lines, problems } = await parse('{"a":1}\n{"a":\n[1]\n"text"\n{"a":2}\n');
    assert.deepEqual(
      lines.map(({ row, line }) => [row, line]),
      [
        [1, 1],
        [5, 5],
      ],
    );
    assert.deepEqual(
      problems.map(({ line, severity, message }) => [line, severity, /not JSON/.test(message)]),
      [
        [2, 'error', true],
        [3, 'error', false],
        [4, 'error', false],
      ],
    );
  });

  it('leaves out a last line wherever it was cut off', async () => {
    const last = Buffer.from('{"a":"ü🐉\\"","b":{"c":[1,2]}}');
    for (let cut = 1; cut < last.length; cut++) {
      const { lines, problems } = await parse(Buffer.concat([Buffer.from('{"a":1}\n'), last.subarray(0, cut)]));
      assert.deepEqual([lines.length, problems.length, problems[0]?.line], [1, 1, 2], `cut at ${cut}`);
      assert.match(problems[0]?.message ?? '', /cut off/);
    }
  });

  it('warns of bytes that are not UTF-8', async () => {
    const { lines, problems } = await parse(Buffer.from('{"a":1}\n{"a":"caf\xe9"}\n', 'latin1'));
    assert.equal(lines.length, 2);
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [[2, 'warning']],
    );
  });

  it('gives other work its turn', async () => {
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    const { lines } = await parse('{"text":"some text of some length"}\n'.repeat(100_000));
    assert.equal(lines.length, 100_000);
    assert.ok(hadTurn);
  });
});

describe('JSON Lines, appending', () => {
  const folder = useFolder();
  const file = (): string => folder.path('rows.jsonl');
  const open = (problems: Problem[] = []) =>
    new JsonLinesFile({
      file: file(),
      workspaceFolder: folder.path(),
      locks: new Locks(folder.path()),
      onProblem: (problem) => problems.push(problem),
    });
  const content = () => readFile(file(), 'utf8');

  it('creates the file, adds to it, and leaves nothing beside it', async () => {
    await open().append([{ a: 'two\nlines\u2028', b: undefined }]);
    await open().append([{ a: 2 }, { a: null }]);
    await open().append([]);
    assert.equal(await content(), '{"a":"two\\nlines\u2028"}\n{"a":2}\n{"a":null}\n');
    assert.deepEqual((await readdir(folder.path())).sort(), ['.atelier', 'rows.jsonl']);
  });

  it('adds a missing newline, and takes an empty file', async () => {
    await writeFile(file(), '{"a":1}');
    await open().append([{ a: 2 }]);
    assert.equal(await content(), '{"a":1}\n{"a":2}\n');
    await writeFile(file(), '');
    await open().append([{ a: 3 }]);
    assert.equal(await content(), '{"a":3}\n');
  });

  it('moves a line that was cut off into a file of its own, and says so', async () => {
    for (const torn of ['{"a":', `{"a":"${'x'.repeat(200_000)}`]) {
      await writeFile(file(), `{"a":1}\n\n${torn}`);
      const problems: Problem[] = [];
      await open(problems).append([{ a: 2 }]);
      assert.equal(await content(), '{"a":1}\n\n{"a":2}\n');
      assert.equal(problems[0]?.line, 3);
      const moved = (await readdir(folder.path())).filter((name) => problems[0]?.message.includes(name) && name.includes('.torn-'));
      assert.equal(await readFile(folder.path(moved[0] ?? ''), 'utf8'), torn);
    }
  });

  it('refuses UTF-16 and what is no file', async () => {
    const utf16 = Buffer.from('\ufeff{"a":1}\n', 'utf16le');
    await writeFile(file(), utf16);
    await assert.rejects(open().append([{ a: 2 }]), failsWith('data.malformed', { line: 1 }));
    assert.deepEqual(await readFile(file()), utf16);
    const inTheWay = new JsonLinesFile({
      file: folder.path('rows.jsonl', 'x.jsonl'),
      workspaceFolder: folder.path(),
      locks: new Locks(folder.path()),
      onProblem: () => assert.fail(),
    });
    await assert.rejects(inTheWay.append([{ a: 2 }]), failsWith('data.not_writable'));
  });

  it('is cut back to the old size when the disk ends in the middle of a line', async function () {
    if (process.platform !== 'linux') this.skip();
    const limited = ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'];
    const child = startChild(['lines', folder.path(), file(), 'x', '100'], limited);
    const said: string[] = [];
    for await (const line of linesOf(child)) said.push(line);
    assert.equal((await exitOf(child)).code, 1);
    assert.equal(said.at(-1), 'data.not_writable');
    const { lines, problems } = await parse(await content());
    assert.deepEqual(problems, []);
    assert.deepEqual(
      lines.map(({ value }) => String(value.note)),
      said.slice(0, -1),
    );
    assert.ok(lines.length > 0);
  });
});
