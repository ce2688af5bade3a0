import assert from 'node:assert/strict';
import { htmlReport } from '../../../src/core/evaluation/html/html-report.js';
import { junitReport } from '../../../src/core/evaluation/junit.js';
import { markdownReport } from '../../../src/core/evaluation/markdown.js';
import { findSignature } from '../../../src/core/signature/find-signature.js';
import { documentFrom, failedRow, NASTY, reportFrom, rowOf, wrongRow } from './report-samples.js';
import { readXml, type XmlElement } from './xml.js';

const nasty = NASTY.map((text, index) => wrongRow(index + 1, text));

/** The attributes that Jenkins' junit-10.xsd allows, by element. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'time', 'tests', 'failures', 'errors'],
  testsuite: ['name', 'tests', 'failures', 'errors', 'time', 'skipped', 'timestamp', 'file'],
  properties: [],
  property: ['name', 'value'],
  testcase: ['name', 'classname', 'time'],
  failure: ['message', 'type'],
  error: ['message', 'type'],
};

const casesOf = (xml: string): readonly XmlElement[] =>
  readXml(xml).children[0]?.children.filter(({ name }) => name === 'testcase') ?? assert.fail();
const everyElement = (element: XmlElement): XmlElement[] => [element, ...element.children.flatMap(everyElement)];

describe('the JUnit report', () => {
  it('has a test case for each row, counts what failed, and says why', () => {
    const xml = junitReport(documentFrom(reportFrom([rowOf(1, 'good'), wrongRow(2, 'bad'), failedRow(3, 'late')])));
    const root = readXml(xml);
    assert.deepEqual(
      ['tests', 'failures', 'errors', 'time'].map((name) => root.attributes[name]),
      ['3', '1', '1', '0.750'],
    );
    const [right, wrong, failed] = casesOf(xml);
    assert.deepEqual(right?.attributes, { name: 'row 1: good', classname: 'sentiment_1', time: '0.250' });
    assert.deepEqual(right?.children, []);
    assert.equal(wrong?.children[0]?.name, 'failure');
    assert.match(
      wrong?.children[0]?.text ?? '',
      /score 0\.00 is less than 0\.5.*\ndata\/reviews\.csv:3\n\nexpected:\n {2}label: positive\n\nactual:\n {2}label: negative/,
    );
    assert.deepEqual([failed?.children[0]?.name, failed?.children[0]?.attributes.type], ['error', 'model.timeout']);
    assert.equal(failed?.children[0]?.attributes.message, 'No answer <in> time & "space".');
    const properties = new Map(everyElement(root).flatMap(({ attributes: { name, value } }) => (name && value ? [[name, value]] : [])));
    assert.deepEqual([properties.get('score'), properties.get('n'), properties.get('data_sha256')], ['0.5', '2', 'ab'.repeat(32)]);
  });

  it('stays well-formed with any text, keeps to what servers allow, and loses nothing that XML can say', () => {
    const xml = junitReport(documentFrom(reportFrom(nasty), { failUnder: 0.5 }));
    for (const { name, attributes } of everyElement(readXml(xml))) {
      for (const attribute of Object.keys(attributes)) assert.ok(ALLOWED[name]?.includes(attribute), `${name} ${attribute}`);
    }
    const texts = casesOf(xml).map(({ children }) => children[0]?.text ?? '');
    for (const text of NASTY.filter((each) => !each.includes('\u0000')))
      assert.ok(
        texts.some((each) => each.includes(text)),
        text,
      );
    assert.ok(texts.some((text) => text.includes('null \uFFFD bell \uFFFD escape \uFFFD[31m half \uFFFD a pair \u{1F409} \uFFFD end')));
  });

  it('cuts long inputs between characters, and tells repeats apart', () => {
    const row = rowOf(1, '\u{1F409}'.repeat(100));
    const xml = junitReport(documentFrom(reportFrom([row, { ...row, repeat: 1 }], { repeats: 2 })));
    const names = casesOf(xml).map(({ attributes }) => attributes.name);
    assert.equal(names[0], `row 1, run 1: ${'\u{1F409}'.repeat(79)}…`);
    assert.equal(new Set(names).size, 2);
  });

  it('has the gate and the comparison as cases of their own', () => {
    const inputs = Array.from({ length: 30 }, (_, index) => `row ${index}`);
    const before = reportFrom(inputs.map((text, index) => rowOf(index + 1, text)));
    const after = reportFrom(inputs.map((text, index) => (index < 12 ? wrongRow : rowOf)(index + 1, text)));
    const failing = casesOf(junitReport(documentFrom(after, { failUnder: 0.8 }, { with: 'v2', report: before })));
    assert.equal(failing[0]?.children[0]?.attributes.message, 'The score 0.6 is under 0.8.');
    assert.match(failing[1]?.children[0]?.text ?? '', /^It is worse than v2: -0\.40 \[-0\.\d\d, -0\.\d\d\], n = 30\.$/);
    const passing = casesOf(junitReport(documentFrom(before, { failUnder: 0.8 }, { with: 'v2', report: after })));
    assert.deepEqual(
      passing.slice(0, 2).map(({ attributes, children }) => [attributes.name, children.length]),
      [
        ['score is not under 0.8', 0],
        ['not worse than v2', 0],
      ],
    );
  });

  it('takes the bound of a right row from its caller', () => {
    const row = rowOf(1, 'a', { score: 0.6 });
    const problems = (passAt: number) => casesOf(junitReport(documentFrom(reportFrom([row]), { passAt })))[0]?.children.length;
    assert.deepEqual([problems(0.6), problems(0.7)], [0, 1]);
  });
});

describe('the Markdown report', () => {
  it('begins with the score and what it leaves out', () => {
    const rows = [rowOf(1, 'a'), rowOf(2, 'b', { leaked: 'demo' }), wrongRow(3, 'c'), failedRow(4, 'd')];
    const markdown = markdownReport(documentFrom(reportFrom(rows), { failUnder: 0.9 }));
    assert.match(markdown, /^### sentiment\\_1 v3: 0\.67 \[0\.\d\d, 0\.\d\d\] \(n = 3\)\n\n❌ Failed\. The score 0\.333333 is under 0\.9 /);
    assert.match(markdown, /⚠️ 1 failed and is left out; counted as 0, the score is 0\.50\./);
    assert.match(markdown, /⚠️ 1 row is known to the program; on the others the score is 0\.50 ± 0\.41 \\\(n = 2\\\)\./);
    assert.match(markdown, /\| \*\*positive\*\* \| \*\*2\*\* \| 1 \| 0 \| 0\.67 \|/);
  });

  it('shows texts as they are: no cell, line, markup, mention or link comes of them', () => {
    const lines = markdownReport(documentFrom(reportFrom(nasty))).split('\n');
    const table = lines.filter((line) => line.startsWith('| ') && /^\| \d/.test(line));
    assert.equal(table.length, NASTY.length);
    for (const line of table) assert.equal(line.replace(/\\\|/g, '').split('|').length, 8, line);
    const text = table.join('\n');
    assert.doesNotMatch(text, /<|>|(?<!\\)[`*[\]]|@someone|#12|:\/\/|www\.|\$/);
    assert.match(text, /&#60;img src=x onerror=/);
  });

  it('shows the ten worst rows, failures first, and of many classes only the mistakes', () => {
    const options = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const signature = findSignature([], `review -> label: class "${options.join(', ')}"`).signature;
    const rows = options.map((label, index) =>
      rowOf(index + 1, `review ${index}`, { expected: { label }, outputs: { label: 'c0' }, score: index / 20 }),
    );
    const markdown = markdownReport(documentFrom(reportFrom([...rows, failedRow(20, 'late')]), { signature }));
    const table = markdown
      .slice(markdown.indexOf('The 10 worst'))
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    assert.deepEqual(
      table.map((line) => line.split(' | ')[0]),
      ['| 20', ...Array.from({ length: 9 }, (_, index) => `| ${index + 1}`)],
    );
    assert.match(markdown, /\| c1 \| c0 \| 1 \|/);
    assert.doesNotMatch(markdown, /expected ↓/);
  });

  it('says the verdict in words', () => {
    const before = reportFrom([rowOf(1, 'a'), wrongRow(2, 'b')]);
    const markdown = markdownReport(documentFrom(reportFrom([rowOf(1, 'a'), rowOf(2, 'b')]), {}, { with: 'v2', report: before }));
    assert.match(markdown, /\*\*No real difference from v2: \+0\.50 /);
    assert.match(markdown, /\| score \| 0\.50 \| 1\.00 \| \+0\.50 \| \[-?0\.\d\d, \d\.\d\d\] \| 1 \| 0 \| 2 \|/);
  });
});

describe('the HTML report', () => {
  const parts = { script: 'const end = "</SCRIPT>";', style: 'a::after { content: "</style>"; }', nonce: 'bm9uY2U=' };

  it('is markup of our own alone: three elements carry code or data, and none is left early', () => {
    const document = documentFrom(reportFrom(nasty), { version: 'v3"><b>' });
    const html = htmlReport(document, parts);
    assert.equal(html.match(/<\/?script/gi)?.length, 4);
    assert.equal(html.match(/<\/?style/gi)?.length, 2);
    assert.doesNotMatch(html, /<img|<b>|<!--/);
    const data = /<script type="application\/json" id="evaluation">([^<]*)<\/script>/.exec(html)?.[1] ?? assert.fail();
    assert.deepEqual(JSON.parse(data), JSON.parse(JSON.stringify(document)));
  });
});
