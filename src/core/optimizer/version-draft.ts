import { objectivesOf } from '../evaluation/objectives.js';
import type { EvaluationReport } from '../evaluation/report.js';
import { intervalText, signed } from '../evaluation/wording.js';
import { trainedOnOf } from '../example/leakage.js';
import { changesBetween, changesText } from '../version/changes.js';
import { perCallOf } from '../version/score-record.js';
import type { Version, VersionData, VersionDraft, VersionScore } from '../version/version.js';
import { draftOf } from '../version/version-program.js';
import type { ScoredCandidate } from './candidate.js';
import type { Optimized } from './optimize.js';
import type { PlannedRows } from './plan-rows.js';
import type { Measured, OptimizationReport } from './report.js';
import type { RunSpec } from './run-spec.js';

/**
 * What an optimization found, as a version with all that led to it. Its own score is the one on the test set, where there is one.
 * @param parent the version that it started from
 */
export function optimizedDraft(optimized: Optimized, spec: RunSpec, rows: PlannedRows, parent: Version): VersionDraft {
  const { baseline, result } = optimized.report;
  const note = verdictSentence(optimized.report);
  return draftFor(optimized, { baseline, result, note }, optimized.report, spec, rows, parent);
}

/** Another candidate of a run as a version: what it scored on validation, where it was one of many, is all that is known of it. */
export function candidateDraft(
  candidate: ScoredCandidate,
  report: OptimizationReport,
  spec: RunSpec,
  rows: PlannedRows,
  parent: Version,
): VersionDraft {
  const only = (validation: EvaluationReport): Measured => ({ validation, test: undefined });
  const note = `The candidate "${candidate.id}" of a run: ${candidate.about}.`;
  const measured = { baseline: only(report.baseline.validation), result: only(candidate.report), note };
  return draftFor(candidate, measured, report, spec, rows, parent);
}

function draftFor(
  { program, demos }: Pick<Optimized, 'program' | 'demos'>,
  { baseline, result, note }: { readonly baseline: Measured; readonly result: Measured; readonly note: string },
  { spent, seed, optimizer, options }: OptimizationReport,
  spec: RunSpec,
  rows: PlannedRows,
  parent: Version,
): VersionDraft {
  const { student, teacher, author, scope } = spec;
  const role = result.test === undefined ? 'validation' : 'test';
  const on = rows.data.find((each) => each.role === role);
  const scores =
    on === undefined
      ? {}
      : {
          baseline: scoreOf(role === 'test' ? (baseline.test ?? baseline.validation) : baseline.validation, on),
          own: scoreOf(result.test ?? result.validation, on),
        };
  const { promptTokens, completionTokens } = spent.usage;
  const draft = draftOf(
    program,
    {
      ...{ scope, parents: [parent.number], created: new Date(spec.created).toISOString(), author, student, teacher, data: rows.data },
      optimizer: { name: optimizer, options, seed },
      note,
      trainedOn: trainedOnOf([...rows.trainset, ...rows.valset]),
      scores,
      cost: { calls: spent.calls, promptTokens, completionTokens, ...(spent.costUsd === undefined ? {} : { usd: spent.costUsd }) },
    },
    demos,
  );
  const changes = changesText(changesBetween(parent, draft));
  return changes === '' ? draft : { ...draft, changes };
}

/** What a run found, in one sentence. */
function verdictSentence({ verdict, comparison: { test } }: Pick<OptimizationReport, 'verdict' | 'comparison'>): string {
  if (verdict === undefined || test?.difference === undefined) return 'It was not measured on rows that the search never saw.';
  const word = verdict === 'no real difference' ? 'No real difference' : `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`;
  return `${word} on rows never seen: ${signed(test.difference)} ${intervalText(test.interval)}, n = ${test.n}.`;
}

/** What was measured of the program that a run started from, on the rows that its result was measured on, too; undefined: nothing. */
export function baselineScore({ report: { baseline } }: Optimized, rows: PlannedRows): VersionScore | undefined {
  const on = rows.data.find(({ role }) => role === 'test');
  return baseline.test === undefined || on === undefined ? undefined : scoreOf(baseline.test, on);
}

/** A report as versions keep scores. Failures are left out of it, and counted beside. */
function scoreOf(report: EvaluationReport, { file, sha256, split }: VersionData): VersionScore {
  const { scorer, model, score, interval, n, failures, rows, leaked } = report;
  return {
    ...{ metric: scorer, model, file, sha256, score: score ?? 0, interval, n, failures, leaked: leaked > 0 },
    ...(split === undefined ? {} : { split }),
    perCall: perCallOf(objectivesOf(rows)),
  };
}
