import type { PageMessage, RunCall, RunMessage, RunView } from '../../src/features/optimize/protocol.js';
import { h, icon, setAttribute, setText } from '../shared/dom.js';
import { counted } from '../shared/format.js';
import type { Drafts } from '../shared/vscode-api.js';
import { ActionBar } from './actions.js';
import { Calls } from './calls.js';
import { Candidates } from './candidates.js';
import { Chart } from './chart.js';
import { Examples } from './examples.js';
import { Forecast } from './forecast.js';
import { Learnt } from './learnt.js';
import { Notes } from './notes.js';
import { VerdictBlock } from './verdict.js';
import { verdictSentence } from './verdict-words.js';
import { optimizerName, percent, stateFacts, statusWords } from './words.js';

const ICONS = { running: 'sync', paused: 'debug-pause', failed: 'error', done: 'pass', discarded: 'circle-slash' };

/** A run: what it does, how far it is, what came of it, and what may be done about it. Its elements stay while messages stream in. */
export class RunPage {
  readonly element: HTMLElement;
  private readonly title = h('h1', { tabindex: '-1' });
  private readonly subject = h('p', { class: 'muted' });
  private readonly actions: ActionBar;
  private readonly lookOnly = h(
    'p',
    { class: 'muted', hidden: true },
    'To look at only: the workspace is not trusted, or another window has this run.',
  );
  private readonly statusIcon = h('span', { class: 'status-icon' });
  private readonly status = h('span', { class: 'status-words' });
  private readonly fill = h('span', {});
  private readonly bar = h(
    'div',
    { class: 'bar', role: 'progressbar', 'aria-label': 'Progress', 'aria-valuemin': '0', 'aria-valuemax': '100' },
    this.fill,
  );
  private readonly facts = h('p', { class: 'state-facts' });
  private readonly error: ErrorBlock;
  private readonly verdict = new VerdictBlock();
  private readonly chart: Chart;
  private readonly calls: Calls;
  private readonly sections: readonly { readonly element: HTMLElement; update(message: RunMessage): void }[];
  private readonly live = h('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  private said: string | undefined;

  /** @param run its name */
  constructor(
    readonly run: string,
    send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    this.actions = new ActionBar(send, () => this.title.focus());
    this.error = new ErrorBlock(send);
    const candidates = new Candidates(send, drafts);
    this.chart = new Chart(() => candidates.open());
    this.calls = new Calls(send, drafts);
    this.sections = [
      ...[new Learnt(send, drafts), candidates, new Examples(send, drafts), this.calls],
      ...[new Forecast(drafts), new Notes(drafts)],
    ];
    this.element = h(
      'div',
      { class: 'run' },
      h(
        'header',
        {},
        h('div', { class: 'head' }, h('div', { class: 'titles' }, this.title, this.subject), this.actions.element),
        this.lookOnly,
      ),
      h(
        'section',
        { class: 'state', 'aria-label': 'State' },
        h('p', { class: 'status' }, this.statusIcon, this.status),
        this.bar,
        this.facts,
      ),
      this.error.element,
      this.verdict.element,
      this.chart.element,
      ...this.sections.map(({ element }) => element),
      this.live,
    );
  }

  update(message: RunMessage): void {
    const { view, canAct, progress } = message;
    setText(this.title, `Optimize ${view.signature}`);
    setText(this.subject, `${optimizerName(view)} · student ${view.student} · teacher ${view.teacher} · ${view.metric}`);
    setAttribute(this.element, 'data-status', view.status);
    if (this.statusIcon.dataset.icon !== view.status) {
      this.statusIcon.dataset.icon = view.status;
      this.statusIcon.replaceChildren(icon(ICONS[view.status]));
    }
    setText(this.status, statusWords(view));
    const facts = stateFacts(message);
    // A fact stays on one line.
    setText(this.facts, facts.map((fact) => fact.replaceAll(' ', '\u00a0')).join(' · '));
    this.bar.hidden = view.status === 'done' || view.status === 'discarded';
    this.fill.style.width = percent(progress).replace(' ', '');
    setAttribute(this.bar, 'aria-valuenow', String(Math.floor(100 * progress)));
    setAttribute(this.bar, 'aria-valuetext', facts.slice(0, 2).join(', '));
    this.lookOnly.hidden = canAct || view.status === 'discarded';
    this.error.update(view);
    this.verdict.update(view);
    this.chart.update(view);
    for (const section of this.sections) section.update(message);
    // Last: where the cursor goes when its button is gone must be there already.
    this.actions.update(message);
    this.announce(view, progress);
  }

  showCalls(calls: readonly RunCall[]): void {
    this.calls.show(calls);
  }

  /** Says to screen readers what changed about the state; not what was so when the page was opened. */
  private announce(view: RunView, progress: number): void {
    const words = announcement(view, progress);
    if (this.said !== undefined && this.said !== view.status) setText(this.live, words);
    this.said = view.status;
  }
}

/** A change of the state, in words for those who do not see it. */
function announcement(view: RunView, progress: number): string {
  const { status, result, error, rows, candidates } = view;
  if (status === 'running') return 'The run goes on.';
  if (status === 'paused') return `Paused at ${percent(progress)}.`;
  if (status === 'failed') return `Failed: ${error?.message ?? ''} ${error?.hint ?? ''}`;
  if (status === 'discarded') return 'Discarded.';
  return result === null ? `Done, with ${counted(candidates.length, 'candidate')}.` : `Done. ${verdictSentence(result, rows.test)}`;
}

/** Why a run failed, and what to do. */
class ErrorBlock {
  readonly element: HTMLElement;
  private readonly message = h('b');
  private readonly hint = h('span');
  private readonly code = h('code');

  constructor(send: (message: PageMessage) => void) {
    const log = h('button', { type: 'button' }, 'Show Log');
    log.addEventListener('click', () => send({ type: 'showLog' }));
    const words = h('p', {}, this.message, ' ', this.hint, ' ', this.code);
    this.element = h('section', { class: 'failure', 'aria-label': 'Why it failed', hidden: true }, words, log);
  }

  update({ error, status }: RunView): void {
    this.element.hidden = error === null || (status !== 'failed' && status !== 'paused');
    if (error === null) return;
    setText(this.message, error.message);
    setText(this.hint, error.hint);
    setText(
      this.code,
      `${error.code}${error.file === undefined ? '' : ` ${error.file}${error.line === undefined ? '' : `:${error.line}`}`}`,
    );
  }
}
