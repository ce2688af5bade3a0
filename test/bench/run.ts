// `npm run bench`: speed and size, each against its bar, with a peer or the floor of the same run beside it. Exit 1 when a bar is missed.
// Names of parts run these alone: `npm run bench -- batches`.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { batches } from './batches.js';
import { embedded, modelCalls, predictOverhead } from './calls.js';
import { evaluations } from './evaluations.js';
import { optimizers } from './optimizers.js';
import { verdict } from './report.js';
import { runThread } from './run-thread.js';
import { activation, sizes, terminal } from './start.js';
import { versions } from './versions.js';

type Part = (folder: string) => Promise<void> | void;

const PARTS: Record<string, Part> = {
  sizes,
  terminal,
  embedded,
  predictOverhead,
  modelCalls,
  batches,
  evaluations,
  optimizers,
  runThread,
  versions,
  activation,
};

const wanted = process.argv.slice(2);
const folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-bench-'));
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) await part(mkdtempSync(path.join(folder, `${name}-`)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = verdict() === 0 ? 0 : 1;
