import { type AtelierError, asAtelierError } from '../errors.js';

export interface PoolOptions<Item, Result> {
  readonly items: readonly Item[];
  /** Items under way at a time. */
  readonly concurrency: number;
  /** The result of one item. What it throws ends the pool: an item that merely failed gives a result that says so. */
  work(item: Item): Promise<Result>;
  /** Keeps a result. The next item does not wait for it; when it fails, no further item is begun. */
  keep(result: Result): Promise<void>;
}

/**
 * Rows under way for an endpoint that takes so many requests at a time: a few more, so that the next request is ready when a place in the
 * endpoint's queue gets free. Never more requests than the endpoint takes are sent.
 */
export function widthFor(concurrency: number): number {
  return concurrency + Math.ceil(concurrency / 4);
}

/** Results that may wait for the disk, however few items are under way: a write of many costs no more than a write of one. */
const WAITING = 64;

/**
 * Works on items in their order, several at a time, and keeps each result as it comes. Items that are under way when it ends are
 * finished, and kept when they have a result.
 * @returns the first error that ended it before its last item
 * @throws AtelierError that a result could not be kept with
 */
export async function runPool<Item, Result>(options: PoolOptions<Item, Result>): Promise<AtelierError | undefined> {
  const { items, concurrency, work, keep } = options;
  const saving = new Set<Promise<void>>();
  let next = 0;
  let stopped: AtelierError | undefined;
  let notKept: AtelierError | undefined;

  function save(result: Result): void {
    const saved = keep(result).catch((thrown: unknown) => {
      notKept ??= asAtelierError(thrown);
    });
    saving.add(saved);
    void saved.then(() => saving.delete(saved));
  }

  async function worker(): Promise<void> {
    while (stopped === undefined && notKept === undefined && next < items.length) {
      const item = items[next++] as Item;
      try {
        save(await work(item));
      } catch (thrown) {
        stopped ??= asAtelierError(thrown);
        return;
      }
      // The next item need not wait for the disk, but results must not pile up in memory either.
      while (saving.size > Math.max(concurrency, WAITING)) await Promise.race(saving);
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  await Promise.all(saving);
  if (notKept !== undefined) throw notKept;
  return stopped;
}
