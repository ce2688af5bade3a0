import { countCharacters } from '../image-prompt/description.js';
import { type FieldValue, textOf } from '../program/program.js';
import { quote } from '../program/read-scalar.js';
import type { Field } from '../signature/signature.js';
import { words } from '../text/words.js';
import { best, labelMetric, outputMetric } from './fields.js';
import { type Metric, verdict } from './metric.js';
import { containsAnswer } from './token-f1.js';

/** An output as text: a list as its items, one a line. */
export function proseOf(value: FieldValue): string {
  return Array.isArray(value) ? (value as readonly FieldValue[]).map(textOf).join('\n') : textOf(value);
}

/** A pattern is tried on so many characters at most: it may be slow. */
const PATTERN_REACH = 10_000;

/** 1 when the output has a match of the pattern, else 0. Anchor it with ^ and $ to match the whole. */
export function matchesRegex(name: string, field: Field, pattern: RegExp): Metric {
  return outputMetric(name, field, (output) => {
    const text = proseOf(output);
    if (pattern.test(text.slice(0, PATTERN_REACH))) return verdict(true, `Matches ${pattern.source}.`);
    return verdict(false, `${quote(text)} does not match ${pattern.source}.`);
  });
}

/** The share of the given words or phrases that the output contains, as they are written. */
export function containsWords(name: string, field: Field, wanted: readonly string[], matchCase: boolean): Metric {
  return outputMetric(name, field, (output) => {
    const missing = wanted.filter((word) => !includes(proseOf(output), word, matchCase));
    return {
      score: (wanted.length - missing.length) / wanted.length,
      feedback: missing.length === 0 ? 'Contains all that was asked for.' : `Does not contain ${missing.map(quote).join(', ')}.`,
    };
  });
}

/** 1 when the output contains its label's words in a row, both normalised as for an exact match, else 0. */
export function containsLabel(name: string, fields: readonly Field[]): Metric {
  return labelMetric(
    name,
    fields,
    best((output, label) => {
      const wanted = proseOf(label);
      const texts = Array.isArray(output) ? (output as readonly FieldValue[]).map(textOf) : [textOf(output)];
      const labels = Array.isArray(label) ? (label as readonly FieldValue[]).map(textOf) : [wanted];
      const found = labels.find((part) => texts.some((text) => containsAnswer(text, part)));
      return found === undefined
        ? verdict(false, `Does not contain ${labels.map(quote).join(' or ')}.`)
        : verdict(true, `Contains ${quote(found)}.`);
    }),
  );
}

/** 1 when the output contains none of the given words or phrases, else 0. */
export function containsNone(name: string, field: Field, banned: readonly string[], matchCase: boolean): Metric {
  return outputMetric(name, field, (output) => {
    const found = banned.filter((word) => includes(proseOf(output), word, matchCase));
    return verdict(found.length === 0, found.length === 0 ? 'Contains nothing banned.' : `Contains ${found.map(quote).join(', ')}.`);
  });
}

/** Bounds of a length. */
export interface LengthBounds {
  readonly min: number;
  readonly max: number;
  /** Characters as a person counts them, or runs of letters and digits. */
  readonly unit: 'characters' | 'words';
}

/** 1 when the output's length lies within its bounds, which belong to them; else 0. */
export function lengthWithin(name: string, field: Field, { min, max, unit }: LengthBounds): Metric {
  return outputMetric(name, field, (output) => {
    const text = proseOf(output);
    const length = unit === 'characters' ? countCharacters(text) : words(text).length;
    if (length < min) return verdict(false, `It has ${length} ${unit}, ${min - length} too few.`);
    if (length > max) return verdict(false, `It has ${length} ${unit}, ${length - max} too many.`);
    return verdict(true, `Its length of ${length} ${unit} is right.`);
  });
}

function includes(text: string, word: string, matchCase: boolean): boolean {
  const [whole, part] = [text.normalize('NFC'), word.normalize('NFC')];
  return matchCase ? whole.includes(part) : whole.toLowerCase().includes(part.toLowerCase());
}
