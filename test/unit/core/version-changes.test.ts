import assert from 'node:assert/strict';
import { changesBetween, changesDocument, changesText } from '../../../src/core/version/changes.js';
import { sentenceLines, sentencesOf } from '../../../src/core/version/sentences.js';
import type { VersionDraft } from '../../../src/core/version/version.js';
import { sampleDraft, sampleVersion } from './version-samples.js';

const base = sampleDraft();
const demo = (review: string, row?: number) => ({
  inputs: { review },
  outputs: { label: 'positive' },
  quality: 1,
  augmented: false,
  ...(row === undefined ? {} : { source: { file: 'data/train.csv', row } }),
});
const kinds = (before: VersionDraft, after: VersionDraft) =>
  changesBetween(before, after).map(({ kind, field }) => (field === undefined ? kind : `${kind} ${field}`));
const text = (before: VersionDraft, after: VersionDraft) => changesText(changesBetween(before, after));

describe('sentences', () => {
  it('end at full stops that end a sentence, in any language', () => {
    assert.deepEqual(sentencesOf('Be short, e.g. Use one word. Really? Yes! 3.5 is a number. v. small.\n- A point\n\n最初。次。'), [
      'Be short, e.g. Use one word.',
      'Really?',
      'Yes!',
      '3.5 is a number. v. small.',
      '- A point',
      '最初。',
      '次。',
    ]);
    assert.deepEqual(sentenceLines('  One. "Two." Three\n\nFour.  \n'), ['  One.', '"Two."', 'Three', '', 'Four.', '']);
  });
});

describe('what changed between versions', () => {
  it('is nothing when only scores, sources or names differ', () => {
    const other = { ...base, scores: {}, author: 'eve', demos: base.demos.map(({ source: _, ...rest }) => ({ ...rest, quality: 0.1 })) };
    assert.deepEqual(changesBetween(base, { ...other, signature: { ...base.signature, name: 'other' } }), []);
    assert.equal(text(base, other), 'Nothing changed.');
  });

  it('says of instructions how many sentences came and went', () => {
    const after = { ...base, instructions: 'Judge the whole review. Be strict. Answer in one word.' };
    assert.deepEqual(changesBetween(base, after), [{ kind: 'instruction', before: base.instructions, after: after.instructions }]);
    assert.equal(text(base, after), 'The instructions changed: 2 sentences added, 1 removed.');
    assert.equal(text(after, { ...after, instructions: 'Be strict.' }), 'The instructions changed: 2 sentences removed.');
    assert.match(
      text(base, { ...base, instructions: 'Ignore single words.\nJudge the whole review.' }),
      /the same sentences in another order/,
    );
  });

  it('tells demos in and out, with their sources, and their order', () => {
    const before = { ...base, demos: [demo('a'), demo('b', 3), demo('c')] };
    const after = { ...base, demos: [demo('d', 12), demo('c'), demo('a')] };
    assert.deepEqual(kinds(before, after), ['demo_in', 'demo_out', 'demo_order']);
    assert.equal(text(before, after), 'The order of demos changed. 1 demo in (row 12 of data/train.csv), 1 out (row 3 of data/train.csv).');
    assert.deepEqual(changesBetween(before, after)[0]?.after, {
      inputs: { review: 'd' },
      outputs: { label: 'positive' },
      augmented: false,
      source: { file: 'data/train.csv', row: 12 },
    });
    assert.equal(text({ ...base, demos: [demo('a'), demo('a')] }, { ...base, demos: [demo('a')] }), '1 demo out.');
    assert.deepEqual(kinds({ ...base, demos: [demo('a')] }, { ...base, demos: [{ ...demo('a'), reasoning: 'x' }] }), [
      'demo_in',
      'demo_out',
    ]);
  });

  it('tells fields by name, the module, settings and the description', () => {
    const { signature } = base;
    const [review] = signature.inputs;
    const [label, details] = signature.outputs;
    assert.ok(review !== undefined && label !== undefined && details !== undefined);
    const after = {
      ...base,
      module: 'chain_of_thought' as const,
      settings: { temperature: 0.5 },
      signature: {
        ...signature,
        description: 'New.',
        inputs: [{ name: 'tone', type: 'string' as const, description: '' }, review],
        outputs: [{ ...label, type: 'string' as const, options: undefined as never }],
      },
    };
    assert.deepEqual(kinds(base, after), [
      'description',
      'field_added tone',
      'field_changed label',
      'field_removed details',
      'module',
      'settings',
    ]);
    assert.equal(
      text(base, after),
      'The description changed. The input tone was added. The output label changed: type from class to string, ' +
        'options from positive, negative to nothing. The output details was removed. The module changed from predict to chain_of_thought. ' +
        'The settings changed: temperature from 0.2 to 0.5, max_tokens from 500 to nothing.',
    );
    const turned = { ...base, signature: { ...signature, outputs: [details, label] } };
    assert.equal(text(base, turned), 'The order of fields changed from label, details to details, label.');
  });

  it('is a document for machines', () => {
    const { from, to, changes, text: words } = changesDocument(sampleVersion(3), sampleVersion(4, { instructions: 'Other.' }));
    assert.deepEqual([from, to, changes.length], ['v3', 'v4', 1]);
    assert.equal(words, 'The instructions changed: 1 sentence added, 2 removed.');
  });
});
