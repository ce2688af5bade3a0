import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { openBatchResults } from '../../../src/store/batch-results.js';
import { readDataset } from '../../../src/store/dataset.js';
import { batchOptions } from './batch-support.js';
import { exitOf, failsWith, linesOf, startChild, useFolder } from './support.js';

for (const ending of ['csv', 'jsonl']) {
  describe(`several processes and results in .${ending}`, () => {
    const folder = useFolder();
    const file = (): string => folder.path(`out.${ending}`);

    it('lose no row and have none twice when they are killed again and again', async () => {
      const count = 400;
      const saved = new Set<number>();
      for (let round = 1; ; round++) {
        const child = startChild(['batch', folder.path(), file(), 'resume', String(count)]);
        const before = saved.size;
        for await (const line of linesOf(child)) {
          if (line === 'open') continue;
          saved.add(Number(line));
          // The last time while the rows are put in order.
          const isTime = round <= 4 ? saved.size > before + 10 * round : round === 5 && saved.size === count;
          if (isTime) child.kill('SIGKILL');
        }
        if ((await exitOf(child)).signal === null) break;
        const { rows } = await readDataset(file(), folder.path());
        const there = rows.map(({ values }) => Number(values._row));
        assert.equal(new Set(there).size, there.length);
        for (const row of saved) assert.ok(there.includes(row), `row ${row}`);
        for (const row of there) saved.add(row);
      }
      const { rows, problems } = await readDataset(file(), folder.path());
      assert.deepEqual(problems, []);
      assert.deepEqual(
        rows.map(({ values }) => [Number(values._row), values.expected_label]),
        Array.from({ length: count }, (_, index) => [index + 1, `gold ${index}`]),
      );
      // A process that is killed while it gives a lock back leaves a draft, which is swept later.
      const locks = (await readdir(folder.path('.atelier', 'locks'))).filter((name) => name.endsWith('.lock'));
      assert.deepEqual(locks, []);
    });

    it('do not write one file at the same time', async () => {
      const child = startChild(['batch', folder.path(), file(), 'new', '100000']);
      for await (const line of linesOf(child)) {
        if (line === 'open') break;
      }
      const options = batchOptions(folder.path(), file(), 10);
      await assert.rejects(openBatchResults(options), failsWith('data.locked', { file: `out.${ending}` }));
      await assert.rejects(openBatchResults({ ...options, resume: true }), failsWith('data.locked', { file: `out.${ending}` }));
      const other = await openBatchResults({ ...options, file: folder.path(`other.${ending}`) });
      await assert.rejects(openBatchResults({ ...options, file: folder.path(`other.${ending}`) }), failsWith('data.locked'));
      await other.close();
      child.kill('SIGKILL');
      await exitOf(child);
      const next = await openBatchResults({ ...options, rows: batchOptions(folder.path(), file(), 100_000).rows, resume: true });
      await next.close();
    });

    it('are cut back to whole rows when the disk is full', async function () {
      if (process.platform !== 'linux') this.skip();
      const child = startChild(['batch', folder.path(), file(), 'new', '500'], ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh']);
      const said: string[] = [];
      for await (const line of linesOf(child)) said.push(line);
      assert.equal((await exitOf(child)).code, 1);
      const { rows, problems } = await readDataset(file(), folder.path());
      assert.deepEqual(problems, []);
      const there = new Set(rows.map(({ values }) => String(values._row)));
      for (const line of said.filter((word) => /^\d+$/.test(word))) assert.ok(there.has(line), `row ${line}`);
      assert.ok((await readFile(file())).length <= 8 * 512 * 2);
    });
  });
}
