import type { Baseline, DocumentFacts, EvaluationDocument } from '../../../src/core/evaluation/document.js';
import { evaluationDocument } from '../../../src/core/evaluation/evaluation-document.js';
import { type EvaluatedRow, type EvaluationReport, type RunFacts, reportOf } from '../../../src/core/evaluation/report.js';
import { exampleHash } from '../../../src/core/example/example.js';
import { NOTHING_SPENT } from '../../../src/core/program/program.js';
import { findSignature } from '../../../src/core/signature/find-signature.js';

/** Texts that break out of what does not escape them. */
export const NASTY = [
  '</script><script>window.broken = true</script>',
  '<img src=x onerror="window.broken = true">',
  '<!-- <script> ]]> &amp; "quoted" \'single\'',
  'a | b\n\n# `code` **bold** @someone #12 https://example.com/x www.example.com $x$ [a](b)',
  'null \u0000 bell \u0007 escape \u001b[31m half \ud83d a pair \u{1F409} \uFFFE end',
  '=HYPERLINK("https://example.com","x")',
  'مرحبا بالعالم',
];

export const REVIEWS = { ...findSignature([], 'review -> label: class "positive, negative, neutral"').signature, name: 'sentiment_1' };

const FACTS: RunFacts = {
  ...{ program: 'f00d', model: 'openai:gpt-4o-mini', scorer: 'exact_match', seed: 1, repeats: 1, total: 0 },
  ...{ spent: { ...NOTHING_SPENT, usage: { promptTokens: 1200, completionTokens: 80, estimated: false }, costUsd: 0.0123 } },
  ...{ reused: 0, stopped: undefined },
};

/** A result; right when nothing else is said. */
export function rowOf(row: number, review: string, more: Partial<EvaluatedRow> = {}): EvaluatedRow {
  const inputs = { review };
  const expected = more.expected ?? { label: 'positive' };
  return {
    ...{ row, line: row + 1, repeat: 0, key: `k${row}`, example: exampleHash({ inputs, expected }), inputs, expected },
    ...{ outputs: { label: 'positive' }, score: 1, feedback: 'Matches "positive".', model: 'openai:gpt-4o-mini', latencyMs: 250 },
    ...{ cached: false, spent: NOTHING_SPENT },
    ...more,
  };
}

/** A wrong result. */
export function wrongRow(row: number, review: string, label = 'negative'): EvaluatedRow {
  return rowOf(row, review, { outputs: { label }, score: 0, feedback: `Does not match: expected "positive", got "${label}".` });
}

/** A result without an answer. */
export function failedRow(
  row: number,
  review: string,
  code: 'model.timeout' | 'model.invalid_answer' = 'model.timeout',
  label = 'positive',
): EvaluatedRow {
  const { score: _, outputs: __, feedback: ___, ...others } = rowOf(row, review, { expected: { label } });
  return { ...others, error: { code, message: 'No answer <in> time & "space".', hint: 'Try again.' } };
}

export function reportFrom(rows: readonly EvaluatedRow[], facts: Partial<RunFacts> = {}): EvaluationReport {
  return reportOf({ ...FACTS, total: rows.length, ...facts }, rows);
}

export function documentFrom(report: EvaluationReport, facts: Partial<DocumentFacts> = {}, baseline?: Baseline): EvaluationDocument {
  const data = { file: 'data/reviews.csv', sha256: 'ab'.repeat(32), rows: report.rows.length, split: 'test' };
  return evaluationDocument({ facts: { signature: REVIEWS, version: 'v3', data, ...facts }, report, baseline });
}
