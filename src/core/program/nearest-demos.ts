import { cosine, Rarity, type WordVector } from '../text/rarity.js';
import { contentWords } from '../text/words.js';
import { type Demo, type FieldValues, type Program, textOf } from './program.js';

/**
 * Chooses the demos of a prompt by its inputs, where the program wants that (`nearestDemos`): k-nearest-neighbour few-shot (Liu et al. 2022),
 * with the cosine of tf-idf weights over content words in place of embeddings, so that no service is asked. The nearest stands last, next
 * to the question; of demos equally near the earlier ones are taken.
 * @returns the program as it runs for given inputs: itself where all demos are shown
 */
export function demoChooser(program: Program): (inputs: FieldValues) => Program {
  const { nearestDemos: count, demos, signature } = program;
  if (count === undefined || count >= demos.length) return () => program;
  let index: DemoIndex | undefined;
  return (inputs) => {
    index ??= new DemoIndex(demos, (values) => signature.inputs.flatMap(({ name }) => contentWords(textOf(values[name]))));
    return { ...program, demos: index.nearest(inputs, count) };
  };
}

/** The words of all demos, weighted once. */
class DemoIndex {
  private readonly rarity: Rarity;
  private readonly vectors: readonly WordVector[];

  constructor(
    private readonly demos: readonly Demo[],
    private readonly wordsOf: (values: FieldValues) => readonly string[],
  ) {
    const texts = demos.map(({ inputs }) => wordsOf(inputs));
    this.rarity = new Rarity(texts);
    this.vectors = texts.map((words) => this.rarity.vector(words));
  }

  nearest(inputs: FieldValues, count: number): readonly Demo[] {
    const own = this.rarity.vector(this.wordsOf(inputs));
    return this.vectors
      .map((vector, at) => ({ at, nearness: cosine(own, vector) }))
      .sort((a, b) => b.nearness - a.nearness || a.at - b.at)
      .slice(0, count)
      .reverse()
      .flatMap(({ at }) => this.demos[at] ?? []);
  }
}
