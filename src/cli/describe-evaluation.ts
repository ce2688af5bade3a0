import type { EvaluationDocument, RowDocument, ScoreDocument } from '../core/evaluation/document.js';
import { objectiveChanges, objectivesText } from '../core/evaluation/wording.js';
import { type FieldValues, textOf } from '../core/program/program.js';

/** Rows of the worst that are shown. */
const WORST = 5;
/** Characters of a text in a line. */
const SHOWN = 70;

/** An evaluation for people; fits 100 columns. */
export function describeEvaluation(document: EvaluationDocument): string {
  const { failures, overridden, leaked, unseen, variance, stopped, total, rows, compare, gate, judge } = document;
  const worst = rows
    .filter(({ score }) => (score ?? 0) < 1)
    .sort((a, b) => (a.score ?? -1) - (b.score ?? -1))
    .slice(0, WORST);
  return [
    `${document.signature}: ${summary(document)}`,
    ...((document.data.left_out ?? 0) === 0 ? [] : [`${count(document.data.left_out ?? 0, 'row')} cannot be used: left out`]),
    ...(failures === 0
      ? []
      : [`${count(failures, 'result')} failed and left out; with 0 for them ${figure(document.score_with_failures_as_zero)}`]),
    ...(leaked === 0
      ? []
      : [`${count(leaked, 'row')} that the program has seen; on the others ${unseen === undefined ? 'no score' : summary(unseen)}`]),
    ...(variance?.between === undefined
      ? []
      : [`from repeat to repeat the score differs by ${variance.between.toFixed(3)} (standard deviation)`]),
    ...(overridden === 0 ? [] : [`${count(overridden, 'score')} set by hand`]),
    ...(compare === undefined ? [] : [comparison(compare), ...objectiveChanges(compare)]),
    ...(compare === undefined || compare.overridden === 0 ? [] : [`of ${compare.with}, ${count(compare.overridden, 'score')} set by hand`]),
    ...(judge === undefined ? [] : [judge.sentence]),
    ...(stopped === undefined ? [] : [`ended early: ${rows.length} of ${total} results`]),
    ...(gate === undefined ? [] : [gate.reason]),
    facts(document),
    ...(worst.length === 0 ? [] : ['worst:', ...worst.map(line)]),
  ].join('\n');
}

/** `0.812 (95 %: 0.721 to 0.880, n = 120)`. */
function summary({ score, interval: [low, high], n }: ScoreDocument): string {
  return score === null ? 'no score' : `${score.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, n = ${n})`;
}

function comparison({
  with: name,
  before,
  after,
  difference,
  interval: [low, high],
  verdict,
  n,
}: NonNullable<EvaluationDocument['compare']>): string {
  if (difference === null) return `${name}: no row that both have a score for`;
  const sign = difference > 0 ? '+' : '';
  return `${verdict} than ${name}: ${figure(before)} → ${figure(after)}, ${sign}${difference.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, n = ${n})`.replace(
    'no real difference than',
    'no real difference to',
  );
}

function facts({ model, metric, calls, cost_usd: cost, compare, objectives, latency_ms: latency, reused }: EvaluationDocument): string {
  const perAnswer = objectivesText(objectives.filter(({ name }) => name !== 'latency_ms'));
  return [
    model,
    metric,
    count(calls, 'call'),
    cost === null ? 'price unknown' : `$${cost.toFixed(4)}`,
    ...(perAnswer === '' ? [] : [perAnswer]),
    ...(latency === null ? [] : [`p50 ${Math.round(latency.p50)} ms, p95 ${Math.round(latency.p95)} ms`]),
    ...(reused === 0 ? [] : [`${reused} from before`]),
    ...(compare === undefined || compare.calls === 0
      ? []
      : [`${compare.with}: ${count(compare.calls, 'call')}${compare.cost_usd === null ? '' : `, $${compare.cost_usd.toFixed(4)}`}`]),
  ].join(' · ');
}

function line({ row, score, error, outputs, expected }: RowDocument): string {
  const said = error === undefined ? `${shown(outputs)} | expected ${shown(expected)}` : `${error.code}: ${error.message}`;
  return `  row ${String(row).padStart(5)}  ${(score === null ? 'failed' : score.toFixed(2)).padStart(6)}  ${cut(said)}`;
}

function shown(values: FieldValues | null): string {
  const texts = Object.values(values ?? {}).map(textOf);
  return texts.length === 0 ? '(nothing)' : texts.join(', ');
}

function figure(value: number | null): string {
  return value === null ? 'nothing' : value.toFixed(3);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function cut(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ');
  return oneLine.length > SHOWN ? `${oneLine.slice(0, SHOWN - 1)}…` : oneLine;
}
