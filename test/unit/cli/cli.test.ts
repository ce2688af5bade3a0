import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { type FaultServer, faults, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('atelier, the terminal command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const atelier = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } };
      execFile(process.execPath, [path.join(repoRoot, 'dist/cli.js'), ...args], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const rows = (file: string) => parse(readFileSync(path.join(folder, 'data', file)), { columns: true }) as Record<string, string>[];

  it('prints the prompt, and saves it', async () => {
    const { code, stdout } = await atelier(['generate', '--taste', 'anime', 'a dragon flying over a castle']);
    assert.equal(code, 0);
    assert.match(stdout, /^.*a dragon flying over a castle.*\n$/);
    assert.equal(`${rows('prompt_history.csv')[0]?.final_prompt}\n`, stdout);
  });

  it('prints exactly one JSON document with --json, and the same prompt for the same seed', async () => {
    const args = ['generate', '--json', '--seed', '5', '--taste', 'oil painting', 'a teapot'];
    const [first, second] = [await atelier(args), await atelier(args)];
    const document = JSON.parse(first.stdout);
    assert.deepEqual(Object.keys(document).slice(0, 11), [
      ...['id', 'taste', 'user_input', 'dspy_prompt', 'final_prompt', 'status', 'model', 'version', 'usage', 'latency_ms', 'cost_usd'],
    ]);
    assert.equal(document.final_prompt, JSON.parse(second.stdout).final_prompt);
    assert.equal(document.cost_usd, 0);
    const { candidates } = JSON.parse((await atelier([...args, '--count', '3'])).stdout);
    assert.equal(new Set(candidates.map((candidate: { final_prompt: string }) => candidate.final_prompt)).size, 3);
  });

  it('rates: the feedback is kept, a good prompt becomes a training row and shows in the next ones', async () => {
    const { id } = JSON.parse((await atelier(['generate', '--json', '--taste', 'anime', 'a red kite'])).stdout);
    const rated = await atelier([
      'rate',
      id,
      '5',
      '--comment',
      'light',
      '--correction',
      'Anime key visual of a red kite, gilded rim lighting',
      '--json',
    ]);
    assert.deepEqual(JSON.parse(rated.stdout), {
      ...{ id, rating: 5, comment: 'light', correction: 'Anime key visual of a red kite, gilded rim lighting', learnt: true },
    });
    assert.equal(rows('user_feedback.csv')[0]?.rating, '5');
    assert.equal(rows('training_data.csv')[0]?.quality_score, '1');
    const { candidates } = JSON.parse(
      (await atelier(['generate', '--json', '--count', '10', '--seed', '100', '--taste', 'anime', 'a red kite'])).stdout,
    );
    const learnt = candidates.filter((candidate: { final_prompt: string }) => candidate.final_prompt.includes('gilded rim lighting'));
    assert.ok(learnt.length >= 3, `${learnt.length} of 10 use what was learnt`);
  });

  it('refuses bad usage with exit code 2, what is right, and in JSON when asked', async () => {
    for (const [args, message] of [
      [['generate', 'a cat'], /--taste is missing/],
      [['generate', '--taste', 'anmie', 'a cat'], /Did you mean "anime"\?/],
      [['generate', '--taste', 'anime', '--workspace', 'no/such/folder', 'a cat'], /There is no folder "no\/such\/folder"/],
      [['generate', '--taste', 'anime', 'x'], /1 character; it needs at least 3/],
      [['generate', '--tast', 'anime', 'a cat'], /Did you mean --taste\?/],
      [['generat', '--taste', 'anime', 'a cat'], /Did you mean "generate"\?/],
      [['generate', '--taste', 'anime', '--count', '0', 'a cat'], /--count takes a whole number from 1 to 20/],
      [['generate', '--taste', 'anime', '--comment', 'x', 'a cat'], /--comment is no option of generate/],
      [['generate', '--taste', 'anime', '--model', 'opnai:x', 'a cat'], /Did you mean "openai"\?/],
      [['rate', 'no-such-id', '4'], /There is no prompt "no-such-id"/],
      [['rate', 'no-such-id', '9'], /from 1 to 5, not 9/],
    ] as const) {
      const { code, stdout, stderr } = await atelier([...args]);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.ok(!existsSync(path.join(folder, 'data')), 'nothing was written');
    }
    const { code, stdout } = await atelier(['generate', '--json', '--taste', 'anmie', 'a cat']);
    assert.equal(code, 2);
    assert.equal(JSON.parse(stdout).error.code, 'taste.unknown');
  });

  it('prints version and help, and the help fits 100 columns', async () => {
    assert.match((await atelier(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    const { stdout } = await atelier(['--help']);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
  });

  it('reports a damaged file with its line and goes on', async () => {
    mkdirSync(path.join(folder, 'data'));
    const header = 'timestamp,taste,user_input,dspy_prompt,final_prompt,quality_score,image_generated,user_id';
    writeFileSync(path.join(folder, 'data/training_data.csv'), `${header}\n2026-01-01T00:00:00Z,anime,a,b,c,not a number,false,ada\n`);
    writeFileSync(path.join(folder, 'tastes.yaml'), 'tastes:\n  anime: [1\n');
    const { code, stderr } = await atelier(['generate', '--taste', 'anime', 'a red kite']);
    assert.equal(code, 0);
    assert.match(stderr, /data\/training_data\.csv:2: /);
    assert.match(stderr, /tastes\.yaml:\d+: /);
  });

  describe('with an OpenAI-compatible endpoint', () => {
    let server: FaultServer;
    before(async () => {
      server = await startFaultServer({ key: 'the-right-key' });
    });
    after(() => server.close());

    it('sends the key of --base-url, and never the key of a preset', async () => {
      const args = ['generate', '--json', '--base-url', server.url, '--model', 'openai:fault-large', '--taste', 'anime', 'a red kite'];
      const wrong = await atelier(args, { OPENAI_API_KEY: 'preset-key', ATELIER_API_KEY: 'the-wrong-key' });
      assert.equal(wrong.code, 1);
      assert.equal(JSON.parse(wrong.stdout).error.code, 'model.auth');
      assert.ok(!`${wrong.stdout}${wrong.stderr}`.includes('the-wrong-key'), 'the endpoint repeats the key, we do not');
      const right = await atelier(args, { OPENAI_API_KEY: 'preset-key', ATELIER_API_KEY: 'the-right-key' });
      assert.equal(right.code, 0);
      assert.equal(JSON.parse(right.stdout).status, 'ok');
      assert.ok(server.requests.every((request) => !String(request.headers.authorization).includes('preset-key')));
    });

    it('answers the same again from the cache, marked; --no-cache asks again', async () => {
      const args = ['generate', '--json', '--base-url', server.url, '--model', 'custom:fault-large', '--taste', 'anime', 'a blue kite'];
      const env = { ATELIER_API_KEY: 'the-right-key' };
      const first = JSON.parse((await atelier(args, env)).stdout);
      const asked = server.chats.length;
      const second = JSON.parse((await atelier(args, env)).stdout);
      assert.equal(server.chats.length, asked);
      assert.deepEqual([second.final_prompt, second.cached, second.cost_usd], [first.final_prompt, true, 0]);
      await atelier([...args, '--no-cache'], env);
      assert.equal(server.chats.length, asked + 2);
    });

    it('stops at the budget, with what it has', async () => {
      const args = ['generate', '--json', '--base-url', server.url, '--model', 'custom:fault-large', '--taste', 'anime', 'a green kite'];
      const { code, stdout } = await atelier([...args, '--budget-calls', '1'], { ATELIER_API_KEY: 'the-right-key' });
      assert.equal(code, 0);
      const document = JSON.parse(stdout);
      assert.equal(document.status, 'structured_only');
      assert.equal(document.enhance_error.code, 'budget.exceeded');
    });

    it('shows the prompts that were made when a later one fails', async () => {
      const args = [
        'generate',
        '--json',
        '--base-url',
        server.url,
        '--model',
        'custom:fault-large',
        '--taste',
        'anime',
        'a grey kite',
        '--count',
        '3',
      ];
      const env = { ATELIER_API_KEY: 'the-right-key' };
      server.inject({ ...faults.status(400, { message: 'enough' }), when: (request) => JSON.stringify(request.body).includes('"seed":2') });
      const { code, stdout } = await atelier(args, env);
      assert.equal(code, 1);
      const document = JSON.parse(stdout);
      assert.equal(document.candidates.length, 1);
      assert.equal(document.error.code, 'model.bad_request');
    });

    it('names the variable that a missing key is read from', async () => {
      const { stderr } = await atelier(['generate', '--base-url', server.url, '--model', 'openai:m', '--taste', 'anime', 'a kite']);
      assert.match(stderr, /Set ATELIER_API_KEY/);
    });

    it('gives up a dead endpoint with exit code 1, one sentence and the next step', async () => {
      server.inject(faults.status(404, { message: 'The model does not exist' }));
      const args = ['generate', '--base-url', server.url, '--model', 'custom:gone', '--taste', 'anime', 'a kite'];
      const { code, stderr } = await atelier(args, { ATELIER_API_KEY: 'the-right-key' });
      assert.equal(code, 1);
      assert.match(stderr, /has no model "gone"/);
      assert.match(stderr, /Choose another model/);
    });
  });
});
