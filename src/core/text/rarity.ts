/** Weights of words. */
export type WordVector = ReadonlyMap<string, number>;

/** How rare words are among texts: log(1 + n / df), the idf of Salton and Buckley 1988, smoothed for words that no text has. */
export class Rarity {
  private readonly documents = new Map<string, number>();
  private readonly count: number;

  /** @param texts the words of each */
  constructor(texts: readonly (readonly string[])[]) {
    this.count = texts.length;
    for (const text of texts) for (const word of new Set(text)) this.documents.set(word, (this.documents.get(word) ?? 0) + 1);
  }

  /** The tf-idf weights of a text's words: how often times how rare. */
  vector(words: readonly string[]): WordVector {
    const vector = new Map<string, number>();
    for (const word of words) {
      const weight = Math.log(1 + this.count / (this.documents.get(word) ?? 1));
      vector.set(word, (vector.get(word) ?? 0) + weight);
    }
    return vector;
  }
}

/** The cosine of the angle between two vectors of weights that are not negative, 0..1; 0 when they share no word. */
export function cosine(a: WordVector, b: WordVector): number {
  let dot = 0;
  for (const [word, weight] of a) dot += weight * (b.get(word) ?? 0);
  const length = (vector: WordVector) => Math.hypot(...vector.values());
  return dot === 0 ? 0 : dot / (length(a) * length(b));
}
