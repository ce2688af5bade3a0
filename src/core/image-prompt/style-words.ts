import { SLOTS, type Slot, type Taste } from '../taste/taste.js';
import { contentWords } from '../text/words.js';
import { facetsOf } from './facets.js';

/** What a word at the heart of a phrase says about its slot; the first match counts. */
const SLOT_HEADS: readonly (readonly [Slot, RegExp])[] = [
  ['palette', /\b(?:palette|colou?rs?|tones?|hues?|tints?|pigments?)\b/],
  ['mood', /\b(?:mood|atmosphere|feeling|ambience|stillness)\b/],
  ['lighting', /\b(?:light|lighting|lit|glow|glowing|shadows?|backlight|backlit|rays?|beams?|illumination|sheen|reflections?)\b/],
  [
    'composition',
    /\b(?:composition|framing|frame|framed|angle|shot|view|viewpoint|perspective|foreground|background|horizon|negative space)\b/,
  ],
  [
    'technique',
    /\b(?:brushwork|brush|strokes?|shading|shaded|linework|ink|wash|washes|glaz\w+|impasto|render\w*|lens|exposure|depth of field|blooms?|shader|modelling)\b/,
  ],
  ['detail', /\b(?:texture|textures|textured|details?|detailed|finish|grain|focus|edges?|surface|surfaces|craftsmanship|resolution)\b/],
];

/** Which slot a phrase belongs to, or undefined when its words do not tell. */
export function slotOf(phrase: string): Slot | undefined {
  const lower = phrase.toLowerCase();
  return SLOT_HEADS.find(([, pattern]) => pattern.test(lower))?.[0];
}

/** Words that speak of style whatever the picture shows; with the words of a taste's universal phrases they are what a phrase may be learnt in. */
export const STYLE_WORDS: ReadonlySet<string> = new Set(
  contentWords(
    `light lighting lit glow shadow backlight rim ray beam sheen reflection highlight illumination contrast exposure ambient diffused
    palette color colour tone hue tint pigment accent gradient saturated muted vivid vibrant pastel monochrome warm cool cold neutral
    red orange yellow green blue violet purple pink brown grey gray black white gold golden silver copper bronze amber teal cyan
    turquoise magenta crimson scarlet coral rose lilac lavender indigo ochre umber sienna emerald olive ivory cream charcoal rust
    mood atmosphere feeling serene calm quiet gentle tender peaceful dreamy nostalgic wistful melancholic mysterious eerie ominous
    dramatic epic majestic heroic playful whimsical joyful cheerful festive solemn intimate lonely romantic mystical ethereal surreal
    composition framing frame framed angle low high wide close tight shot view viewpoint perspective foreground midground background
    depth layered layer centred centered symmetrical asymmetrical diagonal dynamic balanced negative space cinematic panoramic
    brush brushwork stroke wash glaze impasto shading shaded line linework ink outline texture textured grain surface finish edge
    detail detailed fine crisp sharp soft smooth rough delicate intricate rich deep bold subtle clean polished focus lens blur bokeh
    render rendering material volumetric haze mist bloom blending gradation contour silhouette rhythm motion energy luminous radiant
    shimmering glowing faint bright dark dim pale even strong visible full half single double slow long thin thick`,
  ),
);

/** Facets whose words are terms of the craft. */
const TECHNICAL_FACETS = ['lens', 'viewpoint', 'shot', 'focus', 'exposure'];
const TECHNICAL_SLOTS: readonly Slot[] = ['technique', 'composition', 'lighting'];

/** True when a text has a term of camera, light, composition or technique. */
export function isTechnical(text: string): boolean {
  const lower = text.toLowerCase();
  if (SLOT_HEADS.some(([slot, pattern]) => TECHNICAL_SLOTS.includes(slot) && pattern.test(lower))) return true;
  const facets = facetsOf(text);
  return TECHNICAL_FACETS.some((facet) => facets.has(facet));
}

/** Stems of the words that a taste speaks in: its openings, and its phrases that fit every subject. */
export function wordsOfTaste(taste: Taste): ReadonlySet<string> {
  const phrases = SLOTS.flatMap((slot) => taste.vocabulary[slot].filter(({ subjects }) => subjects.length === 0).map(({ text }) => text));
  const leads = taste.leads.map((lead) => lead.replace('{subject}', ' '));
  return new Set([taste.label, ...leads, ...phrases].flatMap(contentWords));
}
