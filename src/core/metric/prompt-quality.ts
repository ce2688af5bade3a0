import { isTechnical, STYLE_WORDS } from '../image-prompt/style-words.js';
import type { Field } from '../signature/signature.js';
import { words } from '../text/words.js';
import { outputMetric } from './fields.js';
import type { Metric } from './metric.js';
import { common, readPrompt, tasteReader } from './prompt-reading.js';
import { proseOf } from './text-rules.js';

/** A prompt is detailed from so many phrases on, of at least so many words each. */
const PHRASES = 3;
const PHRASE_WORDS = 2;
/** It has style from so many words of style on. */
const STYLE = 2;
/** It is long enough with more than so many words. */
const WORDS = 10;

/**
 * Four quarters, each there or not:
 * - `detailed`: three phrases or more, of two words or more each, between commas, semicolons, full stops, "with" and "and";
 * - `style`: two words or more of the taste (without a taste: of style in general) beside the user's own;
 * - `long_enough`: more than ten words;
 * - `technical`: a term of camera, light, composition or technique beside the user's own words.
 *
 * @param subject the input that holds the user's words
 */
export function promptQuality(name: string, field: Field, subject: string): Metric {
  const wordsOf = tasteReader();
  return outputMetric(name, field, (output, given) => {
    const { prompt, added, addedWords } = readPrompt(name, proseOf(output), subject, given);
    const phrases = prompt.split(/[,;:.!?。、，；]+|\b(?:with|and)\b/iu).filter((phrase) => words(phrase).length >= PHRASE_WORDS);
    const length = words(prompt).length;
    const quarters = [
      ['detailed', phrases.length >= PHRASES, `it has ${phrases.length} of ${PHRASES} phrases`],
      [
        'style',
        common(addedWords, given.taste === undefined ? STYLE_WORDS : wordsOf(given.taste)) >= STYLE,
        'words of its style are missing',
      ],
      ['long_enough', length > WORDS, `it has ${length} words, more than ${WORDS} are needed`],
      ['technical', isTechnical(added), 'a term of camera, light, composition or technique is missing'],
    ] as const;
    const missing = quarters.filter(([, there]) => !there).map(([, , why]) => why);
    return {
      score: (quarters.length - missing.length) / quarters.length,
      feedback: missing.length === 0 ? 'Detailed, in style, long enough and technical.' : `To be better: ${missing.join('; ')}.`,
      parts: Object.fromEntries(quarters.map(([part, there]) => [part, there ? 1 : 0])),
    };
  });
}
