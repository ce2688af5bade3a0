import { nearest } from '../text/edit-distance.js';
import { type Phrase, SLOTS, type Slot, SUBJECTS, type Subject } from './taste.js';

/** A taste as a file gives it: every part but the name may be missing. */
export interface TasteOverride {
  readonly name: string;
  readonly label?: string;
  readonly description?: string;
  readonly swatch?: readonly string[];
  readonly leads?: readonly string[];
  /** Only the slots that are given. */
  readonly vocabulary?: Readonly<Partial<Record<Slot, readonly Phrase[]>>>;
  readonly avoid?: readonly string[];
}

/** Something wrong in a taste: where (keys and 0-based positions from the taste's value down), what, and what to do. */
export interface TasteIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
  /** `error`: the taste cannot be used; `warning`: the part is ignored. */
  readonly severity: 'error' | 'warning';
}

const PARTS = ['label', 'description', 'swatch', 'leads', 'vocabulary', 'avoid'] as const;
const MAX_SWATCH = 3;
const MAX_NAME_LENGTH = 60;
const COLOUR = /^#[0-9a-f]{6}$/i;
/** Stands for the user's words in a lead. */
export const SUBJECT_PLACEHOLDER = '{subject}';

type Path = readonly (string | number)[];
type Report = (path: Path, message: string, hint: string, severity?: TasteIssue['severity']) => void;

/** What makes two names the same taste: case does not count, and "-", "_" and spaces are one. */
export function tasteKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[-_\s]+/g, ' ');
}

/**
 * Checks one taste, as plain data from a file.
 * @returns every issue; the taste only when none of them is an error
 */
