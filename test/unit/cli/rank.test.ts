import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ChatBody, type FaultServer, faults, lastText, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const ROWS = 12;
const signature = (instructions: string, name = 'capital') => `name: ${name}
instructions: ${instructions}
input_fields: [{name: country, type: string}]
output_fields: [{name: city, type: string}]
`;
/** What the instructions make of a country's number: `NEW` is preferred by the judge; every fourth answer is the same in all. */
const cityOf = (body: ChatBody) => {
  const number = Number(/land (\d+)/.exec(lastText(body))?.[1]);
  const style = /\b(NEW|OTHER)\b/.exec(JSON.stringify(body.messages))?.[1] ?? 'OLD';
  return `City: ${number % 4 === 0 ? 'same' : style} ${number}`;
};
const answersOf = (body: ChatBody) => {
  const text = lastText(body);
  const [first, second] = [/^First answer: (.*)$/m, /^Second answer: (.*)$/m].map((line) => line.exec(text)?.[1]);
  return first === undefined || second === undefined ? undefined : ([first, second] as const);
};
const VALUES = ['OLD', 'OTHER', 'NEW'];
const worthOf = (answer: string) => VALUES.findIndex((style) => answer.includes(style));
const prefersNew = (first: string, second: string) => (worthOf(first) > worthOf(second) ? 'first' : 'second');

