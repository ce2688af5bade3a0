import type { EvaluationReport, ScoreSummary } from '../core/evaluation/report.js';
import { textOf } from '../core/program/program.js';
import type { Signature } from '../core/signature/signature.js';

/** Rows of the worst that are shown. */
const WORST = 5;
/** Characters of a text in a line. */
const SHOWN = 60;

/** An evaluation for people; fits 100 columns. */
export function describeEvaluation(report: EvaluationReport, signature: Signature): string {
  const { failures, leaked, unseen, variance, spent, latencyMs, reused, stopped, total, rows } = report;
  const facts = [
    ...(failures === 0
      ? []
      : [`${count(failures, 'result')} failed and left out; with 0 for them ${figure(report.scoreWithFailuresAsZero)}`]),
    ...(leaked === 0 ? [] : [`${count(leaked, 'row')} were seen by the program; on the others ${summary(unseen)}`]),
    ...(variance?.between === undefined ? [] : [`repeats differ by ${variance.between.toFixed(3)} (standard deviation of their means)`]),
    ...(stopped === undefined ? [] : [`ended early: ${rows.length} of ${total} results`]),
    [
      `${report.model} · ${report.scorer} · ${count(spent.calls, 'call')} · ${spent.costUsd === undefined ? 'price unknown' : `$${spent.costUsd.toFixed(4)}`}`,
      ...(latencyMs === undefined ? [] : [`p50 ${Math.round(latencyMs.p50)} ms, p95 ${Math.round(latencyMs.p95)} ms`]),
      ...(reused === 0 ? [] : [`${reused} from before`]),
    ].join(' · '),
  ];
  const worst = rows
    .filter(({ score, error }) => error !== undefined || (score ?? 1) < 1)
    .sort((a, b) => (a.score ?? -1) - (b.score ?? -1))
    .slice(0, WORST)
    .map(({ row, score, error, outputs, expected }) => {
      const said =
        error === undefined ? `${shown(outputs, signature)}  expected ${shown(expected, signature)}` : `${error.code}: ${error.message}`;
      return `  row ${String(row).padStart(4)}  ${(score === undefined ? 'failed' : score.toFixed(2)).padStart(6)}  ${cut(said)}`;
    });
  return [`${signature.name}: ${summary(report)}`, ...facts, ...(worst.length === 0 ? [] : ['worst:', ...worst])].join('\n');
}

/** `0.812 (95 %: 0.721 to 0.880, n = 120)`. */
function summary(score: ScoreSummary | undefined): string {
  if (score?.score === undefined) return 'no score';
  const [low, high] = score.interval;
  return `${score.score.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, n = ${score.n})`;
}

function figure(value: number | undefined): string {
  return value === undefined ? 'nothing' : value.toFixed(3);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function shown(values: EvaluationReport['rows'][number]['expected'] | undefined, { outputs }: Signature): string {
  const texts = outputs.flatMap(({ name }) => (values?.[name] === undefined ? [] : [textOf(values[name])]));
  return texts.length === 0 ? '(nothing)' : texts.join(', ');
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}
