import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import type { RecordedCall } from '../../../src/core/program/recorded-call.js';
import { Locks, type Problem, RecordingFile, readRecording } from '../../../src/store/index.js';
import { failsWith, useFolder } from './support.js';

const call = (content: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  model: 'openai:gpt-4o',
  request: { messages: [{ role: 'user', content }], seed: 1, stop: ['\n'] },
  response: { text: [`re: ${content}`], usage: { promptTokens: 3, completionTokens: 2, estimated: false }, costUsd: 0.25 },
  ...more,
});

/** A call as a line of a recording. */
const formatCall = (recorded: RecordedCall) => `${JSON.stringify({ format: 'atelier-recording/1', ...recorded })}\n`;

describe('a recording', () => {
  const folder = useFolder();
  const file = () => folder.path('runs', 'a.jsonl');
  const read = () => readRecording(file(), folder.path());
  const write = async (content: string | Buffer) => {
    await mkdir(folder.path('runs'), { recursive: true });
    await writeFile(file(), content);
  };
  const open = (problems: Problem[] = []) =>
    new RecordingFile({
      file: file(),
      workspaceFolder: folder.path(),
      locks: new Locks(folder.path()),
      onProblem: (problem) => problems.push(problem),
    });
  it('gives back what was recorded, over several runs', async () => {
    const calls = [
      call('a "quoted"\r\nline\u2028 🐉'),
      call('b', { response: { text: ['x', 'y'], usage: { promptTokens: 0, completionTokens: 0, estimated: true }, costUsd: null } }),
      call('c', {
        request: { messages: [{ role: 'user', content: '', images: [{ url: 'data:,' }] }], temperature: 0, maxTokens: 9, n: 2 },
      }),
    ];
    for (const value of calls) await open().record(value);
    assert.deepEqual(await read(), { calls, problems: [] });
    const lines = (await readFile(file(), 'utf8')).split('\n');
    assert.deepEqual(
      lines.map((line) => line.slice(0, 31)),
      [...calls.map(() => '{"format":"atelier-recording/1"'), ''],
    );
  });

  it('keeps all calls of two writers, each one’s in order', async () => {
    const [one, two] = [open(), open()];
    const names = Array.from({ length: 40 }, (_, index) => `call ${index}`);
    await Promise.all(names.map((name, index) => (index % 2 === 0 ? one : two).record(call(name))));
    const contents = (await read()).calls.map(({ request }) => request.messages[0]?.content ?? '');
    assert.deepEqual(contents.toSorted(), names.toSorted());
    const even = contents.filter((name) => Number(name.slice(5)) % 2 === 0);
    assert.deepEqual(
      even,
      names.filter((_, index) => index % 2 === 0),
    );
  });

  it('leaves out a last line that was cut off, and says so', async () => {
    await write(formatCall(call('a')) + formatCall(call('b')).slice(0, 60));
    const { calls, problems } = await read();
    assert.deepEqual(calls, [call('a')]);
    assert.deepEqual(
      problems.map(({ file: name, line, severity }) => [name, line, severity]),
      [['runs/a.jsonl', 2, 'warning']],
    );
  });

  it('reads a last line without its newline, CRLF, blank lines and a byte order mark', async () => {
    await write(`\ufeff${formatCall(call('a')).trim()}\r\n\r\n${formatCall(call('b')).trim()}`);
    assert.deepEqual(await read(), { calls: [call('a'), call('b')], problems: [] });
  });

  for (const cut of [3, 60]) {
    it(`is added to behind a line that was cut off at ${cut}, which is moved away`, async () => {
      await write((cut === 3 ? '' : formatCall(call('a'))) + formatCall(call('b')).slice(0, cut));
      const problems: Problem[] = [];
      await open(problems).record(call('c'));
      assert.deepEqual((await read()).calls, cut === 3 ? [call('c')] : [call('a'), call('c')]);
      assert.deepEqual(
        problems.map(({ line, severity }) => [line, severity]),
        [[cut === 3 ? 1 : 2, 'warning']],
      );
      const torn = (await readdir(folder.path('runs'))).find((name) => name.includes('.torn-'));
      assert.equal(await readFile(folder.path('runs', torn ?? ''), 'utf8'), formatCall(call('b')).slice(0, cut));
    });
  }

  it('is added to behind a last line that lacks only its newline', async () => {
    await write(formatCall(call('a')).trim());
    await open().record(call('b'));
    assert.deepEqual(await read(), { calls: [call('a'), call('b')], problems: [] });
  });

  const broken: [string, unknown, RegExp][] = [
    ['no JSON', undefined, /it is no JSON object/],
    ['a list', [], /it is no JSON object/],
    ['no format', { ...call('x') }, /"format" must be "atelier-recording\/1"/],
    ['no model', { format: 'atelier-recording/1', request: {} }, /"model" must be a name/],
    ['no messages', { format: 'atelier-recording/1', ...call('x'), request: {} }, /"request.messages" must be/],
    ['a wrong role', withRequest({ messages: [{ role: 'tool', content: '' }] }), /"request.messages" must be/],
    ['a wrong image', withRequest({ messages: [{ role: 'user', content: '', images: ['x'] }] }), /"request.messages" must be/],
    ['a wrong setting', withRequest({ seed: '1' }), /"request.seed" has a wrong value/],
    ['an unknown setting', withRequest({ top_p: 1 }), /"request.top_p" is unknown/],
    ['no text', withResponse({ text: [] }), /"response.text" must be/],
    ['no usage', withResponse({ usage: {} }), /"response.usage" must have/],
    ['a wrong cost', withResponse({ costUsd: 'free' }), /"response.costUsd" must be/],
  ];
  for (const [what, value, message] of broken) {
    it(`names file and line of ${what}`, async () => {
      const line = value === undefined ? '{"format":' : JSON.stringify(value);
      await write(`${formatCall(call('a'))}${line}\n${formatCall(call('c'))}`);
      await assert.rejects(read(), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /^Line 2 of runs\/a\.jsonl /);
        return failsWith('data.malformed', { file: 'runs/a.jsonl', line: 2 })(error);
      });
    });
  }

  it('says that a line is not UTF-8', async () => {
    await write(Buffer.concat([Buffer.from(formatCall(call('a'))), Buffer.from([0x22, 0xff, 0x22, 0x0a])]));
    await assert.rejects(read(), failsWith('data.malformed', { line: 2 }));
  });

  it('says that a newer version made it, and adds nothing to it', async () => {
    const newer = '{"format":"atelier-recording/2","model":7}\n';
    await write(newer);
    await assert.rejects(read(), /Line 1 of runs\/a\.jsonl was made by a newer version of Prompt Atelier/);
    const problems: Problem[] = [];
    await open(problems).record(call('a'));
    assert.equal(problems.length, 1);
    assert.equal(await readFile(file(), 'utf8'), newer);
  });

  it('says that there is none, that it is a folder, or too large', async () => {
    await assert.rejects(read(), failsWith('data.unreadable', { file: 'runs/a.jsonl' }));
    await mkdir(file(), { recursive: true });
    await assert.rejects(read(), failsWith('data.unreadable'));
    await writeFile(folder.path('large.jsonl'), '');
    await truncate(folder.path('large.jsonl'), (256 << 20) + 1);
    await assert.rejects(readRecording(folder.path('large.jsonl'), folder.path()), /larger than 256 MB/);
  });

  it('stops at the first failure, which it tells once, and never throws', async () => {
    await mkdir(file(), { recursive: true });
    const problems: Problem[] = [];
    const recording = open(problems);
    await Promise.all([recording.record(call('a')), recording.record(call('b'))]);
    await recording.record(call('c'));
    assert.deepEqual(
      problems.map(({ file: name, severity }) => [name, severity]),
      [['runs/a.jsonl', 'error']],
    );
    assert.match(problems[0]?.message ?? '', /^Recording has stopped: Could not write runs\/a\.jsonl \(EISDIR\)/);
  });

  it('leaves a file alone that holds something else', async () => {
    await write('id,text\n1,a\n');
    const problems: Problem[] = [];
    await open(problems).record(call('a'));
    assert.match(problems[0]?.message ?? '', /holds something else/);
    assert.equal(await readFile(file(), 'utf8'), 'id,text\n1,a\n');
  });
});

function withRequest(more: object): unknown {
  return { format: 'atelier-recording/1', ...call('x'), request: { ...call('x').request, ...more } };
}

function withResponse(more: object): unknown {
  return { format: 'atelier-recording/1', ...call('x'), response: { ...call('x').response, ...more } };
}
