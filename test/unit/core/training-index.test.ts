import assert from 'node:assert/strict';
import { TrainingIndex } from '../../../src/core/example/training-index.js';
import { sampleTraining } from './samples.js';

const inputs = (index: TrainingIndex, text: string, count: number) => index.select(text, count).map((row) => row.userInput);

describe('TrainingIndex', () => {
  const rows = [
    sampleTraining('a bowl of ramen on a counter', 0.99),
    sampleTraining('a dragon over a castle', 0.8),
    sampleTraining('two dragons fighting', 0.8),
    sampleTraining('castles in the fog', 0.7),
    sampleTraining('a cat on a windowsill', 0.95),
  ];

  it('puts the nearest row last, and it wins over a better but foreign one', () => {
    assert.equal(inputs(new TrainingIndex(rows), 'a dragon flying over a castle', 3).at(-1), 'a dragon over a castle');
  });

  it('gives near rows before foreign ones, then the best of the rest', () => {
    const selected = inputs(new TrainingIndex(rows), 'a dragon flying over a castle', 4);
    assert.deepEqual(new Set(selected.slice(1)), new Set(['a dragon over a castle', 'two dragons fighting', 'castles in the fog']));
    assert.equal(selected[0], 'a bowl of ramen on a counter');
  });

  it('gives the best rows, the best last, when nothing is near', () => {
    assert.deepEqual(inputs(new TrainingIndex(rows), 'водоспад', 2), ['a cat on a windowsill', 'a bowl of ramen on a counter']);
  });

  it('lets quality decide between rows that are equally near', () => {
    const index = new TrainingIndex([sampleTraining('dragon asleep', 0.65), sampleTraining('dragon awake', 0.9)]);
    assert.deepEqual(inputs(index, 'dragon', 2), ['dragon asleep', 'dragon awake']);
  });

  it('takes each input once, in its best row, whatever its case', () => {
    const index = new TrainingIndex([
      sampleTraining('A red fox', 0.7),
      sampleTraining('a red fox', 0.9),
      sampleTraining('a blue jay', 0.8),
    ]);
    const selected = index.select('red fox', 5);
    assert.deepEqual(
      selected.map((row) => [row.userInput, row.qualityScore]),
      [
        ['a blue jay', 0.8],
        ['a red fox', 0.9],
      ],
    );
  });

  it('ignores rows below 0.6, also the nearest', () => {
    const index = new TrainingIndex([sampleTraining('a dragon', 0.59), sampleTraining('a teapot', 0.6)]);
    assert.equal(index.size, 1);
    assert.deepEqual(inputs(index, 'a dragon', 5), ['a teapot']);
  });

  it('gives no more than asked for, and all there is when more is asked', () => {
    assert.equal(inputs(new TrainingIndex(rows), 'dragon', 2).length, 2);
    assert.equal(inputs(new TrainingIndex(rows), 'dragon', 50).length, rows.length);
    assert.deepEqual(inputs(new TrainingIndex([]), 'dragon', 3), []);
    assert.deepEqual(inputs(new TrainingIndex(rows), 'dragon', 0), []);
  });

  it('is deterministic', () => {
    assert.deepEqual(inputs(new TrainingIndex(rows), 'a cat and a dragon', 5), inputs(new TrainingIndex(rows), 'a cat and a dragon', 5));
  });
});
