import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { DiskResponseCache, type Problem } from '../../../src/store/index.js';
import { failsWith, useFolder } from './support.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const KEY = keyOf('request');

describe('DiskResponseCache', () => {
  const folder = useFolder();
  const problems: Problem[] = [];
  const open = (options: { ttlMs?: number; maxBytes?: number } = {}): DiskResponseCache => {
    problems.length = 0;
    return new DiskResponseCache({ workspaceFolder: folder.path(), onProblem: (problem) => problems.push(problem), ...options });
  };
  const fileOf = (key: string): string => folder.path('.atelier', 'cache', key.slice(0, 2), `${key}.json`);
  const files = async (): Promise<string[]> => {
    const names = await readdir(folder.path('.atelier', 'cache'), { recursive: true });
    return names.filter((name) => name.includes('.'));
  };

  it('gives back what was kept, also to another instance', async () => {
    await open().set(KEY, 'an "answer"\n🐉');
    assert.equal(await open().get(KEY), 'an "answer"\n🐉');
    assert.equal(await open().get(keyOf('other')), undefined);
    assert.equal(await readFile(folder.path('.atelier', '.gitignore'), 'utf8'), '*\n');
    assert.equal((await files()).length, 1);
  });

  it('replaces an answer', async () => {
    const cache = open();
    await Promise.all([cache.set(KEY, 'a'), cache.set(KEY, 'a'), cache.set(keyOf('b'), 'b')]);
    await cache.set(KEY, 'new');
    await cache.settled();
    assert.equal(await cache.get(KEY), 'new');
    assert.equal((await files()).length, 2);
  });

  it('forgets what is too old, or from the future, by the time in the entry', async () => {
    for (const days of [-8, 8]) {
      await open().set(KEY, 'answer');
      const entry: unknown = JSON.parse(await readFile(fileOf(KEY), 'utf8'));
      assert.ok(typeof entry === 'object');
      const at = async (stored: number) => writeFile(fileOf(KEY), JSON.stringify({ ...entry, stored }));
      await at(Date.now() + (days * DAY_MS * 6) / 8);
      assert.equal(await open().get(KEY), 'answer');
      await at(Date.now() + days * DAY_MS);
      assert.equal(await open({ ttlMs: 9 * DAY_MS }).get(KEY), 'answer');
      assert.equal(await open().get(KEY), undefined);
      assert.deepEqual(await files(), []);
    }
  });

  it('removes entries that are damaged or belong to another key', async () => {
    const broken = [
      '',
      '{"key":',
      'null',
      '[]',
      '{}',
      JSON.stringify({ key: keyOf('other'), stored: Date.now(), value: 'x' }),
      JSON.stringify({ key: KEY, stored: 'now', value: 'x' }),
    ];
    for (const text of broken) {
      const cache = open();
      await cache.set(KEY, 'answer');
      await writeFile(fileOf(KEY), text);
      assert.equal(await cache.get(KEY), undefined, text);
      assert.deepEqual(await files(), []);
    }
    assert.deepEqual(problems, []);
  });

  it('removes the oldest answers when it is too large', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => keyOf(String(i)));
    const first = open();
    for (const [index, key] of keys.entries()) {
      await first.set(key, 'x'.repeat(1000));
      const time = new Date(Date.now() - (20 - index) * 60_000);
      await utimes(fileOf(key), time, time);
    }
    await first.settled();
    const cache = open({ maxBytes: 6000 });
    await cache.set(keyOf('newest'), 'x');
    await cache.settled();
    const left = await Promise.all(keys.map(async (key) => (await cache.get(key)) !== undefined));
    assert.deepEqual(left, [...Array(6).fill(false), ...Array(4).fill(true)]);
    assert.equal(await cache.get(keyOf('newest')), 'x');
  });

  it('removes drafts that a crash left', async () => {
    await mkdir(folder.path('.atelier', 'cache', 'ab'), { recursive: true });
    const draft = folder.path('.atelier', 'cache', 'ab', 'x.json.tmp');
    await writeFile(draft, 'half');
    const time = new Date(Date.now() - DAY_MS);
    await utimes(draft, time, time);
    const cache = open();
    await cache.set(KEY, 'answer');
    await cache.settled();
    assert.deepEqual(await files(), [`${KEY.slice(0, 2)}/${KEY}.json`]);
  });

  it('does nothing where it cannot write, and says so once', async () => {
    await writeFile(folder.path('.atelier'), 'in the way');
    const cache = open();
    await Promise.all([cache.set(KEY, 'answer'), cache.set(keyOf('b'), 'answer')]);
    await cache.set(KEY, 'answer');
    await cache.settled();
    assert.equal(await cache.get(KEY), undefined);
    assert.deepEqual(
      problems.map(({ file, severity }) => [file, severity]),
      [['.atelier/cache', 'warning']],
    );
  });

  it('takes only keys of its kind', async () => {
    for (const key of ['', '../../x', KEY.toUpperCase(), `${KEY}0`]) {
      await assert.rejects(open().get(key), failsWith('internal'));
      await assert.rejects(open().set(key, 'x'), failsWith('internal'));
    }
  });
});
