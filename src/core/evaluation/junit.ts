import { textOf } from '../program/program.js';
import type { EvaluationDocument, RowDocument } from './document.js';
import { cut, isWrong, scoreText, valuesText, verdictText } from './wording.js';

/** A test case, as far as CI servers show it. */
interface TestCase {
  readonly name: string;
  readonly className: string;
  /** Seconds. */
  readonly time: number;
  readonly problem?: { readonly element: 'failure' | 'error'; readonly type: string; readonly message: string; readonly text: string };
}

const NAME_LENGTH = 80;

/**
 * The evaluation as JUnit XML, in the elements that GitHub's actions, GitLab and Jenkins read (Jenkins' `junit-10.xsd`). Each result is a
 * test case: an `error` when it failed, a `failure` when its score is less than `pass_at`. The gate and the comparison with a baseline
 * are test cases of their own, so that a server shows why the command failed. GitLab shows the text of a problem and nothing of its
 * attributes: the text says everything.
 */
export function junitReport(document: EvaluationDocument): string {
  const cases = [...gateCases(document), ...document.rows.map((row) => rowCase(row, document))];
  const count = (element: 'failure' | 'error') => cases.filter(({ problem }) => problem?.element === element).length;
  const counts = attributes({
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    time: seconds(cases.reduce((sum, { time }) => sum + time, 0)),
  });
  const suite = attributes({
    skipped: 0,
    ...(document.created === undefined ? {} : { timestamp: document.created }),
    file: document.data.file,
  });
  const name = attributes({ name: `${document.signature} ${document.version}` });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${name}${counts}>
  <testsuite${name}${counts}${suite}>
    <properties>
${properties(document)
  .map(([key, value]) => `      <property${attributes({ name: key, value })}/>`)
  .join('\n')}
    </properties>
${cases.map(caseElement).join('\n')}
  </testsuite>
</testsuites>
`;
}

function properties(document: EvaluationDocument): (readonly [name: string, value: string | number])[] {
  const { data, latency_ms: latency, compare, interval, judge } = document;
  return [
    ['score', document.score ?? 'none'],
    ['interval', interval.join(' to ')],
    ['n', document.n],
    ['failures', document.failures],
    ['score_with_failures_as_zero', document.score_with_failures_as_zero ?? 'none'],
    ['leaked', document.leaked],
    ['overridden', document.overridden],
    ['signature', document.signature],
    ['version', document.version],
    ['model', document.model],
    ['metric', document.metric],
    ['seed', document.seed],
    ['repeats', document.repeats],
    ['pass_at', document.pass_at],
    ['data_file', data.file],
    ['data_sha256', data.sha256],
    ['data_split', data.split ?? 'all rows'],
    ['prompt_tokens', document.usage.prompt_tokens],
    ['completion_tokens', document.usage.completion_tokens],
    ['cost_usd', document.cost_usd ?? 'unknown'],
    ...(latency === null ? [] : [['latency_ms_p50', latency.p50] as const, ['latency_ms_p95', latency.p95] as const]),
    ...(compare === undefined ? [] : [['compared', verdictText(compare)] as const]),
    ...(judge === undefined ? [] : [['judge', judge.sentence] as const]),
  ];
}

function gateCases(document: EvaluationDocument): TestCase[] {
  const { signature, gate, compare } = document;
  const verdict = (name: string, passed: boolean, type: string, reason: string): TestCase => ({
    ...{ name, className: `${signature}.gate`, time: 0 },
    ...(passed ? {} : { problem: { element: 'failure', type, message: reason, text: reason } }),
  });
  return [
    ...(gate === undefined ? [] : [verdict(`score is not under ${gate.fail_under}`, gate.passed, 'gate', gate.reason)]),
    ...(compare === undefined
      ? []
      : [verdict(`not worse than ${compare.with}`, compare.verdict !== 'worse', 'baseline', `It is ${verdictText(compare)}.`)]),
  ];
}

function rowCase(row: RowDocument, document: EvaluationDocument): TestCase {
  // Servers tell test cases apart by their names, and the rows may be alike.
  const number = document.repeats === 1 ? `row ${row.row}` : `row ${row.row}, run ${row.repeat + 1}`;
  const test = {
    name: `${number}: ${cut(valuesText(row.inputs), NAME_LENGTH)}`,
    className: document.signature,
    time: (row.latency_ms ?? 0) / 1000,
  };
  if (row.error !== undefined) {
    const { code, message, hint } = row.error;
    return { ...test, problem: { element: 'error', type: code, message, text: details(row, document, [`${code}: ${message}`, hint]) } };
  }
  if (!isWrong(row, document)) return test;
  const summary = `score ${scoreText(row.score)} is less than ${document.pass_at}`;
  const message = row.feedback === null || row.feedback === '' ? summary : `${summary}: ${row.feedback}`;
  return { ...test, problem: { element: 'failure', type: 'score', message, text: details(row, document, [message]) } };
}

function details(row: RowDocument, { data }: EvaluationDocument, first: readonly string[]): string {
  const section = (title: string, values: RowDocument['outputs']) => {
    const entries = Object.entries(values ?? {});
    return entries.length === 0 ? [] : ['', `${title}:`, ...entries.map(([name, value]) => `  ${name}: ${textOf(value)}`)];
  };
  return [
    ...first,
    `${data.file}:${row.line}`,
    ...section('expected', row.expected),
    ...section('actual', row.outputs),
    ...section('inputs', row.inputs),
  ].join('\n');
}

function caseElement({ name, className, time, problem }: TestCase): string {
  const start = `    <testcase${attributes({ name, classname: className, time: seconds(time) })}`;
  if (problem === undefined) return `${start}/>`;
  const { element, type, message, text } = problem;
  return `${start}>\n      <${element}${attributes({ message, type })}>${escapeXml(text)}</${element}>\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/[\t\n]/g, (blank) => `&#${blank.charCodeAt(0)};`)}"`)
    .join('');
}

/** With a point and no exponent, as Jenkins' schema has it. */
function seconds(time: number): string {
  return time.toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Text for XML 1.0, which has no word for most control characters and for half a surrogate pair: they become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);
}
