// A process of its own for the tests of versions: `version-child <save|move> <workspace> <id> <count>`.
import { AtelierError } from '../../../src/core/errors.js';
import { Locks } from '../../../src/store/lock.js';
import { VersionStore } from '../../../src/store/version-store.js';
import { sampleDraft } from '../core/version-samples.js';

const [mode = '', workspaceFolder = '', id = '', count = '0'] = process.argv.slice(2);
const store = new VersionStore({ workspaceFolder, locks: new Locks(workspaceFolder), onProblem: () => undefined });

/** Saves versions one after the other; prints the number of each once it is saved. */
async function save(): Promise<void> {
  for (let i = 0; i < Number(count); i++) {
    const { number } = await store.save('sentiment', sampleDraft({ author: id, note: `${id} ${i}` }));
    process.stdout.write(`${number}\n`);
  }
}

/** Moves a label of its own between versions 1 and 2. */
async function move(): Promise<void> {
  for (let i = 0; i < Number(count); i++) {
    await store.moveLabel('sentiment', { label: id, to: 1 + (i % 2), who: id, why: `${i}` });
    process.stdout.write(`${i}\n`);
  }
}

try {
  await new Map(Object.entries({ save, move })).get(mode)?.();
} catch (error) {
  process.stdout.write(`${AtelierError.is(error) ? error.code : String(error)}\n`);
  process.exitCode = 1;
}
