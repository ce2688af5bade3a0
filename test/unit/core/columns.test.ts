import assert from 'node:assert/strict';
import { mapColumns } from '../../../src/core/example/columns.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';

describe('mapping columns to fields', () => {
  const { inputs } = parseOneLine('review, hint? -> label');

  it('takes columns by name, and others where it is told to', () => {
    assert.deepEqual(mapColumns(inputs, ['review', 'hint', 'x'], {}, 'a.csv')({ review: 'r', hint: 'h', x: 'y' }), {
      review: 'r',
      hint: 'h',
    });
    assert.deepEqual(mapColumns(inputs, ['text'], { review: 'text' }, 'a.csv')({ text: 'r' }), { review: 'r' });
  });

  it('counts an empty cell as not given', () => {
    assert.deepEqual(mapColumns(inputs, ['review', 'hint'], {}, 'a.csv')({ review: '', hint: null }), {});
  });

  it('lists every mistake at once, with the nearest column', () => {
    assert.throws(
      () => mapColumns(inputs, ['reviw'], { hnt: 'x' }, 'a.csv'),
      /no field "hnt", did you mean "hint"\? a\.csv has no column "x"\. a\.csv has no column "review", did you mean "reviw"\?/,
    );
  });
});
