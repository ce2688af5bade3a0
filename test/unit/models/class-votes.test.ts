import assert from 'node:assert/strict';
import type { Demo } from '../../../src/core/program/program.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { EmbeddedProvider } from '../../../src/models/embedded/embedded-provider.js';
import { ask, failure } from './support.js';

const SIGNATURE = parseOneLine('review -> label: class "good, bad", place: class "hotel, boat"');
const demo = (review: string, label: string, place: string, quality = 1): Demo => ({
  inputs: { review },
  outputs: { label, place },
  quality,
});
const DEMOS = [
  demo('the room was dirty and loud', 'bad', 'hotel'),
  demo('a wonderful cabin and calm sea', 'good', 'boat'),
  demo('the crew was rude, the deck dirty', 'bad', 'boat'),
  demo('lovely room, friendly staff', 'good', 'hotel'),
];

describe('class votes of the embedded model', () => {
  const provider = new EmbeddedProvider();
  const vote = async (review: string, demos: readonly Demo[] = DEMOS, signature = SIGNATURE) =>
    (await provider.chat(ask('', { task: { program: { signature, instructions: '', demos }, inputs: { review } } }))).text[0];

  it('follow the nearest examples, each output by itself', async () => {
    assert.equal(await vote('a dirty room'), 'label: bad\nplace: hotel');
    assert.equal(await vote('calm sea and a wonderful deck'), 'label: good\nplace: boat');
  });

  it('weigh an example by its quality', async () => {
    const rivals = (quality: number) => [demo('green door', 'good', 'hotel', quality), demo('green door', 'bad', 'hotel', 0.5)];
    assert.equal(await vote('green door', rivals(0.9)), 'label: good\nplace: hotel');
    assert.equal(await vote('green door', rivals(0.1)), 'label: bad\nplace: hotel');
  });

  it('take what is frequent when nothing is near, and never an option that is not one', async () => {
    const demos = [...DEMOS, demo('extra', 'bad', 'boat'), demo('more', 'superb', 'boat')];
    assert.equal(await vote('zzz', demos), 'label: bad\nplace: boat');
  });

  it('refuse outputs that are no class', async () => {
    const signature = parseOneLine('review -> label: class "a, b", score: number');
    const error = await failure(vote('x', DEMOS, signature), 'model.unsupported');
    assert.match(error.message, /score of .* is number/);
    assert.match(error.hint, /Ollama/);
  });
});
