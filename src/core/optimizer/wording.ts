import { counted, cut, intervalText, signed, valuesText } from '../evaluation/wording.js';
import type { ForecastDocument, MeasuredDocument, OptimizeDocument } from './document.js';
import { progressOfRun, type RunView, secondsLeft } from './run-view.js';

/** Demos that are listed. */
const SHOWN_DEMOS = 8;
const SHOWN_CHARACTERS = 60;

/** A forecast for people, a line each. */
export function forecastLines({
  calls,
  exact,
  prompt_tokens: prompt,
  completion_tokens: completion,
  usd,
  seconds,
  parts,
}: ForecastDocument): string[] {
  const money = usd === null ? 'price unknown' : usd === 0 ? 'free' : `about ${dollarsText(usd)}`;
  return [
    `${exact ? '' : 'up to '}${counted(calls, 'call')}, about ${wholeText(prompt + completion)} tokens, ${money}, about ${durationText(seconds)}`,
    ...parts.map(
      ({ what, by, model, calls: some }) =>
        `  ${what}: ${counted(some, 'call')} of ${by === 'asker' ? 'the teacher for instructions' : `the ${by}`} (${model})`,
    ),
  ];
}

/** `61 % · 412 of ≈ 670 calls · $0.031 · best 0.83 · about 2 min left` */
export function progressText(view: RunView): string {
  const { spent, forecast, candidates, best } = view;
  const leader = candidates.find(({ id }) => id === best)?.score;
  const left = secondsLeft(view);
  return [
    `${Math.floor(100 * progressOfRun(view))} %`,
    `${spent.calls} of ${forecast.exact ? '' : '≈ '}${forecast.calls} calls`,
    ...(spent.usd === null || spent.usd === 0 ? [] : [dollarsText(spent.usd)]),
    ...(leader === undefined ? [] : [`best ${leader.toFixed(2)}`]),
    ...(left === undefined || view.status !== 'running' ? [] : [`about ${durationText(left)} left`]),
  ].join(' · ');
}

/** The finding in one sentence: `better on rows never seen: 0.72 [0.65, 0.79] → 0.84 [0.78, 0.90], difference +0.12 [+0.05, +0.19], n = 150`. */
export function verdictText({
  verdict,
  baseline,
  result,
  difference,
}: Pick<OptimizeDocument, 'verdict' | 'baseline' | 'result' | 'difference'>): string {
  const { test } = difference;
  if (verdict === null || test === null || test.value === null || baseline.test === null || result.test === null) {
    return 'not measured on rows that the search never saw: whether it is better is not known';
  }
  const [low, high] = test.interval;
  const scores = `${figure(baseline.test)} → ${figure(result.test)}`;
  return `${verdict} on rows never seen: ${scores}, difference ${signed(test.value)} [${signed(low)}, ${signed(high)}], n = ${test.n}${tokensText(baseline.test, result.test)}`;
}

/** A whole run for people; fits 100 columns but for texts that it quotes. */
export function describeOptimization(document: OptimizeDocument): string {
  const { signature, optimizer, student, teacher, baseline, result, demos, candidates, best, notes, stopped, verdicts } = document;
  const [before, after] = [baseline.validation, result.validation];
  const accepted = verdicts.filter(({ verdict }) => verdict === 'accepted').length;
  const failed = verdicts.filter(({ verdict }) => verdict === 'failed').length;
  return [
    `${signature}, ${optimizer}: ${verdictText(document)}`,
    `validation (it was chosen there): ${figure(before)} → ${figure(after)}, n = ${after.n}`,
    document.version === null ? 'Nothing was better on validation: the program stays as it is.' : `Saved as ${document.version}.`,
    `student ${student}, teacher ${teacher}, seed ${document.seed}, ${counted(document.calls, 'call')}${document.cost_usd === null ? '' : `, ${dollarsText(document.cost_usd)}`}`,
    ...(verdicts.length === 0 ? [] : [`examples: ${accepted} accepted, ${verdicts.length - accepted - failed} rejected, ${failed} failed`]),
    ...(stopped === null ? [] : [`ended early, the best up to then counts: ${stopped.message}`]),
    ...notes,
    ...(candidates.length < 2 ? [] : ['candidates on validation:', ...candidates.map((each) => candidateLine(each, best))]),
    ...(demos.length === 0 || document.version === null ? [] : ['demos:', ...demos.slice(0, SHOWN_DEMOS).map(demoLine)]),
    ...(demos.length > SHOWN_DEMOS && document.version !== null ? [`  and ${demos.length - SHOWN_DEMOS} more`] : []),
  ].join('\n');
}

function candidateLine({ id, about, score, tokens }: OptimizeDocument['candidates'][number], best: string): string {
  const mark = id === best ? '*' : ' ';
  return `${mark} ${(score ?? 0).toFixed(3)} ${id.padEnd(16)} ${cut(about, SHOWN_CHARACTERS)}${tokens === undefined ? '' : `, ${Math.round(tokens)} tokens`}`;
}

function demoLine({ inputs, outputs, augmented, source, without, tokens }: OptimizeDocument['demos'][number]): string {
  const facts = [
    ...(source === null ? [] : [`${source.file} row ${source.row}`]),
    ...(augmented ? ['made by the teacher'] : []),
    ...(without === null ? [] : [`without it ${without.toFixed(2)}`]),
    ...(tokens === null ? [] : [`${Math.round(tokens)} tokens`]),
  ];
  return `  ${cut(valuesText(inputs), SHOWN_CHARACTERS)} → ${cut(valuesText(outputs), SHOWN_CHARACTERS)}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function figure({ score, interval }: MeasuredDocument): string {
  return score === null ? 'no score' : `${score.toFixed(2)} ${intervalText(interval)}`;
}

function tokensText(before: MeasuredDocument, after: MeasuredDocument): string {
  if (before.tokens === null || after.tokens === null) return '';
  const more = Math.round(after.tokens - before.tokens);
  return more === 0 ? '' : `, ${more > 0 ? '+' : ''}${more} tokens per call`;
}

function dollarsText(usd: number): string {
  return `$${usd >= 1 ? usd.toFixed(2) : usd.toFixed(4)}`;
}

function wholeText(value: number): string {
  return value.toLocaleString('en-US');
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
