import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { moveLabel, NO_LABELS } from '../../../src/core/version/labels.js';
import { labelsText } from '../../../src/core/version/labels-text.js';
import type { VersionDraft } from '../../../src/core/version/version.js';
import { versionFileName } from '../../../src/core/version/version-name.js';
import { versionText } from '../../../src/core/version/version-text.js';
import { type FaultServer, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { sampleVersion } from '../core/version-samples.js';

const signatureFile = (instructions: string) => `name: parity
description: Says whether a number is even.
instructions: ${instructions}
input_fields: [{name: text, type: string}]
output_fields: [{name: label, type: class, options: [even, odd]}]
examples: [{text: number 100, label: even}]
`;
const ROWS = 40;

describe('atelier versions', () => {
  let folder: string;
  let server: FaultServer;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-versions-'));
    server = await startFaultServer();
    // Who is told to look at the last digit is right; others are wrong for every second number.
    server.answer((body) => {
      const text = JSON.stringify(body.messages);
      const number = Number([...text.matchAll(/Text: number (\d+)/g)].at(-1)?.[1]);
      const isEven = text.includes('last digit') ? number % 2 === 0 : number % 4 < 2;
      return `Label: ${isEven ? 'even' : 'odd'}`;
    });
    write('signatures/parity.signature.yaml', signatureFile('Guess.'));
    const rows = Array.from({ length: ROWS }, (_, index) => `number ${index + 1},${index % 2 === 1 ? 'even' : 'odd'}`);
    write('test.csv', `text,label\n${rows.join('\n')}\n`);
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const atelier = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const all = [path.join(repoRoot, 'dist/cli.js'), ...args];
      execFile(process.execPath, all, { cwd: folder, env: { PATH: process.env.PATH }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const json = async (...args: string[]) => JSON.parse((await atelier(...args, '--json')).stdout);
  const model = () => ['--base-url', server.url, '--model', 'custom:m'];
  const twoVersions = async () => {
    await atelier('versions', 'save', 'parity', '--why', 'first');
    write('signatures/parity.signature.yaml', signatureFile('Look at the last digit.'));
    await atelier('versions', 'save', 'parity', '--why', 'better');
  };

  it('are saved once, listed, shown and compared', async () => {
    assert.deepEqual(await json('versions', 'list'), []);
    await twoVersions();
    const again = await json('versions', 'save', 'parity');
    assert.deepEqual([again.version, again.saved], ['v2', false]);
    const listed = await json('versions', 'list', 'parity');
    assert.deepEqual(
      listed.map(({ version, parents, labels, scores, note }: Record<string, unknown>) => ({ version, parents, labels, scores, note })),
      [
        { version: 'v2', parents: ['v1'], labels: [], scores: { baseline: null, own: null }, note: 'better' },
        { version: 'v1', parents: [], labels: [], scores: { baseline: null, own: null }, note: 'first' },
      ],
    );
    const { from, to, changes, text } = await json('versions', 'diff', 'parity', 'v1', 'v2');
    assert.deepEqual([from, to, changes.length, changes[0].kind], ['v1', 'v2', 1, 'instruction']);
    assert.match(text, /instructions changed/);
    const shown = await atelier('versions', 'show', 'parity', 'v2');
    assert.match(shown.stdout, /Look at the last digit\.[\s\S]*number 100/);
    const sent = await atelier('versions', 'show', 'parity', 'v2', '--as', 'messages', '--input', 'text=number 7');
    const messages = JSON.parse(sent.stdout);
    assert.deepEqual([messages[0].role, messages.at(-1).role], ['system', 'user']);
    assert.match(messages.at(-1).content, /number 7/);
    assert.equal(server.count, 0, 'no model is asked');
  });

  it('run, are evaluated, and keep their scores', async () => {
    await twoVersions();
    const run = await json('run', 'parity', '--version', 'v1', '--input', 'text=number 2', ...model());
    assert.deepEqual([run.version, run.outputs.label], ['v1', 'odd']);
    const evaluated = await json('evaluate', 'parity', '--version', 'v2', '--baseline', 'v1', '--data', 'test.csv', ...model());
    assert.deepEqual([evaluated.version, evaluated.score, evaluated.compare.with, evaluated.compare.verdict], ['v2', 1, 'v1', 'better']);
    const [newest, oldest] = await json('versions', 'list', 'parity');
    assert.deepEqual([newest.scores.own.score, newest.scores.own.n, oldest.scores.own], [1, ROWS, null]);
    assert.equal(read('prompts/parity/scores.jsonl').trim().split('\n').length, 1);
    assert.equal((await json('evaluate', 'parity', '--data', 'test.csv', ...model())).version, 'unsaved');
  });

  it('are promoted when they are better on rows of a test set, and else not', async () => {
    await twoVersions();
    await atelier('versions', 'promote', 'parity', 'v1', '--why', 'the only one');
    const on = ['--require-better-than', 'production', '--on', 'test.csv', ...model()];
    const promoted = await json('versions', 'promote', 'parity', 'v2', ...on);
    assert.deepEqual([promoted.label, promoted.version, promoted.promoted], ['production', 'v2', true]);
    const { code, stdout } = await atelier('versions', 'promote', 'parity', 'v1', '--json', ...on);
    assert.equal((await atelier('versions', 'promote', 'parity', 'v1', '--data', 'other.csv', ...on)).code, 2);
    assert.deepEqual([code, JSON.parse(stdout).promoted, JSON.parse(stdout).compare.verdict], [1, false, 'worse']);
    assert.deepEqual((await json('versions', 'list', 'parity'))[0].labels, ['production']);
  });

  it('protect production, and roll back with a reason', async () => {
    await twoVersions();
    const refused = await atelier('versions', 'promote', 'parity', 'v2', '--json');
    assert.deepEqual([refused.code, JSON.parse(refused.stdout).error.code], [1, 'label.protected']);
    await atelier('versions', 'promote', 'parity', 'v1', '--why', 'a start');
    await atelier('versions', 'label', 'parity', 'v2', 'staging');
    await atelier('versions', 'promote', 'parity', 'v2', '--why', 'a try');
    assert.equal((await atelier('versions', 'rollback', 'parity')).code, 2, 'a reason is needed');
    assert.equal((await json('versions', 'rollback', 'parity', '--why', 'it failed')).version, 'v1');
    const { labels, history } = JSON.parse(read('prompts/parity/labels.json'));
    assert.deepEqual(labels, { production: 1, staging: 2 });
    assert.ok(history.some(({ why, rollback }: { why: string; rollback?: boolean }) => why === 'it failed' && rollback === true));
    const wrong = await json('versions', 'show', 'parity', 'stagging');
    assert.deepEqual([wrong.error.code, wrong.error.hint.includes('staging')], ['label.unknown', true]);
  });

  it('run with the model that models/config.yaml names for their label', async () => {
    await twoVersions();
    await atelier('versions', 'label', 'parity', 'v1', 'staging');
    write('models/config.yaml', 'labels:\n  staging: {model: "custom:pinned", version: {parity: v2}}\n  odd: {}\n');
    const env = ['--input', 'text=number 2'];
    const pinned = await json('run', 'parity', '--version', 'staging', ...env);
    // No address is known for the model that is named: it is the one that was asked for.
    assert.deepEqual(
      [pinned.error.code, pinned.error.message],
      ['model.unknown', 'No address is set for "Other OpenAI-compatible endpoint".'],
    );
    const said = await atelier('run', 'parity', '--version', 'staging', ...env, ...model(), '--json');
    assert.deepEqual([JSON.parse(said.stdout).version, JSON.parse(said.stdout).model], ['v2', 'custom:m']);
    assert.match(said.stderr, /models\/config\.yaml:3/);
  });

  it('say in a model’s words what changed, when it is asked to', async () => {
    await atelier('versions', 'save', 'parity');
    write('signatures/parity.signature.yaml', signatureFile('Look at the last digit.'));
    server.answer((body) => {
      const text = JSON.stringify(body.messages.at(-1));
      return text.includes('Guess.') && text.includes('last digit') ? 'Changes: It no longer guesses, but reads the number.' : 'Changes: ?';
    });
    const saved = await json('versions', 'save', 'parity', '--describe', ...model());
    assert.match(saved.changes, /^The instructions changed.* It no longer guesses, but reads the number\.$/);
    assert.match(read('prompts/parity/v0002.json'), /It no longer guesses/);
    assert.equal(server.count, 1);
  });

  it('go to DSPy and back with instructions and demos as they were', async () => {
    await twoVersions();
    const exported = await json('versions', 'export', 'parity', 'v2', '--to', 'dspy', '--out', 'program.json');
    assert.equal(exported.file, 'program.json');
    const state = JSON.parse(read('program.json'));
    assert.equal(state.signature.instructions, 'Look at the last digit.');
    const imported = await json('versions', 'import', 'parity', 'program.json', '--from', 'dspy');
    assert.equal(imported.version, 'v3');
    assert.deepEqual((await json('versions', 'diff', 'parity', 'v2', 'v3')).changes, []);
    for (const format of ['text', 'markdown', 'messages', 'typescript', 'python', 'promptfoo', 'prompty', 'mlflow']) {
      const { code, stdout } = await atelier('versions', 'export', 'parity', 'v2', '--to', format, '--data', 'test.csv');
      assert.equal(code, 0, format);
      assert.match(stdout, /last digit/, format);
    }
  });

  it('survive a git merge in which both sides saved a version and moved the label', async () => {
    const git = (...args: string[]) => {
      try {
        execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder, stdio: 'pipe' });
      } catch (error) {
        if (args[0] !== 'merge') throw error;
      }
    };
    git('init', '-q', '-b', 'main');
    await atelier('versions', 'save', 'parity');
    await atelier('versions', 'promote', 'parity', 'v1', '--why', 'a start');
    write('.gitignore', '.atelier/\n');
    git('add', '.');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'other');
    write('signatures/parity.signature.yaml', signatureFile('Theirs.'));
    await atelier('versions', 'save', 'parity');
    await atelier('versions', 'promote', 'parity', 'v2', '--why', 'theirs');
    git('add', '.');
    git('commit', '-qm', 'theirs');
    git('checkout', '-q', 'main');
    write('signatures/parity.signature.yaml', signatureFile('Ours.'));
    await atelier('versions', 'save', 'parity');
    await atelier('versions', 'promote', 'parity', 'v2', '--why', 'ours');
    git('add', '.');
    git('commit', '-qm', 'ours');
    git('merge', 'other');
    assert.match(read('prompts/parity/labels.json'), /<<<<<<</);
    const broken = await atelier('versions', 'list', 'parity');
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /v0002\.json:\d+: .*both made a v2/);
    const open = await json('versions', 'resolve', 'parity');
    assert.equal(open.error.code, 'label.conflict');
    const resolved = await json('versions', 'resolve', 'parity', '--take', 'theirs');
    assert.deepEqual([resolved.resolved, resolved.renumbered], [true, [{ from: 'v2', to: 'v3' }]]);
    const listed = await json('versions', 'list', 'parity');
    assert.deepEqual(
      listed.map(({ version, labels }: { version: string; labels: string[] }) => [version, labels]),
      [
        ['v3', ['production']],
        ['v2', []],
        ['v1', []],
      ],
    );
    assert.match((await atelier('versions', 'show', 'parity', 'production')).stdout, /Theirs\./);
    assert.match((await atelier('versions', 'show', 'parity', 'v2')).stdout, /Ours\./);
  });

  it('name what is wrong with a file, and go on with the rest', async () => {
    await twoVersions();
    write('prompts/parity/v0002.json', read('prompts/parity/v0002.json').replace('last digit', 'first digit'));
    const { code, stderr, stdout } = await atelier('versions', 'list', '--json');
    assert.equal(code, 1);
    assert.match(stderr, /prompts\/parity\/v0002\.json:\d+: .*edited by hand/);
    assert.deepEqual(
      JSON.parse(stdout).map(({ version }: { version: string }) => version),
      ['v1'],
    );
    const run = await json('run', 'parity', '--version', 'v2', '--input', 'text=number 2', ...model());
    assert.equal(run.error.code, 'version.edited');
    assert.equal(server.count, 0);
    write('signatures/parity.signature.yaml', signatureFile('Count.'));
    assert.equal((await json('versions', 'save', 'parity')).version, 'v3');
    assert.deepEqual((await json('versions', 'list', 'parity'))[0].parents, ['v1'], 'made from the newest that can be used');
    for (const args of [['show', '../parity', 'v1'], ['show', 'parity', '../v1'], ['promote', 'parity'], ['shwo'], []]) {
      assert.equal((await atelier('versions', ...args)).code, 2, args.join(' '));
    }
    assert.equal(existsSync(path.join(folder, '../parity')), false);
  });

  it('name each file that cannot be used or leads nowhere, with its line; the others are listed and shown', async () => {
    const put = (number: number, more: Partial<VersionDraft> = {}, change = (text: string) => text) =>
      write(`prompts/sentiment/${versionFileName(number)}`, change(versionText(sampleVersion(number, more))));
    put(1);
    put(2, {}, (text) => text.slice(0, text.indexOf('whole review')));
    put(3, {}, (text) => text.replace('atelier-version/1', 'atelier-version/2'));
    put(4, { parents: [90] });
    put(5, { parents: [6] });
    put(6, { parents: [5] });
    const demo = { inputs: { review: 'x'.repeat(1000) }, outputs: { label: 'positive' }, quality: 1, augmented: false };
    put(7, { demos: Array(10_000).fill(demo) });
    put(8, { instructions: '<img src=x onerror=alert(1)> [Run](command:workbench.action.quit)' });
    const labels = moveLabel(NO_LABELS, { label: 'production', to: 99, who: 'ann', when: '2026-01-02T03:04:05Z', why: '' });
    write('prompts/sentiment/labels.json', labelsText(labels));
    const { code, stdout, stderr } = await atelier('versions', 'list', 'sentiment', '--json');
    assert.equal(code, 1);
    assert.deepEqual(
      JSON.parse(stdout).map(({ version }: { version: string }) => version),
      ['v8', 'v7', 'v6', 'v5', 'v4', 'v1'],
    );
    const at = (file: string, part: string) => read(file).slice(0, read(file).indexOf(part)).split('\n').length;
    const folderOf = 'prompts/sentiment';
    const parents = (name: string) => `${folderOf}/${name}:${at(`${folderOf}/${name}`, '"parents"')}`;
    for (const line of [
      `${folderOf}/v0002.json:${at(`${folderOf}/v0002.json`, 'Judge')}: .* cut off`,
      `${folderOf}/v0003.json:2: .* made by a newer version`,
      `${parents('v0004.json')}: v0004.json was made from v90, and there is no v0090.json`,
      `${parents('v0005.json')}: Versions come from each other: v0005.json from v0006.json, that from v0005.json`,
      `${folderOf}/labels.json:${at(`${folderOf}/labels.json`, '"production": 99')}: production is v99, and there is no v0099.json`,
    ]) {
      assert.match(stderr, new RegExp(line), stderr);
    }
    const shown = await atelier('versions', 'show', 'sentiment', 'v8');
    assert.match(shown.stdout, /```text\n<img src=x onerror=alert\(1\)> \[Run\]\(command:workbench\.action\.quit\)\n```/);
    assert.ok((await atelier('versions', 'show', 'sentiment', 'v7')).stdout.length > 10_000_000);
    assert.equal((await json('versions', 'show', 'sentiment', 'production')).error.code, 'version.unknown');
  });
});
