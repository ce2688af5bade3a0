import assert from 'node:assert/strict';
import { versionDocument } from '../../../src/core/version/version-document.js';
import { sampleDraft, sampleScore, sampleVersion } from './version-samples.js';

/** What is left of Markdown without its fences and code spans (CommonMark 4.5 and 6.1): what could be a link, HTML or a heading. */
function outsideOfCode(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split(/\r\n|\r|\n/)) {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1];
    if (fence === undefined && run !== undefined) fence = run;
    else if (fence !== undefined && run !== undefined && run.length >= fence.length && /^\s*`+\s*$/.test(line)) fence = undefined;
    else if (fence === undefined) lines.push(line.replace(/(`+)(?!`)(.*?[^`])\1(?!`)/g, ''));
  }
  assert.equal(fence, undefined, 'a fence that is not closed');
  return lines.join('\n');
}

describe('the document of a version', () => {
  it('has its parts in a fixed order, a sentence or field on a line', () => {
    const document = versionDocument(sampleVersion(3, { parents: [1] }));
    assert.deepEqual(
      document.split('\n').filter((line) => line.startsWith('#')),
      [
        '# `sentiment` v3',
        ...['## Instructions', '## Fields', '## Demos', '### Demo 1: row 12 of `data/train.csv`, augmented, quality 0.9', '### Demo 2'],
        ...['## Settings', '## Scores', '## Provenance'],
      ],
    );
    const lines = document.split('\n');
    assert.equal(lines[2], '`predict` · 2 demos · taste `anime` · user `ann` · `exact_match` 0.80 ± 0.08 (n = 100)');
    for (const line of [
      'Judge the whole review.',
      'Ignore single words.',
      "in  review: string(maxLength 5000) - The review's text",
      'out label: class "positive, negative" - Overall',
      'label: positive',
      'reasoning: It says bad.',
      '- at most 500 tokens per answer',
      '- own: `exact_match` 0.80 ± 0.08 (n = 100), on `data/test.csv`, with `embedded`, 120 tokens per call, $0.0001 per call',
      '- made from v1',
      '- optimizer: `bootstrap` `{"demos":4,"nested":{"a":[1]}}`, seed 7',
      '- train: `data/train.csv`, split `train`, 200 rows, SHA-256 `bbbbbbbbbbbb`',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(document.includes('review:\n  Schön 😀 "gut"\n  und lang\n'));
  });

  it('differs in one line where one sentence does, and nowhere for another time', () => {
    const lines = (more: object) => versionDocument(sampleVersion(3, more)).split('\n');
    const before = lines({});
    const changed = lines({ instructions: 'Judge the whole review. Ignore all single words.' }).filter((line) => !before.includes(line));
    assert.equal(changed[0], 'Ignore all single words.');
    assert.equal(changed.length, 2);
    const later = lines({ created: '2027-01-01T00:00:00.000Z' }).filter((line) => !before.includes(line));
    assert.equal(later.length, 2);
    assert.ok(later.every((line) => line.startsWith('- by') || line.startsWith('- content hash')));
  });

  it('shows whatever people and models wrote as text', () => {
    const evil = '</pre><script>x</script> [go](command:evil) ![i](https://x) ```\n````\n# Head\n<b>`` ` ``';
    const draft = sampleDraft();
    const [review] = draft.signature.inputs;
    const document = versionDocument(
      sampleVersion(1, {
        signature: { ...draft.signature, description: evil, inputs: [{ ...(review ?? assert.fail()), description: evil }] },
        ...{ instructions: evil, author: evil, note: evil, changes: evil, student: evil, teacher: '`', scope: { taste: evil, user: '' } },
        demos: [
          {
            inputs: { review: evil },
            outputs: { label: evil },
            reasoning: evil,
            quality: 1,
            augmented: false,
            source: { file: evil, row: 1 },
          },
        ],
        optimizer: { name: evil, options: { [evil]: evil } },
        data: [{ file: evil, sha256: evil, rows: 1, role: 'test' }],
        scores: { own: sampleScore({ metric: evil, model: evil, file: evil, leaked: true }) },
      }),
    );
    const rest = outsideOfCode(document);
    assert.doesNotMatch(rest, /[<>[\]]|script|command|Head/);
    assert.match(rest, /LEAKED/);
    assert.equal(document.split('command:evil').length - 1, 20);
  });

  it('is there for a version with nothing in it, and for a very long one', () => {
    const {
      settings: _,
      optimizer,
      student,
      teacher,
      trainedOn,
      cost,
      note,
      changes,
      ...least
    } = sampleDraft({ demos: [], data: [], scores: {} });
    const document = versionDocument(sampleVersion(1, { ...least, scope: {}, settings: undefined, optimizer: undefined }));
    assert.equal(document.match(/None\./g)?.length, 3);
    assert.match(document, /no score\n/);
    const long = versionDocument(sampleVersion(1, { instructions: '` '.repeat(500_000) }));
    assert.ok(long.length > 1_000_000);
  });
});
