import assert from 'node:assert/strict';
import { facetsOf } from '../../../src/core/image-prompt/facets.js';
import type { TrainingRecord } from '../../../src/core/image-prompt/records.js';
import { SLOTS, type Taste } from '../../../src/core/taste/taste.js';
import { contentWords, words } from '../../../src/core/text/words.js';
import { DESERTED, IDEAS } from './ideas.js';
import { builtInTastes, Studio, starterRows } from './starter-data.js';

const SEEDS = [1, 2, 3];

interface Made {
  readonly taste: Taste;
  readonly idea: string;
  readonly seed: number;
  readonly structured: string;
  readonly final: string;
  /** What stands around the idea in the final prompt. */
  readonly phrases: readonly string[];
}

/** The user's words as they must stand in the prompt: sentence ends and outer commas belong to nobody. */
const kept = (idea: string) => idea.replace(/[\s.,;]+$/u, '');

/** Facets that are named with words of their own here: a check on the product's own reading. */
const NAMED = {
  lens: /\b(?:\d{2,3} ?mm|macro|telephoto|fisheye|tilt-shift|wide-angle)\b/i,
  time: /\b(?:dawn|sunrise|morning|noon|midday|golden hour|sunset|dusk|blue hour|twilight|night|midnight|moonlit|moonlight|starlit)\b/i,
  viewpoint: /\b(?:from above|overhead|top-down|bird's-eye|low[- ]angle|high[- ]angle|eye[- ]level|isometric|from below)\b/i,
};

const PEOPLE = /\b(?:skin|face|faces|portrait|expression|hair|hands|figures?|pose|glance|crowds?|person|people|wearer)\b/i;

describe('EmbeddedProvider: image prompts in the six tastes', () => {
  let tastes: readonly Taste[] = [];
  let rows: readonly TrainingRecord[] = [];
  let studio = new Studio([]);
  let made: readonly Made[] = [];

  before(async () => {
    [tastes, rows] = await Promise.all([builtInTastes(), starterRows()]);
    studio = new Studio(rows);
    const all: Made[] = [];
    for (const taste of tastes) {
      for (const idea of [...IDEAS, ...DESERTED]) for (const seed of SEEDS) all.push(await make(taste, idea, seed));
    }
    made = all;
  });

  async function make(taste: Taste, idea: string, seed: number): Promise<Made> {
    const { structured, final } = await studio.generate(taste, idea, seed);
    const around = final.split(kept(idea));
    return {
      taste,
      idea,
      seed,
      structured,
      final,
      phrases: around
        .flatMap((part) => part.split(','))
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    };
  }

  /** Fails with all prompts that have something wrong. */
  function none(wrong: (prompt: Made) => string | undefined | false): void {
    const found = made.flatMap((prompt) => {
      const what = wrong(prompt);
      return what === undefined || what === false ? [] : [`${prompt.taste.name}, seed ${prompt.seed}: ${what}\n    ${prompt.final}`];
    });
    assert.equal(found.length, 0, `${found.length} of ${made.length}:\n${found.slice(0, 8).join('\n')}`);
  }

  it('are there for every taste, idea and seed', () => {
    assert.equal(made.length, 6 * (IDEAS.length + DESERTED.length) * SEEDS.length);
    none(({ phrases }) => phrases.length < 6 && `${phrases.length} phrases only`);
  });

  it('keep the user’s words as they are, once, in both stages', () => {
    none(({ idea, structured, final }) => {
      const wanted = kept(idea);
      for (const text of [structured, final]) {
        if (!text.includes(wanted)) return `"${wanted}" is missing in: ${text}`;
        if (text.split(wanted).length > 2) return `"${wanted}" is there twice`;
      }
      return undefined;
    });
  });

  it('keep all of stage 1 in stage 2', () => none(({ structured, final }) => !final.startsWith(structured) && 'stage 1 is lost'));

  it('open in the words of the taste', () => {
    none(({ taste, phrases }) => {
      const own = new Set(taste.leads.flatMap((lead) => contentWords(lead)));
      return !phrases.slice(0, 2).some((phrase) => contentWords(phrase).some((word) => own.has(word))) && 'no word of a lead at the start';
    });
  });

  it('say no phrase twice', () => {
    none(({ phrases }) => {
      const lower = phrases.map((phrase) => phrase.toLowerCase());
      return lower.find((phrase, index) => lower.indexOf(phrase) !== index);
    });
  });

  for (const facet of ['lens', 'time', 'viewpoint'] as const) {
    it(`name one ${facet} at the most, the user’s own first`, () => {
      none(({ idea, phrases }) => {
        const read = [idea, ...phrases].filter((phrase) => facetsOf(phrase).has(facet));
        const named = [idea, ...phrases].filter((phrase) => NAMED[facet].test(phrase));
        return (read.length > 1 && read.join(' / ')) || (named.length > 1 && named.join(' / '));
      });
    });
  }

  it('contradict themselves in no facet', () => {
    none(({ idea, phrases }) => {
      const settled = new Map<string, { readonly values: ReadonlySet<string>; readonly phrase: string }>();
      for (const phrase of [idea, ...phrases]) {
        for (const [facet, values] of facetsOf(phrase)) {
          const earlier = settled.get(facet);
          if (earlier === undefined) settled.set(facet, { values, phrase });
          else if (![...values].some((value) => earlier.values.has(value))) return `${facet}: ${earlier.phrase} / ${phrase}`;
        }
      }
      return undefined;
    });
  });

  it('never say what the taste avoids', () => {
    none(({ taste, phrases }) => taste.avoid.find((word) => phrases.join(', ').toLowerCase().includes(word.toLowerCase())));
  });

  it('take no thing over from the demos: their words come from the user or the taste', () => {
    const ownWords = new Map(
      tastes.map((taste) => [
        taste.name,
        new Set(contentWords([...taste.leads, ...SLOTS.flatMap((slot) => taste.vocabulary[slot].map((phrase) => phrase.text))].join(' '))),
      ]),
    );
    none(({ taste, idea, phrases }) => {
      const foreign = new Set(studio.demos(taste, idea).flatMap((row) => contentWords(row.userInput)));
      const own = ownWords.get(taste.name);
      const wanted = new Set(contentWords(idea));
      const leaked = contentWords(phrases.join(' ')).filter((word) => foreign.has(word) && !wanted.has(word) && own?.has(word) !== true);
      return leaked.length > 0 && `leaked: ${leaked.join(' ')}`;
    });
  });

  it('show nobody when nobody is wanted', () => {
    const personal = new Map(
      tastes.map((taste) => [
        taste.name,
        SLOTS.flatMap((slot) =>
          taste.vocabulary[slot].filter((phrase) => phrase.subjects.includes('person') && phrase.subjects.length === 1),
        ),
      ]),
    );
    none(({ taste, idea, phrases }) => {
      if (!DESERTED.includes(idea)) return undefined;
      const tagged = personal.get(taste.name)?.find((phrase) => phrases.includes(phrase.text));
      return tagged?.text ?? phrases.find((phrase) => PEOPLE.test(phrase));
    });
  });

  it('have no empty part, doubled comma, double space or open placeholder', () => {
    none(({ idea, final }) => {
      const around = final.split(kept(idea)).join('…');
      return / {2}|, ?,|^\s|\s$|\{subject\}|undefined/.exec(around)?.[0];
    });
  });

  it('begin with a capital letter when the taste begins', () => {
    none(({ idea, final }) => !final.startsWith(kept(idea)) && /^\p{Ll}/u.test(final) && final.slice(0, 20));
  });

  it('are the same for the same seed, and mostly others for other seeds', async () => {
    for (const taste of tastes) {
      for (const idea of [...IDEAS.slice(0, 12), 'draw me a cat', 'ein Fuchs im Schnee']) {
        const texts: string[] = [];
        for (let seed = 1; seed <= 10; seed++) {
          const { final } = await make(taste, idea, seed);
          assert.equal((await make(taste, idea, seed)).final, final);
          texts.push(final);
        }
        assert.ok(new Set(texts).size >= 8, `${taste.name}, ${idea}: ${new Set(texts).size} of 10`);
      }
    }
  });

  it('keep to the length of their target', async () => {
    for (const taste of tastes) {
      for (const idea of IDEAS) {
        const clip = (await studio.generate(taste, idea, 1, 'clip')).final;
        assert.ok(words(clip).length <= 50, clip);
        const general = (await studio.generate(taste, idea, 1)).final;
        assert.ok(words(general).length <= 90, general);
      }
    }
  });

  it('keep a description whole that is longer than the target likes', async () => {
    const idea = 'a market with many small stalls and lamps '.repeat(12).trim().slice(0, 500);
    for (const taste of tastes) {
      for (const target of ['general', 'clip', 'natural']) {
        const { final } = await studio.generate(taste, idea, 1, target);
        assert.ok(final.includes(kept(idea)));
      }
    }
  });

  it('are whole sentences for a target that wants them', async () => {
    for (const taste of tastes) {
      for (const idea of ['a dragon flying over a castle', 'draw me a cat', 'ein Fuchs im Schnee']) {
        const { final } = await studio.generate(taste, idea, 3, 'natural');
        assert.match(final, /^[\p{Lu}\d][^.]*\. \p{Lu}[^.]*\.(?: \p{Lu}[^.]*\.)?$/u);
        assert.ok(final.toLowerCase().includes(idea.toLowerCase()));
        assert.ok(words(final).length <= 110);
      }
    }
  });
});
