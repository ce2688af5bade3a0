import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { FolderWatches } from '../../../src/store/index.js';
import { useFolder } from './support.js';

describe('watched folders', () => {
  const folder = useFolder();
  let heard = (): void => undefined;
  const watches = new FolderWatches(() => heard());
  /** Does something, and waits until it is told. */
  const told = async (work: () => Promise<unknown>) => {
    const next = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await work();
    await next;
  };
  afterEach(() => watches.dispose());

  it('tell of what changes in them, also when they were made anew', async () => {
    const [root, inner] = [folder.path('prompts'), folder.path('prompts', 'sentiment')];
    assert.equal(watches.watch([root, inner]), false, 'nothing is there yet');
    await mkdir(inner, { recursive: true });
    assert.equal(watches.watch([root, inner]), true);
    assert.equal(watches.watch([root, inner]), false);
    await told(() => writeFile(folder.path('prompts', 'sentiment', 'v0001.json'), ''));
    await told(() => rm(inner, { recursive: true }));
    await told(() => mkdir(inner));
    watches.watch([root, inner]);
    await told(() => writeFile(folder.path('prompts', 'sentiment', 'v0002.json'), ''));
  });

  it('tell nothing of folders that are not asked for any more', async () => {
    const [left, right] = [folder.path('left'), folder.path('right')];
    await Promise.all([left, right].map((each) => mkdir(each)));
    watches.watch([left, right]);
    watches.watch([right]);
    heard = () => assert.fail('left is watched');
    await writeFile(folder.path('left', 'a'), '');
    await told(() => writeFile(folder.path('right', 'a'), ''));
    assert.equal(watches.watch([left]), true);
  });
});
