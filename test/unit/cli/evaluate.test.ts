import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type FaultServer, faults, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const SIGNATURE = `name: parity
description: Says whether a number is even.
input_fields: [{name: text, type: string}]
output_fields: [{name: label, type: class, options: [even, odd]}]
`;
const ROWS = 40;

function filesBelow(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

describe('atelier evaluate', () => {
  let folder: string;
  let server: FaultServer;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-evaluate-'));
    server = await startFaultServer();
    // Wrong for every fourth number.
    server.answer((body) => {
      const number = Number(/Text: number (\d+)/.exec(JSON.stringify(body.messages))?.[1]);
      return `Label: ${(number % 2 === 0) !== (number % 4 === 0) ? 'even' : 'odd'}`;
    });
    write('signatures/parity.signature.yaml', SIGNATURE);
    const rows = Array.from({ length: ROWS }, (_, index) => `number ${index + 1},${index % 2 === 1 ? 'even' : 'odd'}`);
    write('rows.csv', `text,label\n${rows.join('\n')}\n`);
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const atelier = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const all = [path.join(repoRoot, 'dist/cli.js'), 'evaluate', '--base-url', server.url, '--model', 'custom:m', ...args];
      execFile(process.execPath, all, { cwd: folder, env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const evaluated = async (...args: string[]) => JSON.parse((await atelier('parity', '--data', 'rows.csv', '--json', ...args)).stdout);

  it('gives a score with n and interval, and every row with its reason', async () => {
    const document = await evaluated();
    assert.deepEqual(
      [document.signature, document.model, document.metric, document.score, document.n, document.failures],
      ['parity', 'custom:m', 'exact_match', 0.75, ROWS, 0],
    );
    // Wilson 95 % for 30 of 40.
    assert.deepEqual(
      document.interval.map((bound: number) => bound.toFixed(4)),
      ['0.5981', '0.8581'],
    );
    assert.equal(document.data.rows, ROWS);
    assert.match(document.data.sha256, /^[0-9a-f]{64}$/);
    assert.equal(document.rows.length, ROWS);
    const wrong = document.rows[3];
    assert.deepEqual([wrong.row, wrong.score, wrong.outputs.label], [4, 0, 'odd']);
    assert.match(wrong.feedback, /odd.*even|even.*odd/);
    assert.equal(server.count, ROWS);
  });

  it('runs again only what changed', async () => {
    await evaluated();
    assert.equal((await evaluated()).reused, ROWS);
    assert.equal(server.count, ROWS);
    write('rows.csv', readFileSync(path.join(folder, 'rows.csv'), 'utf8').replace('number 7,', 'number 70,'));
    assert.equal((await evaluated()).reused, ROWS - 1);
    assert.equal(server.count, ROWS + 1);
    write('signatures/parity.signature.yaml', SIGNATURE.replace('is even', 'is even or odd'));
    assert.equal((await evaluated()).reused, 0);
  });

  it('goes on after it was killed, and pays no finished row twice', async () => {
    const many = 500;
    const rows = Array.from({ length: many }, (_, index) => `number ${index + 1},${index % 2 === 1 ? 'even' : 'odd'}`);
    write('rows.csv', `text,label\n${rows.join('\n')}\n`);
    const numberOf = (body: unknown) => Number(/Text: number (\d+)/.exec(JSON.stringify(body))?.[1]);
    let held = true;
    const answered: number[] = [];
    server.inject({ hang: true, times: Number.POSITIVE_INFINITY, when: ({ body }) => held && numberOf(body) > 200 });
    server.inject({ times: Number.POSITIVE_INFINITY, when: ({ body }) => answered.push(numberOf(body)) > 0 });
    const args = ['evaluate', 'parity', '--data', 'rows.csv', '--base-url', server.url, '--model', 'custom:m', '--concurrency', '8'];
    const child = spawn(process.execPath, [path.join(repoRoot, 'dist/cli.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH },
      stdio: 'ignore',
    });
    const kept = () =>
      filesBelow(path.join(folder, '.atelier/evaluations')).reduce(
        (sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1,
        0,
      );
    // Eight requests hang: everything before them was answered, and is on its way to the disk.
    await server.arrived(208);
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, { recursive: true }, look);
      function look(): void {
        if (kept() < 200) return;
        watcher.close();
        resolve();
      }
      look();
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(answered.length, 200);
    held = false;
    const document = await evaluated();
    assert.deepEqual([document.n, document.reused], [many, 200]);
    assert.deepEqual(
      answered.toSorted((a, b) => a - b),
      Array.from({ length: many }, (_, index) => index + 1),
    );
  });

  it('counts a failing row apart, and keeps what was done when it is stopped', async () => {
    server.inject({ ...faults.status(400, { message: 'no' }), when: ({ body }) => JSON.stringify(body).includes('number 5') });
    const document = await evaluated('--budget-calls', '10');
    assert.equal(document.failures, 1);
    assert.equal(document.rows.find(({ row }: { row: number }) => row === 5).error.code, 'model.bad_request');
    assert.equal(document.stopped.code, 'budget.exceeded');
    const before = server.count;
    const rest = await evaluated('--retry-failed');
    assert.deepEqual([rest.n, rest.failures], [ROWS, 0]);
    assert.equal(server.count - before, ROWS - 9);
  });

  it('passes or fails a gate', async () => {
    assert.equal((await atelier('parity', '--data', 'rows.csv', '--fail-under', '0.7')).code, 0);
    const failed = await atelier('parity', '--data', 'rows.csv', '--fail-under', '0.8');
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /parity: 0\.750 \(95 %: 0\.598 to 0\.858, n = 40\)/);
    assert.match(failed.stdout, /The score 0\.75 is under 0\.8\./);
  });

  it('splits by a seed, and refuses rows that the program has seen', async () => {
    const splits = await Promise.all(['train', 'validation', 'test'].map((split) => evaluated('--split', split, '--allow-seen')));
    assert.deepEqual(
      splits.map(({ data }) => data.rows),
      [20, 10, 10],
    );
    const rows = splits.flatMap((document) => document.rows.map(({ row }: { row: number }) => row));
    assert.equal(new Set(rows).size, ROWS);
    write('signatures/parity.signature.yaml', `${SIGNATURE}examples:\n  - {text: number 1, label: odd}\n`);
    const { code, stdout } = await atelier('parity', '--data', 'rows.csv', '--json');
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'evaluation.leaked']);
    const marked = await evaluated('--allow-seen');
    assert.deepEqual([marked.leaked, marked.unseen.n], [1, ROWS - 1]);
  });

  it('takes a trainset of its own file, and refuses rows that are in it, too', async () => {
    write('train.csv', 'text,label\n number 3 ,no label\nnumber 900,wrong label\n');
    const { code, stdout } = await atelier('parity', '--data', 'rows.csv', '--train', 'train.csv', '--json');
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'evaluation.leaked']);
    assert.equal(server.count, 0);
    const document = await evaluated('--train', 'train.csv', '--allow-seen');
    assert.deepEqual([document.leaked, document.rows[2].leaked, document.unseen.n], [1, 'train', ROWS - 1]);
  });

  it('compares with an earlier revision, and fails on a real drop alone', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder, stdio: 'pipe' });
    git('init', '-q');
    git('add', 'signatures');
    git('commit', '-q', '-m', 'first');
    write('signatures/parity.signature.yaml', SIGNATURE.replace('Says', 'BROKEN says'));
    server.answer((body) => {
      const text = JSON.stringify(body.messages);
      const number = Number(/Text: number (\d+)/.exec(text)?.[1]);
      return `Label: ${(number % 2 === 0) !== text.includes('BROKEN') ? 'even' : 'odd'}`;
    });
    const { code, stdout } = await atelier('parity', '--data', 'rows.csv', '--baseline', 'HEAD', '--json');
    const { compare } = JSON.parse(stdout);
    assert.deepEqual([code, compare.with, compare.difference, compare.verdict], [1, 'HEAD', -1, 'worse']);
    write('signatures/parity.signature.yaml', `${SIGNATURE}# a comment\n`);
    const same = await atelier('parity', '--data', 'rows.csv', '--baseline', 'HEAD', '--json');
    assert.deepEqual([same.code, JSON.parse(same.stdout).compare.verdict], [0, 'no real difference']);
    const unknown = await atelier('parity', '--data', 'rows.csv', '--baseline', 'no-such-thing', '--json');
    assert.deepEqual([unknown.code, JSON.parse(unknown.stdout).error.code], [2, 'usage.invalid']);
  });

  it('closes its gate for rows that cannot be used, and with a metric of the user’s own', async () => {
    write(
      'bad.csv',
      `text,label\n${Array.from({ length: 20 }, (_, index) => `number ${index + 1},${index === 0 ? 'odd' : 'od'}`).join('\n')}\n`,
    );
    const left = await atelier('parity', '--data', 'bad.csv', '--fail-under', '0.9');
    assert.equal(left.code, 1);
    assert.match(left.stdout, /19 rows cannot be used/);
    write('low.mjs', 'export default () => ({ score: 0.1, feedback: "low" });\n');
    const low = await atelier('parity', '--data', 'rows.csv', '--metric', 'low.mjs', '--fail-under', '0.9', '--json');
    assert.deepEqual([low.code, JSON.parse(low.stdout).score.toFixed(3)], [1, '0.100']);
    assert.equal((await atelier('parity', '--data', 'rows.csv', '--metric', 'low.mjs', '--fail-under', '0.05')).code, 0);
    write('broken.mjs', 'throw new Error("no");\n');
    const broken = await atelier('parity', '--data', 'rows.csv', '--metric', 'broken.mjs', '--json');
    assert.deepEqual([broken.code, JSON.parse(broken.stdout).error.code], [1, 'metric.failed']);
  });

  it('runs no code that only a file names', async () => {
    write('evil.mjs', 'import { writeFileSync } from "node:fs"; writeFileSync("ran", ""); export default () => 1;\n');
    write('signatures/parity.signature.yaml', `${SIGNATURE}optimization: {metric: evil.mjs}\n`);
    const { code, stdout } = await atelier('parity', '--data', 'rows.csv', '--json');
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'workspace.untrusted']);
    assert.ok(!existsSync(path.join(folder, 'ran')));
  });

  it('does not take the results of another endpoint or way for its own', async () => {
    await evaluated();
    const other = await startFaultServer();
    other.answer(() => 'Label: even');
    const elsewhere = await evaluated('--base-url', other.url);
    assert.deepEqual([elsewhere.reused, elsewhere.score, other.count], [0, 0.5, ROWS]);
    await other.close();
    assert.equal((await evaluated('--fallback-model', 'custom:n')).reused, 0);
  });

  it('passes no comparison that shows nothing', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder, stdio: 'pipe' });
    git('init', '-q');
    git('add', 'signatures');
    git('commit', '-q', '-m', 'first');
    write('signatures/parity.signature.yaml', SIGNATURE.replace('is even', 'is even or odd'));
    const args = ['parity', '--data', 'rows.csv', '--baseline'];
    const spent = await atelier(...args, 'HEAD', '--budget-calls', String(ROWS + 3));
    assert.equal(spent.code, 1);
    assert.match(spent.stderr, /Nothing can be said about HEAD/);
    assert.equal(server.count, ROWS + 3, 'one budget for both sides');
    for (const revision of ['', ':/x', '--help'])
      assert.equal((await atelier(...args.slice(0, -1), `--baseline=${revision}`)).code, 2, revision);
  });

  it('says what is wrong before anything is sent', async () => {
    write('bad.csv', 'text,label\nnumber 1,evn\nnumber 2,even\n');
    for (const [args, code, message] of [
      [['parity'], 'usage.invalid', /needs rows/],
      [['parity', '--data', 'rows.csv', '--metric', 'exact_mach'], 'usage.invalid', /exact_mach/],
      [['parity', '--data', 'rows.csv', '--split', 'tset'], 'usage.invalid', /tset/],
      [['parity', '--data', 'rows.csv', '--fail-under', '80'], 'usage.invalid', /0 to 1/],
      [['parity', '--data', 'gone.csv'], 'data.unreadable', /gone\.csv/],
      [['parity', '--data', 'rows.csv', '--report', 'out.pdf'], 'usage.invalid', /out\.pdf/],
    ] as const) {
      const { stdout, code: exit } = await atelier(...args, '--json');
      const { error } = JSON.parse(stdout);
      assert.deepEqual([error.code, exit], [code, 2], stdout);
      assert.match(error.message, message);
    }
    assert.equal(server.count, 0);
    const { stderr, stdout } = await atelier('parity', '--data', 'bad.csv', '--json');
    assert.match(stderr, /bad\.csv:2: .*"evn" is not one of even, odd/);
    assert.deepEqual([JSON.parse(stdout).n, JSON.parse(stdout).data.left_out], [1, 1]);
  });

  it('counts the scores that people set, and leaves them out when told to', async () => {
    const { rows, metric } = await evaluated();
    const wrong = rows[3];
    const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');
    const example = hash({ expected: wrong.expected, inputs: wrong.inputs });
    const columns = 'timestamp,signature,metric,score,comment,user_id,example,answer,inputs,outputs';
    write('data/score_overrides.csv', `${columns}\n2026-01-01,parity,${metric},1,close enough,ada,${example},${hash(wrong.outputs)},,\n`);
    const document = await evaluated();
    assert.deepEqual([document.overridden, document.score, document.reused], [1, 31 / 40, ROWS]);
    assert.deepEqual([document.rows[3].score, document.rows[3].overridden.comment], [1, 'close enough']);
    assert.match((await atelier('parity', '--data', 'rows.csv')).stdout, /1 score set by hand/);
    assert.equal((await evaluated('--no-overrides')).score, 0.75);
  });

  it('evaluates again after each change that matters, and ends when it is told to', async () => {
    const args = ['evaluate', 'parity', '--data', 'rows.csv', '--base-url', server.url, '--model', 'custom:m', '--watch'];
    const child = spawn(process.execPath, [path.join(repoRoot, 'dist/cli.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    let heard = (): void => undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said.push(text);
        heard();
      });
    }
    const waits = () => said.join('').split('Waiting for changes').length - 1;
    const waited = (times: number) =>
      new Promise<void>((resolve) => {
        heard = () => {
          if (waits() >= times) resolve();
        };
        heard();
      });
    await waited(1);
    assert.equal(server.count, ROWS);
    write('rows.csv', readFileSync(path.join(folder, 'rows.csv'), 'utf8').replace('number 7,', 'number 70,'));
    await waited(2);
    assert.equal(server.count, ROWS + 1, 'one row changed');
    write('signatures/parity.signature.yaml', 'name: parity\ninput_fields: [');
    await waited(3);
    assert.match(said.join(''), /error: /);
    write('signatures/parity.signature.yaml', SIGNATURE);
    await waited(4);
    assert.equal(server.count, ROWS + 1, 'the signature is as it was');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.equal(waits(), 4);
  });

  it('watches nothing for options that no save can mend', async () => {
    for (const args of [
      ['--fail-under', '7'],
      ['--metric', 'no/such/folder/m.mjs'],
      ['--split', 'holidays'],
    ]) {
      const { code, stderr } = await atelier('parity', '--data', 'rows.csv', '--watch', ...args);
      assert.equal(code, 2, stderr);
    }
    assert.equal((await atelier('parity', '--watch')).code, 2);
    assert.equal(server.count, 0);
  });

  it('says what answers cost, and what they cost more than before', async () => {
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    execFileSync('git', ['add', '.'], { cwd: folder });
    execFileSync('git', [...identity, 'commit', '-qm', 'first'], { cwd: folder });
    write('signatures/parity.signature.yaml', `${SIGNATURE}instructions: ${'Think of the last digit. '.repeat(20)}\n`);
    const { objectives, compare } = await evaluated('--baseline', 'HEAD');
    assert.equal(objectives[0].name, 'tokens');
    const [tokens] = compare.objectives;
    assert.deepEqual([tokens.name, tokens.verdict, tokens.n], ['tokens', 'more', ROWS]);
    assert.ok(tokens.difference > 100, String(tokens.difference));
  });
});
