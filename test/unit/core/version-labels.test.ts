import assert from 'node:assert/strict';
import { historyOf } from '../../../src/core/version/history.js';
import { beforeOf, type Labels, labelsOf, moveLabel, NO_LABELS, resolveReference, rollBack } from '../../../src/core/version/labels.js';
import { resolveLabels } from '../../../src/core/version/labels-merge.js';
import { labelsText, parseLabels } from '../../../src/core/version/labels-text.js';
import { parseVersion } from '../../../src/core/version/parse-version.js';
import { renumberingText, renumberLabels, resolveVersions } from '../../../src/core/version/renumber.js';
import { versionText } from '../../../src/core/version/version-text.js';
import { failsWith } from '../store/support.js';
import { sampleVersion } from './version-samples.js';

const FILE = 'prompts/sentiment/labels.json';
let clock = 0;
const because = (why: string, who = 'ann') => ({ who, when: new Date(Date.UTC(2026, 0, 1, 0, clock++)).toISOString(), why });
const move = (labels: Labels, label: string, to: number | null, why = 'better') => moveLabel(labels, { label, to, ...because(why) });
const at = (labels: Labels | undefined, label: string) => labels?.current.get(label);
const read = (text: string) => parseLabels(text, FILE).labels ?? assert.fail(parseLabels(text, FILE).problem?.message);

describe('labels', () => {
  it('move, and keep who moved them, when and why', () => {
    const labels = move(move(move(NO_LABELS, 'production', 1), 'staging', 2), 'production', 2, 'won');
    assert.deepEqual(
      [...labels.current],
      [
        ['production', 2],
        ['staging', 2],
      ],
    );
    assert.deepEqual(
      labels.history.map(({ label, from, to }) => [label, from, to]),
      [
        ['production', null, 1],
        ['staging', null, 2],
        ['production', 1, 2],
      ],
    );
    assert.deepEqual(labelsOf(labels, 2), ['production', 'staging']);
    assert.equal(resolveReference(labels, { label: 'staging' }), 2);
    assert.equal(resolveReference(labels, { number: 9 }), 9);
    assert.throws(() => resolveReference(labels, { label: 'stagin' }), failsWith('label.unknown'));
    const without = move(labels, 'staging', null);
    assert.equal(at(without, 'staging'), undefined);
    assert.throws(() => move(without, 'staging', null), failsWith('label.unknown'));
    for (const name of ['v12', '12', 'a/b', '..', '', '__proto__', 'a b']) {
      assert.throws(() => move(NO_LABELS, name, 1), failsWith('usage.invalid'), name);
    }
  });

  it('roll back one step, and again one step more', () => {
    let labels = [1, 2, 3].reduce((all, number) => move(all, 'production', number), NO_LABELS);
    const back = () => rollBack(labels, 'production', because('broken'));
    labels = back();
    assert.equal(at(labels, 'production'), 2);
    labels = back();
    assert.deepEqual([at(labels, 'production'), labels.history.at(-1)?.rollback], [1, true]);
    assert.throws(back, failsWith('usage.invalid'));
    labels = move(labels, 'production', 4);
    assert.equal(beforeOf(labels, 'production')?.number, 1);
    assert.equal(at(rollBack(read(labelsText(labels)), 'production', because('again')), 'production'), 1);
    assert.throws(() => rollBack(labels, 'production', because(' ')), failsWith('usage.invalid'));
    assert.throws(() => rollBack(labels, 'staging', because('x')), failsWith('label.unknown'));
  });

  it('are a text with one line per label and per move, which reads back', () => {
    const before = move(move(NO_LABELS, 'staging', 1), 'production', 1);
    const after = moveLabel(before, { label: 'staging', to: 2, hash: 'abcdef0123456789', ...because('line\nbreak "quoted"') });
    assert.deepEqual(read(labelsText(after)), after);
    assert.deepEqual(read(labelsText(NO_LABELS)), NO_LABELS);
    const lines = (labels: Labels) => labelsText(labels).split('\n');
    assert.deepEqual(
      lines(after).filter((line) => !lines(before).includes(line)),
      ['    "staging": 2', lines(after).find((line) => line.includes('quoted'))],
    );
  });

  it('that cannot be read are named with their line', () => {
    const text = labelsText(move(NO_LABELS, 'production', 1));
    for (const [broken, code, line] of [
      [text.replace('"production": 1', '"production": "1"'), 'label.invalid', 4],
      [text.replace('"production": 1', '"v3": 1'), 'label.invalid', 4],
      [text.replace('"who"', '"whom"'), 'label.invalid', 7],
      [text.replace('atelier-labels/1', 'atelier-labels/2'), 'version.newer', 2],
      [text.replace('atelier-labels/1', 'x'), 'label.invalid', 2],
      [text.slice(0, 60), 'label.invalid', 4],
      [text.replace('"production": 1', '"production": 7'), 'label.conflict', 4],
      [text.replace('"labels": {\n    "production": 1\n  }', '"labels": {}'), 'label.conflict', 3],
    ] as const) {
      const { problem } = parseLabels(broken, FILE);
      assert.deepEqual([problem?.code, problem?.file, problem?.line], [code, FILE, line], problem?.message);
    }
  });
});

