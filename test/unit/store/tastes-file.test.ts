import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mergeTastes } from '../../../src/core/taste/merge-tastes.js';
import { SLOTS, type Taste } from '../../../src/core/taste/taste.js';
import { loadTastes, readTastes } from '../../../src/store/index.js';
import { useFolder } from './support.js';

const ANIME = `tastes:
  anime:
    label: Anime
    description: Japanese animation.
    swatch: ["#FF7eb6"]
    leads: ["anime illustration of {subject}"]
    vocabulary:
      technique:
        - crisp cel shading with clean ink lines
        - {text: expressive eyes with layered highlights, subjects: [person]}
      mood: [hopeful]
    avoid: [photorealistic]
`;

describe('tastes files', () => {
  const folder = useFolder();
  const file = (): string => folder.path('tastes.yaml');
  const read = async (text: string | Buffer) => {
    await writeFile(file(), text);
    return readTastes(file(), 'workspace');
  };
  const builtIn = async (): Promise<Taste> => {
    await writeFile(file(), ANIME);
    const { tastes, problems } = await readTastes(file(), 'built-in');
    assert.deepEqual(problems, []);
    return tastes[0] ?? assert.fail('no taste');
  };

  it('are read as whole tastes when built in', async () => {
    assert.deepEqual(await builtIn(), {
      name: 'anime',
      label: 'Anime',
      description: 'Japanese animation.',
      swatch: ['#ff7eb6'],
      leads: ['anime illustration of {subject}'],
      vocabulary: {
        technique: [
          { text: 'crisp cel shading with clean ink lines', subjects: [] },
          { text: 'expressive eyes with layered highlights', subjects: ['person'] },
        ],
        composition: [],
        lighting: [],
        palette: [],
        mood: [{ text: 'hopeful', subjects: [] }],
        detail: [],
      },
      avoid: ['photorealistic'],
      source: 'built-in',
    });
  });

  it('of the product have no problems', async () => {
    const { tastes, problems } = await readTastes(path.resolve('data/tastes.yaml'), 'built-in');
    assert.deepEqual(problems, []);
    assert.ok(tastes.length >= 6);
    for (const taste of tastes)
      assert.ok(
        SLOTS.every((slot) => taste.vocabulary[slot].length > 0),
        taste.name,
      );
  });

  it('may be missing, empty, or without tastes', async () => {
    assert.deepEqual((await readTastes(file(), 'workspace')).problems, []);
    for (const text of ['', '# nothing yet\n', 'tastes:\n', 'tastes: {}\n']) {
      const { tastes, problems } = await read(text);
      assert.deepEqual([tastes, problems], [[], []], JSON.stringify(text));
    }
    assert.equal((await readTastes(folder.path('gone.yaml'), 'built-in')).problems.length, 1);
  });

  const BROKEN: Record<string, { part: string; line: number; says: RegExp }> = {
    'an unknown slot': {
      part: 'description: x\n    vocabulary:\n      mood: [calm]\n      lightning: [soft]',
      line: 8,
      says: /no slot "lightning"/,
    },
    'an unknown subject': {
      part: 'vocabulary:\n      mood:\n        - calm\n        - {text: x, subjects: [person, dog]}',
      line: 8,
      says: /no subject "dog"/,
    },
    'a lead without the subject': {
      part: 'leads:\n      - "{subject} in style"\n      - "in style"',
      line: 7,
      says: /does not contain \{subject\}/,
    },
    'no leads': { part: 'leads: []', line: 5, says: /is empty/ },
    'a colour name': { part: 'swatch:\n      - "#123456"\n      - red', line: 7, says: /"red" is not a colour/ },
    'an unquoted colour': { part: 'swatch:\n      - #123456\n    label: x', line: 6, says: /is empty/ },
    'too many colours': { part: 'swatch: ["#111111", "#222222", "#333333", "#444444"]', line: 5, says: /1 to 3 colours, not 4/ },
    'a list for a text': { part: 'label: [a]', line: 5, says: /not text/ },
    'a number for a text': { part: 'description: 5', line: 5, says: /not text: 5/ },
    'a text for a list': { part: 'avoid: photo', line: 5, says: /"avoid" must be a list/ },
    'a phrase that became a map': { part: 'vocabulary:\n      mood:\n        - note: with a colon', line: 7, says: /no part "note"/ },
    'a list for the slots': { part: 'vocabulary: [a]', line: 5, says: /must be a list of slots/ },
    'an empty phrase': { part: 'vocabulary:\n      mood:\n        -\n        - x', line: 7, says: /is empty/ },
    'a part twice': { part: 'label: A\n    description: x\n    label: B', line: 7, says: /"label" is here twice/ },
    'a slot twice': { part: 'vocabulary:\n      mood: [a]\n      mood: [b]', line: 7, says: /"mood" is here twice/ },
  };
  for (const [what, { part, line, says }] of Object.entries(BROKEN)) {
    it(`leave a taste out that has ${what}, and keep the others`, async () => {
      const { tastes, problems } = await read(
        `tastes:\n  first:\n    description: good\n  broken:\n    ${part}\n  last:\n    description: good\n`,
      );
      assert.deepEqual(
        tastes.map(({ name }) => name),
        ['first', 'last'],
      );
      assert.equal(problems[0]?.line, line, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? '', says);
      assert.equal(problems[0]?.file, 'tastes.yaml');
    });
  }

  it('keep the first of two tastes with one name', async () => {
    const { tastes, problems } = await read('tastes:\n  dark fantasy: {description: a}\n  Dark-Fantasy: {description: b}\n');
    assert.deepEqual(tastes, [{ name: 'dark fantasy', description: 'a' }]);
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [[3, 'error']],
    );
  });

  it('ignore a part that they do not know, and say so', async () => {
    const { tastes, problems } = await read('tastes:\n  x:\n    description: a\n    vocabulry: {}\n');
    assert.equal(tastes.length, 1);
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [[4, 'warning']],
    );
    assert.match(problems[0]?.hint ?? '', /"vocabulary"/);
  });

  it('give nothing but one problem with line and column when they are not YAML', async () => {
    const { tastes, problems } = await read('tastes:\n  a: {description: x}\n  b: [1, 2\n  c: "open\n');
    assert.deepEqual(tastes, []);
    assert.equal(problems.length, 1);
    assert.ok((problems[0]?.line ?? 0) >= 3 && (problems[0]?.column ?? 0) >= 1, JSON.stringify(problems));
    assert.match(problems[0]?.message ?? '', /\(line \d+, column \d+\)/);
  });

  it('give nothing but one problem when they are something else', async () => {
    for (const text of [
      '- a\n- b\n',
      'just text\n',
      'tastes: [a]\n',
      'styles:\n  a: {}\n',
      Buffer.from('tastes:\n  caf\xe9: {}\n', 'latin1'),
      `tastes:\n${'#'.repeat(1 << 20)}`,
    ]) {
      const { tastes, problems } = await read(text);
      assert.deepEqual([tastes.length, problems.length, problems[0]?.line], [0, 1, 1], text.toString().slice(0, 30));
    }
    await mkdir(folder.path('folder.yaml'));
    assert.match((await readTastes(folder.path('folder.yaml'), 'workspace')).problems[0]?.message ?? '', /EISDIR/);
  });

  it('do not follow tags, and aliases only a few times', async () => {
    const tagged = await read('tastes:\n  x:\n    description: !!js/function "function () {}"\n');
    assert.deepEqual(tagged.tastes, [{ name: 'x', description: 'function () {}' }]);
    assert.deepEqual(
      tagged.problems.map(({ line, severity }) => [line, severity]),
      [[3, 'warning']],
    );
    const shared = await read('tastes:\n  x:\n    avoid: &a [one]\n    description: d\n    leads: *a\n');
    assert.deepEqual([shared.tastes.length, shared.problems[0]?.line], [0, 5]);
    const bomb = `tastes:\n  x:\n    avoid: &a [w, w, w]\n    leads: &b [*a, *a, *a, *a, *a, *a, *a]\n    swatch: &c [*b, *b, *b, *b, *b, *b, *b]\n    label: [*c, *c, *c, *c]\n  y: {description: good}\n`;
    const bombed = await read(bomb);
    assert.deepEqual(
      bombed.tastes.map(({ name }) => name),
      ['y'],
    );
    assert.match(bombed.problems[0]?.message ?? '', /aliases/);
  });

  it('take names that mean something to JavaScript as names', async () => {
    const { tastes } = await read('tastes:\n  __proto__: {description: a}\n  constructor: {description: b}\n  1984: {description: c}\n');
    assert.deepEqual(
      tastes.map(({ name }) => name),
      ['__proto__', 'constructor', '1984'],
    );
    assert.equal((await loadTastes(path.resolve('data/tastes.yaml'), file())).problems.length, 0);
  });

  describe('merged', () => {
    it('replace the parts and the slots that they give', async () => {
      const base = await builtIn();
      const { tastes } = await read('tastes:\n  ANIME:\n    vocabulary:\n      mood: [gloomy]\n      detail: [rain]\n    avoid: []\n');
      const [merged] = mergeTastes([base], tastes);
      assert.deepEqual(merged, {
        ...base,
        vocabulary: { ...base.vocabulary, mood: [{ text: 'gloomy', subjects: [] }], detail: [{ text: 'rain', subjects: [] }] },
        avoid: [],
        source: 'workspace',
      });
      assert.deepEqual(mergeTastes([base], []), [base]);
    });

    it('get defaults when they are new', async () => {
      const { tastes } = await read('tastes:\n  dark_fantasy: {description: Gloomy.}\n');
      assert.deepEqual(mergeTastes([await builtIn()], tastes)[1], {
        name: 'dark_fantasy',
        label: 'Dark Fantasy',
        description: 'Gloomy.',
        swatch: ['#808080'],
        leads: ['dark fantasy style image of {subject}', '{subject} in dark fantasy style'],
        vocabulary: { technique: [], composition: [], lighting: [], palette: [], mood: [], detail: [] },
        avoid: [],
        source: 'workspace',
      });
    });

    it('are left out, with their line, when they are new and say nothing', async () => {
      await writeFile(folder.path('built-in.yaml'), ANIME);
      await writeFile(file(), 'tastes:\n  anime: {avoid: []}\n  empty:\n    label: Empty\n  new: {vocabulary: {mood: [calm]}}\n');
      const { tastes, problems } = await loadTastes(folder.path('built-in.yaml'), file());
      assert.deepEqual(
        tastes.map(({ name }) => name),
        ['anime', 'new'],
      );
      assert.deepEqual(
        problems.map(({ file: name, line }) => [name, line]),
        [['tastes.yaml', 3]],
      );
    });
  });
});
