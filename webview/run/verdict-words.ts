import type { OptimizeDocument } from '../../src/features/optimize/protocol.js';
import { counted, fixed, signed, whole } from '../shared/format.js';

type Interval = readonly [low: number, high: number];

/** What a run's result is worth, in words. */
export interface VerdictWords {
  readonly tone: 'better' | 'worse' | 'same' | 'unknown';
  readonly headline: string;
  /** Numbers behind the headline, or why there are none. */
  readonly measured: string;
  /** What else a person should know before deciding: one sentence each. */
  readonly more: readonly string[];
  /** Why it is not offered to promote the result; undefined when it is. */
  readonly noPromotion: string | undefined;
}

/**
 * The verdict, first in words.
 * @param testRows rows that were set aside for it
 */
export function verdictWords(result: OptimizeDocument, testRows: number): VerdictWords {
  const { verdict, best, candidates } = result;
  const keptStart = best === candidates[0]?.id;
  const more = [
    ...(keptStart ? ['No candidate beat the start on validation: the program stays as it was.'] : []),
    ...(result.stopped === null ? [] : [`It ended early, and kept its best: ${result.stopped.message}`]),
    ...failureWords(result),
    ...(keptStart ? [] : [`On validation, where the best was chosen and so looks better than it is: ${validationWords(result)}.`]),
  ];
  if (verdict === null) {
    return {
      ...{ tone: 'unknown', headline: 'Not measured on rows never seen', measured: whyNotMeasured(result, testRows), more },
      noPromotion: 'Promote is not offered: nobody knows whether it really got better. Run it again with a test set.',
    };
  }
  const measured = testWords(result);
  if (verdict === 'better') {
    return { tone: 'better', headline: 'Better on rows never seen', measured, more, noPromotion: undefined };
  }
  if (verdict === 'worse') {
    return {
      ...{ tone: 'worse', headline: 'Worse on rows never seen', measured, more },
      noPromotion: 'Promote is not offered: it got worse. Discard it, or try another optimizer.',
    };
  }
  return {
    ...{ tone: 'same', headline: 'No real difference on rows never seen', measured, more },
    noPromotion: keptStart
      ? 'Promote is not offered: there is nothing new to promote.'
      : 'Promote is not offered: the difference may be chance. A larger test set tells more.',
  };
}

/** `0.84 [0.78, 0.89]` */
function scored({ score, interval }: { readonly score: number | null | undefined; readonly interval: Interval | undefined }): string {
  return `${fixed(score ?? null)}${interval === undefined ? '' : ` ${between(interval, fixed)}`}`;
}

/** What answers cost more or less, in tokens. */
export function tokensMore(before: number | null, after: number | null): string | undefined {
  if (before === null || after === null) return undefined;
  const difference = Math.round(after - before);
  if (difference === 0) return 'as many tokens per call';
  return `${difference > 0 ? '+' : '−'}${counted(Math.abs(difference), 'token')} per call`;
}

function testWords({ baseline, result, difference }: OptimizeDocument): string {
  const more = tokensMore(baseline.test?.tokens ?? null, result.test?.tokens ?? null);
  return [
    `${scored(baseline.test ?? NOTHING)} → ${scored(result.test ?? NOTHING)}`,
    ...(difference.test === null ? [] : [differenceWords(difference.test), `n = ${whole(difference.test.n)}`]),
    ...(more === undefined ? [] : [more]),
  ].join(', ');
}

const NOTHING = { score: null, interval: undefined };

function validationWords({ baseline, result, difference }: OptimizeDocument): string {
  const { n } = difference.validation;
  return `${fixed(baseline.validation.score)} → ${fixed(result.validation.score)}, ${differenceWords(difference.validation)}, n = ${whole(n)}`;
}

function differenceWords({ value, interval }: { readonly value: number | null; readonly interval: Interval }): string {
  return value === null ? 'no rows in common' : `difference ${signed(value)} ${between(interval, signed)}`;
}

function between([low, high]: Interval, words: (value: number) => string): string {
  return `[${words(low)}, ${words(high)}]`;
}

function failureWords({ baseline, result }: OptimizeDocument): string[] {
  const [before, after] = [baseline, result].map(({ test, validation }) => (test ?? validation).failures);
  if (before === 0 && after === 0) return [];
  return [`Answers that failed count as 0: ${whole(before ?? 0)} of the start, ${whole(after ?? 0)} of the result.`];
}

function whyNotMeasured({ result }: OptimizeDocument, testRows: number): string {
  if (testRows === 0) return 'there is no test set.';
  return result.test === null ? 'the run ended before it came to that.' : 'all of those rows are known to the program.';
}

/** The verdict in one sentence. */
export function verdictSentence(result: OptimizeDocument, testRows: number): string {
  const { headline, measured } = verdictWords(result, testRows);
  return `${headline}: ${measured}`;
}
