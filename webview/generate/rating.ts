import type { PageMessage, RATINGS, ShownResult } from '../../src/features/generate/protocol.js';
import { h, icon, iconButton, setAttribute, setText } from '../shared/dom.js';
import type { Drafts } from '../shared/vscode-api.js';
import { NoticeBox } from './notice.js';

/** By rating. Pages share types alone with the extension: the type keeps the words the same. */
const WORDS: readonly ['', ...typeof RATINGS] = ['', 'unusable', 'weak', 'fair', 'good', 'just right'];

/** Stars, a reason, a corrected text. Each is saved at once. */
export class Rating {
  readonly element: HTMLElement;
  private readonly stars: HTMLButtonElement[];
  private readonly word = h('span', { class: 'rating-word' });
  private readonly reason: HTMLInputElement;
  private readonly editor: HTMLElement;
  private readonly correction: HTMLTextAreaElement;
  private readonly saved: NoticeBox;
  private readonly undo = h(
    'button',
    { class: 'link', type: 'button', hidden: true, title: 'Takes rating, reason and correction back' },
    'Undo',
  );
  private result: ShownResult | undefined;

  constructor(
    private readonly send: (message: PageMessage) => void,
    private readonly drafts: Drafts,
  ) {
    this.saved = new NoticeBox(send);
    this.stars = [1, 2, 3, 4, 5].map((rating) => this.star(rating));
    this.reason = h<HTMLInputElement>('input', {
      type: 'text',
      class: 'reason',
      placeholder: 'Why? (optional)',
      'aria-label': 'Reason',
      maxlength: '500',
    });
    this.reason.addEventListener('input', () => this.keep('reason', this.reason.value));
    this.reason.addEventListener('change', () => this.withId((id) => this.saveReason(id)));
    this.correction = h<HTMLTextAreaElement>('textarea', { 'aria-label': 'Corrected prompt', rows: '4' });
    const save = h('vscode-button', {}, 'Save correction');
    save.addEventListener('click', () => this.saveCorrection());
    const close = h('vscode-button', { appearance: 'secondary' }, 'Discard');
    close.addEventListener('click', () => this.closeEditor());
    this.correction.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.closeEditor();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.saveCorrection();
    });
    this.editor = h('div', { class: 'correction', hidden: true }, this.correction, h('div', { class: 'actions' }, save, close));
    this.undo.addEventListener('click', () => this.withId((id) => send({ type: 'undoRating', id })));
    this.correction.addEventListener('input', () => this.keep('correction', this.correction.value));
    const group = h('div', { class: 'stars', role: 'radiogroup', 'aria-label': 'Rating, keys 1 to 5' }, ...this.stars);
    this.element = h(
      'div',
      { class: 'rating' },
      h(
        'div',
        { class: 'rating-row' },
        group,
        this.word,
        iconButton('edit', 'Correct the prompt', () => this.openEditor()),
      ),
      this.reason,
      this.editor,
      h('div', { class: 'saved' }, this.saved.element, this.undo),
    );
  }

  update(result: ShownResult): void {
    const other = this.result?.id !== result.id;
    this.result = result;
    if (other) this.restore(result);
    const rating = result.rating ?? 0;
    this.stars.forEach((star, index) => {
      star.replaceChildren(icon(index < rating ? 'star-full' : 'star-empty'));
      star.setAttribute('aria-checked', String(index + 1 === rating));
      star.tabIndex = index + 1 === (rating === 0 ? 1 : rating) ? 0 : -1;
    });
    setText(this.word, rating === 0 ? '' : `${rating} – ${WORDS[rating] ?? ''}`);
    if (rating === 0 && result.comment === '' && result.correction === '') this.reason.value = '';
    this.saved.update(result.ratingNotice);
    const undoable = result.ratingNotice?.kind === 'info' && (result.rating !== undefined || result.correction !== '');
    setAttribute(this.undo, 'hidden', !undoable);
    setAttribute(this.reason, 'hidden', result.rating === undefined && result.correction === '');
  }

  private star(rating: number): HTMLButtonElement {
    const star = h<HTMLButtonElement>('button', {
      type: 'button',
      class: 'star',
      role: 'radio',
      'aria-label': `${rating} of 5, ${WORDS[rating]}`,
      title: `${rating} – ${WORDS[rating]}`,
    });
    star.addEventListener('click', () => this.withId((id) => this.send({ type: 'rate', id, rating })));
    star.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.stars[Math.max(0, Math.min(4, rating - 1 + step))]?.focus();
    });
    return star;
  }

  /** Shows what belongs to this result, with input that was not finished when it was last shown. */
  private restore(result: ShownResult): void {
    this.reason.value = this.drafts.get(`reason ${result.id}`) ?? result.comment;
    const correction = this.drafts.get(`correction ${result.id}`);
    this.editor.hidden = correction === undefined;
    this.correction.value = correction ?? '';
  }

  private keep(what: 'reason' | 'correction', text: string | undefined): void {
    this.withId((id) => this.drafts.set(`${what} ${id}`, text));
  }

  private withId(work: (id: string) => void): void {
    if (this.result !== undefined) work(this.result.id);
  }

  private saveReason(id: string): void {
    this.keep('reason', undefined);
    this.send({ type: 'comment', id, text: this.reason.value });
  }

  private openEditor(): void {
    if (this.result === undefined) return;
    this.correction.value = this.result.correction === '' ? this.result.final : this.result.correction;
    this.editor.hidden = false;
    this.correction.focus();
  }

  private saveCorrection(): void {
    const text = this.correction.value.trim();
    // Back to what the model wrote: no correction.
    this.withId((id) => this.send({ type: 'correct', id, text: text === this.result?.final ? '' : text }));
    this.closeEditor();
  }

  private closeEditor(): void {
    this.keep('correction', undefined);
    this.editor.hidden = true;
    this.stars.find((star) => star.tabIndex === 0)?.focus();
  }
}
