import assert from 'node:assert/strict';
import { AtelierError } from '../../../src/core/errors.js';
import { checkDescription, cleanDescription, countCharacters, requireDescription } from '../../../src/core/image-prompt/description.js';

const FAMILY = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';

describe('countCharacters', () => {
  const cases: [string, string, number][] = [
    ['letters', 'cat', 3],
    ['an emoji family joined by ZWJ', FAMILY, 1],
    ['an emoji with a skin tone', '\u{1F44B}\u{1F3FD}', 1],
    ['a flag', '\u{1F1FA}\u{1F1E6}', 1],
    ['a letter with a combining accent', 'e\u0301', 1],
    ['a Devanagari cluster', 'नि', 1],
    ['nothing', '', 0],
  ];
  for (const [what, text, count] of cases) {
    it(`counts ${what} as ${count}`, () => assert.equal(countCharacters(text), count));
  }
});

describe('checkDescription', () => {
  it('refuses 2 characters, with the count', () => {
    const problem = checkDescription('  ab ');
    assert.equal(problem?.code, 'description.too_short');
    assert.match(problem.message, /has 2 characters; it needs at least 3/);
  });

  it('writes 1 character in the singular', () => assert.match(checkDescription('龍')?.message ?? '', /has 1 character;/));

  it('takes 3 characters', () => assert.equal(checkDescription('cat'), undefined));

  it('takes 500 characters', () => assert.equal(checkDescription('x'.repeat(500)), undefined));

  it('refuses 501, with the count and by how much', () => {
    const problem = checkDescription(` ${'x'.repeat(501)}\n`);
    assert.equal(problem?.code, 'description.too_long');
    assert.match(problem.message, /has 501 characters; the most is 500/);
    assert.match(problem.hint, /^Shorten it by 1:/);
  });

  it('counts as a person does: 500 emoji families are 500', () => {
    assert.equal(checkDescription(FAMILY.repeat(500)), undefined);
    assert.match(checkDescription(FAMILY.repeat(501))?.message ?? '', /has 501 characters/);
  });

  it('refuses a text of control characters alone', () =>
    assert.match(checkDescription('\u0000\u0007\u001b\u202e')?.message ?? '', /has 0/));
});

describe('cleanDescription', () => {
  it('strips control characters, direction overrides and byte-order marks', () => {
    assert.equal(cleanDescription('\ufeffa\u0000 cat\u001b[31m \u202esitting\u2066 here\u009f'), 'a cat[31m sitting here');
  });

  it('makes line breaks and tabs one space', () =>
    assert.equal(cleanDescription(' a cat\r\n\r\n\ton a mat\u2028now '), 'a cat on a mat now'));

  const kept = [
    'Дракон над замком, їжак і ґава',
    '城の上を飛ぶドラゴン',
    'قلعة تحت النجوم',
    'דרקון מעל הטירה',
    'एक अजगर',
    'Čert škrečka Łódź ñandú',
    `a family ${FAMILY} at the sea`,
    '"quotes" \'single\' {braces} $& \\backslash <tags> 100 %',
  ];
  for (const text of kept) {
    it(`keeps ${text}`, () => assert.equal(cleanDescription(text), text.normalize('NFC')));
  }
});

describe('requireDescription', () => {
  it('cuts nothing off a text of exactly the greatest length', () => {
    const text = `${'дракон '.repeat(71)}кіт`;
    assert.equal(countCharacters(text), 500);
    assert.equal(requireDescription(`\n${text}  `), text);
  });

  it('throws the problem as an error with its code and hint', () => {
    assert.throws(
      () => requireDescription('x'),
      (error) => AtelierError.is(error, 'description.too_short') && error.hint.includes('a dragon flying over a castle'),
    );
  });
});
