import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { AtelierError } from '../../../src/core/errors.js';
import { overrideOf } from '../../../src/core/evaluation/overrides.js';
import { scorerOf } from '../../../src/core/evaluation/scorer.js';
import { readExamples } from '../../../src/core/example/example.js';
import { createExecutor } from '../../../src/core/program/executor.js';
import { NOTHING_SPENT } from '../../../src/core/program/program.js';
import { baseProgram, findSignature } from '../../../src/core/signature/find-signature.js';
import { evaluateTable } from '../../../src/store/evaluate-table.js';
import { keepReport, readKeptReport } from '../../../src/store/kept-report.js';
import { Locks } from '../../../src/store/lock.js';
import type { Problem } from '../../../src/store/problem.js';
import { ScoreOverrides } from '../../../src/store/score-overrides.js';
import { NASTY, REVIEWS, reportFrom, rowOf, wrongRow } from '../core/report-samples.js';
import { useFolder } from './support.js';

const WHO = { timestamp: '2026-01-02T03:04:05Z', signature: REVIEWS.name, metric: 'exact_match', userId: 'ada' };

describe('scores that people set, on disk', () => {
  const folder = useFolder();
  const open = (problems: Problem[] = []) =>
    new ScoreOverrides({
      workspaceFolder: folder.path(),
      dataFolder: 'data',
      locks: new Locks(folder.path()),
      onProblem: (problem) => problems.push(problem),
    });

  it('come back as they were set, whatever their texts hold, and show what they are of', async () => {
    const rows = NASTY.map((text, index) => wrongRow(index + 1, text));
    const given = rows.map((row, index) => overrideOf(row, { ...WHO, score: index / 10, comment: NASTY[index] ?? '' }));
    const store = open();
    for (const [index, override] of given.entries()) await store.append(override, rows[index] ?? assert.fail());
    const read = await open().read();
    // A half of a pair of UTF-16 is no text: UTF-8 has a sign for it.
    const asUtf8 = (text: string) => Buffer.from(text).toString();
    assert.deepEqual(
      read.map(({ score, example, answer, comment }) => [score, example, answer, asUtf8(comment)]),
      given.map(({ score, example, answer, comment }) => [score, example, answer, asUtf8(comment)]),
    );
    assert.match(
      await readFile(folder.path('data/score_overrides.csv'), 'utf8'),
      /^timestamp,signature,metric,score,comment,.*,inputs,outputs\n/,
    );
  });

  it('are skipped where they cannot be used, with the line', async () => {
    const row = wrongRow(1, 'a');
    await open().append(overrideOf(row, { ...WHO, score: 1, comment: '' }), row);
    const file = folder.path('data/score_overrides.csv');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}${(text.split('\n')[1] ?? '').replace(',1,', ',2,')}\n`);
    const problems: Problem[] = [];
    assert.equal((await open(problems).read()).length, 1);
    assert.deepEqual([problems[0]?.line, problems[0]?.file], [3, 'data/score_overrides.csv']);
  });
});

describe('the last evaluation of a signature', () => {
  const folder = useFolder();
  const facts = { signature: REVIEWS, version: 'v3', data: { file: 'data/r.csv', sha256: 'ab', rows: 2, split: null } };

  it('comes back whole, why it ended early as well', async () => {
    const stopped = new AtelierError('budget.exceeded', 'The budget is used up.', { hint: 'Raise it.' });
    const outcome = { facts, report: reportFrom([rowOf(1, 'a'), wrongRow(2, 'b')], { stopped, total: 3 }) };
    await keepReport(folder.path(), outcome);
    const read = (await readKeptReport(folder.path(), REVIEWS.name)) ?? assert.fail();
    assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(outcome)));
    assert.ok(AtelierError.is(read.report.stopped, 'budget.exceeded'));
    assert.equal(read.report.stopped.hint, 'Raise it.');
  });

  it('is none where there was none, or what is there cannot be used', async () => {
    assert.equal(await readKeptReport(folder.path(), 'never'), undefined);
    await mkdir(folder.path('.atelier/reports'), { recursive: true });
    for (const text of [
      '',
      '{"format": "atelier-report/1", "facts"',
      '{"format": "atelier-report/9"}',
      '[]',
      '{"format":"atelier-report/1"}',
    ]) {
      await writeFile(folder.path('.atelier/reports/broken.json'), text);
      assert.equal(await readKeptReport(folder.path(), 'broken'), undefined, text);
    }
  });
});

describe('evaluating rows that name pictures', () => {
  const folder = useFolder();

  it('asks again for a picture that was painted over, and for no other', async () => {
    const definition = findSignature([], 'picture: image -> label: class "cat, dog"');
    const asked: string[] = [];
    const predictor = {
      model: 'm',
      endpoint: 'e',
      predict: async ({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }) => {
        asked.push(String(inputs.picture));
        return { ...NOTHING_SPENT, outputs: { label: 'cat' }, reasoning: undefined, cached: false };
      },
    };
    const executor = createExecutor([{ program: baseProgram(definition), predictor }]);
    const right = scorerOf({ name: 'right', needsLabels: true, score: () => ({ score: 1, feedback: '' }) });
    const rows = ['a.png', 'b.png'].map((picture, index) => ({ row: index + 1, line: index + 2, values: { picture, label: 'cat' } }));
    const { examples } = readExamples({
      ...{ signature: definition.signature, columns: ['picture', 'label'], rows, file: 'pets.csv', needsLabels: true },
    });
    const evaluated = () =>
      evaluateTable({
        ...{ examples, executor, scorer: right, concurrency: 1, seed: 1, reuse: 'all', tastes: async () => [] },
        ...{ table: folder.path('pets.csv'), workspaceFolder: folder.path(), onProblem: () => undefined },
      });
    await writeFile(folder.path('a.png'), 'first');
    await writeFile(folder.path('b.png'), 'second');
    assert.equal((await evaluated()).reused, 0);
    assert.equal((await evaluated()).reused, 2);
    await writeFile(folder.path('b.png'), 'painted over');
    assert.equal((await evaluated()).reused, 1);
    assert.deepEqual(
      asked.map((address) => Buffer.from(address.split(',')[1] ?? '', 'base64').toString()),
      ['first', 'second', 'painted over'],
    );
  });
});
