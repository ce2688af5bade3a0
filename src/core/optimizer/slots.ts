/** Leave to work for so many at a time, first come first served but for what is urgent. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  /** @param count 1 or more */
  constructor(readonly count: number) {
    this.free = count;
  }

  /** Works as soon as a slot is free. @param isUrgent whether other work waits for it: then it is next */
  async use<T>(work: () => Promise<T>, isUrgent = false): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((grant) => (isUrgent ? this.waiting.unshift(grant) : this.waiting.push(grant)));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}

/**
 * Works on items in their order, some of them ahead, and takes the results in that order: what is taken does not depend on how many are
 * under way.
 * @param ahead items under way at a time, 1 or more
 * @param work is given a signal that is aborted once nothing more will be taken
 * @param take returns false to end it there
 * @throws what the work of an item throws that is not ahead of the end; work that is under way has ended by then
 */
export async function inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  take: (result: Result, index: number) => boolean,
): Promise<void> {
  const abort = new AbortController();
  const begun: Promise<Result>[] = [];
  const begin = (upTo: number) => {
    while (begun.length < Math.min(upTo, items.length)) {
      const result = work(items[begun.length] as Item, abort.signal);
      // It is awaited below, or its outcome does not count any more.
      result.catch(() => undefined);
      begun.push(result);
    }
  };
  try {
    for (let index = 0; index < items.length; index++) {
      begin(index + ahead);
      const result = await (begun[index] as Promise<Result>);
      if (!take(result, index)) return;
    }
  } finally {
    abort.abort();
    await Promise.allSettled(begun);
  }
}
