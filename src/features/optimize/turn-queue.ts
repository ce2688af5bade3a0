import { setImmediate } from 'node:timers/promises';

/** Begins one piece of work in each turn of the event loop: a burst of calls does not keep the thread from all else. */
export class TurnQueue<Item> {
  private readonly waiting: Item[] = [];
  private isPumping = false;

  constructor(private readonly begin: (item: Item) => void) {}

  push(item: Item): void {
    this.waiting.push(item);
    if (!this.isPumping) void this.pump();
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.begin(next);
      await setImmediate();
    }
    this.isPumping = false;
  }
}
