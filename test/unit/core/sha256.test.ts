import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { sha256 } from '../../../src/core/text/sha256.js';

describe('sha256', () => {
  // FIPS 180-4 examples (NIST, "SHA256.pdf") and the empty message.
  const vectors: [string, string, string][] = [
    ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['one block', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'two blocks',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a million letters', 'a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ];
  for (const [what, text, hash] of vectors) it(`of ${what}`, () => assert.equal(sha256(text), hash));

  it('agrees with the platform on every length around a block, and beyond ASCII', () => {
    for (let length = 0; length < 200; length++) {
      const text = 'é漢x'.repeat(length).slice(0, length);
      assert.equal(sha256(text), createHash('sha256').update(text, 'utf8').digest('hex'), String(length));
    }
  });
});
