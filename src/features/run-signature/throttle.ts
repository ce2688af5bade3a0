/** Passes values on: the first at once, then at most one every `ms`, and always the latest. */
export class Throttle<T> {
  private timer: NodeJS.Timeout | undefined;
  private waiting: { readonly value: T } | undefined;

  constructor(
    private readonly ms: number,
    private readonly pass: (value: T) => void,
  ) {}

  push(value: T): void {
    if (this.timer !== undefined) {
      this.waiting = { value };
      return;
    }
    this.pass(value);
    this.timer = setTimeout(() => this.next(), this.ms);
  }

  /** What waits is dropped: there is something better. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
  }

  private next(): void {
    this.timer = undefined;
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) this.push(waiting.value);
  }
}
