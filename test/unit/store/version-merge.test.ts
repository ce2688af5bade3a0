import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { AtelierError } from '../../../src/core/errors.js';
import { Locks, VersionStore } from '../../../src/store/index.js';
import { sampleDraft } from '../core/version-samples.js';
import { failsWith, useFolder } from './support.js';

const S = 'sentiment';

describe('a real git merge of versions and labels', () => {
  const folder = useFolder();
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder.path(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-qm', message);
  };
  const merge = (branch: string, ...options: string[]) => assert.throws(() => git(...options, 'merge', branch), /Command failed/);
  const open = () => new VersionStore({ workspaceFolder: folder.path(), locks: new Locks(folder.path()), onProblem: () => undefined });
  const save = (instructions: string, ...parents: number[]) => open().save(S, sampleDraft({ instructions, parents, author: 'ann' }));
  const label = (name: string, to: number, why = 'better') => open().moveLabel(S, { label: name, to, who: 'ann', why });
  const numbersOf = async () => (await open().list(S)).versions.map(({ number, parents }) => [number, ...parents]);

  beforeEach(async () => {
    git('init', '-q', '-b', 'main');
    git('config', 'user.name', 'Test');
    git('config', 'user.email', 'test@example.org');
    await save('One.');
    await save('Two.', 1);
    await label('production', 1);
    await label('staging', 1);
    commit('base');
    git('checkout', '-qb', 'tune');
  });

  for (const style of ['merge', 'diff3', 'zdiff3']) {
    it(`finds a label that both moved, and resolves it with both histories (${style})`, async () => {
      await label('production', 2, 'theirs');
      commit('theirs');
      git('checkout', '-q', 'main');
      await save('Three.', 2);
      await label('production', 3, 'ours');
      await label('staging', 3, 'ours, too');
      commit('ours');
      merge('tune', '-c', `merge.conflictStyle=${style}`);

      await assert.rejects(
        open().labels(S),
        (error: AtelierError) =>
          failsWith('label.conflict', { file: 'prompts/sentiment/labels.json', line: 4 })(error) &&
          /production is v3 in HEAD and v2 in tune/.test(error.message),
      );
      await assert.rejects(label('production', 1), failsWith('label.conflict'));
      // The versions go on working.
      assert.equal((await open().read(S, 3)).instructions, 'Three.');
      const state = await open().merge(S);
      assert.deepEqual([state.isClean, state.versions, state.labels?.labels], [false, [], [{ label: 'production', ours: 3, theirs: 2 }]]);
      const before = await readFile(open().labelsFileOf(S), 'utf8');
      await assert.rejects(open().resolveMerge(S, { who: 'ann', why: 'merged' }), failsWith('label.conflict'));
      assert.equal(await readFile(open().labelsFileOf(S), 'utf8'), before);
      await open().resolveMerge(S, { labels: 'theirs', who: 'ann', why: 'merged' });
      const { current, history } = await open().labels(S);
      assert.deepEqual(
        [...current],
        [
          ['production', 2],
          ['staging', 3],
        ],
      );
      assert.deepEqual(
        history.map(({ label: name, to, why }) => [name, to, why]),
        [
          ['production', 1, 'better'],
          ['staging', 1, 'better'],
          ['production', 2, 'theirs'],
          ['production', 3, 'ours'],
          ['staging', 3, 'ours, too'],
          ['production', 2, 'merged'],
        ],
      );
      assert.equal((await open().merge(S)).isClean, true);
      commit('merged');
      assert.equal(git('status', '--porcelain'), '');
    });
  }

  it('gives versions that got one number on two branches numbers of their own; children and labels follow', async () => {
    await save('Theirs three.', 2);
    await save('Theirs four.', 3);
    await save('Theirs five.', 4);
    await label('candidate', 3);
    await label('staging', 5);
    commit('theirs');
    git('checkout', '-q', 'main');
    await save('Ours three.', 2);
    await save('Ours four.', 3);
    await label('production', 3);
    commit('ours');
    merge('tune');

    const { versions, broken } = await open().list(S);
    assert.deepEqual(
      versions.map(({ number }) => number),
      [5, 2, 1],
    );
    assert.deepEqual(
      broken.map(({ number, problem, isConflict }) => [
        number,
        problem.line !== undefined && /HEAD and tune both made a v[34]/.test(problem.message),
        isConflict,
      ]),
      [
        [4, true, true],
        [3, true, true],
      ],
    );
    const { changes } = await open().resolveMerge(S, { who: 'ann', why: 'merged' });
    assert.deepEqual(
      changes.map(({ from, to }) => [from, to]),
      [
        [3, 6],
        [4, 7],
        [5, 5],
      ],
    );
    assert.deepEqual(await numbersOf(), [[7, 6], [6, 2], [5, 7], [4, 3], [3, 2], [2, 1], [1]]);
    for (const [number, instructions] of [
      [3, 'Ours three.'],
      [4, 'Ours four.'],
      [5, 'Theirs five.'],
      [6, 'Theirs three.'],
      [7, 'Theirs four.'],
    ] as const) {
      assert.equal((await open().read(S, number)).instructions, instructions);
    }
    assert.deepEqual([...(await open().labels(S)).current].sort(), [
      ['candidate', 6],
      ['production', 3],
      ['staging', 5],
    ]);
    assert.deepEqual(await open().problems(S), []);
    assert.equal((await open().merge(S)).isClean, true);
    assert.deepEqual((await open().resolveMerge(S, { who: 'ann', why: 'again' })).changes, []);
  });

  it('needs no help when only one branch did something', async () => {
    await save('Three.', 2);
    await label('production', 3);
    commit('theirs');
    git('checkout', '-q', 'main');
    git('merge', '-q', 'tune');
    assert.equal((await open().merge(S)).isClean, true);
    assert.equal((await open().labels(S)).current.get('production'), 3);
  });
});
