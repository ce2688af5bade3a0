import assert from 'node:assert/strict';
import { presentOutputs, replacesSelection, selectionInput } from '../../../src/core/program/present.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { behind, inPlaceOf } from '../../../src/core/text/reshape.js';
import { TrackedPlaces } from '../../../src/core/text/tracked-edits.js';

describe('a text in the place of another', () => {
  it('keeps the blanks at both ends, and the line ends of the document', () => {
    assert.equal(inPlaceOf('  old words\n\n', 'new\nwords\n', '\n'), '  new\nwords\n\n');
    assert.equal(inPlaceOf('\told\r\n', 'new\nwords', '\r\n'), '\tnew\r\nwords\r\n');
    assert.equal(inPlaceOf('   ', 'new', '\n'), '   new');
  });

  const inserted = (document: string, selected: string, text: string, eol: '\n' | '\r\n' = '\n') => {
    const insertion = behind(document, document.indexOf(selected) + selected.length, text, eol);
    return document.slice(0, insertion.at) + insertion.text + document.slice(insertion.at);
  };

  it('goes behind it on lines of its own', () => {
    assert.equal(inserted('a line', 'a line', 'said\n'), 'a line\nsaid');
    assert.equal(inserted('whole\nnext', 'whole\n', 'said'), 'whole\nsaid\nnext');
    assert.equal(inserted('whole\r\nnext', 'whole\r\n', 'one\ntwo', '\r\n'), 'whole\r\none\r\ntwo\r\nnext');
    assert.equal(inserted('a\r\nb', 'a', 'said', '\r\n'), 'a\r\nsaid\r\nb');
  });

  it('tears no line apart, and takes no indentation from the next one', () => {
    assert.equal(inserted('A cat sat. And then…\nEnd', 'A cat sat.', 'said'), 'A cat sat. And then…\nsaid\nEnd');
    assert.equal(inserted('if (x)\n    next()', 'if (x)\n  ', 'said'), 'if (x)\nsaid\n    next()');
  });
});

describe('places in a document that is edited', () => {
  const track = (...changes: [offset: number, length: number, text: string][]) => {
    const places = new TrackedPlaces([
      { start: 10, end: 20 },
      { start: 30, end: 40 },
    ]);
    places.follow(changes.map(([offset, length, text]) => ({ offset, length, text })));
    return [places.at(0), places.at(1)];
  };

  it('move with what comes before them', () => {
    assert.deepEqual(track([0, 0, 'abc']), [
      { start: 13, end: 23 },
      { start: 33, end: 43 },
    ]);
    assert.deepEqual(track([22, 4, '']), [
      { start: 10, end: 20 },
      { start: 26, end: 36 },
    ]);
    assert.deepEqual(track([10, 0, 'x'], [21, 0, 'y']), [
      { start: 11, end: 21 },
      { start: 31 + 1, end: 42 },
    ]);
  });

  it('stay when something is added at their very end', () => {
    assert.deepEqual(track([20, 0, 'x'])[0], { start: 10, end: 20 });
  });

  it('are lost when their own text changes, each for itself', () => {
    assert.deepEqual(track([15, 1, '']), [undefined, { start: 29, end: 39 }]);
    assert.deepEqual(track([5, 50, '']), [undefined, undefined]);
    assert.deepEqual(track([18, 4, 'zz'])[0], undefined);
  });
});

describe('the result of a signature for a person', () => {
  const shown = (line: string, outputs: Record<string, never> | object) => presentOutputs(parseOneLine(line), outputs as never);

  it('is a single output alone, several with their names', () => {
    assert.equal(shown('a -> b', { b: 'text' }), 'text');
    assert.equal(shown('a -> b, c: number', { b: 'text', c: 4 }), 'b: text\nc: 4');
    assert.equal(shown('a -> b, c?: number', { b: 'two\nlines', c: null }), 'b:\ntwo\nlines');
  });

  it('shows lists as lines and structures as JSON', () => {
    assert.equal(shown('a -> b: string[]', { b: ['x', 'y'] }), '- x\n- y');
    assert.equal(shown('a -> b: json', { b: { x: [1] } }), '{\n  "x": [\n    1\n  ]\n}');
  });
});

describe('the input that a selection goes into', () => {
  const input = (line: string) => selectionInput(parseOneLine(line))?.name;

  it('is the first required text, else what there is', () => {
    assert.equal(input('style: class "a, b", passage, wish -> revised'), 'passage');
    assert.equal(input('hint?, passage -> revised'), 'passage');
    assert.equal(input('hint? -> revised'), 'hint');
    assert.equal(input('n: int -> b'), 'n');
    assert.equal(selectionInput(parseOneLine('passage, wish -> revised'), ['passage'])?.name, 'wish');
  });

  it('is replaced by one text alone', () => {
    assert.ok(replacesSelection(parseOneLine('passage -> revised')));
    assert.ok(!replacesSelection(parseOneLine('passage -> label: class "a, b"')));
    assert.ok(!replacesSelection(parseOneLine('passage -> a, b')));
    assert.ok(!replacesSelection(parseOneLine('passage -> tags: string[]')));
  });
});
