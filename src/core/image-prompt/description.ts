import { AtelierError } from '../errors.js';

/** Bounds of a description, in characters as a person counts them, after trimming. */
const DESCRIPTION_MIN = 3;
const DESCRIPTION_MAX = 500;

/** What is wrong with a description. */
export interface DescriptionProblem {
  readonly code: 'description.too_short' | 'description.too_long';
  readonly message: string;
  readonly hint: string;
}

/**
 * The description without control characters and outer space; letters of every language, joiners and emoji stay.
 * Line breaks and tabs become one space.
 */
export function cleanDescription(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Number of characters as a person counts them (grapheme clusters, UAX #29). */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of new Intl.Segmenter().segment(text)) count++;
  return count;
}

/** What is wrong with a description, or undefined. Nothing is ever cut to fit. */
export function checkDescription(text: string): DescriptionProblem | undefined {
  const length = countCharacters(cleanDescription(text));
  if (length < DESCRIPTION_MIN) {
    return {
      code: 'description.too_short',
      message: `The description has ${length} ${length === 1 ? 'character' : 'characters'}; it needs at least ${DESCRIPTION_MIN}.`,
      hint: 'Say what the picture shows, for example "a dragon flying over a castle".',
    };
  }
  if (length > DESCRIPTION_MAX) {
    return {
      code: 'description.too_long',
      message: `The description has ${length} characters; the most is ${DESCRIPTION_MAX}.`,
      hint: `Shorten it by ${length - DESCRIPTION_MAX}: the style, light and mood are added for you.`,
    };
  }
  return undefined;
}

/** The cleaned description. @throws AtelierError `description.too_short` or `description.too_long`, with the count. */
export function requireDescription(text: string): string {
  const problem = checkDescription(text);
  if (problem !== undefined) throw new AtelierError(problem.code, problem.message, { hint: problem.hint });
  return cleanDescription(text);
}
