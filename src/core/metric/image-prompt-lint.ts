import { clipTokens } from '../image-prompt/clip-tokens.js';
import { contradictionsIn, facetsOf } from '../image-prompt/facets.js';
import { isTechnical } from '../image-prompt/style-words.js';
import type { Target } from '../image-prompt/target.js';
import type { Field } from '../signature/signature.js';
import { contentWords, stem, words } from '../text/words.js';
import { outputMetric } from './fields.js';
import type { Metric } from './metric.js';
import { common, type PromptReading, readPrompt, tasteReader } from './prompt-reading.js';
import { proseOf } from './text-rules.js';

/** So many words of its taste make a prompt sound like it. */
const STYLE = 3;
/** Words of facets that often mean something else: a format of film, cables overhead, four-point stars, neon signs in a grey street. */
const UNSURE =
  /\b\d{2,3} ?mm(?= (?:(?:colou?r|black-and-white|slide) )?film\b)|(?<!from |directly )\boverhead\b(?! (?:view|shot|angle|perspective))|\bstars?\b|\bneon\b/giu;

/** What {@link imagePromptLint} looks at. */
export interface LintOptions {
  /** The input that holds the user's words. */
  readonly subject: string;
  /** Words that no prompt may say, beside those of its taste. */
  readonly banned: readonly string[];
}

/** One thing that was checked: its name, 0..1, and what is wrong when it is not 1. */
type Check = readonly [part: string, score: number, problem: string];

/**
 * The mean of what can be checked by rule in an image prompt:
 * - `subject`: the share of the user's content words that are kept;
 * - `style`: words of the taste beside the user's own, full from three on; only with a taste;
 * - `technical`: 1 with a term of camera, light, composition or technique;
 * - `consistent`: 1 without contradictions, such as two lenses or two times of day; the user's own contradictions are meant so;
 * - `allowed`: 1 when no banned word is said that the user did not say;
 * - `length`: 1 within the target's words and, with a text encoder, its tokens (estimated), then in proportion; only with a target.
 */
export function imagePromptLint(name: string, field: Field, { subject, banned }: LintOptions): Metric {
  const wordsOf = tasteReader();
  return outputMetric(name, field, (output, given) => {
    const reading = readPrompt(name, proseOf(output), subject, given);
    const checks = [
      subjectKept(reading),
      ...(given.taste === undefined ? [] : [inStyle(reading, wordsOf(given.taste))]),
      ['technical', isTechnical(reading.added) ? 1 : 0, 'a term of camera, light, composition or technique is missing'] as const,
      consistent(reading),
      allowed(reading, [...banned, ...(given.taste?.avoid ?? [])]),
      ...(given.target === undefined ? [] : [shortEnough(reading, given.target)]),
    ];
    const problems = checks.filter(([, score]) => score < 1).map(([part, , problem]) => `${part}: ${problem}`);
    return {
      score: Math.min(1, checks.reduce((sum, [, score]) => sum + score, 0) / checks.length),
      feedback:
        problems.length === 0 ? `Nothing to mend in ${checks.map(([part]) => part).join(', ')}.` : `To mend: ${problems.join('; ')}.`,
      parts: Object.fromEntries(checks.map(([part, score]) => [part, score])),
    };
  });
}

function subjectKept({ prompt, description }: PromptReading): Check {
  const wanted = [...new Set(contentWords(description))];
  const said = new Set(contentWords(prompt));
  const lower = prompt.normalize('NFKC').toLowerCase();
  // In scripts without blanks a word stands within a longer run.
  const lost = wanted.filter((word) => !said.has(word) && !(/[^\p{ASCII}]/u.test(word) && lower.includes(word)));
  const spoken = words(description).flatMap((word) => word.split('-'));
  const told = lost.map((word) => spoken.find((other) => stem(other) === word) ?? word);
  return ['subject', wanted.length === 0 ? 1 : (wanted.length - lost.length) / wanted.length, `${quoted(told)} of the idea is lost`];
}

function inStyle({ addedWords }: PromptReading, style: ReadonlySet<string>): Check {
  const count = common(addedWords, style);
  return ['style', Math.min(1, count / STYLE), `it has ${count} of ${STYLE} words of its taste`];
}

function consistent({ prompt, description }: PromptReading): Check {
  const read = (text: string) => facetsOf(text.replace(UNSURE, ''));
  const clashes = contradictionsIn(read(prompt), read(description));
  const told = clashes.map(({ facet, values }) => `${facet} is both ${values.join(' and ')}`);
  return ['consistent', clashes.length === 0 ? 1 : 0, told.join(', ')];
}

function allowed({ prompt, description }: PromptReading, banned: readonly string[]): Check {
  const text = plainWords(prompt);
  const own = plainWords(description);
  const said = banned.filter((word) => text.includes(plainWords(word)) && !own.includes(plainWords(word)));
  return ['allowed', said.length === 0 ? 1 : 0, `it says ${quoted(said)}`];
}

function shortEnough({ prompt }: PromptReading, { maxWords, tokenLimit }: Target): Check {
  const length = words(prompt).length;
  const tokens = tokenLimit === undefined ? 0 : clipTokens(prompt);
  const tooLong = [
    ...(length > maxWords ? [`${length} words, the most is ${maxWords}`] : []),
    ...(tokenLimit !== undefined && tokens > tokenLimit ? [`about ${tokens} tokens, ${tokenLimit} are read`] : []),
  ];
  return ['length', Math.min(1, maxWords / length, tokenLimit === undefined ? 1 : tokenLimit / tokens), `it has ${tooLong.join(' and ')}`];
}

/** Words in the singular between single blanks: to be found whole, whatever the hyphens. */
function plainWords(text: string): string {
  const list = words(text).flatMap((word) => word.split('-'));
  return ` ${list.map((word) => (word.length > 3 && /[^su]s$/.test(word) ? word.slice(0, -1) : word)).join(' ')} `;
}

function quoted(list: readonly string[]): string {
  return list.map((word) => `"${word}"`).join(', ');
}
