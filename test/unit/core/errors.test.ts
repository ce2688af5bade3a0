import assert from 'node:assert/strict';
import { AtelierError, asAtelierError, cancelled, isCancellation } from '../../../src/core/errors.js';

/** An error as another bundle's copy of the class makes it: `instanceof` fails, the name stays. */
class ForeignAtelierError extends Error {
  override readonly name = 'AtelierError';
  readonly code = 'model.timeout';
  readonly hint = 'wait';
}

describe('AtelierError.is', () => {
  it('knows an error of another bundle by its name', () => {
    const foreign: unknown = new ForeignAtelierError('slow');
    assert.ok(!(foreign instanceof AtelierError));
    assert.ok(AtelierError.is(foreign));
    assert.ok(AtelierError.is(foreign, 'model.timeout'));
    assert.ok(!AtelierError.is(foreign, 'model.auth'));
  });

  it('takes nothing else for one', () => {
    for (const other of [new Error('x'), { name: 'AtelierError', code: 'internal' }, 'AtelierError', undefined, null]) {
      assert.ok(!AtelierError.is(other));
    }
  });
});

describe('AtelierError.toJSON', () => {
  it('is the error document, with a place when there is one', () => {
    const error = new AtelierError('data.malformed', 'Bad row.', { hint: 'Mend it.', file: 'a.csv', line: 3, cause: new Error('secret') });
    assert.deepEqual(JSON.parse(JSON.stringify(error)), {
      code: 'data.malformed',
      message: 'Bad row.',
      hint: 'Mend it.',
      file: 'a.csv',
      line: 3,
    });
    assert.deepEqual(Object.keys(new AtelierError('internal', 'm', { hint: 'h' }).toJSON()), ['code', 'message', 'hint']);
  });
});

describe('isCancellation', () => {
  it('knows the cancellations of the product, the platform and the editor', () => {
    const abort = new Error('a');
    abort.name = 'AbortError';
    const editor = new Error('b');
    editor.name = 'Canceled';
    for (const error of [cancelled(), abort, editor]) assert.ok(isCancellation(error));
    for (const error of [new Error('cancelled'), new AtelierError('internal', 'm', { hint: 'h' }), 'AbortError']) {
      assert.ok(!isCancellation(error));
    }
  });
});

describe('asAtelierError', () => {
  it('leaves an AtelierError as it is, also a foreign one', () => {
    const foreign = new ForeignAtelierError('slow');
    assert.equal(asAtelierError(foreign), foreign);
  });

  it('makes any cancellation the product’s own', () => {
    const abort = new Error('stop');
    abort.name = 'AbortError';
    const error = asAtelierError(abort);
    assert.equal(error.code, 'cancelled');
    assert.equal(error.cause, abort);
  });

  it('makes anything else internal, and keeps the cause', () => {
    const thrown = new TypeError('x is not a function');
    const error = asAtelierError(thrown);
    assert.equal(error.code, 'internal');
    assert.match(error.message, /x is not a function/);
    assert.equal(error.cause, thrown);
    assert.match(asAtelierError('a string').message, /a string/);
  });
});
