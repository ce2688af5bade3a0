import { textOf } from '../../core/program/program.js';
import type { Task } from '../../core/program/task.js';
import { hash32, type Random, seededRandom } from '../../core/random.js';
import type { Slot, Taste } from '../../core/taste/taste.js';
import { words } from '../../core/text/words.js';
import { Composer } from './compose.js';
import { type Candidate, PhraseStatistics, vocabularyOf } from './phrases.js';
import { readSubject } from './subject.js';

/** What a description must not start with to be put behind "… of": orders, negations, whole sentences. */
const NOT_A_NOUN =
  /^(?:draw|paint|make|create|generate|show|give|please|imagine|render|design|write|no|not|without|i|we|it|there|can|could|what|how|what's)\b/;

/** A description that names a medium of its own ("pencil sketch of a cat") is not put behind "painting of …". */
const NAMES_MEDIUM = /\b(?:photo|photograph|painting|sketch|drawing|illustration|render|watercolou?r|portrait|poster|comic)\b/i;

/** Writes image prompts from a taste's words and the demos of a task. */
export class ImagePromptWriter {
  private readonly vocabularies = new WeakMap<Taste, readonly Candidate[]>();

  /** Stage 1: opening, technique, composition. */
  structure(task: Task, taste: Taste, seed: number): string {
    const subject = subjectOf(task);
    const random = randomFor('structure', taste, subject, seed);
    const text = open(subject, taste, random);
    return this.extend(text, ['technique', 'composition'], task, taste, random).join(', ');
  }

  /** Stage 2: what stands, and light, palette, mood, a second technique, detail. */
  enhance(task: Task, taste: Taste, seed: number): string {
    const subject = subjectOf(task);
    const random = randomFor('enhance', taste, subject, seed);
    const given = textOf(task.inputs.structured_prompt);
    const structured = given === '' ? open(subject, taste, random) : given;
    const parts = this.extend(structured, ['lighting', 'palette', 'mood', 'technique', 'detail'], task, taste, random);
    const limit = task.target?.maxWords ?? Number.POSITIVE_INFINITY;
    while (parts.length > 1 && words(parts.join(' ')).length > limit) parts.pop();
    return task.target?.form === 'sentences' ? sentences(parts) : parts.join(', ');
  }

  private extend(text: string, slots: readonly Slot[], task: Task, taste: Taste, random: Random): string[] {
    const reading = readSubject(subjectOf(task));
    const vocabulary = this.vocabularyOf(taste);
    const statistics = new PhraseStatistics(vocabulary, task.program.demos, reading.words, taste.avoid);
    const composer = new Composer(text, reading, random);
    const parts = [text];
    for (const slot of slots) {
      const phrase = composer.choose(slot, vocabulary, statistics);
      if (phrase !== undefined) parts.push(phrase);
    }
    return parts;
  }

  private vocabularyOf(taste: Taste): readonly Candidate[] {
    let vocabulary = this.vocabularies.get(taste);
    if (vocabulary === undefined) {
      vocabulary = vocabularyOf(taste);
      this.vocabularies.set(taste, vocabulary);
    }
    return vocabulary;
  }
}

function subjectOf(task: Task): string {
  return textOf(task.inputs.user_input).replace(/[\s.,;]+$/u, '');
}

function randomFor(stage: string, taste: Taste, subject: string, seed: number): Random {
  return seededRandom(hash32(JSON.stringify([stage, taste.name, subject, seed])));
}

/** The opening: the user's words, untouched, in one of the taste's leads. */
function open(subject: string, taste: Taste, random: Random): string {
  const lead = taste.leads[Math.floor(random() * taste.leads.length)] ?? '{subject}';
  const first = subject.charAt(0);
  const capital = first !== first.toLowerCase();
  // A function as replacement: "$&" in a description is no pattern.
  if (!capital && !NOT_A_NOUN.test(subject) && !NAMES_MEDIUM.test(subject)) return capitalise(lead.replaceAll('{subject}', () => subject));
  const style = lead.replace(/(?:\s+(?:of|showing|with|depicting|featuring))?\s*\{subject\}\s*/, ' ').trim();
  return style === '' ? subject : `${subject}, ${style}`;
}

function sentences(parts: readonly string[]): string {
  const groups = [parts.slice(0, 1), parts.slice(1, 3), parts.slice(3)].filter((group) => group.length > 0);
  return groups.map((group) => `${capitalise(group.join(', '))}.`).join(' ');
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
