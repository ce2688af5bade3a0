import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { clipTokens } from '../../../src/core/image-prompt/clip-tokens.js';
import { IMAGE_PROMPT } from '../../../src/core/image-prompt/programs.js';
import { findTarget, type Target } from '../../../src/core/image-prompt/target.js';
import { defaultMetric, parseMetric } from '../../../src/core/metric/catalog.js';
import type { Scored } from '../../../src/core/metric/metric.js';
import type { Taste } from '../../../src/core/taste/taste.js';
import { sampleTaste } from './samples.js';

const IDEA = 'a dragon flying over a castle';
const OIL = sampleTaste('oil', {
  leads: ['oil painting of {subject}'],
  vocabulary: { ...sampleTaste('oil').vocabulary, technique: [{ text: 'thick impasto with visible bristle strokes', subjects: [] }] },
  avoid: ['anime', 'camera lens', '3d render'],
});
const GOOD = `oil painting of ${IDEA}, thick impasto strokes, low angle view, soft light at dusk`;

interface More {
  readonly idea?: string;
  readonly taste?: Taste | undefined;
  readonly target?: Target;
  readonly metric?: string;
}
function score(prompt: string, { idea = IDEA, taste, target, metric = 'image_prompt_lint' }: More = {}): Scored {
  return parseMetric(metric, IMAGE_PROMPT).score({
    signature: IMAGE_PROMPT,
    inputs: { taste: 'oil', user_input: idea },
    outputs: { optimized_prompt: prompt },
    expected: {},
    ...(taste === undefined ? {} : { taste }),
    ...(target === undefined ? {} : { target }),
  });
}

describe('image_prompt_lint', () => {
  it('finds nothing to mend in a good prompt, and names what it looked at', () => {
    const { score: value, feedback, parts } = score(GOOD, { taste: OIL, target: findTarget('clip') });
    assert.deepEqual([value, parts], [1, { subject: 1, style: 1, technical: 1, consistent: 1, allowed: 1, length: 1 }]);
    assert.equal(feedback, 'Nothing to mend in subject, style, technical, consistent, allowed, length.');
  });

  it('leaves out what it cannot check without a taste and a target', () =>
    assert.deepEqual(Object.keys(score(GOOD).parts ?? {}), ['subject', 'technical', 'consistent', 'allowed']));

  it('names the words of the idea that are lost', () => {
    const { parts, feedback } = score('painting of a wyvern above castles, soft light');
    assert.ok(Math.abs((parts?.subject ?? 0) - 1 / 3) < 1e-9);
    assert.match(feedback, /subject: "dragon", "flying" of the idea is lost/);
  });

  it('finds words of a script without blanks within longer runs', () =>
    assert.equal(score('城の上を飛ぶ龍の油絵, soft light', { idea: '龍' }).parts?.subject, 1));

  it("counts the words of the taste that are not the user's own", () => {
    const { parts, feedback } = score('oil painting of an oil painting, soft light', { idea: 'an oil painting', taste: OIL });
    assert.equal(parts?.style, 0);
    assert.match(feedback, /style: it has 0 of 3 words of its taste/);
  });

  const clashes: [string, string][] = [
    ['shot on a 24mm lens, 85mm portrait', 'lens is both wide and tele'],
    ['at sunrise, in the blue hour', 'time is both dawn and dusk'],
    ["low angle, bird's-eye framing", 'viewpoint is both overhead and low'],
    ['shallow depth of field, sharp throughout', 'focus is both shallow and deep'],
    ['symmetrical, off-center', 'balance is both symmetrical and asymmetrical'],
    ['in the rain under a cloudless sky', 'weather is both clear and rain'],
  ];
  for (const [words, says] of clashes) {
    it(`finds that ${says}`, () => {
      const { parts, feedback } = score(`${GOOD.split(', ')[0]}, ${words}`);
      assert.equal(parts?.consistent, 0);
      assert.ok(feedback.includes(`consistent: ${says}`), feedback);
    });
  }

  const sound = [
    'golden hour light at sunset',
    'dusk turning into night under the moon',
    'shot on 35mm film with an 85mm lens',
    'macro with a 100mm lens',
    'noon, four-point stars on the water',
    'low angle, cables overhead',
    'misty rain',
    'teal and amber palette',
  ];
  for (const words of sound) it(`finds no contradiction in "${words}"`, () => assert.equal(score(words).parts?.consistent, 1));

  it('takes contradictions that the user asked for as meant', () => {
    const idea = 'a street, half in daylight, half at night';
    assert.equal(score(`${idea}, soft daylight, night sky`, { idea }).parts?.consistent, 1);
    assert.equal(score(`a street at night, golden hour`, { idea: 'a street at night' }).parts?.consistent, 0);
  });

  it('finds banned words whole, whatever their hyphens and number, unless the user said them', () => {
    for (const words of ['Anime style', 'camera-lens flare', '3D renders']) {
      assert.equal(score(`${GOOD}, ${words}`, { taste: OIL }).parts?.allowed, 0, words);
    }
    assert.equal(score(`${GOOD}, animesque`, { taste: OIL }).parts?.allowed, 1);
    assert.equal(score('oil painting of an anime doll', { idea: 'an anime doll', taste: OIL }).parts?.allowed, 1);
    assert.equal(score(`${GOOD}, octane`, { metric: 'image_prompt_lint(banned="octane|8k")' }).parts?.allowed, 0);
  });

  it('says by how much a prompt is too long for its target', () => {
    const long = `${GOOD}, ${'soft warm light on old stone, '.repeat(12)}`;
    const { parts, feedback } = score(long, { target: findTarget('clip') });
    assert.ok((parts?.length ?? 1) < 0.8);
    assert.match(feedback, /length: it has 91 words, the most is 50 and about \d+ tokens, 77 are read/);
    assert.equal(score(long, { target: findTarget('natural') }).parts?.length, 1);
  });

  it('refuses a row without an idea', () =>
    assert.throws(
      () => score(GOOD, { idea: ' ' }),
      (error) => AtelierError.is(error, 'metric.invalid') && error.message.includes('"user_input" is empty'),
    ));
});

