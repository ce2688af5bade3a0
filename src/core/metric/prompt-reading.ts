import { wordsOfTaste } from '../image-prompt/style-words.js';
import { textOf } from '../program/program.js';
import type { Taste } from '../taste/taste.js';
import { contentWords } from '../text/words.js';
import { cannotScore, type MetricCase } from './metric.js';
import { isEmpty } from './read-label.js';

/** An image prompt and what it was made from. */
export interface PromptReading {
  readonly prompt: string;
  /** The user's own words. */
  readonly description: string;
  /** The prompt without the user's own words, where they stand in it as they are. */
  readonly added: string;
  /** Stems of the content words in {@link added} that the user did not say. */
  readonly addedWords: ReadonlySet<string>;
}

/**
 * Reads a prompt beside its description.
 * @param subject the input that holds the user's words
 * @throws AtelierError `metric.invalid` when the row has no description
 */
export function readPrompt(metric: string, prompt: string, subject: string, { inputs }: MetricCase): PromptReading {
  const description = textOf(inputs[subject]).trim();
  if (isEmpty(description)) {
    throw cannotScore(
      metric,
      `the input "${subject}" is empty`,
      'Give the row a description, or name the input that holds it: subject=<input>.',
    );
  }
  const own = new Set(contentWords(description));
  const added = prompt.replaceAll(new RegExp(description.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'giu'), ' ');
  return { prompt, description, added, addedWords: new Set(contentWords(added).filter((word) => !own.has(word))) };
}

/** Remembers the words of tastes: the rows of a run share a few. */
export function tasteReader(): (taste: Taste) => ReadonlySet<string> {
  const known = new WeakMap<Taste, ReadonlySet<string>>();
  return (taste) => {
    const words = known.get(taste) ?? wordsOfTaste(taste);
    known.set(taste, words);
    return words;
  };
}

/** How many words two sets share. */
export function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0;
  for (const word of a) if (b.has(word)) count++;
  return count;
}
