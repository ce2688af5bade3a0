import type { GenerateState, PageAction, PageMessage, ShownResult, ShownRun } from '../../src/features/generate/protocol.js';
import { h, iconButton, setAttribute, setText } from '../shared/dom.js';
import type { Drafts } from '../shared/vscode-api.js';
import { NoticeBox } from './notice.js';
import { Rating } from './rating.js';

/** The lower half of the page: both stages as they stream, what can be done with the prompt, its rating, where it came from. */
export class ResultPanel {
  readonly element: HTMLElement;
  private readonly busy: HTMLElement;
  private readonly empty = h('p', { class: 'empty' }, 'Pick a taste, say what the picture shows, and press Generate.');
  private readonly progress = h('div', { class: 'progress', hidden: true });
  private readonly progressText = h('span');
  private readonly announcer = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  private readonly outcome: NoticeBox;
  private readonly tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Candidates', hidden: true });
  private readonly body = h('div', { class: 'body', hidden: true });
  private readonly structure: HTMLDetailsElement;
  private readonly structureText = h('p', { class: 'prompt' });
  private readonly promptText = h('p', {
    ...{ class: 'prompt final', id: 'prompt', tabindex: '0' },
    ...{ role: 'textbox', 'aria-readonly': 'true', 'aria-multiline': 'true', 'aria-label': 'Prompt' },
  });
  private readonly promptBox: HTMLElement;
  private readonly notices = h('div');
  private readonly after = h('div', { class: 'after' });
  private readonly rating: Rating;
  private readonly provenance = h('button', { class: 'link provenance', type: 'button', title: 'Show its row in prompt_history.csv' });
  private running = false;
  private shown: ShownResult | undefined;

  constructor(
    private readonly send: (message: PageMessage) => void,
    drafts: Drafts,
  ) {
    this.outcome = new NoticeBox(send);
    this.rating = new Rating(send, drafts);
    const act = (action: PageAction) => () => send({ type: 'act', action });
    this.progress.append(h('vscode-progress-ring', { 'aria-hidden': 'true' }), this.progressText);
    this.structure = h<HTMLDetailsElement>('details', { class: 'stage' }, h('summary', {}, 'Structure'), this.structureText);
    this.promptBox = h('section', { class: 'stage' }, h('h2', {}, 'Prompt'), this.promptText);
    const toolbar = h(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': 'Prompt actions' },
      iconButton('copy', 'Copy', act('copy')),
      iconButton('insert', 'Insert at cursor', act('insert')),
      iconButton('go-to-file', 'Open as document', act('open')),
      iconButton('diff', 'Compare stages', act('compare')),
      iconButton('refresh', 'Generate again', act('again')),
      iconButton('output', 'Show log', act('showLog')),
    );
    this.provenance.addEventListener('click', act('provenance'));
    this.after.append(toolbar, this.rating.element, this.provenance);
    this.body.append(this.structure, this.promptBox, this.notices, this.after);
    this.busy = h(
      'section',
      { class: 'result', 'aria-label': 'Result' },
      ...[this.empty, this.progress, this.outcome.element, this.tabs, this.body],
    );
    // Outside of what is busy, or screen readers would hold it back.
    this.element = h('div', {}, this.busy, this.announcer);
  }

  update(state: GenerateState): void {
    const result = state.results[state.selected];
    const finished = this.running && state.run === undefined;
    this.running = state.run !== undefined;
    setAttribute(this.empty, 'hidden', state.run !== undefined || result !== undefined || state.outcome !== undefined);
    setAttribute(this.progress, 'hidden', state.run === undefined);
    setAttribute(this.busy, 'aria-busy', this.running ? 'true' : undefined);
    this.outcome.update(state.outcome);
    this.showTabs(state);
    setAttribute(this.body, 'hidden', state.run === undefined && result === undefined);
    setAttribute(this.after, 'hidden', state.run !== undefined || result === undefined);
    if (state.run !== undefined) this.showRun(state.run);
    else if (result !== undefined) this.showResult(result);
    if (finished && result !== undefined && state.outcome === undefined) setText(this.announcer, `Prompt ready: ${result.final}`);
  }

  /** A stage's text so far. */
  stream(stage: 'structure' | 'enhance', text: string): void {
    if (!this.running) return;
    setText(stage === 'structure' ? this.structureText : this.promptText, text);
  }

  rate(rating: number): void {
    if (this.shown !== undefined && !this.running) this.send({ type: 'rate', id: this.shown.id, rating });
  }

  private showRun(run: ShownRun): void {
    const doing = run.stage === 'structure' ? 'Structuring' : 'Adding light, palette and mood';
    setText(this.progressText, run.progress === undefined ? doing : `${doing} (${run.progress})`);
    setText(this.announcer, doing);
    setText(this.structureText, run.structured);
    setText(this.promptText, run.final);
    this.structure.open = true;
    setAttribute(this.structure, 'hidden', false);
    this.notices.replaceChildren();
    setAttribute(this.promptBox, 'hidden', run.stage === 'structure');
    this.shown = undefined;
  }

  private showResult(result: ShownResult): void {
    if (this.shown?.id !== result.id) {
      this.structure.open = false;
      this.notices.replaceChildren(
        ...result.notices.map((notice) => {
          const box = new NoticeBox(this.send);
          box.update(notice);
          return box.element;
        }),
      );
    }
    this.shown = result;
    setAttribute(this.structure, 'hidden', result.status === 'structured_only');
    setAttribute(this.promptBox, 'hidden', false);
    setText(this.structureText, result.structured);
    setText(this.promptText, result.correction === '' ? result.final : result.correction);
    this.rating.update(result);
    setText(this.provenance, provenanceOf(result));
  }

  private showTabs(state: GenerateState): void {
    setAttribute(this.tabs, 'hidden', state.results.length < 2);
    const tabs = state.results.map((_, index) => {
      const selected = index === state.selected;
      const tab = h(
        'button',
        { type: 'button', role: 'tab', 'aria-selected': String(selected), tabindex: selected ? '0' : '-1' },
        `${index + 1}`,
      );
      tab.addEventListener('click', () => this.send({ type: 'select', index }));
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step !== undefined) this.send({ type: 'select', index: Math.max(0, Math.min(state.results.length - 1, index + step)) });
      });
      return tab;
    });
    const hadFocus = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(...tabs);
    if (hadFocus) tabs[state.selected]?.focus();
  }
}

function provenanceOf(result: ShownResult): string {
  const time = result.latencyMs < 1000 ? `${result.latencyMs} ms` : `${(result.latencyMs / 1000).toFixed(1)} s`;
  const cost =
    result.costUsd === undefined ? 'price unknown' : `$${result.costUsd.toFixed(result.costUsd === 0 || result.costUsd >= 0.01 ? 3 : 5)}`;
  const parts = [result.version, result.model, time, cost, ...(result.cached ? ['cached'] : []), `seed ${result.seed}`];
  return parts.join(' · ');
}
