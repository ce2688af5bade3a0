import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hash32, seededRandom } from '../../../src/core/random.js';
import { type ChatBody, type FaultServer, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const CLI = path.join(repoRoot, 'dist/cli.js');
const SIGNATURE = `name: parity
description: Says whether a number is even.
instructions: Guess.
input_fields: [{name: text, type: string}]
output_fields: [{name: label, type: class, options: [even, odd]}]
`;
const KILLS = 20;

function rowsOf(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `number ${from + index},${(from + index) % 2 === 0 ? 'even' : 'odd'}`);
  return `text,label\n${rows.join('\n')}\n`;
}

/** Right more often with demos and with instructions that name the last digit; what it proposes depends on its seed. */
function answer(body: ChatBody): string {
  const text = JSON.stringify(body.messages);
  if (text.includes('Says what a dataset is like')) return 'Observations: Numbers in words and digits.';
  if (text.includes('Writes better instructions')) {
    const chance = hash32(`${String(body.seed)} ${text.length}`) % 5;
    return `Instructions: ${chance > 2 ? 'Look at the last digit.' : 'Think again.'} Way ${String(body.seed)}.`;
  }
  const number = Number([...text.matchAll(/Text: number (\d+)/g)].at(-1)?.[1]);
  const demos = text.split('Text: number').length;
  const isRight = hash32(`${number}`) % 100 < 40 + 6 * demos + (text.includes('last digit') ? 25 : 0);
  return `Label: ${(number % 2 === 0) === isRight ? 'even' : 'odd'}`;
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A workspace and an endpoint of its own. */
class Place {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-optimize-'));
  private constructor(readonly server: FaultServer) {
    server.answer(answer);
    this.write('signatures/parity.signature.yaml', SIGNATURE);
    this.write('train.csv', rowsOf(100, 12));
    this.write('validation.csv', rowsOf(200, 20));
    this.write('test.csv', rowsOf(300, 40));
  }

  static async open(): Promise<Place> {
    return new Place(await startFaultServer());
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
    writeFileSync(path.join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(path.join(this.folder, name));
  }

  get runs(): string[] {
    const folder = path.join(this.folder, '.atelier/runs');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Whole lines of the journal of the only run. */
  journaled(): number {
    const name = `.atelier/runs/${this.runs[0]}/journal.jsonl`;
    return this.has(name) ? this.read(name).split('\n').length - 1 : 0;
  }

  private args(args: readonly string[]): string[] {
    return [CLI, 'optimize', ...args, '--base-url', this.server.url, '--model', 'custom:m', '--no-cache', '--json'];
  }

  run(...args: string[]): Promise<Finished> {
    return new Promise((resolve) => {
      execFile(process.execPath, this.args(args), { cwd: this.folder, env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  begin(...args: string[]): ChildProcess {
    return spawn(process.execPath, this.args(args), { cwd: this.folder, env: { PATH: process.env.PATH }, stdio: 'ignore' });
  }
}

const SETS = ['parity', '--data', 'train.csv', '--validation', 'validation.csv', '--test', 'test.csv'];

describe('atelier optimize', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.open();
  });
  afterEach(() => place.close());

  const document = async (...args: string[]) => {
    const { stdout, stderr, code } = await place.run(...SETS, ...args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('finds a better prompt, proves it on rows that it never saw, and saves it with all that led to it', async () => {
    const found = await document('--optimizer', 'mipro');
    assert.deepEqual(
      [found.signature, found.optimizer, found.student, found.teacher, found.metric, found.verdict, found.version],
      ['parity', 'mipro', 'custom:m', 'custom:m', 'exact_match', 'better', 'v2'],
    );
    assert.equal(found.calls, place.server.count);
    assert.ok(found.calls <= found.forecast.calls && !found.forecast.exact);
    assert.deepEqual([found.baseline.test.n, found.result.test.n, found.difference.test.n], [40, 40, 40]);
    assert.ok(found.difference.test.interval[0] > 0);
    assert.match(found.instructions, /last digit/);
    assert.equal(found.cost_usd, null);
    for (const { source } of found.demos) assert.ok(source.file === 'train.csv' && source.row >= 1 && source.row <= 12);
    const version = JSON.parse(place.read('prompts/parity/v0002.json'));
    assert.deepEqual([version.optimizer.name, version.optimizer.seed, version.student, version.parents], ['mipro', 1, 'custom:m', [1]]);
    assert.deepEqual(
      version.data.map(({ file, rows, role }: { file: string; rows: number; role: string }) => [file, rows, role]),
      [
        ['train.csv', 12, 'train'],
        ['validation.csv', 20, 'validation'],
        ['test.csv', 40, 'test'],
      ],
    );
    assert.ok(version.scores.own.score > version.scores.baseline.score);
    assert.equal(version.trained_on.length, 32);
    assert.match(version.note, /^Better on rows never seen/);
  });

  it('says beforehand what it takes, and spends nothing', async () => {
    const { forecast, warnings } = await document('--optimizer', 'knn', '--dry-run');
    assert.deepEqual([forecast.calls, forecast.exact, forecast.usd], [20 + 20 + 2 * 40, false, null]);
    assert.ok(forecast.prompt_tokens > 120 * 100);
    assert.deepEqual([place.server.count, place.runs], [0, []]);
    assert.deepEqual(warnings, []);
    const found = await document('--optimizer', 'knn');
    assert.equal(found.calls, forecast.calls);
    const off = Math.abs(found.usage.prompt_tokens - forecast.prompt_tokens) / found.usage.prompt_tokens;
    assert.ok(off < 0.05, `the tokens are off by ${(100 * off).toFixed(1)} %`);
  });

  it('warns of what makes findings weak', async () => {
    place.write('train.csv', `text,label\n${'number 1,odd\n'.repeat(1)}number 2,odd\nnumber 300,even\nnumber 4,\n`);
    const { warnings } = await document('--dry-run', '--budget-calls', '50');
    const all = warnings.join('\n');
    assert.match(all, /The trainset has only 2 rows/);
    assert.match(all, /Every row of the trainset has the same label, "odd"/);
    assert.match(all, /1 row had the same inputs as a row of a later split/);
    assert.match(all, /more than the budget/);
  });

  it('does not offer what is not better', async () => {
    place.server.answer((body) => `Label: ${JSON.stringify(body.messages).includes('dataset') ? 'x' : 'even'}`);
    const found = await document('--optimizer', 'labeled');
    assert.deepEqual([found.verdict, found.version], ['no real difference', null]);
    assert.equal(place.has('prompts/parity/v0001.json'), false);
  });

  it('stops hard at its budget, within one call per slot, and keeps the best', async () => {
    const found = await document('--optimizer', 'random_search', '--budget-calls', '170', '--concurrency', '4');
    assert.ok(place.server.count <= 170, `${place.server.count} requests`);
    assert.deepEqual([found.stopped.code, found.result.test.n], ['budget.exceeded', 40]);
    const none = await place.run(...SETS, '--budget-calls', '0');
    assert.deepEqual([none.code, JSON.parse(none.stdout).error.code], [1, 'budget.exceeded']);
  });

  it('goes on when it was interrupted, and refuses rows that changed meanwhile', async () => {
    const child = place.begin(...SETS, '--optimizer', 'random_search');
    await place.server.arrived(60);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
    const [run = ''] = place.runs;
    const view = JSON.parse(place.read(`.atelier/runs/${run}/view.json`));
    assert.equal(view.status, 'paused');
    const train = place.read('train.csv');
    place.write('train.csv', `${train}number 999,odd\n`);
    const changed = await place.run('--resume', run);
    assert.deepEqual([changed.code, JSON.parse(changed.stdout).error.code], [2, 'run.changed']);
    place.write('train.csv', train);
    const resumed = await place.run('--resume', run);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(JSON.parse(place.read(`.atelier/runs/${run}/view.json`)).status, 'done');
  });

  it('ends with the reason when the teacher is down half-way, and goes on when it is back', async () => {
    let down = true;
    const teacher = await startFaultServer();
    try {
      place.server.inject({
        status: 401,
        times: Number.POSITIVE_INFINITY,
        when: ({ body }) => down && JSON.stringify(body).includes('dataset'),
      });
      const { code, stdout, stderr } = await place.run(...SETS, '--optimizer', 'mipro');
      assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'model.auth']);
      assert.match(stderr, /Go on with: atelier optimize --resume parity-/);
      assert.equal(place.has('prompts'), false);
      down = false;
      const resumed = await place.run('--resume', place.runs[0] ?? '');
      assert.equal(resumed.code, 0, resumed.stderr);
    } finally {
      await teacher.close();
    }
  });

  it('says what is wrong before anything is sent', async () => {
    const refused = async (...args: string[]) => {
      const { code, stdout } = await place.run(...args);
      return [code, JSON.parse(stdout).error.code];
    };
    assert.deepEqual(await refused('parity'), [2, 'usage.invalid']);
    assert.deepEqual(await refused(...SETS, '--optimizer', 'mipra'), [2, 'usage.invalid']);
    assert.deepEqual(await refused(...SETS, '--optimizer', 'mipro(auto=light, trials=5)'), [2, 'usage.invalid']);
    assert.deepEqual(await refused('--resume', 'nothing'), [2, 'run.unknown']);
    assert.deepEqual(await refused('--resume', '../x'), [2, 'run.unknown']);
    place.write('train.csv', 'text,label\nnumber 1,\nnumber 2,\n');
    assert.deepEqual(await refused(...SETS), [2, 'usage.invalid']);
    assert.equal(place.server.count, 0);
  });

  it('takes the sets that have no file of their own from the rows by chance, no input twice', async () => {
    place.write('all.csv', rowsOf(1, 80));
    const { stdout } = await place.run('parity', '--data', 'all.csv', '--optimizer', 'labeled');
    const found = JSON.parse(stdout);
    assert.deepEqual([found.baseline.validation.n, found.baseline.test.n], [20, 20]);
  });
});

describe('a MIPROv2 run that is killed', () => {
  it(`at ${KILLS} random moments: the run that goes on finds the same, and pays for nothing that was kept`, async function () {
    this.timeout(600_000);
    const whole = await Place.open();
    const wanted = JSON.parse((await whole.run(...SETS, '--optimizer', 'mipro')).stdout);
    const total = whole.journaled();
    assert.equal(total, whole.server.count);
    await whole.close();
    const random = seededRandom(20_260_131);
    const moments = Array.from({ length: KILLS }, () => 1 + Math.floor(random() * (total - 1)));
    const killedAt = async (moment: number) => {
      const place = await Place.open();
      try {
        const child = place.begin(...SETS, '--optimizer', 'mipro');
        await place.server.arrived(moment);
        child.kill('SIGKILL');
        await once(child, 'exit');
        const kept = place.journaled();
        const before = place.server.count;
        const { code, stdout, stderr } = await place.run('--resume', place.runs[0] ?? '');
        assert.equal(code, 0, stderr);
        const found = JSON.parse(stdout);
        for (const part of ['instructions', 'demos', 'best', 'verdict', 'candidates', 'calls', 'difference']) {
          assert.deepEqual(found[part], wanted[part], `${part}, killed at ${moment}`);
        }
        assert.equal(place.server.count - before, total - kept, `requests after a kill at ${moment}, ${kept} kept`);
      } finally {
        await place.close();
      }
    };
    // Two at a time: each is a process of its own.
    for (let index = 0; index < moments.length; index += 2) await Promise.all(moments.slice(index, index + 2).map(killedAt));
  });
});