/** What git leaves when two branches changed the same lines. */
function merged(ours: string, theirs: string, style: 'merge' | 'diff3' = 'merge'): string {
  const [mine, others] = [ours.split('\n'), theirs.split('\n')];
  let start = 0;
  while (mine[start] === others[start]) start++;
  let end = 0;
  while (mine.at(-1 - end) === others.at(-1 - end) && end < Math.min(mine.length, others.length) - start) end++;
  const base = style === 'diff3' ? ['||||||| 1234567', 'what was before'] : [];
  return [
    ...mine.slice(0, start),
    ...['<<<<<<< HEAD', ...mine.slice(start, mine.length - end), ...base, '=======', ...others.slice(start, others.length - end)],
    ...['>>>>>>> tune', ...mine.slice(mine.length - end)],
  ].join('\n');
}

describe('labels after a merge', () => {
  const base = move(move(NO_LABELS, 'production', 1), 'staging', 1);

  it('that both moved are explained, and resolved with both histories in the order of time', () => {
    const ours = move(base, 'production', 2);
    const theirs = move(move(base, 'production', 3), 'staging', 3);
    for (const style of ['merge', 'diff3'] as const) {
      const { problem, conflict } = parseLabels(merged(labelsText(ours), labelsText(theirs), style), FILE);
      assert.ok(problem !== undefined && conflict !== undefined);
      assert.equal(problem.code, 'label.conflict');
      assert.match(problem.message, /production is v2 in HEAD and v3 in tune/);
      assert.equal(problem.line, 4);
      assert.deepEqual(conflict.labels, [{ label: 'production', ours: 2, theirs: 3 }]);
      for (const [choice, production, moves] of [
        ['ours', 2, 6],
        ['theirs', 3, 5],
        [{ production: 1 }, 1, 6],
        [{ production: null }, undefined, 6],
        [{}, 2, 6],
      ] as const) {
        const labels = resolveLabels(conflict, choice, because('merged'));
        assert.deepEqual([at(labels, 'production'), at(labels, 'staging'), labels.history.length], [production, 3, moves]);
        assert.deepEqual(read(labelsText(labels)), labels);
        assert.deepEqual(
          labels.history.slice(0, 5).map(({ when }) => when),
          [...base.history, ...ours.history.slice(2), ...theirs.history.slice(2)].map(({ when }) => when),
        );
      }
    }
  });

  it('that only one side moved need no choice', () => {
    const ours = move(base, 'production', 2);
    const theirs = move(base, 'staging', 3);
    const { problem, conflict } = parseLabels(merged(labelsText(ours), labelsText(theirs)), FILE);
    assert.match(problem?.message ?? '', /none of them the same/);
    assert.ok(conflict !== undefined);
    assert.deepEqual(conflict.labels, []);
    const labels = resolveLabels(conflict, 'ours', because('merged'));
    assert.deepEqual([at(labels, 'production'), at(labels, 'staging'), labels.history.length], [2, 3, 4]);
  });

  it('that git put together without a mark are checked against their history', () => {
    const text = labelsText(move(base, 'production', 2)).replace('"production": 2', '"production": 1');
    const { problem, conflict } = parseLabels(text, FILE);
    assert.match(problem?.message ?? '', /production is v1 in .*, but its last move, by ann, went to v2/);
    assert.ok(conflict !== undefined);
    assert.equal(at(resolveLabels(conflict, 'ours', because('x')), 'production'), 1);
    assert.equal(at(resolveLabels(conflict, 'theirs', because('x')), 'production'), 2);
  });

  it('whose sides cannot be read say how to go on', () => {
    const { problem, conflict } = parseLabels('<<<<<<< HEAD\n{\n=======\n[\n>>>>>>> tune\n', FILE);
    assert.deepEqual([problem?.code, problem?.line, conflict], ['label.conflict', 1, undefined]);
    assert.match(problem?.hint ?? '', /git checkout/);
  });
});

