import type { PageMessage, RunMessage, RunView } from '../../src/features/optimize/protocol.js';
import { h, icon, setAttribute, setText } from '../shared/dom.js';
import { type Action, offerOf } from './offer.js';

const ACTIONS = {
  pause: { label: 'Pause', icon: 'debug-pause', asked: 'Pausing …' },
  stop: { label: 'Stop and keep best', icon: 'debug-stop', asked: 'Stopping …' },
  resume: { label: 'Resume', icon: 'play', asked: 'Resuming …' },
  promote: { label: 'Promote', icon: 'rocket', asked: undefined },
  compare: { label: 'Compare', icon: 'diff', asked: undefined },
  discard: { label: 'Discard', icon: 'trash', asked: undefined },
} as const satisfies Readonly<Record<Action, { label: string; icon: string; asked: string | undefined }>>;

/** The buttons. They stay the same elements while a run goes on: the cursor does not fall off them. */
export class ActionBar {
  readonly element = h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' });
  private readonly buttons = new Map<Action, { readonly button: HTMLElement; readonly label: HTMLElement }>();
  /** What was asked for and has not happened yet. */
  private asked: Action | undefined;
  private status: RunView['status'] | undefined;

  /** @param onLost called when the button with the cursor goes away, and none takes its place */
  constructor(
    send: (message: PageMessage) => void,
    private readonly onLost: () => void,
  ) {
    for (const [action, { icon: name, label: text }] of Object.entries(ACTIONS) as [Action, (typeof ACTIONS)[Action]][]) {
      const label = h('span', {}, text);
      const button = h('button', { type: 'button', hidden: true }, icon(name), label);
      button.addEventListener('click', () => {
        if (this.asked === action) return;
        if (ACTIONS[action].asked !== undefined) this.asked = action;
        send({ type: action });
        this.label();
      });
      this.buttons.set(action, { button, label });
      this.element.append(button);
    }
  }

  update({ view, canAct }: RunMessage): void {
    const { actions, primary } = offerOf(view, canAct);
    // Whatever comes after the wish to go on is the answer to it; the others take the time of the calls under way.
    if (this.status !== view.status || this.asked === 'resume') this.asked = undefined;
    this.status = view.status;
    let hadCursor = false;
    for (const [action, { button }] of this.buttons) {
      const gone = !actions.includes(action);
      hadCursor ||= gone && button === document.activeElement;
      button.hidden = gone;
      setAttribute(button, 'class', action === primary ? 'primary' : action === 'discard' ? 'quiet' : undefined);
    }
    this.element.hidden = actions.length === 0;
    this.label();
    if (!hadCursor) return;
    const next = actions.includes('resume') ? 'resume' : actions.includes('pause') ? 'pause' : undefined;
    if (next === undefined) this.onLost();
    else this.buttons.get(next)?.button.focus();
  }

  private label(): void {
    for (const [action, { button, label }] of this.buttons) {
      const { asked, label: text } = ACTIONS[action];
      setText(label, this.asked === action && asked !== undefined ? asked : text);
      setAttribute(button, 'aria-disabled', this.asked === action ? 'true' : undefined);
    }
  }
}
