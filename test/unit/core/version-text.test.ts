import assert from 'node:assert/strict';
import { trainedOnOf } from '../../../src/core/example/leakage.js';
import { programHash } from '../../../src/core/program/program-hash.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { parseVersion, type VersionReading } from '../../../src/core/version/parse-version.js';
import { numberOfFile, parseVersionReference, versionFileName, versionName } from '../../../src/core/version/version-name.js';
import { draftOf, leakageOfVersion, programOf } from '../../../src/core/version/version-program.js';
import { versionOf, versionText } from '../../../src/core/version/version-text.js';
import { failsWith } from '../store/support.js';
import { sampleDraft, sampleVersion } from './version-samples.js';

const FILE = 'prompts/sentiment/v0003.json';
const version = sampleVersion(3, { parents: [1, 2] }, [sampleVersion(1), sampleVersion(2)]);
const text = versionText(version);
const problemOf = (reading: VersionReading) => reading.problem ?? assert.fail('no problem');

describe('the text of a version', () => {
  it('reads back to the same version, with every part and with none that may be missing', () => {
    assert.deepEqual(parseVersion(text, FILE), { version });
    const {
      settings: _,
      note,
      changes,
      optimizer,
      student,
      teacher,
      trainedOn,
      cost,
      ...least
    } = sampleDraft({ scope: {}, scores: {}, demos: [] });
    const small = versionOf(least, 1, []);
    assert.deepEqual(parseVersion(versionText(small), FILE), { version: small });
    assert.ok(!versionText(small).includes('null'));
  });

  it('has one order of keys, however the version was put together', () => {
    assert.match(text, /^\{\n {2}"format": "atelier-version\/1",\n {2}"version": 3,\n {2}"signature": \{\n/);
    assert.match(text, /"\n\}\n$/);
    const turn = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turn)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, turn(item)]),
            )
          : value;
    const { schema: _, ...rest } = turn(version) as Record<string, unknown>;
    const turned = { ...rest, signature: version.signature, optimizer: version.optimizer, demos: rest.demos } as unknown as typeof version;
    assert.deepEqual(Object.keys(JSON.parse(versionText(turned))), Object.keys(JSON.parse(text)));
    assert.equal(versionOf(turned, 3, version.parentHashes).hash, version.hash);
  });

  it('holds 10 MB of demos, and hostile names and texts', () => {
    const demo = { inputs: { review: 'x'.repeat(1000) }, outputs: { label: 'positive' }, quality: 1, augmented: false };
    const odd = { ...demo, inputs: JSON.parse('{"review":"\\ud800 \\u2028 <script>","__proto__":{"a":1},"constructor":null}') };
    const large = sampleVersion(1, { demos: [odd, ...Array(10_000).fill(demo)] });
    const written = versionText(large);
    assert.ok(written.length > 10_000_000);
    const { version: read } = parseVersion(written, FILE);
    assert.equal(read?.hash, large.hash);
    assert.deepEqual(Object.keys(read?.demos[0]?.inputs ?? {}), ['review', '__proto__', 'constructor']);
  });

  it('does not care about line ends, indentation and a byte order mark', () => {
    assert.deepEqual(parseVersion(`\ufeff${text.replaceAll('\n', '\r\n')}`, FILE), { version });
    assert.deepEqual(parseVersion(JSON.stringify(JSON.parse(text)), FILE), { version });
  });
});

describe('a file that is no version', () => {
  const expectAt = (broken: string, code: string, message: RegExp, line: number) => {
    const problem = problemOf(parseVersion(broken, FILE));
    assert.deepEqual([problem.code, problem.file, problem.line], [code, FILE, line], problem.message);
    assert.match(problem.message, message);
    assert.ok(problem.hint !== '');
  };

  it('is named with its line: cut off at any place, broken, empty', () => {
    const lines = text.split('\n');
    for (let end = 0; end < text.length - 2; end += 97) {
      const cut = text.slice(0, end);
      const line = cut.trimEnd().split('\n').length;
      const problem = problemOf(parseVersion(cut, FILE));
      assert.equal(problem.code, 'version.invalid');
      assert.match(problem.message, /cut off|is missing/);
      assert.ok(Math.abs((problem.line ?? 0) - line) <= 1, `${problem.line} for ${line}: ${problem.message}`);
    }
    const comma = lines.findIndex((each) => each.includes('"module"')) + 1;
    expectAt(text.replace('"module": "predict",', '"module": "predict"'), 'version.invalid', /a "," or "}" is missing/, comma + 1);
    expectAt(`${text}{}`, 'version.invalid', /more behind its end/, lines.length);
    expectAt('[]', 'version.invalid', /no format/, 1);
    expectAt('['.repeat(100_000) + ']'.repeat(100_000), 'version.invalid', /nested too deeply/, 1);
  });

  it('may be of a newer or an unknown format', () => {
    expectAt(text.replace('atelier-version/1', 'atelier-version/2'), 'version.newer', /made by a newer version/, 2);
    expectAt(text.replace('atelier-version/1', 'something/1'), 'version.invalid', /unknown/, 2);
    expectAt(text.replace('"format": "atelier-version/1",', ''), 'version.invalid', /no format/, 1);
  });

  it('has parts of wrong types, named by their path', () => {
    const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;
    expectAt(text.replace('"n": 100', '"n": "100"'), 'version.invalid', /"scores\.baseline\.n" is not a whole number/, lineOf('"n": 100'));
    expectAt(text.replace('"row": 12', '"row": 0'), 'version.invalid', /"demos\[0\]\.source\.row"/, lineOf('"row": 12'));
    expectAt(text.replace('"augmented": true,', ''), 'version.invalid', /"demos\[0\]\.augmented" is missing/, lineOf('"demos"') + 1);
    expectAt(text.replace('"type": "class"', '"type": "clas"'), 'version.invalid', /output_fields\[0\].*"clas"/, lineOf('"type": "class"'));
    expectAt(text.replace('"name": "sentiment"', '"name": "../x"'), 'version.invalid', /no name of a signature/, lineOf('"sentiment"'));
  });

  it('was edited by hand: says so, and offers what it says now', () => {
    const edited = text.replace('Judge the whole review.', 'Judge.');
    const reading = parseVersion(edited, FILE);
    assert.equal(problemOf(reading).code, 'version.edited');
    assert.match(problemOf(reading).hint, /create a new version/);
    assert.ok(reading.version === undefined && reading.edited !== undefined);
    assert.equal(reading.edited.instructions, 'Judge. Ignore single words.');
    assert.notEqual(reading.edited.hash, version.hash);
    const saved = versionOf(reading.edited, 4, []);
    assert.deepEqual(parseVersion(versionText(saved), FILE).version, saved);
  });
});

