import type { Notice, PageMessage } from '../../src/features/generate/protocol.js';
import { h, icon, setAttribute, setText } from '../shared/dom.js';

const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;

/** One message with at most one button of its own, and Show Log when it is an error. Takes no room while there is none. */
export class NoticeBox {
  readonly element = h('div', { class: 'notice', hidden: true });
  private readonly text = h('span', { class: 'notice-text' });
  private readonly button = h('button', { class: 'link', type: 'button' });
  private readonly log = h('button', { class: 'link', type: 'button' }, 'Show Log');
  private readonly mark = h('span');
  private command = '';

  constructor(send: (message: PageMessage) => void) {
    this.button.addEventListener('click', () => send({ type: 'run', command: this.command }));
    this.log.addEventListener('click', () => send({ type: 'act', action: 'showLog' }));
    this.element.append(this.mark, h('div', {}, this.text, ' ', this.button, ' ', this.log));
  }

  update(notice: Notice | undefined): void {
    setAttribute(this.element, 'hidden', notice === undefined);
    if (notice === undefined) return;
    this.element.className = `notice ${notice.kind}`;
    this.element.setAttribute('role', notice.kind === 'error' ? 'alert' : 'status');
    this.mark.replaceChildren(icon(ICONS[notice.kind]));
    setText(this.text, notice.text);
    this.command = notice.action?.command ?? '';
    setAttribute(this.button, 'hidden', notice.action === undefined);
    setText(this.button, notice.action?.title ?? '');
    setAttribute(this.log, 'hidden', notice.kind !== 'error');
  }
}
