import { objectivesOf } from '../evaluation/objectives.js';
import type { EvaluatedRow } from '../evaluation/report.js';
import type { Example } from '../example/example.js';
import type { Candidate, ScoredCandidate } from './candidate.js';
import type { CandidateSummary } from './events.js';
import type { Lab } from './lab.js';

/** The candidates of a run by their scores on the whole validation set. Of equally good ones the cheaper is better, then the first. */
export class Leaderboard {
  private readonly scored: ScoredCandidate[] = [];
  private leader: ScoredCandidate | undefined;

  constructor(
    private readonly lab: Lab,
    private readonly valset: readonly Example[],
  ) {}

  /** In the order in which they were added. */
  get candidates(): readonly ScoredCandidate[] {
    return this.scored;
  }

  /** Undefined before the first was added. */
  get best(): ScoredCandidate | undefined {
    return this.leader;
  }

  /** Runs a candidate on the whole validation set. @throws AtelierError as `Lab.attempt` */
  async score(candidate: Candidate, signal?: AbortSignal): Promise<ScoredCandidate> {
    const report = await this.lab.evaluate(candidate.program, this.valset, signal);
    const tokens = tokensPerAnswer(report.rows);
    return { ...candidate, report, score: report.scoreWithFailuresAsZero ?? 0, tokens };
  }

  /** Takes a candidate in. Call it in an order that does not depend on which answers come first. */
  add(candidate: ScoredCandidate): void {
    this.scored.push(candidate);
    const isBest = this.leader === undefined || isBetter(candidate, this.leader);
    if (isBest) this.leader = candidate;
    this.lab.emit({ kind: 'candidate', candidate: summaryOf(candidate), isBest });
  }

  /** {@link score}, then {@link add}. */
  async consider(candidate: Candidate): Promise<ScoredCandidate> {
    const scored = await this.score(candidate);
    this.add(scored);
    return scored;
  }
}

/** Mean of tokens in and out per answer; undefined without an answer. */
export function tokensPerAnswer(rows: readonly EvaluatedRow[]): number | undefined {
  return objectivesOf(rows).find(({ name }) => name === 'tokens')?.mean;
}

function isBetter(candidate: ScoredCandidate, leader: ScoredCandidate): boolean {
  if (candidate.score !== leader.score) return candidate.score > leader.score;
  return candidate.tokens !== undefined && leader.tokens !== undefined && candidate.tokens < leader.tokens;
}

export function summaryOf(candidate: Candidate | ScoredCandidate): CandidateSummary {
  const { id, about, program, demos } = candidate;
  const scored = 'report' in candidate ? candidate : undefined;
  return {
    ...{ id, about, instructions: program.instructions, demos: demos.length },
    augmented: demos.filter(({ augmented }) => augmented).length,
    score: scored?.score,
    interval: scored?.report.interval,
    n: scored?.report.rows.length ?? 0,
    tokens: scored?.tokens,
  };
}

/**
 * The candidates that no other one beats in both score and tokens per answer (Pareto front), the cheapest first. Of equals the first one
 * counts; what it costs is not known of a candidate without an answer, which is in no front.
 */
export function paretoFront<T extends Pick<ScoredCandidate, 'score' | 'tokens'>>(candidates: readonly T[]): readonly T[] {
  const known = candidates.flatMap((candidate) => (candidate.tokens === undefined ? [] : [{ candidate, tokens: candidate.tokens }]));
  // A sort that is stable keeps the first of equals in front.
  known.sort((a, b) => a.tokens - b.tokens || b.candidate.score - a.candidate.score);
  const front: T[] = [];
  for (const { candidate } of known) {
    const last = front.at(-1);
    if (last === undefined || candidate.score > last.score) front.push(candidate);
  }
  return front;
}
