import { type FieldValues, textOf } from '../program/program.js';
import type { CompareDocument, EvaluationDocument, RowDocument, ScoreDocument } from './document.js';
import type { Objective, ObjectiveMean } from './objectives.js';
import type { Interval } from './statistics.js';

// How reports say things: the same words and digits in each of them.

/** A score with two digits. */
export function scoreText(score: number | null): string {
  return score === null ? 'no score' : score.toFixed(2);
}

/** `0.84 ± 0.06 (n = 150)`: the half of the 95 % interval; the interval itself where the score is far from its middle. */
export function scoreWithInterval({ score, interval, n }: Pick<ScoreDocument, 'score' | 'interval' | 'n'>): string {
  if (score === null) return 'no score (n = 0)';
  const [low, high] = interval;
  const half = (high - low) / 2;
  const around = Math.abs(score - (low + half)) < 0.02 ? `± ${half.toFixed(2)}` : intervalText(interval);
  return `${scoreText(score)} ${around} (n = ${n})`;
}

/** `[0.78, 0.90]` */
export function intervalText([low, high]: Interval): string {
  return `[${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

/** With its sign: `+0.12`. */
export function signed(value: number): string {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return value > 0 ? `+${text}` : text;
}

/** `better than v2: +0.12 [+0.05, +0.19], n = 150` */
export function verdictText({ with: other, verdict, difference, interval: [low, high], n }: CompareDocument): string {
  if (difference === null) return `no row in common with ${other}`;
  const than = verdict === 'no real difference' ? `no real difference from ${other}` : `${verdict} than ${other}`;
  return `${than}: ${signed(difference)} [${signed(low)}, ${signed(high)}], n = ${n}`;
}

/** `182 tokens, $0.00012, 350 ms per answer`; empty when nothing is known. */
export function objectivesText(objectives: readonly ObjectiveMean[]): string {
  const amounts = objectives.filter(({ mean }) => mean > 0).map(({ name, mean }) => amountText(name, mean));
  return amounts.length === 0 ? '' : `${amounts.join(', ')} per answer`;
}

/**
 * What answers really cost more or less: `+20 tokens [+15, +25] per answer`, one text for each objective. Not their time: it depends as
 * much on when they were asked.
 */
export function objectiveChanges({ objectives }: Pick<CompareDocument, 'objectives'>): string[] {
  return objectives.flatMap(({ name, difference, interval, verdict }) => {
    if (name === 'latency_ms') return [];
    if (verdict === 'no real difference' || interval === null) return [];
    const [low, high] = interval.map((bound) => amountText(name, bound, true));
    return [`${amountText(name, difference, true)} per answer [${low}, ${high}]`];
  });
}

function amountText(name: Objective, amount: number, withSign = false): string {
  const sign = amount < 0 ? '-' : withSign ? '+' : '';
  const size = Math.abs(amount);
  if (name === 'tokens') return `${sign}${size < 10 ? size.toFixed(1) : Math.round(size)} tokens`;
  if (name === 'latency_ms') return `${sign}${size < 10 ? size.toFixed(1) : Math.round(size)} ms`;
  return `${sign}$${size >= 0.01 ? size.toFixed(4) : Number(size.toPrecision(2))}`;
}

/** What the score does not tell by itself: failures, rows that the program knew, an early end. One sentence each. */
export function caveats(document: EvaluationDocument): string[] {
  const { failures, score_with_failures_as_zero: asZero, overridden, leaked, unseen, stopped, rows, total, compare } = document;
  const byHand = compare?.overridden ?? 0;
  return [
    ...(overridden === 0 ? [] : [`${counted(overridden, 'score')} ${are(overridden)} set by hand.`]),
    ...(byHand === 0 ? [] : [`Of ${compare?.with}, ${counted(byHand, 'score')} ${are(byHand)} set by hand.`]),
    ...(failures === 0 ? [] : [`${failures} failed and ${are(failures)} left out; counted as 0, the score is ${scoreText(asZero)}.`]),
    ...(unseen === undefined
      ? []
      : [`${counted(leaked, 'row')} ${are(leaked)} known to the program; on the others the score is ${scoreWithInterval(unseen)}.`]),
    ...(stopped === undefined ? [] : [`The run ended early, with ${rows.length} of ${total} results: ${stopped.message}`]),
  ];
}

/** `1 row`, `2 rows` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** The values of fields on one line: a single one alone, several with their names. */
export function valuesText(values: FieldValues | null): string {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== null);
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0) return oneLine(textOf(only[1]));
  return entries.map(([name, value]) => `${name}: ${oneLine(textOf(value))}`).join(' · ');
}

/** The first characters of a text, whole ones, with an ellipsis when there are more. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text.slice(0, 2 * length + 2)];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** Whether a row failed or scored less than a right one must. */
export function isWrong({ score }: RowDocument, { pass_at: passAt }: EvaluationDocument): boolean {
  return score === null || score < passAt;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
