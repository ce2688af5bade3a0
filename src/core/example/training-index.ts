import type { TrainingRecord } from '../image-prompt/records.js';
import { contentWords } from '../text/words.js';

/** Rows scored below this are no model for anyone. */
const MIN_DEMO_QUALITY = 0.6;

interface Entry {
  readonly row: TrainingRecord;
  /** Length of its TF-IDF vector. */
  readonly norm: number;
}

/**
 * Finds the best and nearest rated rows of one taste. Nearness is the cosine of TF-IDF vectors over the content words of `user_input`
 * (Salton and Buckley 1988, binary term frequency), looked up through an inverted index, so that a query touches only rows that share
 * a word with it.
 */
export class TrainingIndex {
  private readonly entries: readonly Entry[];
  private readonly postings = new Map<string, number[]>();
  private readonly byQuality: readonly number[];

  /** @param rows the rows of one taste */
  constructor(rows: readonly TrainingRecord[]) {
    const good = rows.filter((row) => row.qualityScore >= MIN_DEMO_QUALITY);
    const wordsOf = good.map((row) => [...new Set(contentWords(row.userInput))]);
    wordsOf.forEach((words, index) => {
      for (const word of words) {
        const posting = this.postings.get(word);
        if (posting === undefined) this.postings.set(word, [index]);
        else posting.push(index);
      }
    });
    const idf = (word: string) => this.idf(word, good.length);
    this.entries = good.map((row, index) => {
      const words = wordsOf[index] ?? [];
      return { row, norm: Math.sqrt(words.reduce((sum, word) => sum + idf(word) ** 2, 0)) };
    });
    this.byQuality = this.entries
      .map((_, index) => index)
      .sort((a, b) => (good[b]?.qualityScore ?? 0) - (good[a]?.qualityScore ?? 0) || a - b);
  }

  /** Number of rows that can become demos. */
  get size(): number {
    return this.entries.length;
  }

  /**
   * @param text the user's description
   * @param count how many rows at the most
   * @returns rows with different inputs, the best last: models weigh the last demo most
   */
  select(text: string, count: number): TrainingRecord[] {
    const similarities = this.similarities(text);
    const nearest = [...similarities.entries()].map(([index, similarity]) => ({ index, score: this.score(index, similarity) }));
    const best = this.byQuality.slice(0, count * 4).filter((index) => !similarities.has(index));
    const ranked = [...nearest, ...best.map((index) => ({ index, score: this.score(index, 0) }))];
    ranked.sort((a, b) => b.score - a.score || a.index - b.index);
    const chosen: TrainingRecord[] = [];
    const seen = new Set<string>();
    for (const { index } of ranked) {
      if (chosen.length === count) break;
      const row = this.entries[index]?.row;
      if (row === undefined || seen.has(row.userInput.toLowerCase())) continue;
      seen.add(row.userInput.toLowerCase());
      chosen.push(row);
    }
    return chosen.reverse();
  }

  private similarities(text: string): Map<number, number> {
    const query = [...new Set(contentWords(text))];
    const norm = Math.sqrt(query.reduce((sum, word) => sum + this.idf(word, this.entries.length) ** 2, 0));
    const dots = new Map<number, number>();
    for (const word of query) {
      const weight = this.idf(word, this.entries.length) ** 2;
      for (const index of this.postings.get(word) ?? []) dots.set(index, (dots.get(index) ?? 0) + weight);
    }
    for (const [index, dot] of dots) dots.set(index, dot / (norm * (this.entries[index]?.norm ?? 1)));
    return dots;
  }

  /** Nearness leads; quality decides between rows that are equally near. */
  private score(index: number, similarity: number): number {
    return similarity + 0.5 * (this.entries[index]?.row.qualityScore ?? 0);
  }

  /** Smoothed inverse document frequency, ln((1 + N) / (1 + df)) + 1. */
  private idf(word: string, total: number): number {
    return Math.log((1 + total) / (1 + (this.postings.get(word)?.length ?? 0))) + 1;
  }
}
