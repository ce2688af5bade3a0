/**
 * Writes what comes while a write is under way together in the next one: as many items as come in the time of one write cost one write.
 */
export class GroupCommit<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  #next: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param write is called with one group at a time */
  constructor(write: (items: readonly Item[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the items are written; rejects when the write of their group fails. */
  push(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    if (this.#next === undefined) {
      const group: Item[] = [];
      const done = this.#last.then(() => {
        this.#next = undefined;
        return this.#write(group);
      });
      this.#next = { items: group, done };
      this.#last = done.catch(() => undefined);
    }
    for (const item of items) this.#next.items.push(item);
    return this.#next.done;
  }

  /** Resolves when all that was pushed is written, or has failed. */
  settled(): Promise<void> {
    return this.#last;
  }
}
