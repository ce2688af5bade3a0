/** How long a document must rest before it is looked at again, in milliseconds: shorter than a pause in typing that one notices. */
const QUIET_MS = 150;

/** Does work for a key once nothing was asked for it for a moment: many changes in a row cost one look. */
export class WhenQuiet {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  ask(key: string, work: () => void): void {
    this.forget(key);
    const timer = setTimeout(() => {
      this.timers.delete(key);
      work();
    }, QUIET_MS);
    this.timers.set(key, timer);
  }

  forget(key: string): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
