import { SUBJECT_PLACEHOLDER, type TasteOverride, tasteKey } from './parse-taste.js';
import { type Phrase, SLOTS, type Slot, type Taste } from './taste.js';

/** The swatch of a taste that gives none: a neutral grey. */
const DEFAULT_SWATCH = ['#808080'];

/**
 * The built-in tastes with the workspace's on top: a part that an override gives replaces that part, a slot replaces that slot. New
 * tastes follow in their order, with defaults for what they leave out.
 * @param onIncomplete told of a new taste with neither a description nor a vocabulary: it says nothing, and is left out
 */
export function mergeTastes(
  builtIn: readonly Taste[],
  overrides: readonly TasteOverride[],
  onIncomplete: (override: TasteOverride) => void = () => undefined,
): Taste[] {
  const merged = new Map(builtIn.map((taste) => [tasteKey(taste.name), taste]));
  for (const override of overrides) {
    const key = tasteKey(override.name);
    const base = merged.get(key);
    const taste = base === undefined ? completeTaste(override, 'workspace') : applyOverride(base, override);
    if (taste === undefined) onIncomplete(override);
    else merged.set(key, taste);
  }
  return [...merged.values()];
}

/** A whole taste from what a file gives, with defaults; undefined when it has neither a description nor a vocabulary. */
export function completeTaste(given: TasteOverride, source: Taste['source']): Taste | undefined {
  const vocabulary = fillSlots({}, given.vocabulary);
  if (given.description === undefined && SLOTS.every((slot) => vocabulary[slot].length === 0)) return undefined;
  const words = tasteKey(given.name);
  return {
    name: given.name,
    label: given.label ?? titleCase(words),
    description: given.description ?? '',
    swatch: given.swatch ?? DEFAULT_SWATCH,
    leads: given.leads ?? [`${words} style image of ${SUBJECT_PLACEHOLDER}`, `${SUBJECT_PLACEHOLDER} in ${words} style`],
    vocabulary,
    avoid: given.avoid ?? [],
    source,
  };
}

function applyOverride(base: Taste, override: TasteOverride): Taste {
  return {
    name: base.name,
    label: override.label ?? base.label,
    description: override.description ?? base.description,
    swatch: override.swatch ?? base.swatch,
    leads: override.leads ?? base.leads,
    vocabulary: fillSlots(base.vocabulary, override.vocabulary),
    avoid: override.avoid ?? base.avoid,
    source: 'workspace',
  };
}

type Vocabulary = Readonly<Partial<Record<Slot, readonly Phrase[]>>>;

function fillSlots(base: Vocabulary, given: Vocabulary = {}): Record<Slot, readonly Phrase[]> {
  const of = (slot: Slot): readonly Phrase[] => given[slot] ?? base[slot] ?? [];
  return {
    technique: of('technique'),
    composition: of('composition'),
    lighting: of('lighting'),
    palette: of('palette'),
    mood: of('mood'),
    detail: of('detail'),
  };
}

function titleCase(words: string): string {
  return words.replace(/(^|\s)\p{L}/gu, (first) => first.toUpperCase());
}
