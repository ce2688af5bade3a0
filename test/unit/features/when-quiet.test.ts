import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { WhenQuiet } from '../../../src/features/signature-files/when-quiet.js';

describe('work for when it is quiet', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  it('is done once, after a moment without another change', () => {
    const quiet = new WhenQuiet();
    let done = 0;
    for (let change = 0; change < 3; change++) {
      quiet.ask('a', () => done++);
      mock.timers.tick(100);
      assert.equal(done, 0);
    }
    mock.timers.tick(100);
    assert.equal(done, 1);
  });

  it('is done in between when the changes do not end, with the last one', () => {
    const quiet = new WhenQuiet();
    const done: number[] = [];
    for (let at = 0; at < 1200; at += 100) {
      quiet.ask('a', () => done.push(at));
      mock.timers.tick(100);
    }
    assert.deepEqual(done, [400, 900]);
  });

  it('is not done for what was forgotten', () => {
    const quiet = new WhenQuiet();
    let done = 0;
    quiet.ask('a', () => done++);
    quiet.ask('b', () => done++);
    quiet.forget('a');
    quiet.dispose();
    mock.timers.tick(1000);
    assert.equal(done, 0);
  });
});
