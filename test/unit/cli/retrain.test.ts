import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { repoRoot } from '../../workbench/paths.mjs';

const CLI = path.join(repoRoot, 'dist/cli.js');
const IDEAS = [
  ...['a lighthouse keeper', 'two foxes in the snow', 'a girl on a rooftop', 'a ramen stand at dusk', 'an old tram', 'a quiet shrine'],
  ...['a cat asleep on a piano', 'a boy with a kite', 'a robot gardener', 'a train at the coast', 'a baker at dawn', 'a fisherwoman'],
];
/** What this person wants of every picture. */
const LIKED = 'bold ink outline with crisp even line, low angle with deep layered perspective';

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('atelier retrain', function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-retrain-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const atelier = (...args: string[]): Promise<Finished> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: { PATH: process.env.PATH } };
      execFile(process.execPath, [CLI, ...args, '--json'], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const document = async (...args: string[]) => {
    const { code, stdout, stderr } = await atelier(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}${stdout}`);
    return JSON.parse(stdout);
  };
  const runs = () => {
    const runsFolder = path.join(folder, '.atelier/runs');
    return existsSync(runsFolder) ? readdirSync(runsFolder) : [];
  };
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  /** A prompt for an idea, corrected to what this person likes. @returns its id */
  const correct = async (idea: string): Promise<string> => {
    const { id, dspy_prompt: structured } = await document('generate', '--taste', 'anime', idea);
    await document('rate', id, '3', '--correction', `${structured.split(', ')[0]}, ${LIKED}`);
    return id;
  };
  const correctAll = async () => {
    const ids: string[] = [];
    // Two at a time: each is a process of its own.
    for (let index = 0; index < IDEAS.length; index += 2) ids.push(...(await Promise.all(IDEAS.slice(index, index + 2).map(correct))));
    return ids;
  };

  it('makes a version of what was rated and corrected, which generate runs once it is promoted, for those it was made for', async () => {
    const ids = await correctAll();
    const { forecast, warnings } = await document('retrain', '--taste', 'anime', '--dry-run');
    assert.ok(forecast.calls > 0 && forecast.usd === 0 && warnings.length > 0);
    assert.deepEqual(runs(), [], 'nothing is kept of what did not begin');

    const found = await document('retrain', '--taste', 'Anime');
    assert.deepEqual([found.signature, found.optimizer, found.student, found.version], ['ImagePrompt', 'knn', 'embedded', 'v2']);
    assert.ok(found.result.validation.score > found.baseline.validation.score);
    const train = `.atelier/runs/${found.run}/train.csv`;
    const [header, ...rows] = read(train).trim().split('\n');
    assert.equal(header, 'prompt_id,taste,user_input,optimized_prompt');
    assert.deepEqual(rows.map((row) => row.split(',')[0]).sort(), [...ids].sort());
    assert.ok(rows.every((row) => row.includes(LIKED)));
    const version = JSON.parse(read('prompts/ImagePrompt/v0002.json'));
    assert.deepEqual(version.scope, { taste: 'anime' });
    assert.ok(version.data.every(({ file }: { file: string }) => file === train));
    const sources = version.demos.flatMap(({ source }: { source?: { file: string } }) => source ?? []);
    assert.ok(sources.length >= 6 && sources.every(({ file }: { file: string }) => file === train));
    // Its rows are its own: what is rated meanwhile does not keep it from going on.
    await correct('a knight with an umbrella');
    assert.equal((await document('optimize', '--resume', found.run)).run, found.run);

    // The training rows would show the same: they are put away, so that only the version can know.
    rmSync(path.join(folder, 'data/training_data.csv'));
    const drawn = async () => {
      const { candidates } = await document(
        'generate',
        '--taste',
        'anime',
        'a dragon over a castle',
        '--count',
        '8',
        '--pattern',
        'structure',
      );
      const liked = candidates.filter(({ dspy_prompt: text }: { dspy_prompt: string }) =>
        LIKED.split(', ').some((part) => text.includes(part)),
      );
      return { versions: new Set(candidates.map(({ version: name }: { version: string }) => name)), liked: liked.length };
    };
    assert.deepEqual(await drawn(), { versions: new Set(['built-in']), liked: 0 });
    await document('versions', 'promote', 'ImagePrompt', 'v2', '--why', 'It draws as I like it.');
    const { versions, liked } = await drawn();
    assert.deepEqual(versions, new Set(['v2']));
    assert.ok(liked >= 4, `${liked} of 8`);
    assert.match(read('data/prompt_history.csv').trim().split('\n').at(-1) ?? '', /,v2,/);
    const other = await document('generate', '--taste', 'watercolor', 'a dragon over a castle');
    assert.equal(other.version, 'built-in', 'it was made for anime');
  });

  it('says what is missing when there is too little, and leaves nothing behind', async () => {
    const refused = async (...args: string[]) => {
      const { code, stdout } = await atelier('retrain', ...args);
      assert.equal(code, 2);
      return JSON.parse(stdout).error;
    };
    const nothing = await refused();
    assert.deepEqual([nothing.code, nothing.message], ['usage.invalid', '0 ratings of 4.0 or more in 30 days: at least 8 are needed.']);
    await correct('a lighthouse keeper');
    const { id } = await document('generate', '--taste', 'anime', 'an old tram');
    await document('rate', id, '3');
    const few = await refused('--min-rating', '3.5', '--days', '7', '--user', 'local');
    assert.equal(few.message, '1 rating of 3.5 or more in 7 days by local: at least 8 are needed.');
    assert.match(few.hint, /^Left out: 1 below 3\.5\./);
    assert.equal((await refused('--taste', 'animee')).code, 'taste.unknown');
    assert.match((await refused('--days', '0')).message, /--days takes a whole number/);
    assert.match((await refused('--min-rating', '6')).message, /--min-rating takes a number from 1 to 5/);
    assert.match((await refused('anime')).message, /takes no names/);
    assert.deepEqual(runs(), []);
  });
});
