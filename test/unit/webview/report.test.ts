import assert from 'node:assert/strict';
import { csvCell, rowsAsCsv } from '../../../webview/report/csv.js';
import { changeOf, type Filter, NO_FILTER, type Order, selectRows } from '../../../webview/report/rows.js';
import { wordDiff } from '../../../webview/shared/word-diff.js';
import { documentFrom, failedRow, reportFrom, rowOf, wrongRow } from '../core/report-samples.js';

/** Changed words in brackets. */
const marked = (before: string, after: string) =>
  wordDiff(before, after).map((pieces) => pieces.map(({ text, changed }) => (changed ? `[${text}]` : text)).join(''));

describe('the words in which two texts differ', () => {
  it('are the fewest, and joined the pieces are the text', () => {
    assert.deepEqual(marked('the red fox jumps', 'the quick brown fox jumps'), ['the [red] fox jumps', 'the [quick brown] fox jumps']);
    assert.deepEqual(marked('same', 'same'), ['same', 'same']);
    assert.deepEqual(marked('', 'new'), ['', '[new]']);
    assert.deepEqual(marked('a b c', 'c'), ['[a b ]c', 'c']);
  });

  it('are characters where a script has no spaces, and words in any other', () => {
    assert.deepEqual(marked('赤い猫', '青い猫'), ['[赤]い猫', '[青]い猫']);
    assert.deepEqual(marked('größe größer', 'größe kleiner'), ['größe [größer]', 'größe [kleiner]']);
    assert.deepEqual(marked('a 🐉', 'a 🦊'), ['a [🐉]', 'a [🦊]']);
  });

  it('are not looked for in texts whose table would be too large', () => {
    const long = (word: string) => `start ${`${word} `.repeat(2000)}end`;
    const [before] = wordDiff(long('a'), long('b'));
    assert.deepEqual([before.length, before[0], before.at(-1)], [3, { text: 'start ', changed: false }, { text: ' end', changed: false }]);
  });
});

describe('the rows of a report', () => {
  const before = reportFrom([wrongRow(1, 'a'), rowOf(2, 'b'), rowOf(3, 'c'), wrongRow(4, 'd', 'neutral')]);
  const after = reportFrom([rowOf(1, 'a'), wrongRow(2, 'b'), failedRow(3, 'c'), wrongRow(4, 'd'), rowOf(5, 'E')]);
  const evaluation = documentFrom(after, {}, { with: 'v2', report: before });
  const numbers = (filter: Filter, order: Order) => selectRows(evaluation, filter, order).map(({ row }) => row);

  it('tell how they changed, also by another answer that is as wrong, or none', () => {
    assert.deepEqual(evaluation.rows.map(changeOf), ['better', 'worse', 'different', 'different', undefined]);
  });

  it('stand with failures and losses first, and keep the order of the file', () => {
    assert.deepEqual(numbers(NO_FILTER, 'worst'), [3, 2, 4, 5, 1]);
    assert.deepEqual(numbers(NO_FILTER, 'file'), [1, 2, 3, 4, 5]);
    assert.deepEqual(numbers(NO_FILTER, 'change'), [2, 1, 3, 4, 5]);
    assert.deepEqual(
      evaluation.rows.map(({ row }) => row),
      [1, 2, 3, 4, 5],
    );
  });

  it('are chosen by every word, by being wrong, by change, and by a cell', () => {
    assert.deepEqual(numbers({ ...NO_FILTER, text: 'POSITIVE matches' }, 'file'), [1, 5]);
    assert.deepEqual(numbers({ ...NO_FILTER, text: 'model.timeout' }, 'file'), [3]);
    assert.deepEqual(numbers({ ...NO_FILTER, wrongOnly: true }, 'file'), [2, 3, 4]);
    assert.deepEqual(numbers({ ...NO_FILTER, changedOnly: true, wrongOnly: true, text: '#4' }, 'file'), [4]);
    assert.deepEqual(numbers({ ...NO_FILTER, cell: { field: 'label', expected: 0, got: 1 } }, 'file'), [2, 4]);
  });
});

describe('rows as CSV', () => {
  it('say nothing that a spreadsheet would run, and keep numbers', () => {
    for (const text of ['=1+1', '+1', '-1', '@x', '\t=1', ' =1', '＝1', '\r=1']) assert.match(csvCell(text), /^"?'/, text);
    assert.deepEqual(
      [csvCell(-1.5), csvCell('a,"b"\n'), csvCell('1-1'), csvCell(null), csvCell(['=x'])],
      ['-1.5', '"a,""b""\n"', '1-1', '', '"[""=x""]"'],
    );
  });

  it('have a column for each field, and end lines as RFC 4180 says', () => {
    const csv = rowsAsCsv(documentFrom(reportFrom([rowOf(1, 'a'), failedRow(2, 'b')])).rows);
    const [head, first, second, end] = csv.split('\r\n');
    assert.match(head ?? '', /^\uFEFFrow,line,run,score,input\.review,expected\.label,output\.label,feedback,error,/);
    assert.match(first ?? '', /^1,2,1,1,a,positive,positive,/);
    assert.match(second ?? '', /^2,3,1,,b,positive,,,"model\.timeout: No answer/);
    assert.equal(end, '');
  });
});