describe('the program of a version', () => {
  it('is the one that was saved', () => {
    const { signature } = sampleDraft();
    const demos = [{ inputs: { review: 'x' }, outputs: { label: 'positive' }, quality: 0.5 }];
    const program = { signature, instructions: 'Do it.', demos, module: 'chain_of_thought' as const };
    const { instructions: _, signature: __, demos: ___, module: ____, ...facts } = sampleDraft();
    const saved = parseVersion(versionText(versionOf(draftOf(program, facts), 1, [])), FILE).version ?? assert.fail();
    const found = programOf(saved, signature);
    assert.equal(programHash(found.program), programHash(program));
    assert.deepEqual(found.differences, []);
  });

  it('is matched to the signature of today by name, never by position', () => {
    const current = parseOneLine('tone, review: string -> details, label: class "positive, negative, neutral"');
    const found = programOf(version, { ...current, inputs: [...current.inputs].reverse() });
    assert.deepEqual(found.program.signature, version.signature);
    assert.deepEqual(
      found.differences.map(({ field, side, saved, current: now }) => [field, side, saved?.type, now?.type]),
      [
        ['review', 'input', 'string', 'string'],
        ['tone', 'input', undefined, 'string'],
        ['label', 'output', 'class', 'class'],
        ['details', 'output', 'json', 'string'],
      ],
    );
    const moved = programOf(version, parseOneLine('label -> review, details: json'));
    assert.deepEqual(
      moved.differences.map(({ field, side, current: now }) => [field, side, now === undefined]),
      [
        ['review', 'input', true],
        ['label', 'input', false],
        ['label', 'output', true],
        ['details', 'output', false],
        ['review', 'output', false],
      ],
    );
  });

  it('knows the rows that it was made from, in any file', () => {
    const example = (review: string, row: number) => ({ row: { row, line: row + 1, values: {} }, inputs: { review }, expected: {} });
    const made = sampleVersion(1, { trainedOn: trainedOnOf([example('seen ', 1), example('seen', 2)]) });
    assert.equal(made.trainedOn?.length, 1);
    const leaks = leakageOfVersion(made, [example(' seen', 1), example('new', 2), example('bad', 3)]);
    assert.deepEqual(
      [...leaks],
      [
        [1, 'train'],
        [3, 'demo'],
      ],
    );
  });
});

describe('the name of a version', () => {
  it('is v and its number; its file has four digits or more', () => {
    assert.equal(versionName(3), 'v3');
    for (const [number, file] of [
      [1, 'v0001.json'],
      [9999, 'v9999.json'],
      [12_345, 'v12345.json'],
    ] as const) {
      assert.equal(versionFileName(number), file);
      assert.equal(numberOfFile(file), number);
    }
    for (const name of ['v1.json', 'v00001.json', 'v0000.json', 'v0001.JSON', 'labels.json', 'v0001.json.tmp']) {
      assert.equal(numberOfFile(name), undefined, name);
    }
  });

  it('is read in any form; anything else is a label, but no path', () => {
    for (const written of ['v3', '3', 'v0003', ' V3 ']) assert.deepEqual(parseVersionReference(written), { number: 3 });
    assert.deepEqual(parseVersionReference('production'), { label: 'production' });
    for (const written of ['../v3', 'a/b', 'a\\b', '', 'v0', '0', '.', 'a b', '-x', '__proto__', 'v9999999999']) {
      assert.throws(() => parseVersionReference(written), failsWith('usage.invalid'), written);
    }
  });
});