describe('two versions with one number', () => {
  const root = sampleVersion(3);
  const ours = sampleVersion(4, { instructions: 'Ours.' }, [root]);
  const theirs = sampleVersion(4, { instructions: 'Theirs.' }, [root]);
  const ofOurs = sampleVersion(5, { instructions: 'Of ours.' }, [ours]);
  const ofTheirs = sampleVersion(6, { instructions: 'Of theirs.' }, [theirs]);
  const ofBoth = sampleVersion(7, { instructions: 'Of both.' }, [ofOurs, ofTheirs]);

  it('are detected in what git leaves', () => {
    const file = 'prompts/sentiment/v0004.json';
    for (const style of ['merge', 'diff3'] as const) {
      const reading = parseVersion(merged(versionText(ours), versionText(theirs), style), file);
      assert.ok(reading.problem !== undefined);
      assert.match(reading.problem.message, /HEAD and tune both made a v4/);
      assert.deepEqual([reading.problem.code, reading.problem.file], ['version.invalid', file]);
      assert.deepEqual([reading.conflict?.ours, reading.conflict?.theirs], [ours, theirs]);
    }
    const torn = parseVersion(merged(versionText(ours), versionText(theirs)).replace('"augmented": true', '"augmented": 1'), file);
    assert.ok(torn.problem !== undefined && torn.conflict === undefined);
  });

  it('get numbers of their own; what was made from theirs, and its labels, follow', () => {
    const conflict = { ours, theirs, oursName: 'HEAD', theirsName: 'tune' };
    const { versions, changes } = resolveVersions([conflict], [root, ofOurs, ofTheirs, ofBoth], [9]);
    assert.deepEqual(
      versions.map(({ number, parents, instructions }) => [number, parents, instructions]),
      [
        [4, [3], 'Ours.'],
        [6, [10], 'Of theirs.'],
        [7, [5, 6], 'Of both.'],
        [10, [3], 'Theirs.'],
      ],
    );
    assert.equal(renumberingText(changes), 'v4 is v10 now');
    const now = [root, ofOurs, ...versions];
    assert.deepEqual(historyOf(now).problems, []);
    assert.equal(versions[0], ours);

    const put = (labels: Labels, label: string, version: { number: number; hash: string }) =>
      moveLabel(labels, { label, to: version.number, hash: version.hash, ...because('x') });
    const labels = put(put(put(put(NO_LABELS, 'a', ours), 'b', theirs), 'c', theirs), 'c', ofTheirs);
    const renumbered = renumberLabels(labels, changes);
    assert.deepEqual(
      [...renumbered.current],
      [
        ['a', 4],
        ['b', 10],
        ['c', 6],
      ],
    );
    assert.deepEqual(
      renumbered.history.map(({ from, to }) => [from, to]),
      [
        [null, 4],
        [null, 10],
        [null, 10],
        [10, 6],
      ],
    );
    for (const { to, hash } of renumbered.history) assert.ok(now.find(({ number }) => number === to)?.hash.startsWith(hash ?? '-'));
  });

  it('may be several, one made from the other', () => {
    const secondOurs = sampleVersion(5, { instructions: 'Ours 2.' }, [ours]);
    const secondTheirs = sampleVersion(5, { instructions: 'Theirs 2.' }, [theirs]);
    const pair = (a: typeof ours, b: typeof ours) => ({ ours: a, theirs: b, oursName: 'HEAD', theirsName: 'tune' });
    const { versions } = resolveVersions([pair(secondOurs, secondTheirs), pair(ours, theirs)], [root]);
    assert.deepEqual(
      versions.map(({ number, parents, instructions }) => [number, parents, instructions]),
      [
        [4, [3], 'Ours.'],
        [5, [4], 'Ours 2.'],
        [6, [3], 'Theirs.'],
        [7, [6], 'Theirs 2.'],
      ],
    );
    assert.deepEqual(historyOf([root, ...versions]).problems, []);
  });
});
