import { type Facets, facetsOf } from '../../core/image-prompt/facets.js';
import { STYLE_WORDS, slotOf } from '../../core/image-prompt/style-words.js';
import { type Demo, textOf } from '../../core/program/program.js';
import { SLOTS, type Slot, type Subject, type Taste } from '../../core/taste/taste.js';
import { contentWords, jaccard, words } from '../../core/text/words.js';
import { isThing, kindsOf } from './subject.js';

/** A phrase that may be chosen, read once. */
export interface Candidate {
  readonly text: string;
  readonly slot: Slot;
  /** The subjects it fits; empty: all. */
  readonly subjects: readonly Subject[];
  /** Stems of its content words. */
  readonly words: ReadonlySet<string>;
  readonly facets: Facets;
  /** Kinds of things it names. */
  readonly things: ReadonlySet<Subject>;
}

/** Makes a candidate of a phrase. */
function candidate(text: string, slot: Slot, subjects: readonly Subject[] = []): Candidate {
  return { text, slot, subjects, words: new Set(contentWords(text)), facets: facetsOf(text), things: kindsOf(text) };
}

/** All phrases of a taste as candidates. */
export function vocabularyOf(taste: Taste): readonly Candidate[] {
  return SLOTS.flatMap((slot) => taste.vocabulary[slot].map((phrase) => candidate(phrase.text, slot, phrase.subjects)));
}

/** A phrase that stands in a demo. */
interface Vote {
  readonly phrase: Candidate;
  readonly weight: number;
}

/** How alike two phrases must be for one to count as the other. */
const SAME = 0.6;

/**
 * What the demos say about phrases: votes for words of the taste, and phrases of their own worth taking over. A demo's vote is its
 * quality squared, more when its subject is near. A learnt phrase must speak of style alone, or one picture's subject would leak into
 * another; only for the same subject again may it say more.
 */
export class PhraseStatistics {
  readonly learnt: Candidate[] = [];
  private readonly weights = new Map<Candidate, number>();
  private readonly styleWords: ReadonlySet<string>;

  /**
   * @param subjectWords stems of the description
   * @param rejected phrases with one of these words are not learnt
   */
  constructor(
    vocabulary: readonly Candidate[],
    demos: readonly Demo[],
    private readonly subjectWords: ReadonlySet<string>,
    private readonly rejected: readonly string[],
  ) {
    const universal = vocabulary.filter((phrase) => phrase.subjects.length === 0);
    this.styleWords = new Set(universal.flatMap((phrase) => [...phrase.words]));
    for (const demo of demos) {
      for (const vote of this.votesOf(demo, vocabulary)) {
        this.weights.set(vote.phrase, (this.weights.get(vote.phrase) ?? 0) + vote.weight);
      }
    }
  }

  /** How much the demos speak for a phrase; 0 without a vote. */
  votes(phrase: Candidate): number {
    return this.weights.get(phrase) ?? 0;
  }

  private votesOf(demo: Demo, vocabulary: readonly Candidate[]): Vote[] {
    const input = textOf(demo.inputs.user_input);
    const own = new Set(contentWords(input));
    const nearness = jaccard(own, this.subjectWords);
    const weight = demo.quality ** 2 * (0.5 + 2 * nearness);
    const text = Object.values(demo.outputs).map(textOf).join(', ');
    const votes: Vote[] = [];
    for (const clause of text.split(/[,;.]\s+|\.$/)) {
      const phrase = this.recognise(clause.trim(), vocabulary, own, nearness);
      if (phrase !== undefined) votes.push({ phrase, weight });
    }
    return votes;
  }

  private recognise(clause: string, vocabulary: readonly Candidate[], own: ReadonlySet<string>, nearness: number): Candidate | undefined {
    const length = words(clause).length;
    if (length < 3 || length > 12) return undefined;
    const stems = new Set(contentWords(clause));
    const slot = slotOf(clause);
    const known = [...vocabulary, ...this.learnt].find(
      (phrase) => phrase.text === clause || ((slot === undefined || phrase.slot === slot) && jaccard(phrase.words, stems) >= SAME),
    );
    if (known !== undefined) return known;
    if (slot === undefined || !this.isStyle(clause, stems, own, nearness)) return undefined;
    const phrase = candidate(clause.charAt(0).toLowerCase() + clause.slice(1), slot);
    this.learnt.push(phrase);
    return phrase;
  }

  private isStyle(clause: string, stems: ReadonlySet<string>, own: ReadonlySet<string>, nearness: number): boolean {
    const lower = clause.toLowerCase();
    if (this.rejected.some((word) => lower.includes(word.toLowerCase()))) return false;
    // The same subject again: its own words are at home here.
    if (nearness > 0.9) return true;
    for (const word of stems) {
      if (own.has(word) || isThing(word) || !(STYLE_WORDS.has(word) || this.styleWords.has(word))) return false;
    }
    return true;
  }
}
