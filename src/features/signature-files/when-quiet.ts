/** How long a document must rest before it is looked at again, in milliseconds: shorter than a pause in typing that one notices. */
const QUIET_MS = 150;
/** How long steady typing can put a look off. */
const MAX_WAIT_MS = 500;

/** Does work for a key once nothing was asked for it for a moment: many changes in a row cost one look. */
export class WhenQuiet {
  private readonly waiting = new Map<string, { readonly timer: ReturnType<typeof setTimeout>; readonly since: number }>();

  ask(key: string, work: () => void): void {
    const now = Date.now();
    const since = this.waiting.get(key)?.since ?? now;
    this.forget(key);
    const wait = Math.max(0, Math.min(QUIET_MS, since + MAX_WAIT_MS - now));
    const timer = setTimeout(() => {
      this.waiting.delete(key);
      work();
    }, wait);
    this.waiting.set(key, { timer, since });
  }

  forget(key: string): void {
    clearTimeout(this.waiting.get(key)?.timer);
    this.waiting.delete(key);
  }

  dispose(): void {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}
