import { type Facets, facetsOf, mergeFacets } from '../../core/image-prompt/facets.js';
import type { Subject } from '../../core/taste/taste.js';
import { contentWords, stem, words } from '../../core/text/words.js';

/** Nouns that tell what a picture shows. English first; the commonest words of other languages beside them. */
const NOUNS: Readonly<Record<Subject, string>> = {
  person:
    'person people man men woman women girl boy child children kid baby lady gentleman guy crowd couple family friend mother father grandmother grandfather grandma grandpa sister brother daughter son bride groom king queen prince princess knight warrior samurai ninja soldier wizard witch sorceress mage monk nun priest priestess pirate viking detective hacker astronaut scientist doctor nurse teacher student chef cook baker farmer fisherman fisher sailor captain pilot driver cyclist rider dancer ballerina singer musician pianist violinist guitarist drummer painter artist sculptor potter blacksmith carpenter tailor weaver gardener beekeeper watchmaker librarian writer poet merchant vendor courier mechanic worker miner hunter shepherd nomad traveler traveller hiker climber surfer swimmer runner boxer athlete skater skateboarder gymnast bartender barista waiter clown juggler magician geisha emperor empress hero heroine villain vampire elf dwarf fairy mermaid android cyborg frau mann mädchen junge kind mujer hombre niña niño abuela chica chico femme homme fille garçon жінка чоловік дівчина хлопець бабуся дідусь',
  creature:
    'animal creature dragon wyvern phoenix unicorn griffin monster beast spirit ghost demon kaiju cat kitten dog puppy wolf fox bear panda lion tiger leopard panther cheetah lynx elephant rhino hippo giraffe zebra horse pony stallion donkey cow bull goat sheep lamb pig deer stag moose reindeer rabbit hare squirrel mouse hedgehog badger otter beaver raccoon monkey gorilla ape koala kangaroo camel llama alpaca bird owl eagle hawk falcon raven crow sparrow robin kingfisher hummingbird parrot peacock swan goose duck heron crane stork flamingo penguin puffin seagull rooster hen chicken fish koi shark whale dolphin orca seal octopus squid jellyfish turtle tortoise frog toad lizard gecko chameleon snake crocodile dinosaur butterfly moth bee bumblebee beetle ladybug dragonfly spider snail crab lobster katze hund vogel pferd fuchs gato perro pájaro caballo zorro chat chien oiseau кіт кішка собака пес лис птах',
  landscape:
    'landscape mountain hill valley canyon cliff desert dune oasis beach coast shore sea ocean lake river stream waterfall island bay fjord glacier iceberg volcano forest wood woods jungle rainforest swamp marsh meadow field prairie steppe savanna savannah plain heath moor tundra cave sky cloud horizon sunset sunrise aurora lagoon reef pond path trail planet galaxy nebula vineyard countryside berg wald strand meer see fluss montaña bosque playa mar lago río montagne forêt plage гора гори ліс море озеро річка поле пляж',
  city: 'city town village street road alley avenue boulevard square plaza market bazaar harbor harbour port dock pier bridge tower skyscraper skyline building house cottage cabin castle palace fortress temple shrine pagoda church cathedral mosque monastery lighthouse windmill ruin station subway metro rooftop district downtown suburb neighborhood stadium arcade shopfront storefront facade stadt straße dorf haus ciudad calle casa pueblo castillo ville rue maison château місто вулиця село замок будинок',
  interior:
    'interior room bedroom kitchen bathroom hallway corridor hall library office studio workshop cafe café coffeehouse restaurant diner bar pub tavern classroom laboratory lab greenhouse conservatory attic basement cellar loft apartment lobby theater theatre museum gallery throne staircase bookshop shop store garage hangar cockpit cabin küche zimmer bibliothek cocina biblioteca cuisine кухня кімната бібліотека',
  object:
    'object teapot cup mug bottle glass vase bowl lamp lantern candle clock watch compass book letter pen typewriter camera radio telephone phone computer laptop keyboard headphone guitar violin piano cello trumpet drum sword shield helmet armor armour crown ring necklace jewel gem crystal key lock chest box toy doll puppet mask robot drone sneaker shoe boot hat umbrella chair armchair table desk sofa bench mirror kite balloon anchor statue sculpture globe telescope microscope gramophone suitcase backpack perfume potion instrument machine engine gear tool hammer kettle stuhl tisch uhr lampe reloj taza lámpara чайник годинник лампа',
  food: 'food breakfast lunch dinner dessert cake pie bread loaf croissant pastry cookie pancake waffle pizza pasta noodle ramen sushi soup stew salad burger sandwich taco dumpling rice cheese egg fruit apple pear lemon orange cherry strawberry blueberry raspberry grape peach fig pomegranate watermelon tomato pumpkin mushroom chocolate ice-cream honey coffee tea wine cocktail smoothie brot kuchen suppe pan sopa gâteau soupe хліб борщ торт',
  vehicle:
    'vehicle car automobile truck van bus tram train locomotive motorcycle motorbike scooter bicycle bike boat ship sailboat yacht canoe kayak ferry submarine airplane plane aircraft jet helicopter airship zeppelin balloon spaceship spacecraft starship rocket rover tractor taxi carriage wagon sleigh mech auto zug schiff fahrrad coche tren barco bicicleta voiture bateau vélo машина потяг корабель велосипед',
  plant:
    'plant flower rose tulip lily lotus orchid sunflower daisy poppy lavender peony iris dahlia wisteria blossom bouquet tree oak pine birch maple willow cypress bamboo bonsai fern moss ivy vine cactus succulent grass leaf leaves seedling garden herb mushroom blume baum rosen flor árbol fleur arbre квітка дерево соняшник соняшники троянда',
  abstract:
    'abstract pattern shape geometry geometric fractal texture composition concept emotion time silence memory music sound energy chaos harmony infinity void dream sphere cube spiral circle triangle wave particle gradient mandala',
};

