import { AtelierError } from '../errors.js';
import { agreementOf, trust } from '../metric/agreement.js';
import { isJudge } from '../metric/judge.js';
import { NOTHING_SPENT } from '../program/program.js';
import { canonicalJson } from '../text/json-schema.js';
import { sha256 } from '../text/sha256.js';
import type { JudgeCheck } from './check-judge.js';
import type { EvaluationOutcome } from './document.js';
import { isScore } from './evaluate-row.js';
import { distinctOverrides, type EvaluatedRow, type EvaluationReport, reportOf } from './report.js';

/** A person's own score of one answer to one row, which counts in place of a metric's. */
export interface ScoreOverride {
  /** ISO 8601. */
  readonly timestamp: string;
  /** The signature's name. */
  readonly signature: string;
  /** The scorer's name: another metric asks another question. */
  readonly metric: string;
  /** From `exampleHash`. */
  readonly example: string;
  /** SHA-256 of the outputs, in lower-case hex: another answer deserves a look of its own. */
  readonly answer: string;
  /** 0..1; undefined takes an earlier one back. */
  readonly score: number | undefined;
  readonly comment: string;
  readonly userId: string;
}

function answerHash(outputs: NonNullable<EvaluatedRow['outputs']>): string {
  return sha256(canonicalJson(outputs));
}

/**
 * The report with the scores that people set; all that is made of scores follows.
 * @param report with the scores as they were measured
 * @param overrides in the order in which they were made: of the same answer the last one counts
 */
function withOverrides(report: EvaluationReport, signature: string, overrides: readonly ScoreOverride[]): EvaluationReport {
  const byAnswer = new Map<string, ScoreOverride>();
  for (const override of overrides) {
    if (override.signature === signature && override.metric === report.scorer)
      byAnswer.set(`${override.example} ${override.answer}`, override);
  }
  if (byAnswer.size === 0) return report;
  return reportOf(
    report,
    report.rows.map((row) => {
      const found = row.outputs === undefined ? undefined : byAnswer.get(`${row.example} ${answerHash(row.outputs)}`);
      return found === undefined ? row : overridden(row, found);
    }),
  );
}

/**
 * An outcome with the scores that people set, in both of its reports. Of a judge it says how far those scores agree with the judge's,
 * unless that is known already.
 */
export function overriddenOutcome(outcome: EvaluationOutcome, overrides: readonly ScoreOverride[]): EvaluationOutcome {
  const { facts, report, baseline } = outcome;
  const { name } = facts.signature;
  const changed = withOverrides(report, name, overrides);
  return {
    facts: { ...facts, judge: facts.judge ?? agreementWith(changed) },
    report: changed,
    ...(baseline === undefined ? {} : { baseline: { ...baseline, report: withOverrides(baseline.report, name, overrides) } }),
  };
}

/**
 * A person's score of a row's answer.
 * @param score 0..1; undefined takes an earlier one back
 * @throws AtelierError `usage.invalid`: no answer, or no score
 */
export function overrideOf(
  row: Pick<EvaluatedRow, 'row' | 'example' | 'outputs'>,
  given: Pick<ScoreOverride, 'timestamp' | 'signature' | 'metric' | 'score' | 'comment' | 'userId'>,
): ScoreOverride {
  if (row.outputs === undefined) {
    throw new AtelierError('usage.invalid', `Row ${row.row} has no answer that could be scored.`, { hint: 'Evaluate it again first.' });
  }
  if (given.score !== undefined && !isScore(given.score)) {
    throw new AtelierError('usage.invalid', `A score is a number from 0 to 1, not ${given.score}.`, { hint: 'Correct it.' });
  }
  return { ...given, example: row.example, answer: answerHash(row.outputs) };
}

/** @returns undefined when no judge gave the scores */
function agreementWith({ scorer, rows }: EvaluationReport): JudgeCheck | undefined {
  if (!isJudge(scorer)) return undefined;
  // An answer that came again, in another repeat or an equal row, is one opinion.
  const pairs = distinctOverrides(rows).flatMap(({ score, overridden: before }) =>
    before?.measured === undefined || score === undefined ? [] : [{ stars: 1 + Math.round(4 * score), score: before.measured }],
  );
  const agreement = agreementOf(pairs);
  return { agreement, trust: trust(agreement), failed: 0, spent: NOTHING_SPENT, stopped: undefined };
}

function overridden(row: EvaluatedRow, { score, comment, userId, timestamp }: ScoreOverride): EvaluatedRow {
  if (score === undefined) return row;
  const { error, score: measured, ...others } = row;
  return { ...others, score, overridden: { measured, error, comment, userId, timestamp } };
}
