import type { CompareDocument, EvaluationDocument, ScoreDocument } from '../../src/features/evaluate/protocol.js';
import { h } from '../shared/dom.js';
import { amount, counted, duration, fixed, signed, whole } from '../shared/format.js';
import { scale } from '../shared/scale.js';

/** The page's head: what was evaluated, the score, what it leaves out, the comparison, and what it cost. */
export function summary(evaluation: EvaluationDocument): HTMLElement {
  return h(
    'header',
    { class: 'summary' },
    h('h1', {}, evaluation.signature, ' ', h('span', { class: 'version' }, evaluation.version)),
    h('p', { class: 'muted' }, subject(evaluation)),
    h(
      'div',
      { class: 'figures' },
      scoreFigure(evaluation),
      ...(evaluation.compare === undefined ? [] : [compareFigure(evaluation.compare)]),
    ),
    notes(evaluation),
    costs(evaluation),
  );
}

function subject({ model, metric, data, created }: EvaluationDocument): string {
  const rows = `${data.file} (${data.split === null ? '' : `${data.split}, `}${counted(data.rows, 'row')})`;
  const when = created === undefined ? [] : [new Date(created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })];
  return [model, metric, rows, ...when].join(' · ');
}

function scoreFigure({ score, interval, n }: ScoreDocument): HTMLElement {
  const [low, high] = interval;
  const text = score === null ? 'No row was scored' : `95 % interval ${fixed(low)} to ${fixed(high)}, n = ${whole(n)}`;
  return h(
    'section',
    { class: 'figure', 'aria-label': 'Score' },
    h('div', { class: 'label' }, 'Score'),
    h('div', { class: 'big' }, fixed(score)),
    scale([0, 1], score === null ? undefined : score, interval),
    h('div', { class: 'muted' }, text),
  );
}

function compareFigure(compare: CompareDocument): HTMLElement {
  const { difference, interval, verdict, n, before, after, better, worse } = compare;
  const [low, high] = interval;
  const reach = Math.max(Math.abs(low), Math.abs(high)) * 1.1;
  const words = verdict === 'no real difference' ? `No real difference from ${compare.with}` : `${verdict} than ${compare.with}`;
  const tone = verdict === 'no real difference' ? '' : verdict;
  const none = difference === null;
  const outside = compare.only_before.length + compare.only_after.length + compare.failed.length + compare.leaked.length;
  return h(
    'section',
    { class: 'figure', 'aria-label': 'Comparison' },
    h('div', { class: 'label first-capital' }, none ? `No row in common with ${compare.with}` : words),
    h('div', { class: `big ${tone}` }, none ? '–' : signed(difference)),
    scale([-reach, reach], none ? undefined : difference, interval, 0),
    h('div', { class: 'muted' }, `95 % interval ${signed(low)} to ${signed(high)}, n = ${whole(n)}`),
    h(
      'div',
      { class: 'muted' },
      `${fixed(before)} before, ${fixed(after)} now · ${whole(better.length)} better, ${whole(worse.length)} worse`,
      outside === 0 ? '' : ` · ${whole(outside)} not comparable`,
    ),
    ...costChanges(compare).map((change) => h('div', { class: 'muted' }, change)),
  );
}

/** What answers really cost more or less than before. Not their time: it depends as much on when they were asked. */
function costChanges({ objectives }: CompareDocument): string[] {
  return objectives.flatMap(({ name, difference, interval, verdict }) => {
    if (name === 'latency_ms' || verdict === 'no real difference' || interval === null) return [];
    return [`${amount(name, Math.abs(difference))} ${verdict} per answer, ± ${amount(name, (interval[1] - interval[0]) / 2)}`];
  });
}

