// A process of its own for the store's tests: `append-child <append|lines|batch|hold> <workspace> <file> <id> <count>`.
import { once } from 'node:events';
import { AtelierError } from '../../../src/core/errors.js';
import { openBatchResults } from '../../../src/store/batch-results.js';
import { CsvTable } from '../../../src/store/csv-table.js';
import { JsonLinesFile } from '../../../src/store/json-lines.js';
import { Locks } from '../../../src/store/lock.js';
import { batchOptions, resultOf } from './batch-support.js';

const [mode = '', workspaceFolder = '', file = '', id = '', count = '0'] = process.argv.slice(2);
const locks = new Locks(workspaceFolder);

/** Appends rows with quotes, commas and newlines; prints the number of each row once it is saved. */
async function append(): Promise<void> {
  const table = new CsvTable({ file, columns: ['id', 'text', 'note'], workspaceFolder, locks });
  for (let i = 0; i < Number(count); i++) {
    await table.append([{ id, text: `"quoted", line\nbreak ${'x'.repeat((i * 37) % 900)}`, note: i }]);
    process.stdout.write(`${i}\n`);
  }
}

/** The same into a file of JSON Lines. */
async function lines(): Promise<void> {
  const table = new JsonLinesFile({ file, workspaceFolder, locks, onProblem: () => undefined });
  for (let i = 0; i < Number(count); i++) {
    await table.append([{ id, text: `"quoted", line\nbreak ${'x'.repeat((i * 37) % 900)}`, note: i }]);
    process.stdout.write(`${i}\n`);
  }
}

/** Runs a batch over `count` rows whose results go to the file, several at a time; prints the number of each row once it is saved. */
async function batch(): Promise<void> {
  const options = batchOptions(workspaceFolder, file, Number(count));
  const results = await openBatchResults({ ...options, resume: id === 'resume' });
  process.stdout.write('open\n');
  const queue = options.rows.filter(({ row }) => !results.done.has(row));
  const worker = async (): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      await results.append([resultOf(row)]);
      process.stdout.write(`${row.row}\n`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  await results.finish();
  await results.close();
}

/** Holds the lock with this name until its input ends. */
async function hold(): Promise<void> {
  await locks.withLock(file, async () => {
    process.stdout.write('held\n');
    process.stdin.resume();
    await once(process.stdin, 'end');
  });
}

// A file that would become too large raises this signal; with a listener, the write fails instead as it does on a full disk.
process.on('SIGXFSZ', () => undefined);

try {
  await new Map(Object.entries({ append, lines, batch, hold })).get(mode)?.();
} catch (error) {
  process.stdout.write(`${AtelierError.is(error) ? error.code : String(error)}\n`);
  process.exitCode = 1;
}
