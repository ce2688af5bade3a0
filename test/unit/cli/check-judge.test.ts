import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type FaultServer, faults, lastText, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const HISTORY =
  'id,timestamp,taste,user_input,dspy_prompt,final_prompt,quality_score,image_generated,user_id,model,version,pattern,' +
  'latency_ms,prompt_tokens,completion_tokens,cost_usd,status';
const FEEDBACK = 'timestamp,prompt_id,rating,correction,comment,user_id';
const TIME = '2026-01-01T00:00:00.000Z';
/** Stars of the prompts p1, p2, ... */
const STARS = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 2, 4];

describe('atelier evaluate --check-judge', () => {
  let folder: string;
  let server: FaultServer;
  /** A judge that gives the stars that stand in a prompt, or others. */
  const judgeBy = (rating: (stars: number) => number) =>
    server.answer((body) => {
      const answer = /^Answer: (.*)$/m.exec(lastText(body))?.[1];
      if (answer === undefined) return 'Optimized Prompt: a prompt worth 4 stars';
      const stars = rating(Number(/worth (\d)/.exec(answer)?.[1]));
      return `Reasons: fine\nCorrectness: ${stars}\nCompleteness: ${stars}\nClarity: ${stars}`;
    });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-check-'));
    server = await startFaultServer();
    judgeBy((stars) => stars);
    write('rows.csv', 'user_input,taste\na fox,anime\na boat,watercolor\n');
    const ids = STARS.map((stars, index) => ({ id: `p${index + 1}`, stars }));
    const prompts = ids.map(
      ({ id, stars }) => `${id},${TIME},anime,idea of ${id},,${id} is worth ${stars} stars,,false,local,m,1,enhance,9,9,9,0,ok`,
    );
    write('data/prompt_history.csv', `${HISTORY}\n${prompts.join('\n')}\n`);
    const first = ids.map(({ id }) => `${TIME},${id},3,,,local`);
    const last = ids.map(({ id, stars }) => `${TIME},${id},${stars},,,local`);
    write('data/user_feedback.csv', `${FEEDBACK}\n${[...first, ...last].join('\n')}\n${TIME},gone,5,,,local\n${TIME},p1,5,,,anna\n`);
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const atelier = (signature: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const endpoint = ['--base-url', server.url, '--model', 'custom:m', '--data', 'rows.csv'];
      const all = [path.join(repoRoot, 'dist/cli.js'), 'evaluate', signature, ...endpoint, ...args];
      execFile(process.execPath, all, { cwd: folder, env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const judged = (...args: string[]) => atelier('ImagePrompt', '--metric', 'judge', ...args);

  it('says beside the score how far the judge agrees with the person’s last ratings', async () => {
    const args = ['--check-judge', '50', '--user', 'local', '--report', 'out.md', '--report', 'out.html', '--report', 'out.xml'];
    const { code, stdout, stderr } = await judged(...args, '--json');
    const { judge, score, calls, n } = JSON.parse(stdout);
    assert.deepEqual([code, n, score], [0, 2, 0.75]);
    assert.deepEqual(
      [judge.n, judge.failed, judge.rank_correlation, judge.kappa, judge.within_one_star, judge.trust],
      [12, 0, 1, 1, 1, 'fair'],
    );
    assert.ok(judge.interval[0] > 0.9 && judge.interval[1] <= 1);
    // Two rows, each answered and judged, and twelve ratings.
    assert.deepEqual([calls, server.count], [16, 16]);
    assert.match(stderr, /The judge rates 12 prompts that you have rated, without a reference: 12 calls, at most 24\./);
    assert.doesNotMatch(stderr, /warning/);
    for (const report of ['out.md', 'out.html', 'out.xml']) {
      assert.match(readFileSync(path.join(folder, report), 'utf8'), /The judge mostly prefers the answers that you prefer/, report);
    }
    const text = await judged('--check-judge', '50', '--user', 'local');
    assert.match(text.stdout, /^The judge mostly prefers the answers that you prefer \(rank correlation 1\.00, .* over 12 answers\)\.$/m);
    assert.equal(server.count, 16, 'nothing is paid twice');
  });

  it('warns of a judge that prefers what the person does not, and of few ratings', async () => {
    judgeBy((stars) => 6 - stars);
    const against = await judged('--check-judge', '10', '--user', 'local', '--json');
    const { judge } = JSON.parse(against.stdout);
    assert.deepEqual([against.code, judge.n, judge.rank_correlation, judge.trust], [0, 10, -1, 'low']);
    assert.match(against.stderr, /warning: The judge often prefers other answers than you do/);
    const few = await judged('--check-judge', '10', '--user', 'anna', '--json');
    assert.deepEqual([JSON.parse(few.stdout).judge.n, JSON.parse(few.stdout).judge.rank_correlation], [1, null]);
    assert.match(few.stderr, /warning: Only 1 of your ratings can be compared/);
  });

  it('takes the newest, of everyone when nobody is named', async () => {
    const { judge } = JSON.parse((await judged('--check-judge', '10', '--json')).stdout);
    assert.equal(judge.n, 10);
    const prompts = server.chats.flatMap(({ body }) =>
      body === undefined ? [] : (/"(p\d+) is worth/.exec(lastText(body).replaceAll('\\', ''))?.[1] ?? []),
    );
    // The last word about p1 is anna's; of the others the oldest two are not asked about.
    assert.deepEqual(prompts.toSorted(), ['p1', 'p10', 'p11', 'p12', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9']);
    assert.ok(judge.rank_correlation < 1);
  });

  it('counts what the judge cannot rate, and ends early with what is there', async () => {
    server.inject({
      ...faults.status(400, { message: 'no' }),
      when: ({ body }) => body !== undefined && lastText(body).includes('p7 is worth'),
    });
    const failing = await judged('--check-judge', '50', '--user', 'local', '--json');
    assert.deepEqual([failing.code, JSON.parse(failing.stdout).judge.failed, JSON.parse(failing.stdout).judge.n], [0, 1, 11]);
    assert.match(failing.stderr, /could not rate 1 of 12 prompts/);
    const ended = await judged('--check-judge', '50', '--user', 'local', '--json', '--no-cache', '--budget-calls', '9');
    const document = JSON.parse(ended.stdout);
    assert.deepEqual(
      [ended.code, document.judge.stopped.code, document.judge.n, document.n, document.calls],
      [1, 'budget.exceeded', 5, 2, 9],
    );
  });

  it('is refused where it says nothing', async () => {
    write('signatures/plain.signature.yaml', 'name: plain\ninput_fields: [{name: user_input}]\noutput_fields: [{name: text}]\n');
    for (const [run, message] of [
      [() => atelier('ImagePrompt', '--metric', 'length(max=40)', '--check-judge', '20', '--json'), /the metric is none/],
      [() => atelier('plain', '--metric', 'judge', '--check-judge', '20', '--json'), /plain makes none/],
      [() => judged('--check-judge', '5', '--json'), /from 10 to 1000, not "5"/],
      [() => judged('--user', 'anna', '--json'), /--user says whose ratings/],
      [() => atelier('ImagePrompt', '--against', 'HEAD', '--check-judge', '20', '--json'), /--check-judge makes no sense with --against/],
    ] as const) {
      const { code, stdout } = await run();
      assert.equal(code, 2, stdout);
      assert.match(JSON.parse(stdout).error.message, message);
    }
    assert.equal(server.count, 0);
  });
});
