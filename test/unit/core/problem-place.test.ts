import assert from 'node:assert/strict';
import { outlineOf } from '../../../src/core/signature/outline.js';
import { problemStretch, suggestedWord } from '../../../src/core/signature/problem-place.js';
import { parseSignature, readSourceTree } from '../../../src/store/index.js';

const HEAD = 'name: x\ninput_fields: [{name: a}]\noutput_fields:\n';

/** What is underlined in a text, problem by problem. */
function underlined(text: string): string[] {
  const root = readSourceTree(text);
  const lines = text.split('\n');
  return parseSignature(text, 'x').problems.map(({ line, column = 1, message }) => {
    const offset = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    const { start, end } = problemStretch(text, root, offset, message);
    assert.ok(end >= start && !text.slice(start, end).includes('\n'), `${start}-${end}: ${message}`);
    return text.slice(start, end);
  });
}

describe('what is underlined in a signature file', () => {
  const CASES: Record<string, { text: string; words: string[] }> = {
    'the key that is wrong': { text: `${HEAD}  - {name: b}\nmodul: predict\n`, words: ['modul'] },
    'the type that is wrong': { text: `${HEAD}  - {name: b, type: strng}\n`, words: ['strng'] },
    'the item of a list that is wrong': { text: `${HEAD}  - {name: b, type: "strng[]"}\n`, words: ['strng'] },
    'the name that is no name': { text: `${HEAD.replace('x', 'my x')}  - {name: b}\n`, words: ['my x'] },
    'the field that is there twice': { text: `${HEAD}  - {name: a}\n`, words: ['a'] },
    'the part that is not for this type': { text: `${HEAD}  - {name: b, min: 1}\n`, words: ['min'] },
    'the key with its value': { text: `${HEAD}  - {name: b, type: number, min: 5, max: 1}\n`, words: ['max: 1'] },
    'the key alone, when its value is below': { text: `${HEAD}  - name: b\nexamples:\n  a: b\n`, words: ['examples'] },
    'the unknown field of an example': { text: `${HEAD}  - {name: b}\nexamples:\n  - {a: x, b: y, c: z}\n`, words: ['c'] },
    'the wrong option of an example': {
      text: `${HEAD}  - {name: b, type: class, options: [y]}\nexamples:\n  - {a: x, b: z}\n`,
      words: ['b'],
    },
    'the line of an example that lacks something': { text: `${HEAD}  - {name: b}\nexamples:\n  - {a: x}\n`, words: ['{a: x}'] },
    'the line of an item that is none': { text: `${HEAD}  - just text\n`, words: ['just text'] },
    'the first line of what is missing': { text: 'name: x\ninput_fields: [{name: a}]\n', words: ['name: x'] },
    'a whole line of no YAML': { text: 'name: x\ninput_fields: [{name: a}]\noutput_fields: [{name: b}]\nmod\n', words: ['mod'] },
    nothing: { text: '', words: [''] },
  };
  for (const [what, { text, words }] of Object.entries(CASES)) it(`is ${what}`, () => assert.deepEqual(underlined(text), words));

  it('is offered the word that a hint means', () => {
    assert.equal(suggestedWord('No such thing. Did you mean "module"? Parts: name.'), 'module');
    assert.equal(suggestedWord('Parts: "name".'), undefined);
  });
});

describe('the outline of a signature file', () => {
  it('holds what can be read of a broken one, each part within the one above', () => {
    const text = `${HEAD}  - {name: b, type: clas}\n  - name: c\n    optional: true\nexamples:\n  - {a: "it\n`;
    const outline = outlineOf(readSourceTree(text), text.length) ?? assert.fail('none');
    assert.deepEqual(
      outline.children.map(({ name, children }) => [name, ...children.map((child) => `${child.name}: ${child.detail}`)]),
      [
        ['inputs', 'a: string'],
        ['outputs', 'b: string', 'c: string, optional'],
        ['examples', 'example 1: it'],
      ],
    );
    const check = (item: typeof outline): void => {
      for (const child of item.children) {
        assert.ok(item.start <= child.start && child.end <= item.end, `${child.name} in ${item.name}`);
        assert.ok(child.start <= child.nameStart && child.nameEnd <= child.end, child.name);
        check(child);
      }
    };
    check(outline);
  });

  it('is none for what is no map', () => {
    for (const text of ['', 'words', '- a']) assert.equal(outlineOf(readSourceTree(text), text.length), undefined);
  });
});
