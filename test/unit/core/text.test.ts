import assert from 'node:assert/strict';
import { editDistance, nearest } from '../../../src/core/text/edit-distance.js';
import { contentWords, jaccard, stem, words } from '../../../src/core/text/words.js';

describe('words', () => {
  it('finds the words of any language, in lower case', () => {
    assert.deepEqual(words('A Dragon, über the Замок; 龍 2049!'), ['a', 'dragon', 'über', 'the', 'замок', '龍', '2049']);
  });

  it('keeps inner hyphens and apostrophes, and drops outer ones', () => {
    assert.deepEqual(words("bird's-eye 'view' – well-known-"), ["bird's-eye", 'view', 'well-known']);
  });

  it('reads full-width letters as plain ones', () => {
    assert.deepEqual(words('Ｎｅｏｎ'), ['neon']);
  });

  it('finds nothing in a text without words', () => {
    assert.deepEqual(words(' … !? '), []);
  });
});

describe('contentWords', () => {
  it('drops stop words, parts hyphens and stems', () => {
    assert.deepEqual(contentWords('the castles on a snow-white hill'), ['castle', 'snow', 'white', 'hill']);
  });
});

describe('stem', () => {
  const same: [string, string][] = [
    ['castles', 'castle'],
    ['cities', 'city'],
    ['witches', 'witch'],
    ['boxes', 'box'],
    ['glasses', 'glass'],
    ['softly', 'soft'],
    ['painted', 'paint'],
  ];
  for (const [inflected, plain] of same) {
    it(`${inflected} is ${plain}`, () => assert.equal(stem(inflected), stem(plain)));
  }

  for (const word of ['glass', 'bus', 'iris', 'king', 'red', 'fly', 'sky', 'замки', '龍']) {
    it(`${word} stays`, () => assert.equal(stem(word), word));
  }
});

describe('jaccard', () => {
  it('is the share of common items', () => assert.equal(jaccard(new Set(['a', 'b', 'c']), new Set(['b', 'c', 'd'])), 0.5));
  it('is 0 for two empty sets', () => assert.equal(jaccard(new Set(), new Set()), 0));
  it('is 1 for equal sets', () => assert.equal(jaccard(new Set(['x']), new Set(['x'])), 1));
});

describe('editDistance', () => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['anime', 'anime', 0],
    ['anmie', 'anime', 2],
  ];
  for (const [a, b, distance] of cases) {
    it(`"${a}" to "${b}" is ${distance}`, () => assert.equal(editDistance(a, b), distance));
  }
});

describe('nearest', () => {
  const names = ['photorealistic', 'oil painting', 'anime', 'cyberpunk', '3d render'];

  it('finds the one with the fewest edits', () => assert.equal(nearest('animee', names), 'anime'));
  it('ignores case', () => assert.equal(nearest('CYBERPANK', names), 'cyberpunk'));
  it('takes a part of a name for the name', () => assert.equal(nearest('photo', names), 'photorealistic'));
  it('says nothing when nothing is near', () => assert.equal(nearest('impressionism', names), undefined));
  it('says nothing when there are no candidates', () => assert.equal(nearest('anime', []), undefined));
});