describe('clipTokens', () => {
  // Every word here is one entry of CLIP's vocabulary; its pattern lets digits and "'s" stand alone. Start and end count, too.
  const counts: [string, number][] = [
    ['', 2],
    ['a photo of a cat', 7],
    ['a diagram', 4],
    ["the cat's 35mm lens, 2024", 14],
  ];
  for (const [text, count] of counts) it(`counts "${text}" as ${count}`, () => assert.equal(clipTokens(text), count));
});

describe('prompt_quality', () => {
  const quality = (prompt: string, more: More = {}) => score(prompt, { ...more, metric: 'prompt_quality' });

  it('gives four quarters to a prompt that has them all', () => {
    assert.deepEqual(quality(GOOD, { taste: OIL }), {
      score: 1,
      feedback: 'Detailed, in style, long enough and technical.',
      parts: { detailed: 1, style: 1, long_enough: 1, technical: 1 },
    });
  });

  it('gives none to the idea alone, and says what would be better', () => {
    const { score: value, feedback } = quality(IDEA, { taste: OIL });
    assert.equal(value, 0);
    assert.equal(
      feedback,
      'To be better: it has 1 of 3 phrases; words of its style are missing; it has 6 words, more than 10 are needed; a term of camera, light, composition or technique is missing.',
    );
  });

  it('wants more than ten words: ten are too few, eleven do', () => {
    assert.equal(quality('one two three four five six seven eight nine ten').parts?.long_enough, 0);
    assert.equal(quality('one two three four five six seven eight nine ten eleven').parts?.long_enough, 1);
  });

  it('gives nothing for terms that the user brought', () =>
    assert.equal(quality('a lamp in soft light', { idea: 'a lamp in soft light' }).parts?.technical, 0));

  it('takes words of style in general without a taste', () => assert.equal(quality(`${IDEA}, muted palette`).parts?.style, 1));
});

describe('the default for image prompts', () => {
  it('is quality and lint, with and without labels', () => {
    for (const labeled of [true, false]) {
      assert.equal(defaultMetric(IMAGE_PROMPT, labeled).name, 'weighted(1 × prompt_quality, 1 × image_prompt_lint)');
    }
  });
});
