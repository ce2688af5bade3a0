import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { runPool } from '../../../src/core/program/pool.js';
import { endsTheRun } from '../../../src/core/program/run-errors.js';

const items = Array.from({ length: 12 }, (_, index) => index);
const stop = (message: string) => new AtelierError('budget.exceeded', message, { hint: 'x' });

describe('a pool', () => {
  it('begins items in order, and keeps each result', async () => {
    const begun: number[] = [];
    const kept: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      for (let turn = item % 3; turn > 0; turn--) await new Promise(setImmediate);
      return item * 2;
    };
    const keep = async (result: number) => void kept.push(result);
    assert.equal(await runPool({ items, concurrency: 5, work, keep }), undefined);
    assert.deepEqual(begun, items);
    assert.deepEqual(
      kept.sort((a, b) => a - b),
      items.map((item) => item * 2),
    );
  });

  it('ends with the first error, and keeps what was under way', async () => {
    const kept: number[] = [];
    const stopped = await runPool({
      items,
      concurrency: 3,
      async work(item) {
        if (item === 3 || item === 4) throw stop(`at ${item}`);
        for (let turn = 0; turn < 5 && item === 5; turn++) await new Promise(setImmediate);
        return item;
      },
      keep: async (item) => void kept.push(item),
    });
    assert.equal(stopped?.message, 'at 3');
    assert.deepEqual(kept, [0, 1, 2, 5]);
  });

  it('does not wait for the disk with the next item, but lets no more than 64 results wait', async () => {
    const many = Array.from({ length: 300 }, (_, index) => index);
    let worked = 0;
    let waiting = 0;
    let most = 0;
    const disk: (() => void)[] = [];
    const pool = runPool({
      items: many,
      concurrency: 2,
      work: async (item) => {
        worked++;
        return item;
      },
      keep: () => {
        most = Math.max(most, ++waiting);
        return new Promise<void>((resolve) => disk.push(resolve)).then(() => void waiting--);
      },
    });
    await new Promise(setImmediate);
    assert.ok(worked > 64 && worked <= 66, `${worked} worked`);
    while (worked < many.length || waiting > 0) {
      disk.shift()?.();
      await new Promise(setImmediate);
    }
    await pool;
    assert.ok(most <= 66, `${most} waited`);
  });

  it('throws what a result could not be kept with, and begins nothing after it', async () => {
    let worked = 0;
    const pool = runPool({
      items,
      concurrency: 2,
      work: async (item) => {
        worked++;
        return item;
      },
      keep: (item) => (item === 1 ? Promise.reject(new AtelierError('data.not_writable', 'Full.', { hint: 'x' })) : Promise.resolve()),
    });
    await assert.rejects(pool, (error) => AtelierError.is(error, 'data.not_writable'));
    assert.ok(worked < items.length);
  });

  it('has nothing to do without items', async () => {
    const never = () => Promise.reject(new Error('begun'));
    assert.equal(await runPool({ items: [], concurrency: 4, work: never, keep: never }), undefined);
  });
});

describe('what ends a run', () => {
  it('is what every other row would fail with, too', () => {
    assert.ok(endsTheRun(stop('x')));
    assert.ok(!endsTheRun(new AtelierError('model.timeout', 'Slow.', { hint: 'x' })));
    assert.ok(!endsTheRun(new AtelierError('metric.failed', 'Broken.', { hint: 'x' })));
  });
});
