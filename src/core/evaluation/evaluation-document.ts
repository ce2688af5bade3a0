import { addSpent, type FieldValue, type FieldValues } from '../program/program.js';
import type { Signature } from '../signature/signature.js';
import { isJsonObject } from '../text/json-schema.js';
import { judgeDocument } from './check-judge.js';
import { byIdentity, compareReports } from './compare.js';
import { confusionOf, type RowCells } from './confusion.js';
import type {
  Baseline,
  CompareDocument,
  EvaluationDocument,
  EvaluationOutcome,
  OverriddenDocument,
  RowDocument,
  ScoreDocument,
} from './document.js';
import { gateOf } from './gate.js';
import { objectivesOf } from './objectives.js';
import { distinctOverrides, type EvaluatedRow, type EvaluationReport, type ScoreSummary } from './report.js';

/** A person tells a right row from a wrong one here when the metric knows more than right and wrong. */
const PASS_AT = 0.5;

/**
 * The JSON document of an evaluation. All of it can be written as JSON: what is not known is null or left out, a number that JSON has no
 * word for becomes text, and the bytes of images are left out.
 * @throws AtelierError `usage.invalid` when the baseline was scored by another metric
 */
export function evaluationDocument({ facts, report, baseline }: EvaluationOutcome): EvaluationDocument {
  const { signature, version, data, created, passAt = PASS_AT, failUnder, judge } = facts;
  const { confusion, cells } = confusionOf(signature.outputs, report.rows);
  const before = baseline === undefined ? new Map<EvaluatedRow, EvaluatedRow>() : resultsBefore(baseline.report, report);
  const { variance, stopped } = report;
  const spent = judge === undefined ? report.spent : addSpent(report.spent, judge.spent);
  return {
    signature: signature.name,
    version,
    ...{ program: report.program, model: report.model, metric: report.scorer, data },
    ...present({ created }),
    ...scoreDocument(report),
    ...{ seed: report.seed, repeats: report.repeats, pass_at: passAt, total: report.total, reused: report.reused },
    ...present({ stopped: stopped?.toJSON() }),
    overridden: distinctOverrides(report.rows).length,
    leaked: report.leaked,
    ...present({ unseen: report.unseen === undefined ? undefined : scoreDocument(report.unseen) }),
    ...(variance === undefined
      ? {}
      : { variance: { mean: variance.mean, ...present({ between: variance.between, within: variance.within }) } }),
    calls: spent.calls,
    usage: { prompt_tokens: spent.usage.promptTokens, completion_tokens: spent.usage.completionTokens },
    cost_usd: spent.costUsd ?? null,
    objectives: objectivesOf(report.rows),
    latency_ms: report.latencyMs ?? null,
    cached: report.cachedShare ?? null,
    ...present({ gate: failUnder === undefined ? undefined : gateOf(report, failUnder, data.left_out) }),
    ...present({ compare: baseline === undefined ? undefined : compareDocument(baseline, report) }),
    ...present({ judge: judge === undefined ? undefined : judgeDocument(judge) }),
    ...(confusion.length === 0 ? {} : { confusion }),
    rows: report.rows.map((row) => rowDocument(row, signature, cells.get(row), before.get(row))),
  };
}

function scoreDocument({ score, interval, n, failures, scoreWithFailuresAsZero }: ScoreSummary): ScoreDocument {
  return { score: score ?? null, interval, n, failures, score_with_failures_as_zero: scoreWithFailuresAsZero ?? null };
}

function compareDocument(baseline: Baseline, report: EvaluationReport): CompareDocument {
  const { before, after, difference, interval, verdict, n, better, worse, objectives, ...rows } = compareReports(baseline.report, report);
  const numbers = (pairs: typeof better) => pairs.map((pair) => pair.after[0]?.row ?? 0);
  return {
    with: baseline.with,
    ...{ before: before ?? null, after: after ?? null, difference: difference ?? null, interval, verdict, n },
    ...{ better: numbers(better), worse: numbers(worse), objectives },
    overridden: distinctOverrides(baseline.report.rows).length,
    ...{ calls: baseline.report.spent.calls, cost_usd: baseline.report.spent.costUsd ?? null },
    ...{ only_before: rows.onlyBefore, only_after: rows.onlyAfter, failed: rows.failed, leaked: rows.leaked },
  };
}

/** The earlier result of each later one: of the same row and, where there is one, the same repeat. */
function resultsBefore(before: EvaluationReport, after: EvaluationReport): Map<EvaluatedRow, EvaluatedRow> {
  const earlier = byIdentity(before.rows);
  const found = new Map<EvaluatedRow, EvaluatedRow>();
  for (const [identity, results] of byIdentity(after.rows)) {
    const others = earlier.get(identity) ?? [];
    for (const result of results) {
      const other = others.find(({ repeat }) => repeat === result.repeat) ?? others[0];
      if (other !== undefined) found.set(result, other);
    }
  }
  return found;
}

function rowDocument(
  result: EvaluatedRow,
  signature: Signature,
  cells: RowCells | undefined,
  before: EvaluatedRow | undefined,
): RowDocument {
  const { row, line, repeat, reasoning, error, latencyMs, cached, leaked } = result;
  const images = signature.inputs.filter(({ type }) => type === 'image').map(({ name }) => name);
  return {
    ...{ row, line, repeat },
    ...answerOf(result),
    inputs: values(result.inputs, images),
    expected: values(result.expected),
    ...present({ reasoning, parts: result.parts, error, latency_ms: latencyMs, leaked, cells, overridden: overriddenDocument(result) }),
    cached,
    ...(before === undefined
      ? {}
      : { before: { row: before.row, ...answerOf(before), ...present({ error: before.error, overridden: overriddenDocument(before) }) } }),
  };
}

function overriddenDocument({ overridden }: EvaluatedRow): OverriddenDocument | undefined {
  if (overridden === undefined) return undefined;
  const { measured, comment, userId, timestamp } = overridden;
  return { score: measured ?? null, comment, user_id: userId, timestamp };
}

function answerOf({ score, feedback, outputs }: EvaluatedRow): Pick<RowDocument, 'score' | 'feedback' | 'outputs'> {
  return { score: score ?? null, feedback: feedback ?? null, outputs: outputs === undefined ? null : values(outputs) };
}

/** Values that JSON can write, without the bytes of images. */
function values(given: FieldValues, images: readonly string[] = []): FieldValues {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, plain(value, images.includes(name))]));
}

function plain(value: FieldValue, isImage: boolean): FieldValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return isImage ? withoutBytes(value) : value;
  if (Array.isArray(value)) return value.map((item: FieldValue) => plain(item, isImage));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, isImage)]));
}

function withoutBytes(image: string): string {
  const kind = /^data:([\w.+/-]*)/.exec(image)?.[1];
  return kind === undefined ? image : `${kind} (${Math.ceil((image.length * 3) / 4096)} kB)`;
}

/** What a record has, without what is undefined. */
function present<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