describe('atelier evaluate --against', () => {
  let folder: string;
  let server: FaultServer;
  let judged: number;
  const judgeBy = (judge: (first: string, second: string) => string) =>
    server.answer((body) => {
      const answers = answersOf(body);
      if (answers === undefined) return /Your answer cannot be used/.test(lastText(body)) ? 'Nonsense again.' : cityOf(body);
      judged++;
      return `Reasons: I see ${answers.join(' and ')}.\nWinner: ${judge(...answers)}`;
    });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-rank-'));
    server = await startFaultServer();
    judged = 0;
    judgeBy(prefersNew);
    const rows = Array.from({ length: ROWS }, (_, index) => `land ${index + 1},${index < 6 ? 'test' : 'train'}`);
    write('rows.csv', `country,split\n${rows.join('\n')}\n`);
    write('signatures/capital.signature.yaml', signature('Name the capital.'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder, stdio: 'pipe' });
    git('init', '-q');
    git('add', 'signatures');
    git('commit', '-q', '-m', 'first');
    write('signatures/capital.signature.yaml', signature('Name the NEW capital.'));
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
      const endpoint = ['--base-url', server.url, '--model', 'custom:m', '--data', 'rows.csv'];
      const all = [path.join(repoRoot, 'dist/cli.js'), 'evaluate', 'capital', ...endpoint, ...args];
      execFile(process.execPath, all, { cwd: folder, env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const rankedAs = async (...args: string[]) => {
    const { stdout, ...others } = await atelier('--json', ...args);
    return { document: JSON.parse(stdout), ...others };
  };

  it('says that it is better than an earlier revision, with every judgement, and what it may cost before it does', async () => {
    const { document, code, stderr } = await rankedAs('--against', 'HEAD', '--judge-model', 'custom:judge');
    assert.equal(code, 0);
    assert.match(stderr, /24 answers, 12 pairs judged in both orders: 48 calls, at most 96 /);
    assert.deepEqual(Object.keys(document), [
      ...['signature', 'version', 'model', 'judge', 'comparer', 'data', 'created', 'seed', 'ranking', 'head_to_head', 'pairs'],
      ...['calls', 'usage', 'cost_usd', 'rows'],
    ]);
    assert.deepEqual([document.model, document.judge, document.comparer], ['custom:m', 'custom:judge', 'CompareAnswers']);
    assert.deepEqual(
      document.ranking.map(({ name, wins, ties, losses }: Record<string, unknown>) => [name, wins, ties, losses]),
      [
        ['capital', 9, 3, 0],
        ['HEAD', 0, 3, 9],
      ],
    );
    const [{ strength, interval, elo }, last] = document.ranking;
    assert.ok(
      interval[0] > 0 && interval[0] < strength && strength < interval[1] && elo > 1500 && Math.abs(last.strength + strength) < 1e-9,
    );
    const [{ interval: rate, ...head }] = document.head_to_head;
    assert.deepEqual(head, { with: 'HEAD', n: 12, wins: 9, ties: 3, losses: 0, win_rate: 0.875, verdict: 'better' });
    assert.ok(rate[0] > 0.5 && rate[0] < 0.875 && rate[1] > 0.9 && rate[1] < 1);
    assert.deepEqual(document.pairs, {
      ...{ n: 12, total: 12, failed: 0, identical: 3, unreadable: 0, judged: 9, disagreed: 0, favoured_first: 0, favoured_second: 0 },
    });
    // Equal answers need no judge.
    assert.deepEqual([judged, server.count, document.calls], [18, 24 + 18, 42]);
    assert.ok(server.chats.every(({ body }) => (body?.model === 'judge') === (body !== undefined && answersOf(body) !== undefined)));
    assert.deepEqual(document.rows[0], {
      ...{ row: 1, line: 2, first: 'capital', second: 'HEAD', outcome: 'win', decided_by: 'judge', orders: ['win', 'win'] },
      reasons: ['I see {"city":"NEW 1"} and {"city":"OLD 1"}.', 'I see {"city":"OLD 1"} and {"city":"NEW 1"}.'],
      answers: { first: { city: 'NEW 1' }, second: { city: 'OLD 1' } },
    });
    assert.equal(document.rows[3].decided_by, 'identical');
    const text = await atelier('--against', 'HEAD', '--judge-model', 'custom:judge');
    assert.match(text.stdout, /^capital: better than HEAD: wins 88 % \(95 %: \d+ to \d+ %, n = 12\), 9 won, 3 tied, 0 lost$/m);
    assert.match(text.stdout, /^ {2}1 {2}capital {2}\+0\.\d\d \(95 %: \+0\.\d\d to \+\d\.\d\d\) {2}Elo 1\d\d\d {2}9 won/m);
    assert.match(text.stdout, /^9 of 9 judged pairs had the same outcome in both orders$/m);
    assert.equal(server.count, 42, 'nothing is paid twice');
  });

  it('ranks revisions and other signatures together, on the rows of a split', async () => {
    write('signatures/other.signature.yaml', signature('Name the OTHER capital.', 'other'));
    const { document, code } = await rankedAs('--against', 'HEAD', '--against', 'other', '--split', 'test');
    assert.equal(code, 0);
    assert.deepEqual(
      document.ranking.map(({ name, wins, ties, losses }: Record<string, unknown>) => [name, wins, ties, losses]),
      [
        ['capital', 10, 2, 0],
        ['other', 5, 2, 5],
        ['HEAD', 0, 2, 10],
      ],
    );
    assert.deepEqual([document.data.rows, document.data.split, document.pairs.n], [6, 'test', 18]);
    assert.deepEqual(
      document.head_to_head.map(({ with: other, verdict }: Record<string, unknown>) => [other, verdict]),
      [
        ['HEAD', undefined],
        ['other', undefined],
      ],
    );
    const file = await rankedAs('--against', 'signatures/other.signature.yaml');
    assert.equal(file.document.head_to_head[0].with, 'signatures/other.signature.yaml');
  });

  it('warns of a judge that goes by places, and has no winner then', async () => {
    judgeBy(() => 'first');
    const { document, code, stderr } = await rankedAs('--against', 'HEAD');
    assert.equal(code, 0);
    assert.deepEqual(
      [document.head_to_head[0].verdict, document.pairs.disagreed, document.pairs.favoured_first],
      ['no real difference', 9, 9],
    );
    assert.match(stderr, /warning: custom:m judged otherwise in 9 of 9 pairs when the answers changed places \(9 times the first one won/);
    const text = await atelier('--against', 'HEAD');
    assert.match(text.stdout, /^capital: no real difference to HEAD: wins 50 %/m);
    assert.match(text.stdout, /^0 of 9 judged pairs had the same outcome in both orders; the others are ties$/m);
  });

  it('counts pairs apart that fail, each with its reason', async () => {
    judgeBy((first, second) => (/ 1"/.test(first) ? 'the one on the left' : prefersNew(first, second)));
    server.inject({ ...faults.status(400, { message: 'no' }), when: ({ body }) => body !== undefined && cityOf(body) === 'City: OLD 2' });
    const { document, code } = await rankedAs('--against', 'HEAD');
    assert.equal(code, 0);
    assert.deepEqual([document.pairs.n, document.pairs.failed, document.head_to_head[0].n], [10, 2, 10]);
    assert.deepEqual(
      document.rows.slice(0, 2).map(({ outcome, error }: { outcome: unknown; error: { code: string } }) => [outcome, error.code]),
      [
        [null, 'model.invalid_answer'],
        [null, 'model.bad_request'],
      ],
    );
    // 24 answers; 14 calls for 7 pairs, and two for the nonsense, which is asked for twice and only in one order.
    assert.deepEqual([document.calls, server.count], [23 + 14 + 2, 24 + 14 + 2]);
  });

  it('lets an answer lose that cannot be read', async () => {
    server.answer((body) => {
      const answers = answersOf(body);
      if (answers !== undefined) return `Reasons: x\nWinner: ${prefersNew(...answers)}`;
      return JSON.stringify(body.messages).includes('NEW') ? '' : cityOf(body);
    });
    const { document } = await rankedAs('--against', 'HEAD');
    assert.deepEqual([document.pairs.unreadable, document.head_to_head[0].losses, document.head_to_head[0].verdict], [12, 12, 'worse']);
    assert.equal(document.rows[0].error.code, 'model.empty_answer');
  });

  it('ends with what is there when the budget is spent, and says when that is nothing', async () => {
    const some = await rankedAs('--against', 'HEAD', '--budget-calls', '20', '--concurrency', '1');
    assert.deepEqual([some.code, some.document.stopped.code, some.document.calls], [1, 'budget.exceeded', 20]);
    assert.ok(some.document.pairs.n > 0 && some.document.pairs.n < 12);
    const none = await atelier('--against', 'HEAD', '--budget-calls', '1', '--no-cache');
    assert.equal(none.code, 1);
    assert.match(none.stdout, /compared with nothing/);
    assert.match(none.stderr, /The budget of 1 call is spent[\s\S]*Nothing was compared/);
  });

  it('refuses rows that one of them has seen, or leaves them out', async () => {
    write('signatures/capital.signature.yaml', `${signature('Name the NEW capital.')}examples:\n  - {country: land 1, city: x}\n`);
    const refused = await rankedAs('--against', 'HEAD');
    assert.deepEqual([refused.code, refused.document.error.code], [1, 'evaluation.leaked']);
    assert.match(refused.document.error.message, /^capital has seen 1 of these rows \(row 1\)/);
    assert.equal(server.count, 0);
    const { document, stderr } = await rankedAs('--against', 'HEAD', '--allow-seen');
    assert.deepEqual([document.pairs.n, document.data.rows, document.data.left_out], [11, 11, 1]);
    assert.match(stderr, /capital has seen 1 of these rows \(row 1\): left out/);
  });

  it('warns that one program cannot be told from itself', async () => {
    write('signatures/capital.signature.yaml', `${signature('Name the capital.')}# a comment\n`);
    const { document, stderr } = await rankedAs('--against', 'HEAD');
    assert.match(stderr, /HEAD is the same program as capital/);
    assert.deepEqual([document.pairs.identical, judged, document.head_to_head[0].verdict], [12, 0, 'no real difference']);
  });

  it('says what is wrong before anything is sent', async () => {
    write('signatures/two.signature.yaml', signature('Two.', 'two').replace('name: city', 'name: town'));
    write('signatures/needs.signature.yaml', signature('More.', 'needs').replace('name: country', 'name: continent'));
    for (const [args, message] of [
      [['--against', 'HEAD', '--baseline', 'HEAD'], /--baseline makes no sense with --against/],
      [['--against', 'HEAD', '--fail-under', '0.5'], /--fail-under makes no sense/],
      [['--against', 'HEAD', '--report', 'x.html'], /--report makes no sense/],
      [['--against', 'HEAD', '--repeats', '2'], /--repeats makes no sense/],
      [['--against', 'HEAD', '--metric', 'judge'], /--metric makes no sense/],
      [['--against', 'HEAD', '--retry-failed'], /--retry-failed makes no sense/],
      [['--comparer', 'CompareAnswers'], /--comparer compares with something/],
      [['--against', 'capital'], /compared with itself/],
      [['--against', 'HEAD', '--against', 'HEAD'], /compared with itself/],
      [['--against', 'no-such-thing'], /no signature "no-such-thing", and no such revision/],
      [['--against', '--help'], /against/],
      [['--against', 'two'], /two gives town, and capital gives city/],
      [['--against', 'needs'], /needs cannot be run on these rows: .*"continent"/],
      [['--against', 'HEAD', '--comparer', 'JudgeAnswer'], /JudgeAnswer cannot compare answers/],
      [['--against', 'HEAD', '--split', 'validation'], /no rows/],
    ] as const) {
      const { document, code } = await rankedAs(...args);
      assert.equal(code, 2, JSON.stringify(document));
      assert.match(document.error.message, message);
    }
    assert.equal(server.count, 0);
    const embedded = await rankedAs('--against', 'HEAD', '--judge-model', 'embedded');
    assert.deepEqual([embedded.code, embedded.document.stopped.code], [1, 'model.unsupported']);
  });
});
