import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AtelierError } from '../../../src/core/errors.js';
import { versionText } from '../../../src/core/version/version-text.js';
import { Locks, type Problem, readModelsConfig, VersionStore, type VersionStoreOptions } from '../../../src/store/index.js';
import { sampleDraft, sampleScore, sampleVersion } from '../core/version-samples.js';
import { exitOf, failsWith, linesOf, useFolder } from './support.js';

const S = 'sentiment';
const folder = useFolder();
const problems: Problem[] = [];
const open = (more: Partial<VersionStoreOptions> = {}): VersionStore =>
  new VersionStore({
    workspaceFolder: folder.path(),
    locks: new Locks(folder.path()),
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
const file = (name: string, signature = S): string => folder.path('prompts', signature, name);
const start = (args: readonly string[]) =>
  spawn(process.execPath, [path.resolve('out/test/unit/store/version-child.mjs'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
const by = { who: 'ann', why: 'better' };

beforeEach(() => {
  problems.length = 0;
});

describe('VersionStore', () => {
  it('is empty without a folder, and makes none by reading', async () => {
    const store = open();
    assert.deepEqual([await store.signatures(), await store.numbers(S), await store.listAll()], [[], [], []]);
    assert.deepEqual((await store.list(S)).versions, []);
    assert.deepEqual([...(await store.labels(S)).current], []);
    await assert.rejects(store.read(S, 1), failsWith('version.unknown', { file: 'prompts/sentiment/v0001.json' }));
    assert.deepEqual(await readdir(folder.path()), []);
  });

  it('saves under the next number, with the hashes of parents, and reads back the same', async () => {
    const store = open();
    const first = await store.save(S, sampleDraft());
    const second = await store.save(S, sampleDraft({ parents: [1], instructions: 'Other.' }));
    assert.deepEqual([first.number, second.number, second.parentHashes], [1, 2, [first.hash]]);
    assert.deepEqual([await open().read(S, 2), await open().find(S, 'v1')], [second, first]);
    assert.equal(await readFile(file('v0002.json'), 'utf8'), versionText(second));
    assert.deepEqual(await store.signatures(), [S]);
    assert.deepEqual(
      (await store.list(S)).versions.map(({ number, optimizer, demos, leaked }) => [number, optimizer, demos, leaked]),
      [
        [2, 'bootstrap', 2, false],
        [1, 'bootstrap', 2, false],
      ],
    );
    assert.deepEqual(await store.problems(S), []);
    assert.deepEqual(problems, []);
  });

  it('saves nothing that could not be used', async () => {
    const store = open();
    await assert.rejects(store.save(S, sampleDraft({ parents: [7] })), failsWith('version.unknown'));
    await assert.rejects(store.save(S, sampleDraft({ scores: { own: sampleScore({ score: Number.NaN }) } })), failsWith('version.invalid'));
    const large = { inputs: { review: 'x'.repeat(33 << 20) }, outputs: {}, quality: 1, augmented: false };
    await assert.rejects(store.save(S, sampleDraft({ demos: [large] })), failsWith('version.invalid'));
    assert.throws(() => store.save('other', sampleDraft()), failsWith('version.invalid'));
    for (const name of ['../x', 'a/b', 'a\\b', '..', '', 'nul']) {
      const draft = sampleDraft();
      assert.throws(() => store.save(name, { ...draft, signature: { ...draft.signature, name } }), failsWith('signature.invalid'), name);
      await assert.rejects(store.list(name), failsWith('signature.invalid'));
    }
    assert.deepEqual(await store.numbers(S), []);
    await mkdir(folder.path('prompts'), { recursive: true });
    await writeFile(folder.path('prompts', S), 'a file');
    await assert.rejects(store.save(S, sampleDraft()), failsWith('data.not_writable'));
  });

  it('leaves out files that cannot be used, each with file and line, and goes on with the rest', async () => {
    const store = open();
    for (let i = 0; i < 6; i++) await store.save(S, sampleDraft({ parents: i === 0 ? [] : [i] }));
    const text = await readFile(file('v0002.json'), 'utf8');
    await writeFile(file('v0002.json'), text.replace('Judge', 'Guess'));
    await writeFile(file('v0003.json'), text.slice(0, 300));
    await writeFile(file('v0004.json'), text.replace('version/1', 'version/9'));
    await rename(file('v0001.json'), file('v0007.json'));
    await writeFile(file('v3.json'), text);
    await writeFile(file('notes.json'), 'mine');
    const { versions, broken } = await open().list(S);
    assert.deepEqual(
      versions.map(({ number }) => number),
      [6, 5],
    );
    assert.deepEqual(
      broken.map(({ number, problem, isEdited }) => [number, problem.code, isEdited]),
      [
        [7, 'version.edited', true],
        [4, 'version.newer', false],
        [3, 'version.invalid', false],
        [2, 'version.edited', true],
      ],
    );
    assert.deepEqual(
      problems.map((problem) => [path.basename(problem.file), problem.severity]),
      [
        ['v3.json', 'warning'],
        ['v0007.json', 'error'],
        ['v0004.json', 'error'],
        ['v0003.json', 'error'],
        ['v0002.json', 'error'],
      ],
    );
    for (const problem of problems) assert.ok(problem.line >= 1 && problem.hint !== '');
    await assert.rejects(store.read(S, 2), failsWith('version.edited'));
    const { edited } = await store.inspect(S, 2);
    assert.equal((await store.newest(S))?.number, 6);
    const saved = await store.save(S, { ...(edited ?? assert.fail()), parents: [2] });
    assert.deepEqual([saved.number, saved.instructions.slice(0, 5), saved.parentHashes], [8, 'Guess', ['']]);
  });

  it('names what is missing between files: parents and versions of labels', async () => {
    const store = open();
    for (let i = 0; i < 3; i++) await store.save(S, sampleDraft({ parents: i === 0 ? [] : [i] }));
    await store.moveLabel(S, { label: 'production', to: 2, ...by });
    await rm(file('v0002.json'));
    const found = await store.problems(S);
    assert.deepEqual(
      found.map(({ file: shown, message }) => [path.basename(shown), message]),
      [
        ['v0003.json', 'v0003.json was made from v2, and there is no v0002.json.'],
        ['labels.json', 'production is v2, and there is no v0002.json.'],
      ],
    );
    const [parents, labels] = await Promise.all(['v0003.json', 'labels.json'].map((name) => readFile(file(name), 'utf8')));
    assert.match(parents?.split('\n')[(found[0]?.line ?? 0) - 1] ?? '', /"parents"/);
    assert.match(labels?.split('\n')[(found[1]?.line ?? 0) - 1] ?? '', /"production": 2/);
    await assert.rejects(store.find(S, 'production'), failsWith('version.unknown'));
    assert.equal((await store.find(S, 'v3')).number, 3);
    // Of a part of the list nothing is missing that was only not read.
    const newest = await store.list(S, [3]);
    assert.deepEqual(await store.problems(S, newest), found);
    assert.deepEqual(await store.problems(S, await store.list(S, [1])), found.slice(1));
  });

  it('never puts a version where a file is', async () => {
    const store = open();
    await store.save(S, sampleDraft());
    await writeFile(file('v0002.json'), 'somebody');
    assert.equal((await store.save(S, sampleDraft())).number, 3);
    assert.equal(await readFile(file('v0002.json'), 'utf8'), 'somebody');
    await mkdir(file('v0004.json'));
    assert.equal((await store.save(S, sampleDraft())).number, 5);
  });

  it('gives each number once to several processes', async () => {
    const children = ['a', 'b', 'c'].map((id) => start(['save', folder.path(), id, '20']));
    const printed = await Promise.all(
      children.map(async (child) => {
        const end = exitOf(child);
        const lines: number[] = [];
        for await (const line of linesOf(child)) lines.push(Number(line));
        assert.equal((await end).code, 0);
        return lines;
      }),
    );
    assert.deepEqual(
      printed.flat().sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    const { versions, broken } = await open().list(S);
    assert.deepEqual([versions.length, broken.length], [60, 0]);
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      assert.deepEqual(printed[index], versions.flatMap(({ author, number }) => (author === id ? [number] : [])).reverse());
    }
    assert.ok((await readdir(folder.path('prompts', S))).every((name) => /^v\d{4}\.json$/.test(name)));
  });
});

describe('the labels of a workspace', () => {
  it('move under a lock: no process loses the move of another', async () => {
    const store = open();
    await store.save(S, sampleDraft());
    await store.save(S, sampleDraft());
    const children = ['left', 'right'].map((id) => start(['move', folder.path(), id, '25']));
    for (const child of children) child.stdout.resume();
    for (const end of await Promise.all(children.map(exitOf))) assert.equal(end.code, 0);
    const { current, history } = await store.labels(S);
    assert.deepEqual([...current].sort(), [
      ['left', 1],
      ['right', 1],
    ]);
    for (const id of ['left', 'right']) {
      assert.deepEqual(
        history.filter(({ label }) => label === id).map(({ why }) => Number(why)),
        Array.from({ length: 25 }, (_, i) => i),
      );
    }
  });

  it('move only from where they were expected, to versions that can be used', async () => {
    const store = open();
    await store.save(S, sampleDraft());
    await store.save(S, sampleDraft());
    await store.moveLabel(S, { label: 'staging', to: 1, expected: null, ...by });
    const before = await readFile(file('labels.json'), 'utf8');
    await assert.rejects(store.moveLabel(S, { label: 'staging', to: 2, expected: null, ...by }), failsWith('label.conflict'));
    await assert.rejects(store.moveLabel(S, { label: 'staging', to: 9, ...by }), failsWith('version.unknown'));
    await assert.rejects(store.moveLabel(S, { label: '../x', to: 1, ...by }), failsWith('usage.invalid'));
    await writeFile(file('v0002.json'), (await readFile(file('v0002.json'), 'utf8')).replace('Judge', 'Guess'));
    await assert.rejects(store.moveLabel(S, { label: 'staging', to: 2, ...by }), failsWith('version.edited'));
    assert.equal(await readFile(file('labels.json'), 'utf8'), before);
    await writeFile(file('labels.json'), '{');
    await assert.rejects(store.moveLabel(S, { label: 'staging', to: 1, ...by }), failsWith('label.invalid', { line: 1 }));
    assert.equal(await readFile(file('labels.json'), 'utf8'), '{');
  });

  it('that are protected move to what is better, or for a reason, and roll back', async () => {
    const store = open();
    const scored = (score: number, interval: readonly [number, number]) =>
      sampleDraft({ scores: { own: sampleScore({ score, interval }) } });
    await store.save(S, scored(0.6, [0.5, 0.69]));
    await store.save(S, scored(0.8, [0.71, 0.87]));
    await store.save(S, scored(0.5, [0.4, 0.6]));
    const promote = (to: number, why = '') => store.promote(S, { label: 'production', to, who: 'ann', why });
    await promote(1);
    await promote(2);
    await assert.rejects(
      promote(3),
      (error: AtelierError) => failsWith('label.protected')(error) && error.message.includes('worse than v2'),
    );
    await promote(3, 'Half the price.');
    const labels = await store.rollBack(S, 'production', { who: 'bob', why: 'Too bad.', expected: 3 });
    assert.equal(labels.current.get('production'), 2);
    assert.equal((await open().find(S, 'production')).number, 2);
    assert.deepEqual(
      (await open().labels(S)).history.map(({ to, who }) => [to, who]),
      [
        [1, 'ann'],
        [2, 'ann'],
        [3, 'ann'],
        [2, 'bob'],
      ],
    );
    await rm(file('v0001.json'));
    await assert.rejects(store.rollBack(S, 'production', { who: 'bob', why: 'x' }), failsWith('version.unknown'));
  });
});

describe('the index of versions', () => {
  const age = async (name: string, seconds: number) => {
    const time = new Date(Date.now() - seconds * 1000);
    await utimes(file(name), time, time);
  };

  it('is used by other processes for files that did not change, and for no other', async () => {
    await mkdir(folder.path('prompts', S), { recursive: true });
    const names = Array.from({ length: 30 }, (_, index) => `v${String(index + 1).padStart(4, '0')}.json`);
    for (const [index, name] of names.entries()) {
      await writeFile(file(name), versionText(sampleVersion(index + 1)));
      await age(name, 100);
    }
    const first = await open().list(S);
    const index = folder.path('.atelier', 'versions', `${S}.json`);
    assert.deepEqual(await open().list(S), first);
    // What the index says is believed: the file is not read again.
    await writeFile(index, (await readFile(index, 'utf8')).replace('"author":"ann"', '"author":"from the index"'));
    assert.equal((await open().list(S)).versions.filter(({ author }) => author === 'from the index').length, 1);
    assert.equal((await open({ keepsIndex: false }).list(S)).versions.filter(({ author }) => author === 'from the index').length, 0);

    await writeFile(file('v0005.json'), versionText(sampleVersion(5, { author: 'eve' })));
    await rm(file('v0006.json'));
    const { versions } = await open().list(S);
    assert.deepEqual([versions.length, versions.find(({ number }) => number === 5)?.author], [29, 'eve']);
    for (const broken of ['', '{', '{"format":"x"}', '{"format":"atelier-versions/1","versions":[{"size":1,"mtime":1,"facts":{}}]}']) {
      await writeFile(index, broken);
      assert.equal((await open().list(S)).versions.length, 29);
    }
  });

  it('is no reason to fail where nothing can be written', async () => {
    await mkdir(folder.path('prompts', S), { recursive: true });
    for (let number = 1; number <= 25; number++) {
      const name = `v${String(number).padStart(4, '0')}.json`;
      await writeFile(file(name), versionText(sampleVersion(number)));
      await age(name, 100);
    }
    await writeFile(folder.path('.atelier'), 'a file');
    assert.equal((await open().list(S)).versions.length, 25);
    assert.equal((await stat(folder.path('.atelier'))).isFile(), true);
  });
});

describe('models/config.yaml', () => {
  const read = async (text: string) => {
    await mkdir(folder.path('models'), { recursive: true });
    await writeFile(folder.path('models', 'config.yaml'), text);
    return readModelsConfig(folder.path('models', 'config.yaml'), folder.path());
  };

  it('names model and version of each label', async () => {
    const { modelOf } = await import('../../../src/core/version/models-config.js');
    const { config, problems: found } = await read(
      'labels:\n  production: {model: "openai:gpt-4o-mini", version: v3}\n  staging:\n    model: embedded\n    version: {sentiment: 7}\n  dev: {model: x}\n',
    );
    assert.deepEqual(found, []);
    assert.deepEqual(modelOf(config, 'production', S), { model: 'openai:gpt-4o-mini', version: 3 });
    assert.deepEqual(modelOf(config, 'staging', S), { model: 'embedded', version: 7 });
    assert.deepEqual(modelOf(config, 'staging', 'other'), { model: 'embedded', version: undefined });
    assert.deepEqual([modelOf(config, 'dev', S)?.version, modelOf(config, 'none', S)], [undefined, undefined]);
    assert.deepEqual(await readModelsConfig(folder.path('none.yaml')), { config: new Map(), problems: [] });
    assert.equal((await read('')).problems.length, 0);
  });

  it('says where it is wrong, and goes on with the other labels', async () => {
    const { config, problems: found } = await read(
      'labels:\n  v3: {model: a}\n  a: {}\n  b: {model: 3}\n  c: {model: m, version: latest}\n  d: {model: m, extra: 1}\n  e: {model: m, version: {../x: 1}}\n',
    );
    assert.deepEqual([...config.keys()], ['d']);
    assert.deepEqual(
      found.map(({ line, severity }) => [line, severity]),
      [
        [2, 'error'],
        [3, 'error'],
        [4, 'error'],
        [5, 'error'],
        [6, 'warning'],
        [7, 'error'],
      ],
    );
    for (const broken of ['labels: [', '- a', 'labels: *x', `a: &a [1]\nlabels: [${'*a, '.repeat(30)}]`, `x: "${'y'.repeat(1 << 20)}"`]) {
      const result = await read(broken);
      assert.deepEqual([result.config.size, result.problems.length], [0, 1], broken.slice(0, 30));
    }
  });
});
