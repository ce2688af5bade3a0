import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { findTarget, TARGETS } from '../../../src/core/image-prompt/target.js';
import { findTaste } from '../../../src/core/taste/find-taste.js';
import { sampleTaste } from './samples.js';

const tastes = [sampleTaste('anime'), sampleTaste('oil painting'), sampleTaste('3d render', { label: 'Three-D' })];

function refusal(work: () => unknown): AtelierError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof AtelierError);
    return error;
  }
  assert.fail('nothing was thrown');
}

describe('findTaste', () => {
  for (const name of ['oil painting', 'Oil Painting', ' oil_painting ', 'oil-painting', 'OIL  PAINTING']) {
    it(`finds "${name}"`, () => assert.equal(findTaste(tastes, name).name, 'oil painting'));
  }

  it('finds a taste by its label', () => assert.equal(findTaste(tastes, 'three d').name, '3d render'));

  it('names all valid tastes and the nearest for an unknown one', () => {
    const error = refusal(() => findTaste(tastes, 'oil paintings'));
    assert.equal(error.code, 'taste.unknown');
    assert.match(error.message, /"oil paintings"/);
    assert.match(error.hint, /^Did you mean "oil painting"\? Valid tastes: anime, oil painting, 3d render\./);
  });

  it('guesses nothing when nothing is near', () => {
    const error = refusal(() => findTaste(tastes, 'surrealism'));
    assert.match(error.hint, /^Valid tastes: anime, oil painting, 3d render\./);
  });
});

describe('findTarget', () => {
  it('finds each target by its name', () => {
    for (const target of TARGETS) assert.equal(findTarget(target.name), target);
  });

  it('names the valid targets and the nearest for an unknown one', () => {
    const error = refusal(() => findTarget('clib'));
    assert.equal(error.code, 'usage.invalid');
    assert.equal(error.hint, 'Did you mean "clip"? Valid targets: general, clip, natural.');
  });
});
