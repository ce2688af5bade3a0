import type { EvaluationDocument, FieldValues, RowDocument } from '../../src/features/evaluate/protocol.js';
import { h } from '../shared/dom.js';
import { field, marked, plain } from '../shared/fields.js';
import { duration, fixed } from '../shared/format.js';
import { valueText } from '../shared/values.js';
import { wordDiff } from '../shared/word-diff.js';
import type { Host } from './host.js';
import { scoreForm } from './score-form.js';

/** All that is known of one row. */
export function rowDetails(row: RowDocument, { compare }: EvaluationDocument, host: Host): HTMLElement {
  const { openRow } = host;
  const open = h('button', { type: 'button', class: 'link' }, `Open line ${row.line} of the data`);
  open.addEventListener('click', () => openRow?.(row.line));
  return h(
    'div',
    { class: 'details' },
    ...failure(row),
    ...outputFields(row, compare?.with ?? 'the baseline'),
    ...Object.entries(row.inputs).map(([name, value]) => field(name, 'input', plain(valueText(value)))),
    ...(row.reasoning === undefined ? [] : [field('reasoning', '', plain(row.reasoning))]),
    ...(row.feedback === null || row.feedback === '' ? [] : [field('feedback', '', plain(row.feedback))]),
    ...parts(row),
    ...scoreForm(row, host),
    h('p', { class: 'muted' }, facts(row)),
    ...(openRow === undefined ? [] : [open]),
  );
}

function failure({ error }: RowDocument): HTMLElement[] {
  if (error === undefined) return [];
  return [h('p', { class: 'error' }, h('b', {}, error.message), ` ${error.hint} `, h('code', {}, error.code))];
}

/** Each output with what was expected and what the baseline answered: the words that differ are marked. */
function outputFields(row: RowDocument, baseline: string): HTMLElement[] {
  const { outputs, expected, before } = row;
  const names = new Set([expected, outputs, before?.outputs].flatMap((values) => Object.keys(values ?? {})));
  return [...names].flatMap((name) => {
    const has = (values: FieldValues | null | undefined) => values?.[name] !== undefined && values[name] !== null;
    const [wanted, got, was] = [expected, outputs, before?.outputs].map((values) => valueText(values?.[name]));
    const lines: HTMLElement[] = [];
    if (has(expected) && has(outputs) && wanted !== got) {
      const [missing, extra] = wordDiff(wanted ?? '', got ?? '');
      lines.push(field(name, 'expected', marked(missing, 'del')), field(name, 'got', marked(extra, 'ins')));
    } else {
      if (has(expected)) lines.push(field(name, has(outputs) ? 'as expected' : 'expected', plain(wanted ?? '')));
      else if (has(outputs)) lines.push(field(name, 'got', plain(got ?? '')));
    }
    if (before !== undefined && (has(before.outputs) || has(outputs)) && was !== got) {
      const score = before.score === null ? 'failed' : fixed(before.score);
      const content = before.outputs === null ? plain(before.error?.message ?? '') : marked(wordDiff(was ?? '', got ?? '')[0], 'mark');
      lines.push(field(name, `${baseline}, ${score}`, content));
    }
    return lines;
  });
}

function parts({ parts: made = {} }: RowDocument): HTMLElement[] {
  const list = Object.entries(made).map(([name, score]) => `${name} ${fixed(score)}`);
  return list.length === 0 ? [] : [field('made of', '', plain(list.join(' · ')))];
}

function facts({ row, line, repeat, latency_ms: latency, cached, leaked }: RowDocument): string {
  const known = { demo: 'known to the program: an example in its prompt', train: 'known to the program: in its trainset' };
  return [
    `row ${row}, line ${line}`,
    ...(repeat === 0 ? [] : [`run ${repeat + 1}`]),
    ...(latency === undefined ? [] : [duration(latency)]),
    ...(cached ? ['cached'] : []),
    ...(leaked === undefined ? [] : [known[leaked]]),
  ].join(' · ');
}
