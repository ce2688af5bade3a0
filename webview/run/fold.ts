import { h, setText } from '../shared/dom.js';
import type { Drafts } from '../shared/vscode-api.js';

/** Which folds are open, kept while the page is hidden. */
const OPEN = 'open';

/** A section that opens. What is in it is drawn while it is open only, and never closes by itself. */
export class Fold {
  readonly element: HTMLDetailsElement;
  private readonly note = h('span', { class: 'muted' });
  private isStale = true;

  /** @param draw brings the content up to date */
  constructor(
    name: string,
    content: HTMLElement,
    private readonly drafts: Drafts,
    private readonly draw: () => void,
  ) {
    const summary = h('summary', {}, h('span', { class: 'fold-name' }, name), ' ', this.note);
    content.classList.add('fold-content');
    this.element = h<HTMLDetailsElement>('details', { class: 'fold', open: this.openNames().includes(name) }, summary, content);
    this.element.addEventListener('toggle', () => {
      const others = this.openNames().filter((each) => each !== name);
      this.drafts.set(OPEN, [...others, ...(this.element.open ? [name] : [])].join('\n'));
      if (this.isStale) this.update();
    });
  }

  /** @param note behind the name, also while it is closed */
  update(note = this.note.textContent ?? ''): void {
    setText(this.note, note);
    this.isStale = !this.element.open;
    if (this.element.open) this.draw();
  }

  /** Opens it, and puts the cursor on it. */
  open(): void {
    this.element.open = true;
    this.update();
    this.element.querySelector('summary')?.focus();
  }

  private openNames(): string[] {
    return this.drafts.get(OPEN)?.split('\n') ?? [];
  }
}
