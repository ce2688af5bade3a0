import assert from 'node:assert/strict';
import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { BatchRow } from '../../../src/core/program/batch-result.js';
import { type BatchResultsOptions, openBatchResults } from '../../../src/store/batch-results.js';
import { readDataset } from '../../../src/store/dataset.js';
import type { Problem } from '../../../src/store/problem.js';
import { batchOptions, batchRows, failureOf, resultOf } from './batch-support.js';
import { failsWith, useFolder } from './support.js';

const rowAt = (rows: readonly BatchRow[], number: number): BatchRow => rows[number - 1] ?? assert.fail(`no row ${number}`);

for (const ending of ['csv', 'jsonl']) {
  describe(`results of a batch in .${ending}`, () => {
    const folder = useFolder();
    const name = `out.${ending}`;
    const file = (): string => folder.path(name);
    const rows = batchRows(6);
    const open = (changes: Partial<BatchResultsOptions> = {}) =>
      openBatchResults({ ...batchOptions(folder.path(), file(), 6), rows, ...changes });
    const content = () => readFile(file(), 'utf8');
    const saved = async () => (await readDataset(file(), folder.path())).rows.map(({ values }) => values);
    const numbers = async () => (await saved()).map((values) => Number(values._row));
    /** A file with the results of these rows, closed. */
    const write = async (...ids: readonly number[]): Promise<void> => {
      const results = await open();
      await results.append(ids.map((id) => resultOf(rowAt(rows, id))));
      await results.close();
    };

    it('goes on where it stopped, and runs no row twice', async () => {
      await write(1, 4, 2);
      const results = await open({ resume: true });
      assert.deepEqual([...results.done].sort(), [1, 2, 4]);
      assert.deepEqual(results.found, { rows: 3, failed: 0 });
      await results.append([3, 5, 6].map((id) => resultOf(rowAt(rows, id))));
      await results.finish();
      await results.close();
      assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6]);
      const again = await open({ resume: true });
      assert.equal(again.done.size, 6);
      const before = await content();
      await again.finish();
      await again.close();
      assert.equal(await content(), before);
    });

    it('begins when there is nothing to go on with', async () => {
      const results = await open({ resume: true });
      assert.deepEqual([results.done.size, results.found], [0, { rows: 0, failed: 0 }]);
      await results.close();
      assert.deepEqual(await readdir(folder.path()), ['.atelier']);
    });

    it('tries failed rows again when asked, and then keeps the later result', async () => {
      const first = await open();
      await first.append(rows.map((row) => (row.row % 3 === 0 ? failureOf(row) : resultOf(row))));
      await first.finish();
      await first.close();
      const before = await saved();
      assert.equal(before[2]?._error, 'model.timeout: It took "too" long,\nand more.');
      assert.ok(before[2]?.label === undefined || before[2]?.label === '');

      const done = await open({ resume: true });
      assert.deepEqual([done.done.size, done.found], [6, { rows: 6, failed: 2 }]);
      await done.close();
      const again = await open({ resume: true, retryFailed: true });
      assert.deepEqual([...again.done], [1, 2, 4, 5]);
      await again.append([resultOf(rowAt(rows, 3))]);
      await again.append([failureOf(rowAt(rows, 6))]);
      await again.close();
      const last = await open({ resume: true, retryFailed: true });
      assert.deepEqual([last.done.size, last.found], [5, { rows: 6, failed: 1 }]);
      await last.append([resultOf(rowAt(rows, 6))]);
      await last.finish();
      await last.close();
      assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6]);
      for (const values of await saved()) {
        assert.equal(values.label, `label of ${values._row}`);
        assert.ok(values._error === undefined || values._error === '');
      }
    });

    it('leaves the file alone until every row has a result', async () => {
      await write(3, 1);
      const results = await open({ resume: true });
      await results.finish();
      await results.close();
      assert.deepEqual(await numbers(), [3, 1]);
    });

    it('is in the order of the rows in the end, with nothing beside it', async () => {
      await mkdir(folder.path('deep'));
      await writeFile(folder.path('deep', name), '');
      await symlink(folder.path('deep', name), file());
      const results = await open({ resume: true });
      await Promise.all([6, 2, 5, 1, 4, 3].map((id) => results.append([resultOf(rowAt(rows, id))])));
      await results.finish();
      await results.close();
      assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(await readdir(folder.path('deep')), [name]);
      assert.deepEqual((await readdir(folder.path())).sort(), ['.atelier', 'deep', name]);
      assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), []);
    });

    it('does not sort what somebody damaged meanwhile', async () => {
      const results = await open();
      await results.append([6, 2, 5, 1, 4, 3].map((id) => resultOf(rowAt(rows, id))));
      await writeFile(file(), 'a "note" of mine\n', { flag: 'a' });
      const before = await content();
      await results.finish();
      await results.close();
      assert.equal(await content(), before);
    });

    it('runs a last row again that was cut off, wherever that was', async () => {
      await write(1, 2, 3);
      const whole = await readFile(file());
      const start = whole.lastIndexOf(ending === 'csv' ? '\n3,' : '\n{') + 1;
      for (let cut = start + 1; cut < whole.length; cut += cut < whole.length - 12 ? 7 : 1) {
        await writeFile(file(), whole.subarray(0, cut));
        const problems: Problem[] = [];
        const results = await open({ resume: true, onProblem: (problem) => problems.push(problem) });
        // JSON shows that only its newline is missing.
        const isComplete = ending === 'jsonl' && cut === whole.length - 1;
        assert.deepEqual([...results.done], isComplete ? [1, 2, 3] : [1, 2], `cut at ${cut} of ${whole.length}`);
        assert.equal(problems.length, isComplete ? 0 : 1);
        await results.append(rows.filter(({ row }) => !results.done.has(row)).map((row) => resultOf(row)));
        await results.close();
        assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6]);
      }
    });

    it('says when the file is there already, and changes nothing', async () => {
      for (const before of ['precious', '']) {
        await writeFile(file(), before);
        await assert.rejects(open(), failsWith('usage.invalid', { file: name }));
        assert.equal(await content(), before);
      }
    });

    it('never takes the dataset for its results, under any path', async () => {
      const input = folder.path(`data.${ending}`);
      await writeFile(input, 'x');
      await symlink(input, folder.path(`soft.${ending}`));
      await link(input, folder.path(`hard.${ending}`));
      for (const path of [`data.${ending}`, `soft.${ending}`, `hard.${ending}`]) {
        await assert.rejects(open({ file: folder.path(path), input, resume: true }), (error: Error) => {
          assert.match(error.message, /is the dataset itself/);
          return failsWith('usage.invalid', { file: path })(error);
        });
      }
      assert.equal(await readFile(input, 'utf8'), 'x');
    });

    it('refuses to mix results of two programs, and leaves the file as it was', async () => {
      await write(1, 2);
      const before = `${await content()}${ending === 'csv' ? '3,"torn' : '{"torn'}`;
      await writeFile(file(), before);
      await assert.rejects(open({ resume: true, program: 'model-b 9' }), (error: Error) => {
        assert.match(error.message, /made by model-a 0123abcd; now model-b 9 would run/);
        return failsWith('usage.invalid', { file: name })(error);
      });
      assert.equal(await content(), before);
    });

    it('sees that a row of the dataset changed since', async () => {
      await write(1, 2);
      const changed = rows.map((row) => (row.row === 2 ? { ...row, values: { ...row.values, label: 'other' } } : row));
      await assert.rejects(open({ resume: true, rows: changed }), (error: Error) => {
        assert.equal(error.message, 'Row 2 of data.csv changed since it was run.');
        return failsWith('data.malformed', { file: 'data.csv', line: 3 })(error);
      });
      await assert.rejects(open({ resume: true, rows: rows.slice(0, 1) }), failsWith('data.malformed', { file: name }));
    });

    it('sees other columns', async () => {
      await write(1, 2);
      await assert.rejects(open({ resume: true, columns: ['text'] }), (error: Error) => {
        assert.match(error.message, /it has "expected_label" beside them/);
        return failsWith('usage.invalid', { file: name, line: 1 })(error);
      });
      if (ending === 'csv') {
        await assert.rejects(open({ resume: true, reasoning: true, columns: ['text', 'label', 'more'] }), /it lacks "more", "reasoning"/);
      }
    });

    it('refuses columns that would be there twice', async () => {
      for (const changes of [{ columns: ['text', '_row'] }, { outputs: ['_error'] }, { columns: ['label', 'expected_label'] }]) {
        await assert.rejects(open(changes), failsWith('usage.invalid', { file: 'data.csv' }));
      }
      assert.deepEqual(await readdir(folder.path()), []);
    });

    it('names the thoughts apart from a column of that name', async () => {
      const withReasoning = { columns: ['reasoning'], rows: [{ row: 1, line: 2, values: { reasoning: 'mine' } }], reasoning: true };
      const results = await open(withReasoning);
      await results.append([
        { row: rowAt(withReasoning.rows, 1), cached: true, model: 'test:m', outputs: { label: 'x', score: 1 }, reasoning: 'because' },
      ]);
      await results.close();
      const [values] = await saved();
      assert.deepEqual([values?.reasoning, values?._reasoning, String(values?._cached)], ['mine', 'because', 'true']);
    });

    it('says when it cannot be written, before anything runs', async () => {
      await writeFile(folder.path('in-the-way'), '');
      await assert.rejects(open({ file: folder.path('in-the-way', name) }), failsWith('data.not_writable', { file: `in-the-way/${name}` }));
      assert.deepEqual((await readdir(folder.path())).sort(), ['.atelier', 'in-the-way']);
      assert.deepEqual(await readdir(folder.path('.atelier', 'locks')), []);
      await mkdir(file());
      await assert.rejects(open({ resume: true }), failsWith('data.unreadable', { file: name }));
    });

    it('has a row on the disk when saving it returns, also of many at the same time', async () => {
      const many = batchRows(300);
      const results = await open({ rows: many });
      let seen = 0;
      await Promise.all(
        many.map(async (row) => {
          await results.append([resultOf(row)]);
          if (row.row % 50 !== 0) return;
          assert.ok((await numbers()).includes(row.row));
          seen++;
        }),
      );
      await results.close();
      assert.equal(seen, 6);
      assert.deepEqual(
        await numbers(),
        many.map(({ row }) => row),
      );
    });

    it('goes on after a write that failed', async () => {
      const results = await open();
      await results.append([resultOf(rowAt(rows, 1))]);
      const before = await content();
      await rm(file());
      await mkdir(file());
      await assert.rejects(results.append([resultOf(rowAt(rows, 2))]), failsWith('data.not_writable', { file: name }));
      await rm(file(), { recursive: true });
      await writeFile(file(), before);
      await results.append([resultOf(rowAt(rows, 3))]);
      await results.close();
      assert.deepEqual(await numbers(), [1, 3]);
    });

    it('takes nothing more when it is closed, and closes twice', async () => {
      const results = await open();
      const saving = results.append([resultOf(rowAt(rows, 1))]);
      await results.close();
      await results.close();
      await saving;
      await assert.rejects(results.append([resultOf(rowAt(rows, 2))]), /closed/);
      assert.deepEqual(await numbers(), [1]);
    });
  });
}

