import assert from 'node:assert/strict';
import { outlineOf } from '../../../src/core/signature/outline.js';
import { problemStretch, suggestedWord } from '../../../src/core/signature/problem-place.js';
import { parseSignatureText } from '../../../src/store/index.js';

const HEAD = 'name: x\ninput_fields: [{name: a}]\noutput_fields:\n';

const rootOf = (text: string) => parseSignatureText(text, 'x').root;

/** What is underlined in a text, problem by problem. */
function underlined(text: string): string[] {
  const { root, file } = parseSignatureText(text, 'x');
  const lines = text.split('\n');
  return file.problems.map(({ line, column = 1, message, isWhole = false }) => {
    const offset = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    const { start, end } = problemStretch(text, root, { offset, message, isWhole });
    assert.ok((end > start || text.trim() === '') && !text.slice(start, end).includes('\n'), `${start}-${end}: ${message}`);
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
    'the first key of what lacks something': { text: 'name: x\ninput_fields: [{name: a}]\n', words: ['name'] },
    'a whole line of no YAML': { text: 'name: x\ninput_fields: [{name: a}]\noutput_fields: [{name: b}]\nmod\n', words: ['mod'] },
    'a word as a whole, not a part of another': {
      text: `${HEAD}  - {name: b, type: "list[st]"}\n  - {name: c, type: "tuple[int, in]"}\n  - {name: d, type: "dict[str, st]"}\n`,
      words: ['st', 'in', 'st'],
    },
    'all of it, when the word is there twice': { text: `${HEAD}  - {name: b, type: "dict[st, st]"}\n`, words: ['type: "dict[st, st]"'] },
    'the first key of an example in lines that lacks something': {
      text: `${HEAD}  - {name: b}\nexamples:\n  - a: no b here\n`,
      words: ['a'],
    },
    'the text whose quote is missing': { text: `${HEAD}  - {name: b}\ndescription: "It is\nmodule: predict\n`, words: ['"It is'] },
    'the last word before a bracket that is missing': { text: 'name: x\ninput_fields: [{name: a}\n\n', words: ['a}'] },
    'the alias of nothing': { text: `${HEAD}  - {name: b}\ndescription: *bold*\n`, words: ['*bold*'] },
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
    const outline = outlineOf(rootOf(text), text.length) ?? assert.fail('none');
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

  it('has a name for what has none yet: without it the editor shows no outline at all', () => {
    const text = 'name: ""\ninput_fields: [{name: ""}, {name: " "}]\n';
    const outline = outlineOf(rootOf(text), text.length) ?? assert.fail('none');
    assert.deepEqual([outline.name, ...(outline.children[0]?.children ?? []).map(({ name }) => name)], Array(3).fill('(no name)'));
  });

  it('is none for what is no map', () => {
    for (const text of ['', 'words', '- a']) assert.equal(outlineOf(rootOf(text), text.length), undefined);
  });
});
