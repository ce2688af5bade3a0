import { contradicts, type Facets, facetsOf, hasExcluded, mergeFacets } from '../../core/image-prompt/facets.js';
import { type Random, weightedPick } from '../../core/random.js';
import type { Slot } from '../../core/taste/taste.js';
import { contentWords, jaccard } from '../../core/text/words.js';
import type { Candidate, PhraseStatistics } from './phrases.js';
import type { SubjectReading } from './subject.js';

/** How much more likely a phrase made for this kind of subject is than one that fits all. */
const FIT_BONUS = 1.5;
/** How much a vote of the demos counts against the taste's own words. */
const VOTE_BONUS = 2;
/** From this overlap on, two phrases say the same. */
const REPEATS = 0.3;

/** Chooses phrases for a prompt, one after the other, each free of contradiction with all that stands already. */
export class Composer {
  private facets: Facets;
  private readonly spoken: ReadonlySet<string>[];

  /** @param text what stands already */
  constructor(
    text: string,
    private readonly reading: SubjectReading,
    private readonly random: Random,
  ) {
    this.facets = mergeFacets(reading.facets, facetsOf(text));
    this.spoken = text.split(/[,;.]\s+/).map((clause) => new Set(contentWords(clause)));
  }

  /** One phrase for a slot, or undefined when none fits. */
  choose(slot: Slot, vocabulary: readonly Candidate[], statistics: PhraseStatistics): string | undefined {
    const fitting = [...vocabulary, ...statistics.learnt].filter((phrase) => phrase.slot === slot && this.fits(phrase));
    const chosen = weightedPick(
      fitting,
      (phrase) => (phrase.subjects.length > 0 ? FIT_BONUS : 1) + VOTE_BONUS * statistics.votes(phrase),
      this.random,
    );
    if (chosen === undefined) return undefined;
    this.facets = mergeFacets(this.facets, chosen.facets);
    this.spoken.push(chosen.words);
    return chosen.text;
  }

  private fits(phrase: Candidate): boolean {
    const { kinds, excludedKinds, excludedWords, excludedFacets } = this.reading;
    if (phrase.subjects.length > 0 && !phrase.subjects.some((kind) => kinds.has(kind) && !excludedKinds.has(kind))) return false;
    for (const kind of phrase.things) if (excludedKinds.has(kind)) return false;
    for (const word of phrase.words) if (excludedWords.has(word)) return false;
    // A picture without colour has one palette only.
    if (phrase.slot === 'palette' && this.facets.get('saturation')?.has('monochrome') === true) return false;
    if (hasExcluded(phrase.facets, excludedFacets) || contradicts(phrase.facets, this.facets)) return false;
    return !this.spoken.some((words) => repeats(words, phrase.words));
  }
}

function repeats(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return jaccard(a, b) >= REPEATS;
}
