/** Elements of a list that changes: one whose item stays the same stays the same element, with its cursor and what is open in it. */
export class KeyedList<T> {
  private readonly shown = new Map<string, { element: HTMLElement; content: string }>();

  /**
   * @param parent holds the elements and nothing else
   * @param keyOf tells items apart
   */
  constructor(
    private readonly parent: HTMLElement,
    private readonly keyOf: (item: T) => string,
    private readonly make: (item: T) => HTMLElement,
  ) {}

  /** @param items JSON */
  show(items: readonly T[]): void {
    const wanted = new Set(items.map(this.keyOf));
    for (const [key, { element }] of this.shown) {
      if (wanted.has(key)) continue;
      element.remove();
      this.shown.delete(key);
    }
    let next = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.keyOf(item);
      const content = JSON.stringify(item);
      const known = this.shown.get(key);
      let element = known?.element;
      if (element === undefined || known?.content !== content) {
        const made = this.make(item);
        if (element === next) next = made;
        element?.replaceWith(made);
        element = made;
        this.shown.set(key, { element, content });
      }
      if (element === next && element.parentElement === this.parent) next = element.nextElementSibling;
      else this.parent.insertBefore(element, next);
    }
  }
}
