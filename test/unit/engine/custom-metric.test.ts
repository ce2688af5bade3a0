import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AtelierError } from '../../../src/core/errors.js';
import { evaluate } from '../../../src/core/evaluation/evaluate.js';
import type { MetricCase } from '../../../src/core/metric/metric.js';
import { parseOneLine } from '../../../src/core/signature/one-line.js';
import { type CustomMetricScorer, customMetricScorer, type MetricLimits } from '../../../src/engine/custom-metric/custom-metric.js';
import { repoRoot } from '../../workbench/paths.mjs';
import { answering, examplesOf } from '../core/evaluation-support.js';
import { closedAfter, failure, withEnvironment } from '../models/support.js';

const workerFile = path.join(repoRoot, 'dist/metric-worker.js');
const given = (answer: string): MetricCase => ({
  signature: parseOneLine('question -> answer'),
  inputs: { question: 'Capital?' },
  expected: { answer: 'Rome' },
  outputs: { answer },
});

describe('a metric of the user’s', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'metric-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const written = async (source: string, name = 'grade.mjs') => {
    const file = path.join(folder, name);
    await writeFile(file, source);
    return file;
  };
  const loaded = async (source: string, limits?: MetricLimits, name?: string): Promise<CustomMetricScorer> => {
    const scorer = await customMetricScorer({ file: await written(source, name), workerFile, limits });
    closedAfter({ close: () => scorer.dispose() });
    return scorer;
  };
  const scored = async (body: string, answer = 'Rome', limits?: MetricLimits) =>
    (await loaded(`export default ${body};`, limits)).score(given(answer), {});

  it('gives a number', async () => {
    assert.deepEqual(await scored('({outputs, expected}) => outputs.answer === expected.answer ? 1 : 0'), { score: 1, feedback: '' });
  });

  it('gives a score with feedback, from inputs and signature, too', async () => {
    const body = '({inputs, signature}) => ({score: 0.25, feedback: inputs.question + " " + signature.outputs[0].name})';
    assert.deepEqual(await scored(body), { score: 0.25, feedback: 'Capital? answer' });
  });

  it('may be async, use node: modules, and write what nobody reads', async () => {
    const source = `import { setTimeout } from 'node:timers/promises';
export default async () => { console.log('x'.repeat(1e6)); console.error('y'); await setTimeout(1); return 0.5; }`;
    assert.equal((await (await loaded(source)).score(given('x'), {})).score, 0.5);
  });

  it('may end in .js, without a package.json', async () => {
    const scorer = await loaded('export default () => 1;', {}, 'grade.js');
    assert.equal((await scorer.score(given('x'), {})).score, 1);
  });

  it('has a name with the SHA-256 of its file, by which its results are kept', async () => {
    const source = 'export default () => 1;';
    const { name, needsLabels } = await loaded(source);
    assert.equal(name, `custom(grade.mjs, sha256=${createHash('sha256').update(source).digest('hex')})`);
    assert.equal(needsLabels, false);
    assert.notEqual((await loaded(`${source}\n`)).name, name);
  });

  const FAILS: Record<string, [string, RegExp]> = {
    throws: ['() => {\n  throw new TypeError("no such word") }', /: TypeError: no such word \(line 2\)\.$/],
    'throws what is no error': ['() => { throw "oops." }', /: oops\.$/],
    rejects: ['async () => { await null; return missing; }', /: ReferenceError: missing is not defined \(line 1\)\.$/],
    'gives NaN': ['() => NaN', /: it gave NaN, which is not a score from 0 to 1\.$/],
    'gives too much': ['() => ({score: 1.1})', /: it gave 1\.1, which is not/],
    'gives too little': ['() => -0.1', /: it gave -0\.1, which is not/],
    'gives nothing': ['() => {}', /: it gave undefined, not a number or \{score, feedback\}\.$/],
    'gives null': ['() => null', /: it gave null, not/],
    'gives a text': ['() => "1"', /: it gave string, not/],
    'gives an object without a score': ['() => ({score: "1"})', /: it gave an object without a score, not/],
    'ends its process': ['() => process.exit(3)', /: it ended its process with exit code 3\.$/],
    'throws in a timer': ['() => new Promise(() => setTimeout(() => { throw new Error("late") }))', /: Error: late \(line 1\)\.$/],
    'rejects unseen': ['() => new Promise(() => { Promise.reject(new Error("unseen")) })', /: Error: unseen \(line 1\)\.$/],
  };
  for (const [what, [body, says]] of Object.entries(FAILS)) {
    it(`that ${what} fails its row with the reason, and not the next one`, async () => {
      const scorer = await loaded(`const fails = ${body};\nexport default (given) => given.outputs.answer === 'bad' ? fails() : 1;`);
      const both = [scorer.score(given('bad'), {}), scorer.score(given('good'), {})] as const;
      const error = await failure(both[0], 'metric.failed');
      assert.match(error.message, /^The metric grade\.mjs failed: /);
      assert.match(error.message, says);
      assert.equal(error.file, 'grade.mjs');
      assert.equal((await both[1]).score, 1);
    });
  }

  const BREAKS: Record<string, [string, MetricLimits, RegExp]> = {
    'loops without end': ['for (;;);', { timeMs: 300 }, /it took longer than 0\.3 s/],
    'never answers': ['return new Promise(() => {});', { timeMs: 300 }, /it took longer than 0\.3 s/],
    'fills the heap bit by bit': ['const a = []; for (;;) a.push(new Array(1e4).fill(0));', { memoryMb: 64 }, /more than 64 MB/],
    'fills the heap by one array that grows': ['const a = []; for (let i = 0; ; i++) a.push(i);', { memoryMb: 64 }, /more than 64 MB/],
    'fills memory outside of the heap': ['const a = []; for (;;) a.push(Buffer.alloc(2 ** 20, 1));', { memoryMb: 64 }, /more than 64 MB/],
    'kills its process': ['process.kill(process.pid, "SIGKILL"); return new Promise(() => {});', {}, /its process was ended/],
  };
  for (const [what, [body, limits, says]] of Object.entries(BREAKS)) {
    it(`that ${what} is killed; the next row gets a new process`, async () => {
      const source = `let rows = 0; export default ({outputs}) => { rows++; if (outputs.answer === 'bad') { ${body} } return rows / 10; }`;
      const scorer = await loaded(source, { timeMs: 20_000, ...limits });
      assert.equal((await scorer.score(given('good'), {})).score, 0.1);
      const error = await failure(scorer.score(given('bad'), {}), 'metric.failed');
      assert.match(error.message, says);
      assert.equal((await scorer.score(given('good'), {})).score, 0.1);
      assert.equal((await scorer.score(given('good'), {})).score, 0.2);
    });
  }

  it('sees no environment', async () => {
    await withEnvironment({ OPENAI_API_KEY: 'sk-canary' }, async () => {
      const { feedback } = await scored('() => ({score: 1, feedback: JSON.stringify(process.env) + process.stdin.isTTY})');
      assert.equal(feedback, '{}undefined');
    });
  });

  it('is scored one row after the other, whoever asks at once', async () => {
    const scorer = await loaded(`let busy = 0;
export default async () => { const before = busy++; await new Promise((resolve) => setTimeout(resolve, 2)); busy--; return before; }`);
    const results = await Promise.all(Array.from({ length: 8 }, () => scorer.score(given('x'), {})));
    assert.ok(results.every(({ score }) => score === 0));
  });

  const UNLOADABLE: Record<string, [string, RegExp, number?]> = {
    'with a syntax error': [
      'import fs from "node:fs";\nexport const a = 1;\nexport default () => {\n  const b = ;\n};',
      /SyntaxError: Unexpected token ';' \(line 4\)/,
      4,
    ],
    'that throws as it is loaded': ['\n\nthrow new Error("not today")', /Error: not today \(line 3\)/, 3],
    'without a default export': ['export const metric = () => 1;', /no "export default" of a function/],
    'that imports a helper': [
      'import { x } from "./helper.mjs"; export default () => x;',
      /it imports "\.\/helper\.mjs"; a metric is one file/,
    ],
    'in the manner of CommonJS': ['module.exports = () => 1;', /module is not defined/, 1],
  };
  for (const [what, [source, says, line]] of Object.entries(UNLOADABLE)) {
    it(`${what} is refused before anything is scored`, async () => {
      const error = await failure(loaded(source), 'metric.failed');
      assert.match(error.message, says);
      assert.equal(error.line, line);
    });
  }

  it('that loops as it is loaded is refused', async () => {
    await failure(loaded('for (;;);', { timeMs: 300 }), 'metric.failed');
  });

  it('that is missing, too large or no JavaScript module is refused', async () => {
    const options = { workerFile, workspaceFolder: folder };
    const missing = await failure(customMetricScorer({ ...options, file: path.join(folder, 'sub/gone.mjs') }), 'usage.invalid');
    assert.match(missing.message, /^The metric sub\/gone\.mjs cannot be read: ENOENT/);
    const typed = await failure(loaded('export default () => 1', {}, 'grade.ts'), 'usage.invalid');
    assert.match(typed.message, /TypeScript/);
    await failure(loaded(`//${'x'.repeat(2 ** 20)}`), 'usage.invalid');
  });

  it('is ended by a cancelled run, at once', async () => {
    const controller = new AbortController();
    const scorer = await loaded('export default () => { for (;;); }', { timeMs: 20_000 });
    const row = scorer.score(given('x'), { signal: controller.signal });
    const waiting = scorer.score(given('y'), { signal: controller.signal });
    setImmediate(() => controller.abort());
    await failure(row, 'cancelled');
    await failure(waiting, 'cancelled');
  });

  it('is ended when it is disposed of, and its rows with it', async () => {
    const scorer = await loaded('export default () => { for (;;); }', { timeMs: 20_000 });
    const rows = [scorer.score(given('x'), {}), scorer.score(given('y'), {})].map((row) => failure(row, 'cancelled'));
    await new Promise((resolve) => setImmediate(resolve));
    await scorer.dispose();
    await Promise.all(rows);
    await failure(scorer.score(given('x'), {}), 'cancelled');
  });

  it('fails rows of an evaluation by their reason, and its run never', async () => {
    const scorer = await loaded('export default ({outputs}) => { if (outputs.c === "bad") throw new Error("bad word"); return 1; }');
    const options = { examples: examplesOf('yes', 'bad', 'yes'), concurrency: 3, seed: 1, now: () => 0 };
    const report = await evaluate({ ...options, executor: answering((a) => a).executor, scorer });
    assert.deepEqual([report.n, report.failures, report.score, report.stopped], [2, 1, 1, undefined]);
    const { code, message, file, line } = report.rows[1]?.error ?? {};
    assert.deepEqual([code, file, line], ['metric.failed', 'grade.mjs', 1]);
    assert.equal(message, 'The metric grade.mjs failed: Error: bad word (line 1).');
    assert.ok(!AtelierError.is(report.stopped));
  });
});