const KIND_OF = new Map<string, Set<Subject>>();
for (const [kind, list] of Object.entries(NOUNS) as [Subject, string][]) {
  for (const noun of list.split(' ')) {
    const key = stem(noun);
    KIND_OF.set(key, (KIND_OF.get(key) ?? new Set()).add(kind));
  }
}

/** "no people", "without a hat", "ohne Menschen": what follows is excluded, up to the next comma or preposition. */
const NEGATION =
  /(?<![\p{L}])(?:no|not|never|without(?: any)?|free of|empty of|devoid of|ohne|kein(?:e|en)?|nicht|sin|sans|pas de|senza|без)\s+((?:(?!\b(?:on|in|at|with|under|over|but|just|only|near|by|from)\b)[^,.;:()])+)/giu;

/** Words that say by themselves that nobody is there. */
const NOBODY = /\b(?:nobody|deserted|uninhabited|unpopulated|menschenleer(?:e[rsn]?)?)\b/iu;

/** What a description asks for, as far as words can tell. */
export interface SubjectReading {
  /** What the picture is of; empty when unknown. */
  readonly kinds: ReadonlySet<Subject>;
  /** Facets that the description settles. */
  readonly facets: Facets;
  /** Facet values that it excludes. */
  readonly excludedFacets: Facets;
  /** Stems that no phrase may contain. */
  readonly excludedWords: ReadonlySet<string>;
  /** Kinds that must not appear. */
  readonly excludedKinds: ReadonlySet<Subject>;
  /** Stems of the description's content words. */
  readonly words: ReadonlySet<string>;
}

/** Reads a description: what it shows, what it settles, what it excludes. */
export function readSubject(description: string): SubjectReading {
  const excluded = [...description.matchAll(NEGATION)].map((match) => match[1] ?? '').join(' ');
  const wanted = description.replace(NEGATION, ' ');
  const excludedKinds = new Set(kindsOf(excluded.replace(OTHER_PEOPLE, 'people')));
  if (NOBODY.test(description)) excludedKinds.add('person');
  const kinds = mainKinds(wanted);
  return {
    kinds,
    facets: facetsOf(wanted),
    excludedFacets: mergeFacets(facetsOf(excluded), unfitFacets(kinds, kindsOf(wanted))),
    excludedWords: new Set(contentWords(excluded)),
    excludedKinds,
    words: new Set(contentWords(description)),
  };
}

/** What would not suit: a close-up of something seen in a wide place, weather and hours of the day indoors. */
function unfitFacets(main: ReadonlySet<Subject>, all: ReadonlySet<Subject>): Facets {
  const unfit = new Map<string, ReadonlySet<string>>();
  const inWidePlace = !main.has('landscape') && !main.has('city') && (all.has('landscape') || all.has('city'));
  if (inWidePlace) unfit.set('shot', new Set(['close', 'medium']));
  if (main.has('interior')) {
    unfit.set('weather', new Set(['rain', 'snow', 'fog', 'storm', 'clear', 'overcast']));
    unfit.set('time', new Set(['dawn', 'day', 'sunset', 'dusk', 'night']));
  }
  return unfit;
}

const OTHER_PEOPLE = /(?<!\p{L})(?:menschen|leute|gente|personas|gens|людей|persone)(?!\p{L})/giu;

/**
 * What a text is mainly of: the kinds of the first thing it names. In a run of nouns the last one is the head ("clock tower" is a
 * tower).
 */
function mainKinds(text: string): ReadonlySet<Subject> {
  let head: ReadonlySet<Subject> | undefined;
  for (const word of words(text).flatMap((word) => word.split('-'))) {
    const kinds = KIND_OF.get(stem(word));
    if (kinds === undefined && head !== undefined) break;
    head = kinds ?? head;
  }
  return head ?? new Set();
}

/** The kinds of all things that a text names. */
export function kindsOf(text: string): ReadonlySet<Subject> {
  const kinds = new Set<Subject>();
  for (const word of words(text).flatMap((word) => word.split('-'))) {
    for (const kind of KIND_OF.get(stem(word)) ?? []) kinds.add(kind);
  }
  return kinds;
}

/** True when the word is the name of a thing: such a word in a learnt phrase belongs to another picture. */
export function isThing(word: string): boolean {
  return KIND_OF.has(word);
}
