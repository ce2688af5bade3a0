import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { baseProgram, findSignature } from '../../src/core/signature/find-signature.js';
import { versionDocument } from '../../src/core/version/version-document.js';
import { draftOf } from '../../src/core/version/version-program.js';
import { Locks, VersionStore } from '../../src/store/index.js';
import { repoRoot } from '../workbench/paths.mjs';
import { median, report } from './report.js';

const run = promisify(execFile);
const SIGNATURES = 200;
const VERSIONS = 50;

/** 200 signatures with 50 versions each: what the tree reads first, what it reads when one is opened, a diff, and the list in the terminal. */
export async function versions(folder: string): Promise<void> {
  const open = () => new VersionStore({ workspaceFolder: folder, locks: new Locks(folder), onProblem: () => undefined });
  await fill(open());
  const times = { first: [] as number[], opened: [] as number[], diff: [] as number[] };
  for (let round = 0; round < 5; round++) {
    const store = open();
    times.first.push(
      await timed(async () => {
        const names = await store.signatures();
        await Promise.all(names.map((name) => Promise.all([store.numbers(name), store.labels(name)])));
      }),
    );
    times.opened.push(await timed(() => store.list(nameOf(round))));
    times.diff.push(
      await timed(async () => {
        const both = await Promise.all([store.read(nameOf(7), 1), store.read(nameOf(7), VERSIONS)]);
        both.map(versionDocument);
      }),
    );
  }
  report({ what: '200 signatures: what the tree reads first', value: median(times.first), unit: 'ms', bar: 200 });
  report({ what: 'one of them is opened, 50 versions', value: median(times.opened), unit: 'ms', bar: 200 });
  report({ what: 'both sides of a diff', value: median(times.diff), unit: 'ms', bar: 100 });
  const args = [path.join(repoRoot, 'dist/cli.js'), 'versions', 'list', '--json'];
  const list = () => timed(() => run(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 }));
  report({ what: '10,000 versions listed in the terminal, the first time', value: (await list()) / 1000, unit: 's', bar: 1 });
  report({
    what: '10,000 versions listed in the terminal, again',
    value: median([await list(), await list(), await list()]) / 1000,
    unit: 's',
    bar: 1,
  });
}

async function fill(store: VersionStore): Promise<void> {
  for (let index = 0; index < SIGNATURES; index++) {
    const definition = findSignature([], 'review -> label: class "positive, negative, neutral"');
    const signature = { ...definition.signature, name: nameOf(index) };
    for (let version = 1; version <= VERSIONS; version++) {
      const program = {
        ...baseProgram({ ...definition, signature }),
        instructions: `Judge the whole review, not single words. Take ${version}.`,
      };
      const facts = {
        scope: {},
        parents: version === 1 ? [] : [version - 1],
        created: '2026-01-02T03:04:05Z',
        author: 'bench',
        data: [],
        scores: {},
      };
      await store.save(signature.name, draftOf(program, facts));
    }
    await store.moveLabel(signature.name, { label: 'staging', to: VERSIONS, who: 'bench', why: '' });
  }
}

function nameOf(index: number): string {
  return `signature_${index}`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
