import assert from 'node:assert/strict';
import { ageText } from '../../../src/core/text/age.js';
import { definitionOfVersion } from '../../../src/core/version/version-program.js';
import { writtenDraft } from '../../../src/core/version/written-version.js';
import { sampleVersion } from './version-samples.js';

const FACTS = { author: 'ada', created: '2026-01-02T03:04:05Z' };

describe('a version that a person wrote', () => {
  it('keeps where demos came from that it did not change, and what it was trained on; not the scores', () => {
    const before = sampleVersion(3);
    const definition = definitionOfVersion(before);
    const [first = assert.fail(), ...others] = definition.examples;
    const changed = { ...definition, examples: [{ ...first, outputs: { ...first.outputs, label: 'changed' } }, ...others] };
    const draft = writtenDraft(changed, { ...FACTS, before });
    assert.deepEqual(draft.parents, [3]);
    assert.deepEqual(draft.scope, before.scope);
    assert.deepEqual(draft.trainedOn, before.trainedOn);
    assert.deepEqual(draft.scores, {});
    assert.ok(draft.data.every(({ role }) => role === 'train'));
    const [edited, ...kept] = draft.demos;
    assert.deepEqual([edited?.augmented, edited?.source], [false, undefined]);
    assert.deepEqual(
      kept.map(({ augmented, source }) => [augmented, source]),
      before.demos.slice(1).map(({ augmented, source }) => [augmented, source]),
    );
  });

  it('begins without a parent', () => {
    const draft = writtenDraft(definitionOfVersion(sampleVersion(1)), FACTS);
    assert.deepEqual([draft.parents, draft.data, draft.trainedOn], [[], [], undefined]);
    assert.ok(draft.demos.every(({ augmented }) => !augmented));
  });
});

describe('how long ago something was', () => {
  it('is said in one unit', () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const ages = ['2026-03-01T11:59:30Z', '2026-03-01T11:55:00Z', '2026-03-01T10:00:00Z', '2026-02-26T12:00:00Z', '2025-12-31T00:00:00Z'];
    assert.deepEqual(
      ages.map((when) => ageText(when, now)),
      ['just now', '5 min ago', '2 h ago', '3 d ago', '2025-12-31'],
    );
    assert.equal(ageText('some day', now), 'some day');
  });
});