describe('results of a batch', () => {
  const folder = useFolder();

  it('are texts in CSV, and typed in JSON Lines', async () => {
    const rows: BatchRow[] = [
      { row: 1, line: 1, values: { ' n ': 0.5, yes: true, list: [1, 'two'], none: null, text: 'a\r\nb' } },
      { row: 3, line: 3, values: { text: 'half \ud800 pair' } },
    ];
    const columns = [' n ', 'yes', 'list', 'none', 'text', 'constructor'];
    const contents = { 'out.csv': '', 'out.jsonl': '' };
    for (const name of ['out.csv', 'out.jsonl'] as const) {
      const options = { ...batchOptions(folder.path(), folder.path(name), 0), rows, columns, outputs: ['made'] };
      const results = await openBatchResults(options);
      await results.append([
        { row: rowAt(rows, 1), cached: false, model: 'test:m', outputs: { made: { a: [null] } } },
        { row: rowAt(rows, 2), cached: true, model: 'test:m', outputs: { made: null } },
      ]);
      await results.close();
      contents[name] = await readFile(folder.path(name), 'utf8');
      const again = await openBatchResults({ ...options, resume: true });
      assert.equal(again.done.size, 2);
      await again.close();
    }
    assert.equal(
      contents['out.csv'],
      `_row,n,yes,list,none,text,constructor,made,_cached,_error,_model,_program
1,0.5,true,"[1,""two""]",,"a\r\nb",,"{""a"":[null]}",false,,test:m,model-a 0123abcd
3,,,,,half \ufffd pair,,,true,,test:m,model-a 0123abcd
`,
    );
    assert.equal(
      contents['out.jsonl'],
      `{"_row":1," n ":0.5,"yes":true,"list":[1,"two"],"none":null,"text":"a\\r\\nb","made":{"a":[null]},"_cached":false,"_model":"test:m","_program":"model-a 0123abcd"}
{"_row":3,"text":"half \\ud800 pair","made":null,"_cached":true,"_model":"test:m","_program":"model-a 0123abcd"}
`,
    );
  });

  it('need an ending that says how to write them', async () => {
    await assert.rejects(openBatchResults(batchOptions(folder.path(), folder.path('out.txt'), 1)), failsWith('usage.invalid'));
  });
});
