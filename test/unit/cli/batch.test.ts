import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { type FaultServer, faults, type ReceivedRequest, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const CLI = path.join(repoRoot, 'dist/cli.js');
const ROWS = 200;
const LINE = 'review -> label: class "even, odd", stars: integer';

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The number in a request's review. */
function numberIn({ body }: Pick<ReceivedRequest, 'body'>): number {
  return Number(/review number (\d+)/i.exec(JSON.stringify(body?.messages))?.[1]);
}

describe('atelier run --batch', () => {
  let folder: string;
  let server: FaultServer;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-batch-'));
    server = await startFaultServer();
    server.answer((body) => `Label: ${numberIn({ body }) % 2 === 0 ? 'even' : 'odd'}\nStars: ${numberIn({ body })}`);
    children = [];
    const rows = Array.from({ length: ROWS }, (_, index) => `${index + 1},"review number ${index + 1}, ""quoted"""`);
    writeFileSync(path.join(folder, 'in.csv'), `id,review\n${rows.join('\n')}\n`);
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const argsOf = (args: readonly string[]) => [CLI, 'run', ...args, '--json', '--base-url', server.url, '--model', 'custom:m'];
  const options = () => ({ cwd: folder, env: { PATH: process.env.PATH } });
  const atelier = (...args: string[]): Promise<Finished> =>
    new Promise((resolve) => {
      execFile(process.execPath, argsOf(args), options(), (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const begin = (...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, argsOf(args), { ...options(), stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };
  const file = (name: string) => path.join(folder, name);
  const results = (name: string) => parse(readFileSync(file(name)), { columns: true }) as Record<string, string>[];

  /** Resolves when the file has so many lines. */
  const linesIn = (name: string, count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!existsSync(file(name)) || readFileSync(file(name), 'utf8').split('\n').length - 1 < count) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(folder, look);
      look();
    });

  it('goes on after it was killed: every row has one result, and none is paid twice', async () => {
    let held = true;
    const answered: number[] = [];
    server.inject({ hang: true, times: Number.POSITIVE_INFINITY, when: (request) => held && numberIn(request) > 90 });
    server.inject({ times: Number.POSITIVE_INFINITY, when: (request) => answered.push(numberIn(request)) > 0 });
    const args = [LINE, '--batch', 'in.csv', '--out', 'out.csv', '--concurrency', '8', '--no-cache'];
    const child = begin(...args);
    await linesIn('out.csv', 91);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(answered.length, 90);
    held = false;
    const { code, stdout, stderr } = await atelier(...args, '--resume');
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.deepEqual(
      [document.rows, document.done, document.skipped, document.failed, document.calls, document.cached, document.file],
      [ROWS, ROWS, 90, 0, 110, 0, 'out.csv'],
    );
    assert.deepEqual(
      answered.toSorted((a, b) => a - b),
      Array.from({ length: ROWS }, (_, index) => index + 1),
    );
    const rows = results('out.csv');
    assert.deepEqual(
      rows.map((row) => [row._row, row.id, row.label, row.stars, row._error]),
      Array.from({ length: ROWS }, (_, index) => [`${index + 1}`, `${index + 1}`, index % 2 === 1 ? 'even' : 'odd', `${index + 1}`, '']),
    );
    assert.equal(rows[4]?.review, 'review number 5, "quoted"');
    const again = JSON.parse((await atelier(...args, '--resume')).stdout);
    assert.deepEqual([again.skipped, again.calls], [ROWS, 0]);
  });

  it('keeps the finished rows when it is interrupted, and says how to go on', async () => {
    server.inject({ hang: true, times: Number.POSITIVE_INFINITY, when: (request) => numberIn(request) > 50 });
    const child = begin(LINE, '--batch', 'in.csv', '--out', 'out.jsonl', '--concurrency', '4');
    await linesIn('out.jsonl', 50);
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    const document = JSON.parse(stdout);
    assert.deepEqual([code, document.done, document.error.code], [1, 50, 'cancelled']);
    const lines = readFileSync(file('out.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, 50);
    assert.equal(typeof lines[0].stars, 'number');
  });

  it('gives an input of the command line to every row, and finds columns of other names', async () => {
    writeFileSync(file('two.csv'), 'text\nreview number 1\nreview number 2\n');
    const line = 'review, tone -> label: class "even, odd", stars: integer';
    const args = ['--batch', 'two.csv', '--out', 'out.csv', '--map', 'review=text', '--input', 'tone=calm'];
    assert.equal((await atelier(line, ...args)).code, 0);
    assert.deepEqual(
      results('out.csv').map(({ label }) => label),
      ['odd', 'even'],
    );
    assert.ok(server.chats.every(({ body }) => JSON.stringify(body).includes('Tone: calm')));
  });

  it('never mixes the results of two ways to run', async () => {
    writeFileSync(file('two.csv'), 'id,review,other\n1,review number 1,x\n2,review number 2,y\n');
    const args = [LINE, '--batch', 'two.csv', '--out', 'out.csv'];
    await atelier(...args, '--budget-calls', '1');
    const before = readFileSync(file('out.csv'), 'utf8');
    for (const more of [['--seed', '2'], ['--map', 'review=other'], ['--fallback-model', 'embedded'], ['--reasoning']]) {
      const { code, stdout } = await atelier(...args, ...more, '--resume');
      assert.deepEqual([code, JSON.parse(stdout).error.code], [2, 'usage.invalid'], more.join(' '));
    }
    assert.equal(readFileSync(file('out.csv'), 'utf8'), before);
    assert.equal(JSON.parse((await atelier(...args, '--resume')).stdout).done, 2);
    const other = await atelier(LINE, '--batch', 'two.csv', '--out', 'b.csv', '--fallback-signature', 'review -> category');
    assert.match(JSON.parse(other.stdout).error.message, /has no output "label"/);
  });

  it('keeps failed rows with their reason; --retry-failed runs them again', async () => {
    writeFileSync(file('three.csv'), 'id,review\n1,review number 1\n2,\n3,review number 3\n');
    server.inject({ ...faults.text('no idea'), times: 2, when: (request) => numberIn(request) === 3 });
    const args = [LINE, '--batch', 'three.csv', '--out', 'out.csv', '--no-cache'];
    const failed = await atelier(...args);
    const document = JSON.parse(failed.stdout);
    assert.deepEqual([failed.code, document.rows, document.failed, document.calls], [1, 3, 2, 3]);
    const reasons = () => results('out.csv').map((row) => row._error?.split(':')[0]);
    assert.deepEqual(reasons(), ['', 'input.missing', 'model.invalid_answer']);
    const skipped = await atelier(...args, '--resume');
    assert.deepEqual([skipped.code, JSON.parse(skipped.stdout).failed], [1, 2], 'what failed before is no success now');
    const again = await atelier(...args, '--resume', '--retry-failed');
    assert.deepEqual([JSON.parse(again.stdout).skipped, JSON.parse(again.stdout).failed], [1, 1]);
    assert.deepEqual(reasons(), ['', 'input.missing', '']);
  });

  it('ends at once when no row can succeed, and leaves them to be run', async () => {
    server.inject({ ...faults.status(401, { message: 'bad key' }), times: Number.POSITIVE_INFINITY });
    const { code, stdout } = await atelier(LINE, '--batch', 'in.csv', '--out', 'out.csv', '--concurrency', '2');
    const document = JSON.parse(stdout);
    assert.deepEqual([code, document.done, document.error.code], [1, 0, 'model.auth']);
    assert.ok(server.count <= 4, `${server.count} requests`);
    assert.ok(!existsSync(file('out.csv')));
  });

  it('stops at the budget with what was paid on disk', async () => {
    const args = [LINE, '--batch', 'in.csv', '--out', 'out.csv'];
    const first = JSON.parse((await atelier(...args, '--budget-calls', '25')).stdout);
    assert.deepEqual([first.done, first.calls, first.error.code], [25, 25, 'budget.exceeded']);
    const rest = JSON.parse((await atelier(...args, '--resume')).stdout);
    assert.deepEqual([rest.done, rest.skipped, server.count], [ROWS, 25, ROWS]);
  });

  it('records, and answers from the recording without a network', async () => {
    const args = [LINE, '--batch', 'in.csv'];
    await atelier(...args, '--out', 'live.csv', '--record', 'calls.jsonl');
    assert.equal(server.count, ROWS);
    const replay = await atelier(...args, '--out', 'replayed.csv', '--replay', 'calls.jsonl');
    assert.equal(replay.code, 0, replay.stderr);
    assert.equal(server.count, ROWS);
    const values = (name: string) => results(name).map(({ label, stars }) => [label, stars]);
    assert.deepEqual(values('replayed.csv'), values('live.csv'));
    const other = await atelier(LINE, '--input', 'review=review number 1, "quoted"!', '--replay', 'calls.jsonl');
    const { error } = JSON.parse(other.stdout);
    assert.equal(error.code, 'replay.missing');
    assert.match(error.message, /nearest is call \d+, 99% alike: user message differs at .*quoted/);
  });

  describe('refuses with exit code 2, sends nothing and changes nothing:', () => {
    const cases: [what: string, args: string[], message: RegExp][] = [
      ['no file for the results', ['--batch', 'in.csv'], /needs a file for the results/],
      ['the dataset as results', ['--batch', 'in.csv', '--out', 'in.csv'], /is the dataset itself/],
      ['results that are there', ['--batch', 'in.csv', '--out', 'there.csv'], /there\.csv exists already/],
      ['a missing column', ['--batch', 'other.csv', '--out', 'out.csv'], /other\.csv has no column "review", did you mean "reviw"/],
      ['a mapping to nowhere', ['--batch', 'other.csv', '--out', 'out.csv', '--map', 'review=x'], /no column "x"/],
      ['an input that there is not', ['--batch', 'in.csv', '--out', 'out.csv', '--input', 'x=y'], /no input "x"/],
      ['an option without rows', ['--input', 'review=x', '--resume'], /--resume belongs to --batch/],
      ['testing without a recording', ['--input', 'review=x', '--mode', 'testing'], /none is named/],
      ['an unknown mode', ['--input', 'review=x', '--mode', 'prod'], /no mode "prod"/],
    ];
    for (const [what, args, message] of cases) {
      it(what, async () => {
        writeFileSync(file('there.csv'), 'mine\n');
        writeFileSync(file('other.csv'), 'reviw\nx\n');
        const { code, stdout } = await atelier(LINE, ...args);
        assert.match(JSON.parse(stdout).error.message, message);
        assert.equal(code, 2);
        assert.equal(server.count, 0);
        assert.equal(readFileSync(file('there.csv'), 'utf8'), 'mine\n');
        assert.ok(!existsSync(file('out.csv')));
      });
    }
  });
});
