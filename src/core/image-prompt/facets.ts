/**
 * A facet is something a picture has one of: one time of day, one lens, one viewpoint. Two texts contradict each other when they give
 * a facet different values.
 */
const FACETS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  time: {
    dawn: /\b(?:dawn|sunrise|daybreak|first light|early morning|morning)\b/,
    day: /\b(?:noon|midday|daylight|daytime|sunlit|sunlight|sunny|sun-drenched|afternoon|high sun|bright sun)\b/,
    sunset: /\b(?:golden hour|sunset|late sun|low sun|evening sun|setting sun)\b/,
    dusk: /\b(?:dusk|twilight|blue hour|evening|nightfall)\b/,
    night: /\b(?:night|nights|midnight|moonlit|moonlight|moon|starlit|starlight|nocturnal|stars?)\b/,
  },
  lens: {
    wide: /\b(?:(?:1[0-9]|2[0-9]|35) ?mm|wide-angle|wide angle|ultra-wide|fisheye)\b/,
    normal: /\b(?:(?:4[0-9]|5[0-9]) ?mm|standard lens|normal lens|natural perspective)\b/,
    tele: /\b(?:(?:[6-9][0-9]|[1-9][0-9]{2}) ?mm|telephoto|compressed (?:distance|perspective)|long lens)\b/,
    macro: /\b(?:macro)\b/,
    tilt: /\b(?:tilt-shift)\b/,
    anamorphic: /\b(?:anamorphic)\b/,
  },
  viewpoint: {
    overhead: /\b(?:overhead|top-down|top down|bird's[- ]eye|birds-eye|flat lay|from above|aerial|drone)\b/,
    high: /\b(?:high[- ]angle|looking (?:gently )?down)\b/,
    low: /\b(?:low[- ]angle|worm's[- ]eye|looking up|from below)\b/,
    eye: /\b(?:eye[- ]level|straight-on|frontal|head-on)\b/,
    isometric: /\b(?:isometric|orthographic)\b/,
    tilted: /\b(?:dutch angle|tilted (?:frame|horizon|camera))\b/,
    behind: /\b(?:over[- ]the[- ]shoulder|from behind)\b/,
    quarter: /\b(?:three-quarter)\b/,
    profile: /\b(?:profile|side view|side-on)\b/,
  },
  shot: {
    close: /\b(?:close-up|close up|closeup|extreme close|tight (?:crop|framing)|macro|head-and-shoulders|portrait framing)\b/,
    medium: /\b(?:portrait|medium shot|mid shot|waist-up|half-length|bust)\b/,
    full: /\b(?:full[- ]body|full[- ]length|full figure)\b/,
    wide: /\b(?:wide shot|long shot|establishing|panorama|panoramic|vista|sweeping view|aerial|generous surroundings)\b/,
  },
  focus: {
    shallow: /\b(?:shallow depth|bokeh|background blur|out-of-focus|blurred background|soft focus|selective focus)\b/,
    deep: /\b(?:deep focus|deep depth|front to back|sharp throughout|edge to edge|edge-to-edge|everything sharp)\b/,
  },
  balance: {
    symmetrical: /\b(?:symmetrical|symmetry|symmetric|centred|centered|central axis)\b/,
    asymmetrical: /\b(?:asymmetrical|asymmetry|off-cent(?:er|re)|rule[- ]of[- ]thirds|diagonal|negative space on one side)\b/,
  },
  weather: {
    rain: /\b(?:rain|rainy|rain-soaked|drizzle|wet streets?|downpour|puddles?|regen|lluvia|pluie|дощ)\b/,
    snow: /\b(?:snow|snowy|snowfall|blizzard|frost|frosty|icy|schnee|nieve)\b/,
    fog: /\b(?:fog|foggy|mist|misty|haze|hazy|nebel|niebla)\b/,
    storm: /\b(?:storm|stormy|thunder|lightning|tempest)\b/,
    clear: /\b(?:clear midday|midday sun|clear sky|clear skies|cloudless|sunny|blue sky|bright sun|sun-drenched)\b/,
    overcast: /\b(?:overcast|cloudy|grey sky|gray sky)\b/,
  },
  season: {
    spring: /\b(?:spring(?:time)?|cherry blossoms?|spring bloom)\b/,
    summer: /\b(?:summer|summery)\b/,
    autumn: /\b(?:autumn|autumnal|fall foliage)\b/,
    winter: /\b(?:winter|wintry|snow|snowy|frost|frosty)\b/,
  },
  exposure: {
    high: /\b(?:high[- ]key|bright and airy|overexposed)\b/,
    low: /\b(?:low[- ]key|deep shadows?|near[- ]darkness|underexposed|chiaroscuro|tenebrism)\b/,
  },
  contrast: {
    soft: /\b(?:low contrast|soft contrast|diffused?|soft(?:ly)? (?:even )?light|shadowless)\b/,
    hard: /\b(?:high contrast|hard light|harsh|stark|hard-edged shadows?|crisp shadows)\b/,
  },
  saturation: {
    vivid: /\b(?:vivid|vibrant|saturated|neon|bold colou?rs?|candy|electric|rainbow|colou?rful|jewel tones?)\b/,
    muted: /\b(?:muted|desaturated|faded|subdued|dusty|restrained|pale|pastel|earthy|earth tones?|low-saturation|understated|neutral)\b/,
    monochrome:
      /\b(?:monochrome|monochromatic|black[- ]and[- ]white|black & white|greyscale|grayscale|sepia|single-hue|schwarz-?wei(?:ß|ss)|blanco y negro|noir et blanc)\b/,
  },
  temperature: {
    warm: /\b(?:warm|amber|golden|candlelit|candlelight|firelight|honey|ochre|terracotta|copper)\b/,
    cool: /\b(?:cool|cold|icy|steel blue|teal|cyan|bluish|moonlit|arctic)\b/,
  },
  energy: {
    calm: /\b(?:calm|serene|tranquil|quiet|quietly|peaceful|contemplative|gentle|hushed|(?<!film )still(?! life)|stillness|restful|meditative|soothing|cosy|cozy|unhurried|pastoral|sleeping|asleep)\b/,
    tense:
      /\b(?:tense|ominous|menacing|frantic|chaotic|raging|violent|sinister|foreboding|brooding|uneasy|paranoid|explosive|feverish|turbulent|adrenaline|restless|raw|danger|dangerous|battle|fighting|attack\w*)\b/,
    lively:
      /\b(?:joyful|playful|cheerful|exuberant|festive|whimsical|upbeat|lively|energetic|triumphant|exuberant|carefree|laughing|smiling|happy|dancing|celebrating)\b/,
    sad: /\b(?:melancholic|melancholy|wistful|lonely|solitary|mournful|bittersweet|nostalgic|sad|crying|weeping|grieving|desolate)\b/,
  },
};

/** Values that the facets of a text take. A text that names two values of a facet ("teal and amber") has settled it for itself. */
export type Facets = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads the facets of a text. */
export function facetsOf(text: string): Facets {
  const lower = text.toLowerCase().replaceAll('’', "'");
  const found = new Map<string, ReadonlySet<string>>();
  for (const [facet, values] of Object.entries(FACETS)) {
    const hits = Object.entries(values).filter(([, pattern]) => pattern.test(lower));
    if (hits.length > 0) found.set(facet, new Set(hits.map(([value]) => value)));
  }
  return found;
}

/** Facets where a second word for the same value is padding, not a contradiction. */
const ONCE: ReadonlySet<string> = new Set(['time', 'lens', 'viewpoint', 'shot', 'weather', 'balance', 'focus']);

/** True when a phrase gives a facet a value that the text so far does not have, or repeats what is said once only. */
export function contradicts(phrase: Facets, text: Facets): boolean {
  for (const [facet, values] of phrase) {
    const settled = text.get(facet);
    if (settled === undefined) continue;
    if (ONCE.has(facet)) return true;
    for (const value of values) if (!settled.has(value)) return true;
  }
  return false;
}

/** True when a phrase has a value that was excluded ("no fog"). */
export function hasExcluded(phrase: Facets, excluded: Facets): boolean {
  for (const [facet, values] of phrase) {
    const banned = excluded.get(facet);
    if (banned !== undefined && [...values].some((value) => banned.has(value))) return true;
  }
  return false;
}

/** The union of two readings. */
export function mergeFacets(a: Facets, b: Facets): Facets {
  const merged = new Map(a);
  for (const [facet, values] of b) merged.set(facet, new Set([...(merged.get(facet) ?? []), ...values]));
  return merged;
}

/** Values of one facet that no picture has together. Neighbours are left out: dusk becomes night, and there is fog in rain. */
const OPPOSED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  time: [
    ['dawn', 'sunset'],
    ['dawn', 'dusk'],
    ['day', 'dusk'],
    ['day', 'night'],
    ['sunset', 'night'],
  ],
  lens: [
    ['wide', 'normal'],
    ['wide', 'tele'],
    ['normal', 'tele'],
    ['wide', 'macro'],
  ],
  viewpoint: [
    ['overhead', 'low'],
    ['overhead', 'eye'],
    ['high', 'low'],
    ['high', 'eye'],
    ['low', 'eye'],
    ['isometric', 'low'],
    ['isometric', 'eye'],
    ['behind', 'quarter'],
    ['behind', 'profile'],
    ['quarter', 'profile'],
  ],
  shot: [
    ['close', 'full'],
    ['close', 'wide'],
  ],
  focus: [['shallow', 'deep']],
  balance: [['symmetrical', 'asymmetrical']],
  weather: [
    ['clear', 'rain'],
    ['clear', 'storm'],
    ['clear', 'overcast'],
  ],
  season: [
    ['summer', 'winter'],
    ['spring', 'autumn'],
  ],
  exposure: [['high', 'low']],
  saturation: [['vivid', 'monochrome']],
};

/** Two values of a facet that contradict each other. */
export interface Contradiction {
  readonly facet: string;
  readonly values: readonly [string, string];
}

/**
 * Where a text contradicts itself.
 * @param settled what the user's own words ask for: two values that stand there both are meant so
 */
export function contradictionsIn(text: Facets, settled: Facets): readonly Contradiction[] {
  return Object.entries(OPPOSED).flatMap(([facet, pairs]) => {
    const has = (value: string) => text.get(facet)?.has(value) === true;
    const isMeant = (value: string) => settled.get(facet)?.has(value) === true;
    const clash = pairs.find(([a, b]) => has(a) && has(b) && !(isMeant(a) && isMeant(b)));
    return clash === undefined ? [] : [{ facet, values: clash }];
  });
}
