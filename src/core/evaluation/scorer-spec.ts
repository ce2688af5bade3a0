import { AtelierError } from '../errors.js';
import { isJsonObject, type JsonValue } from '../text/json-schema.js';

/** A metric that is not made of text alone: a model that judges, or a module of the workspace. */
export type ScorerSpec =
  | {
      readonly kind: 'judge';
      readonly rubric: string;
      readonly first?: { readonly metric: JsonValue; readonly low: number; readonly high: number };
    }
  | { readonly kind: 'custom'; readonly file: string };

/** The rubric when none is named. */
const RUBRIC = 'JudgeAnswer';

/**
 * Reads `judge`, `judge(rubric=Name)`, a path that ends in `.mjs` or `.js`, and `{judge: Name, first: <metric>, low: 0.3, high: 0.9}`,
 * where the judge is asked only for rows that the metric leaves open.
 * @returns undefined for every other metric
 * @throws AtelierError `usage.invalid` for a judge with wrong options
 */
export function readScorerSpec(spec: JsonValue | undefined): ScorerSpec | undefined {
  if (typeof spec === 'string') {
    const text = spec.trim();
    if (/\.m?js$/i.test(text)) return { kind: 'custom', file: text };
    const judge = /^judge(?:\(\s*(?:rubric\s*=\s*)?([^()=]*?)\s*\))?$/.exec(text);
    if (judge !== null) return { kind: 'judge', rubric: judge[1] || RUBRIC };
    if (text.startsWith('judge(')) throw wrongJudge();
    return undefined;
  }
  if (!isJsonObject(spec) || spec.judge === undefined) return undefined;
  const { judge, first, low = 0, high = 1, ...more } = spec;
  const rubric = judge === true ? RUBRIC : judge;
  if (typeof rubric !== 'string' || typeof low !== 'number' || typeof high !== 'number' || Object.keys(more).length > 0) throw wrongJudge();
  return { kind: 'judge', rubric, ...(first === undefined ? {} : { first: { metric: first, low, high } }) };
}

function wrongJudge(): AtelierError {
  return new AtelierError('usage.invalid', 'The judge cannot be read.', {
    hint: 'Write judge, judge(rubric=JudgeAnswer), or {judge: JudgeAnswer, first: token_f1, low: 0.3, high: 0.9}.',
  });
}
