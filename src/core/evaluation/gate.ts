import type { EvaluationReport } from './report.js';

/** Whether an evaluation is good enough. */
export interface GateDocument {
  /** The least score, 0..1, with which it passes. */
  readonly fail_under: number;
  /** What was compared with it; null when there is nothing to compare. */
  readonly score: number | null;
  readonly passed: boolean;
  /** One sentence, for a person who reads the log. */
  readonly reason: string;
}

/**
 * Holds an evaluation against the least score that it must have. A gate that opens for what was never seen is none: failed rows count as
 * 0 here, rows that the program knew beforehand do not count, and a run that ended early does not pass.
 * @param failUnder 0..1
 * @param leftOut rows that could not be used: they count as 0, too
 */
export function gateOf(report: EvaluationReport, failUnder: number, leftOut = 0): GateDocument {
  const { failures, scoreWithFailuresAsZero } = report.unseen ?? report;
  const used = new Set(report.rows.filter(({ leaked }) => leaked === undefined).map(({ row }) => row)).size;
  const score = scoreWithFailuresAsZero === undefined ? undefined : (scoreWithFailuresAsZero * used) / (used + leftOut);
  const about = [
    ...(failures === 0 ? [] : [`${failures} without a score ${failures === 1 ? 'counts' : 'count'} as 0`]),
    ...(leftOut === 0 ? [] : [`${leftOut} that cannot be used ${leftOut === 1 ? 'counts' : 'count'} as 0`]),
    ...(report.leaked === 0 ? [] : [`${report.leaked} that the program knew ${report.leaked === 1 ? 'does' : 'do'} not count`]),
  ];
  const aside = about.length === 0 ? '' : ` (of the rows, ${about.join(', and ')})`;
  const made = { fail_under: failUnder, score: score ?? null };
  if (report.stopped !== undefined) {
    return { ...made, passed: false, reason: `The run ended early, so nothing is shown: ${report.stopped.message}` };
  }
  if (score === undefined) return { ...made, passed: false, reason: 'No row was scored that the program did not know beforehand.' };
  const passed = score >= failUnder;
  return { ...made, passed, reason: `The score ${exact(score)} is ${passed ? 'not under' : 'under'} ${failUnder}${aside}.` };
}

/** Enough digits to tell 0.7999 from 0.8. */
function exact(score: number): string {
  return String(Number(score.toFixed(6)));
}
