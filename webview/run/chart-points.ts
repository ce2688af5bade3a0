import type { CandidateSummary } from '../../src/features/optimize/protocol.js';
import { counted, fixed } from '../shared/format.js';

/** Where things are in the chart: shares of its width from the left and of its height from the bottom. */
export interface ChartPoints {
  /** Scores at the bottom and the top. */
  readonly from: number;
  readonly to: number;
  readonly points: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    /** Ends of its interval. */
    readonly low: number;
    readonly high: number;
    /** The best score up to here. */
    readonly best: number;
  }[];
  /** Of the first candidate, the program as it was. */
  readonly baseline: number;
}

/** A tenth: scores lie between lines that people can read. */
const STEP = 10;

/** The chart of the candidates that have a score, in their order; undefined without one. */
export function chartPoints(candidates: readonly CandidateSummary[]): ChartPoints | undefined {
  const scored = candidates.flatMap(({ id, score, interval }) => (typeof score === 'number' ? [{ id, score, interval }] : []));
  const [first] = scored;
  if (first === undefined) return undefined;
  const all = scored.flatMap(({ score, interval = [score, score] }) => [score, ...interval]);
  // A share that is a tenth up to rounding is that tenth.
  const from = Math.max(0, Math.floor(STEP * Math.min(...all) + 1e-9) / STEP);
  const highest = Math.min(1, Math.ceil(STEP * Math.max(...all) - 1e-9) / STEP);
  const to = highest > from ? highest : from + 1 / STEP;
  const place = (score: number) => (score - from) / (to - from);
  let best = 0;
  const points = scored.map(({ id, score, interval: [low, high] = [score, score] }, index) => {
    best = Math.max(best, score);
    return { id, x: (index + 0.5) / scored.length, y: place(score), low: place(low), high: place(high), best: place(best) };
  });
  return { from, to, points, baseline: place(first.score) };
}

/** What the chart shows, in words; its lines are empty before there is a score. */
export function chartWords(candidates: readonly CandidateSummary[], best: string | null, rows: number) {
  const score = candidates.find(({ id }) => id === best)?.score;
  const isKnown = typeof score === 'number';
  return {
    best: isKnown ? `best ${fixed(score)}` : '',
    baseline: isKnown ? `baseline ${fixed(candidates[0]?.score ?? null)}` : '',
    of: `${counted(candidates.length, 'candidate')} on validation, ${counted(rows, 'row')}`,
  };
}
