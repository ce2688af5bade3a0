import type { GenerateState, Options, PageMessage } from '../../src/features/generate/protocol.js';
import { h, icon, iconButton, setAttribute, setText } from '../shared/dom.js';
import type { ButtonElement, ValueElement } from '../shared/toolkit.js';
import { NoticeBox } from './notice.js';

/** Bounds of a description; the counter shows from `COUNT_FROM` on. The extension checks again. */
const MIN = 3;
const MAX = 500;
const COUNT_FROM = 400;

const PATTERNS = [
  { name: 'enhance', label: 'Both stages' },
  { name: 'structure', label: 'Structure only' },
];

/** The upper half of the page: taste, description, Generate, options. */
export class Form {
  readonly element: HTMLElement;
  private readonly swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
  private readonly tasteName = h('span', { class: 'taste-name' });
  private readonly tasteButton: HTMLButtonElement;
  private readonly text: HTMLTextAreaElement;
  private readonly counter = h('span', { class: 'counter', id: 'counter' });
  private readonly generate: ButtonElement;
  private readonly cancel: ButtonElement;
  private readonly pattern: ValueElement;
  private readonly target: ValueElement;
  private readonly candidates: ValueElement;
  private readonly seed: ValueElement;
  private readonly options: HTMLElement;
  private readonly blocked: NoticeBox;
  private readonly notice: NoticeBox;
  private state: GenerateState | undefined;
  private filled: number | undefined;
  private sending: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (message: PageMessage) => void) {
    this.blocked = new NoticeBox(send);
    this.notice = new NoticeBox(send);
    this.tasteButton = h<HTMLButtonElement>('button', { class: 'taste', type: 'button', 'aria-haspopup': 'listbox' });
    this.tasteButton.append(this.swatch, this.tasteName, icon('chevron-down'));
    this.tasteButton.addEventListener('click', () => send({ type: 'pickTaste' }));
    this.text = h<HTMLTextAreaElement>('textarea', {
      id: 'description',
      rows: '2',
      placeholder: 'a dragon flying over a castle',
      'aria-describedby': 'counter',
      spellcheck: 'true',
    });
    this.text.addEventListener('input', () => this.typed());
    this.text.addEventListener('blur', () => this.flush());
    this.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.submit();
    });
    const shortcut = navigator.platform.startsWith('Mac') ? '⌘Enter' : 'Ctrl+Enter';
    this.generate = h<ButtonElement>('vscode-button', { class: 'primary', title: `Generate (${shortcut})` }, 'Generate');
    this.generate.addEventListener('click', () => this.submit());
    this.cancel = h<ButtonElement>('vscode-button', { class: 'primary', appearance: 'secondary', hidden: true }, 'Cancel');
    this.cancel.addEventListener('click', () => send({ type: 'act', action: 'cancel' }));
    const gear = iconButton('settings-gear', 'Options', () => this.toggleOptions(gear));
    gear.setAttribute('aria-expanded', 'false');
    this.pattern = this.dropdown('pattern', PATTERNS);
    this.target = this.dropdown('target', []);
    this.candidates = this.dropdown(
      'candidates',
      ['1', '2', '3', '4', '5'].map((name) => ({ name, label: name })),
    );
    this.seed = h<ValueElement>('vscode-text-field', { id: 'seed', placeholder: 'automatic', maxlength: '9', 'aria-label': 'Seed' });
    this.seed.addEventListener('change', () => this.sendOptions());
    this.options = h(
      'div',
      { class: 'options', hidden: true },
      ...[
        ['pattern', 'Pattern', this.pattern],
        ['target', 'Written for', this.target],
        ['candidates', 'Candidates', this.candidates],
        ['seed', 'Seed', this.seed],
      ].flatMap(([id, label, control]) => [h('label', { for: String(id) }, String(label)), control as HTMLElement]),
    );
    this.element = h(
      'section',
      { class: 'form', 'aria-label': 'Image prompt' },
      this.blocked.element,
      h('label', { id: 'taste-label' }, 'Taste'),
      this.tasteButton,
      h('label', { for: 'description' }, 'Description'),
      this.text,
      h('div', { class: 'actions' }, this.generate, this.cancel, h('span', { class: 'hint' }, shortcut), this.counter, gear),
      this.options,
      this.notice.element,
    );
  }

  update(state: GenerateState): void {
    this.state = state;
    setText(this.tasteName, state.taste.label);
    this.tasteButton.setAttribute('aria-label', `Taste: ${state.taste.label}`);
    const stops = state.taste.swatch.map(
      (colour, index, all) => `${colour} ${(index * 100) / all.length}% ${((index + 1) * 100) / all.length}%`,
    );
    this.swatch.style.background = stops.length === 0 ? '' : `linear-gradient(90deg, ${stops.join(', ')})`;
    // At first the text is taken only into an empty field: somebody may have begun to type before.
    if (this.filled === undefined ? this.text.value === '' : this.filled !== state.filled) this.text.value = state.description;
    this.filled = state.filled;
    this.fillTargets(state);
    this.pattern.value = state.options.pattern;
    this.target.value = state.options.target;
    this.candidates.value = String(state.options.candidates);
    if (document.activeElement !== this.seed) this.seed.value = state.options.seed;
    this.blocked.update(state.blocked);
    this.notice.update(state.notice);
    this.swap(state.run !== undefined);
    this.validate();
    if (state.focus === true) this.text.focus();
  }

  private typed(): void {
    this.validate();
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.flush(), 200);
  }

  /** Tells the extension what is typed now: a page that gets hidden is destroyed. */
  private flush(): void {
    if (this.sending === undefined) return;
    clearTimeout(this.sending);
    this.sending = undefined;
    this.send({ type: 'describe', text: this.text.value });
  }

  /** Cancel stands in the place of Generate while something runs, and takes the focus over. */
  private swap(running: boolean): void {
    const [shown, hidden] = running ? [this.cancel, this.generate] : [this.generate, this.cancel];
    const hadFocus = document.activeElement === hidden;
    setAttribute(shown, 'hidden', false);
    if (hadFocus) shown.focus();
    setAttribute(hidden, 'hidden', true);
  }

  private submit(): void {
    if (this.generate.disabled || this.state?.run !== undefined) return;
    clearTimeout(this.sending);
    this.sending = undefined;
    this.send({ type: 'generate', text: this.text.value });
  }

  private validate(): void {
    const length = [...new Intl.Segmenter().segment(this.text.value.normalize('NFC').replace(/\s+/g, ' ').trim())].length;
    const wrong = length < MIN || length > MAX;
    this.generate.disabled = wrong || this.state?.blocked !== undefined;
    const over = length > MAX ? ` – shorten by ${length - MAX}` : '';
    setText(this.counter, length >= COUNT_FROM ? `${length} of ${MAX}${over}` : '');
    this.counter.classList.toggle('wrong', length > MAX);
    // Spoken only when it is too long, not with every key.
    this.counter.setAttribute('aria-live', length > MAX ? 'polite' : 'off');
    setAttribute(this.text, 'aria-invalid', length > MAX ? 'true' : undefined);
  }

  private toggleOptions(gear: HTMLElement): void {
    this.options.hidden = !this.options.hidden;
    gear.setAttribute('aria-expanded', String(!this.options.hidden));
  }

  private sendOptions(): void {
    const seed = this.seed.value.replace(/\D/g, '');
    const options: Options = {
      pattern: this.pattern.value,
      target: this.target.value,
      candidates: Number(this.candidates.value),
      seed,
    };
    this.send({ type: 'setOptions', options });
  }

  private fillTargets(state: GenerateState): void {
    if (this.target.childElementCount > 0) return;
    this.target.append(...state.targets.map(({ name, label }) => h('vscode-option', { value: name }, label)));
  }

  private dropdown(id: string, options: readonly { name: string; label: string }[]): ValueElement {
    const dropdown = h<ValueElement>(
      'vscode-dropdown',
      { id, 'aria-label': id },
      ...options.map(({ name, label }) => h('vscode-option', { value: name }, label)),
    );
    dropdown.addEventListener('change', () => this.sendOptions());
    return dropdown;
  }
}
