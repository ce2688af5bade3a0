import { AtelierError } from '../errors.js';
import { nearest } from '../text/edit-distance.js';

/** The kind of image model that a prompt is written for. */
export interface Target {
  readonly name: string;
  readonly label: string;
  /** Comma-separated phrases, or whole sentences. */
  readonly form: 'phrases' | 'sentences';
  /** Longest useful prompt, in words. */
  readonly maxWords: number;
  /** What its text encoder reads at the most, in tokens, start and end included; what is behind is cut off. */
  readonly tokenLimit?: number;
  /** What a language model is told about it. */
  readonly guidance: string;
}

export const TARGETS: readonly Target[] = [
  {
    name: 'general',
    label: 'Any image model',
    form: 'phrases',
    maxWords: 90,
    guidance: 'Write one paragraph of comma-separated descriptive phrases, at most 90 words.',
  },
  {
    name: 'clip',
    label: 'Stable Diffusion (CLIP text encoder, 77 tokens)',
    form: 'phrases',
    maxWords: 50,
    tokenLimit: 77,
    guidance: 'Write short comma-separated phrases, the most important first, at most 50 words: the text encoder cuts off after 77 tokens.',
  },
  {
    name: 'natural',
    label: 'Natural-language models (whole sentences)',
    form: 'sentences',
    maxWords: 110,
    guidance: 'Write two to four complete, flowing sentences, at most 110 words. No keyword lists.',
  },
];

/** @throws AtelierError `usage.invalid` when there is no such target. */
export function findTarget(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found !== undefined) return found;
  const names = TARGETS.map((target) => target.name);
  const guess = nearest(name, names);
  throw new AtelierError('usage.invalid', `There is no target "${name}".`, {
    hint: `${guess === undefined ? '' : `Did you mean "${guess}"? `}Valid targets: ${names.join(', ')}.`,
  });
}
