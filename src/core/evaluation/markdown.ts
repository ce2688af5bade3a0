import type { ConfusionDocument } from './confusion.js';
import type { CompareDocument, EvaluationDocument, RowDocument } from './document.js';
import {
  caveats,
  counted,
  cut,
  intervalText,
  isWrong,
  objectiveChanges,
  objectivesText,
  scoreText,
  scoreWithInterval,
  signed,
  valuesText,
  verdictText,
} from './wording.js';

const WORST_ROWS = 10;
const CELL_LENGTH = 160;
/** A wider matrix is no help in a comment: its most frequent mistakes are listed instead. */
const MOST_OPTIONS = 10;

/**
 * The evaluation as a comment on a pull request: GitHub's and GitLab's Markdown. What rows and models say is escaped, so that it stays
 * text: no mark-up, no link, no mention of a person.
 */
export function markdownReport(document: EvaluationDocument): string {
  const { signature, version, compare, confusion = [], gate, judge } = document;
  const blocks = [
    `### ${asText(signature)} ${asText(version)}: ${scoreWithInterval(document)}`,
    ...(gate === undefined ? [] : [`${gate.passed ? '✅ Passed' : '❌ Failed'}. ${asText(gate.reason)}`]),
    ...(compare === undefined ? [] : [`**${capital(asText(verdictText(compare)))}**`]),
    ...caveats(document).map((caveat) => `⚠️ ${asText(caveat)}`),
    ...(judge === undefined ? [] : [`${judge.trust === 'low' ? '⚠️ ' : ''}${asText(judge.sentence)}`]),
    facts(document),
    ...(compare === undefined ? [] : [comparison(compare)]),
    ...confusion.map(confusionBlock),
    ...worstRows(document),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function facts(document: EvaluationDocument): string {
  const { model, metric, data, usage, cost_usd: cost, latency_ms: latency, cached } = document;
  const perAnswer = objectivesText(document.objectives);
  const tokens = `${usage.prompt_tokens} + ${usage.completion_tokens} tokens`;
  return [
    asText(model),
    asText(metric),
    `${asText(data.file)} (${data.split === null ? '' : `${asText(data.split)}, `}${counted(data.rows, 'row')}, sha256 ${asText(data.sha256.slice(0, 12))})`,
    counted(document.failures, 'failure'),
    cost === null ? tokens : `${tokens}, $${cost.toFixed(4)}`,
    ...(perAnswer === '' ? [] : [asText(perAnswer)]),
    ...(latency === null ? [] : [`p50 ${Math.round(latency.p50)} ms, p95 ${Math.round(latency.p95)} ms`]),
    ...(cached === null || cached === 0 ? [] : [`${Math.round(100 * cached)} % cached`]),
  ].join(' · ');
}

function comparison(compare: CompareDocument): string {
  const { before, after, difference, interval, n, better, worse } = compare;
  const outside = compare.only_before.length + compare.only_after.length + compare.failed.length + compare.leaked.length;
  const table = tableOf(
    ['', asText(compare.with), 'now', 'difference', '95 %', 'rows better', 'rows worse', 'rows compared'],
    [
      [
        'score',
        scoreText(before),
        scoreText(after),
        difference === null ? '' : signed(difference),
        intervalText(interval),
        String(better.length),
        String(worse.length),
        String(n),
      ],
    ],
  );
  const remarks = [
    ...objectiveChanges(compare).map((change) => asText(change)),
    ...(outside === 0 ? [] : [`${counted(outside, 'row')} could not be compared.`]),
  ];
  return [table, ...remarks].join('\n\n');
}

function confusionBlock(confusion: ConfusionDocument): string {
  const { field, options, matrix, invalid, accuracy, macro_f1: macroF1, n } = confusion;
  const share = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  const title = `**${asText(field)}**: accuracy ${share(accuracy)}, macro F1 ${share(macroF1)}, n = ${n}`;
  if (options.length > MOST_OPTIONS) return `${title}\n\n${mistakes(confusion)}`;
  const columns = [...options, ...(invalid === 0 ? [] : ['no valid answer'])];
  const rows = matrix.map((counts, index) => [
    `**${cell(options[index] ?? '')}**`,
    ...columns.map((_, column) => (column === index ? `**${counts[column] ?? 0}**` : String(counts[column] ?? 0))),
    share(confusion.classes[index]?.recall ?? null),
  ]);
  const precision = ['precision', ...columns.map((_, column) => share(confusion.classes[column]?.precision ?? null)), ''];
  return `${title}\n\n${tableOf(['expected ↓ · got →', ...columns.map((each) => cell(each)), 'recall'], [...rows, precision])}`;
}

function mistakes({ options, matrix }: ConfusionDocument): string {
  const found = matrix.flatMap((counts, expected) =>
    counts.flatMap((count, got) => (count === 0 || got === expected ? [] : [{ count, expected, got }])),
  );
  found.sort((a, b) => b.count - a.count);
  const rows = found
    .slice(0, MOST_OPTIONS)
    .map(({ count, expected, got }) => [cell(options[expected] ?? ''), cell(options[got] ?? 'no valid answer'), String(count)]);
  return tableOf(['expected', 'got', 'rows'], rows);
}

function worstRows(document: EvaluationDocument): string[] {
  const wrong = document.rows.filter((row) => isWrong(row, document) || row.score !== 1);
  if (wrong.length === 0) return [];
  const worst = wrong.sort((a, b) => (a.score ?? -1) - (b.score ?? -1)).slice(0, WORST_ROWS);
  const table = tableOf(['row', 'score', 'inputs', 'expected', 'got', 'why'], worst.map(rowCells));
  const title = wrong.length <= WORST_ROWS ? `${counted(wrong.length, 'result')} less than perfect` : `The ${WORST_ROWS} worst results`;
  return [`<details><summary>${title}</summary>\n\n${table}\n\n</details>`];
}

function rowCells(row: RowDocument): string[] {
  const why = row.error === undefined ? (row.feedback ?? '') : `${row.error.code}: ${row.error.message}`;
  const texts = [valuesText(row.inputs), valuesText(row.expected), valuesText(row.outputs), why.replace(/\s+/g, ' ')];
  return [
    row.repeat === 0 ? String(row.row) : `${row.row} (run ${row.repeat + 1})`,
    row.score === null ? 'failed' : scoreText(row.score),
    ...texts.map(cell),
  ];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return asText(cut(text, CELL_LENGTH));
}

/**
 * Text that Markdown shows as it is. A backslash escapes punctuation in GitHub's and GitLab's Markdown alike, but neither an address nor
 * what refers to a person or an issue (`@name`, `#12`): a joiner without width takes those apart.
 */
function asText(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[@#!~%&](?=[\p{L}\p{N}_])/gu, '$&\u2060')
    .replace(/:(?=\/\/)/g, ':\u2060')
    .replace(/\bwww(?=\.)/gi, '$&\u2060')
    .replace(/[\\`*_{}[\]()#!|~]/g, '\\$&')
    .replace(/[&<>$]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
