// A process of its own for the store's tests: `append-child <append|hold> <workspace> <file> <id> <count>`.
import { once } from 'node:events';
import { AtelierError } from '../../../src/core/errors.js';
import { CsvTable } from '../../../src/store/csv-table.js';
import { Locks } from '../../../src/store/lock.js';

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
  await (mode === 'hold' ? hold() : append());
} catch (error) {
  process.stdout.write(`${AtelierError.is(error) ? error.code : String(error)}\n`);
  process.exitCode = 1;
}