export function parseTaste(name: string, value: unknown): { taste: TasteOverride | undefined; issues: readonly TasteIssue[] } {
  const issues: TasteIssue[] = [];
  const report: Report = (path, message, hint, severity = 'error') => {
    issues.push({ path, message, hint, severity });
  };
  if (tasteKey(name) === '' || name.length > MAX_NAME_LENGTH) {
    report([], 'A taste needs a name.', `Use 1 to ${MAX_NAME_LENGTH} characters, for example "dark fantasy".`);
  }
  const parts = value ?? {};
  if (!isRecord(parts)) {
    report([], `The taste "${name}" must be a list of named parts.`, `Give it any of: ${PARTS.join(', ')}.`);
    return { taste: undefined, issues };
  }
  for (const key of Object.keys(parts)) {
    if (!isOneOf(key, PARTS)) report([key], `A taste has no part "${key}"; it is ignored.`, suggestion(key, PARTS), 'warning');
  }
  const label = parts.label === undefined ? undefined : line(parts.label, ['label'], report);
  const description = parts.description === undefined ? undefined : line(parts.description, ['description'], report);
  const swatch = parts.swatch === undefined ? undefined : colours(parts.swatch, report);
  const leads = parts.leads === undefined ? undefined : leadLines(parts.leads, report);
  const vocabulary = parts.vocabulary === undefined ? undefined : slots(parts.vocabulary, report);
  const avoid = parts.avoid === undefined ? undefined : lines(parts.avoid, ['avoid'], report);
  if (issues.some((issue) => issue.severity === 'error')) return { taste: undefined, issues };
  const taste: TasteOverride = {
    name: name.trim(),
    ...(label === undefined ? {} : { label }),
    ...(description === undefined ? {} : { description }),
    ...(swatch === undefined ? {} : { swatch }),
    ...(leads === undefined ? {} : { leads }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
    ...(avoid === undefined ? {} : { avoid }),
  };
  return { taste, issues };
}

function colours(value: unknown, report: Report): readonly string[] {
  const found = lines(value, ['swatch'], report);
  if (Array.isArray(value) && (value.length < 1 || value.length > MAX_SWATCH)) {
    report(['swatch'], `A swatch has 1 to ${MAX_SWATCH} colours, not ${value.length}.`, 'Write for example swatch: ["#ff7eb6"].');
  }
  for (const [index, colour] of found.entries()) {
    if (colour !== '' && !COLOUR.test(colour)) {
      report(['swatch', index], `"${colour}" is not a colour.`, 'Write six hexadecimal digits behind a "#", in quotes: "#ff7eb6".');
    }
  }
  return found.map((colour) => colour.toLowerCase());
}

function leadLines(value: unknown, report: Report): readonly string[] {
  const found = lines(value, ['leads'], report);
  if (Array.isArray(value) && value.length === 0)
    report(['leads'], 'The list of leads is empty.', 'Give at least one lead, or leave the part out.');
  for (const [index, lead] of found.entries()) {
    if (lead !== '' && !lead.includes(SUBJECT_PLACEHOLDER)) {
      report(['leads', index], `The lead "${lead}" does not contain {subject}.`, 'Write {subject} where the words of the user belong.');
    }
  }
  return found;
}

function slots(value: unknown, report: Report): Partial<Record<Slot, readonly Phrase[]>> {
  const found: Partial<Record<Slot, readonly Phrase[]>> = {};
  if (!isRecord(value)) {
    report(['vocabulary'], 'The vocabulary must be a list of slots.', `Give it any of: ${SLOTS.join(', ')}.`);
    return found;
  }
  for (const [slot, phrases] of Object.entries(value)) {
    const path = ['vocabulary', slot];
    if (!isOneOf(slot, SLOTS)) report(path, `The vocabulary has no slot "${slot}".`, suggestion(slot, SLOTS));
    else if (phrases === null) found[slot] = [];
    else if (!Array.isArray(phrases))
      report(path, `The slot "${slot}" must be a list of phrases.`, 'Begin each phrase with "- " on a line of its own.');
    else found[slot] = phrases.map((phrase: unknown, index) => toPhrase(phrase, [...path, index], report));
  }
  return found;
}

function toPhrase(value: unknown, path: Path, report: Report): Phrase {
  if (!isRecord(value)) return { text: line(value, path, report), subjects: [] };
  for (const key of Object.keys(value)) {
    if (key !== 'text' && key !== 'subjects') {
      report(
        [...path, key],
        `A phrase has no part "${key}".`,
        'Write {text: the phrase, subjects: [person]}; put a phrase with ": " in quotes.',
      );
    }
  }
  return { text: line(value.text, [...path, 'text'], report), subjects: toSubjects(value.subjects, [...path, 'subjects'], report) };
}

function toSubjects(value: unknown, path: Path, report: Report): readonly Subject[] {
  if (value === undefined) return [];
  return lines(value, path, report).filter((subject, index): subject is Subject => {
    if (isOneOf(subject, SUBJECTS)) return true;
    if (subject !== '') report([...path, index], `There is no subject "${subject}".`, suggestion(subject, SUBJECTS));
    return false;
  });
}

/** A list of texts; a text that is wrong is reported, and stands as '' so that positions stay right. */
function lines(value: unknown, path: Path, report: Report): readonly string[] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => line(item, [...path, index], report));
  report(path, `"${path.at(-1)}" must be a list.`, 'Write it in brackets, [one, two], or with "- " before each item.');
  return [];
}

/** A text on one line; '' when it is wrong. */
function line(value: unknown, path: Path, report: Report): string {
  if (typeof value === 'string' && value.trim() !== '') return value.trim().replace(/\s+/g, ' ');
  const what = typeof value === 'string' || value === null || value === undefined ? 'is empty' : `is not text: ${JSON.stringify(value)}`;
  report(path, `A value ${what}.`, 'Write words; put numbers, true, false and null in quotes when they are meant as words.');
  return '';
}

function suggestion(wrong: string, right: readonly string[]): string {
  const guess = nearest(wrong.toLowerCase(), right);
  return `${guess === undefined ? '' : `Did you mean "${guess}"? `}Possible are: ${right.join(', ')}.`;
}

function isOneOf<T extends string>(value: string, list: readonly T[]): value is T {
  return (list as readonly string[]).includes(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
