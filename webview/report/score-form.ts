import type { RowDocument } from '../../src/features/evaluate/protocol.js';
import { h } from '../shared/dom.js';
import { fixed } from '../shared/format.js';
import type { Host } from './host.js';

/** What a person set the score of a row to, and where there is a host, the means to set it or take it back. */
export function scoreForm(row: RowDocument, { setScore, drafts }: Host): HTMLElement[] {
  const { overridden, outputs } = row;
  const said = overridden === undefined ? [] : [h('p', { class: 'hand' }, h('b', {}, setByHand(row)), comment(overridden.comment))];
  if (setScore === undefined || outputs === null) return said;
  const score = h<HTMLInputElement>('input', {
    ...{ type: 'number', min: '0', max: '1', step: 'any', required: true, 'aria-label': 'Score from 0 to 1', class: 'new-score' },
    value: row.score === null ? '' : String(Number(row.score.toFixed(3))),
  });
  const why = h<HTMLInputElement>('input', { type: 'text', placeholder: 'Why (kept with the score)', 'aria-label': 'Comment' });
  why.value = overridden?.comment ?? '';
  const pick = (label: string, value: string) => {
    const button = h('button', { type: 'button', class: 'quiet' }, label);
    button.addEventListener('click', () => {
      score.value = value;
      keep();
      why.focus();
    });
    return button;
  };
  const cancel = h('button', { type: 'button', class: 'quiet' }, 'Cancel');
  const save = h('button', { type: 'submit' }, 'Save score');
  const form = h<HTMLFormElement>(
    'form',
    { class: 'score-form', hidden: true },
    ...[score, pick('0 wrong', '0'), pick('1 right', '1'), why, save, cancel],
  );
  const open = h('button', { type: 'button', class: 'link set-score' }, overridden === undefined ? 'Set the score…' : 'Change…');
  const back = h('button', { type: 'button', class: 'link' }, 'Take back');
  const links = h('p', { class: 'links' }, open, ...(overridden === undefined ? [] : [' · ', back]));
  const key = `${row.row}.${row.repeat}`;
  const keep = () => drafts?.set(key, JSON.stringify([score.value, why.value]));
  const swap = (isOpen: boolean) => {
    form.hidden = !isOpen;
    links.hidden = isOpen;
  };
  const show = (isOpen: boolean) => {
    swap(isOpen);
    if (isOpen) score.select();
    else open.focus();
  };
  const draft = drafts?.get(key);
  if (draft !== undefined) {
    [score.value, why.value] = JSON.parse(draft) as [string, string];
    swap(true);
  }
  open.addEventListener('click', () => show(true));
  back.addEventListener('click', () => setScore(row, null, ''));
  form.addEventListener('input', keep);
  const forget = () => {
    drafts?.set(key, undefined);
    show(false);
  };
  cancel.addEventListener('click', forget);
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // Of the page, Escape closes the row.
    event.stopPropagation();
    forget();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    drafts?.set(key, undefined);
    setScore(row, score.valueAsNumber, why.value.trim());
  });
  return [...said, links, form];
}

function setByHand({ score, overridden }: RowDocument): string {
  const measured = overridden?.score === null || overridden === undefined ? 'failed' : fixed(overridden.score);
  const who = overridden === undefined || overridden.user_id === 'local' ? '' : ` by ${overridden.user_id}`;
  return `Set to ${fixed(score)} by hand${who}; the metric ${measured === 'failed' ? 'failed' : `gave ${measured}`}.`;
}

function comment(text: string): string {
  return text === '' ? '' : ` ${text}`;
}