/** What the score leaves out, and whether it is enough. */
function notes(evaluation: EvaluationDocument): HTMLElement {
  const {
    failures,
    score_with_failures_as_zero: asZero,
    overridden,
    leaked,
    unseen,
    stopped,
    rows,
    total,
    gate,
    judge,
    compare,
  } = evaluation;
  const notice = (kind: string, ...children: (Node | string)[]) => h('li', { class: kind }, ...children);
  const list: HTMLElement[] = [];
  if (gate !== undefined) {
    list.push(notice(gate.passed ? 'passed' : 'failed', h('b', {}, gate.passed ? 'Gate passed. ' : 'Gate failed. '), gate.reason));
  }
  if (stopped !== undefined) {
    const much = `Ended early, with ${whole(rows.length)} of ${whole(total)} results. `;
    list.push(notice('warning', h('b', {}, much), `${stopped.message} ${stopped.hint}`));
  }
  if (failures > 0) {
    const left = `${whole(failures)} failed and ${failures === 1 ? 'is' : 'are'} left out. `;
    list.push(notice('warning', h('b', {}, left), `Counted as 0, the score is ${fixed(asZero)}.`));
  }
  if (overridden > 0) {
    const who = `${counted(overridden, 'score')} ${overridden === 1 ? 'was' : 'were'} set by hand. `;
    list.push(notice('', h('b', {}, who), 'They are kept in score_overrides.csv.'));
  }
  if (compare !== undefined && compare.overridden > 0) {
    const who = `${counted(compare.overridden, 'score')} of ${compare.with} ${compare.overridden === 1 ? 'was' : 'were'} set by hand.`;
    list.push(notice('', h('b', {}, who)));
  }
  if (unseen !== undefined) {
    const known = `${counted(leaked, 'row')} ${leaked === 1 ? 'was' : 'were'} known to the program. `;
    const [low, high] = unseen.interval;
    const others = `On the others the score is ${fixed(unseen.score)} (${fixed(low)} to ${fixed(high)}, n = ${whole(unseen.n)}).`;
    list.push(notice('warning', h('b', {}, known), others));
  }
  if (judge !== undefined) {
    list.push(notice(judge.trust === 'low' ? 'warning' : 'passed', h('b', {}, `Trust in the judge: ${judge.trust}. `), judge.sentence));
  }
  return h('ul', { class: 'notes', hidden: list.length === 0 }, ...list);
}

function costs(evaluation: EvaluationDocument): HTMLElement {
  const { usage, cost_usd: cost, latency_ms: latency, cached, calls, reused, compare, variance, seed, data, pass_at: passAt } = evaluation;
  const perAnswer = evaluation.objectives.flatMap(({ name, mean }) => (name === 'latency_ms' || mean === 0 ? [] : [amount(name, mean)]));
  const facts: [string, string][] = [
    ['Calls', reused === 0 ? whole(calls) : `${whole(calls)} (${whole(reused)} results reused)`],
    ['Tokens', `${whole(usage.prompt_tokens)} in, ${whole(usage.completion_tokens)} out`],
    ...(perAnswer.length === 0 ? [] : [['Per answer', perAnswer.join(', ')] as [string, string]]),
    ['Cost', cost === null ? 'no known price' : `$${cost.toFixed(4)}`],
    ...(latency === null ? [] : [['Latency', `p50 ${duration(latency.p50)}, p95 ${duration(latency.p95)}`] as [string, string]]),
    ...(cached === null ? [] : [['Cached', `${Math.round(100 * cached)} %`] as [string, string]]),
    ...(variance?.between === undefined
      ? []
      : [['Between repeats', `± ${variance.between.toFixed(3)} (${evaluation.repeats} repeats)`] as [string, string]]),
    ...(compare === undefined || compare.calls === 0
      ? []
      : [
          [compare.with, `${counted(compare.calls, 'call')}${compare.cost_usd === null ? '' : `, $${compare.cost_usd.toFixed(4)}`}`] as [
            string,
            string,
          ],
        ]),
    ['Right from', String(passAt)],
    ['Seed', String(seed)],
    ['Data', `sha256 ${data.sha256.slice(0, 12)}`],
  ];
  return h('dl', { class: 'facts' }, ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}
