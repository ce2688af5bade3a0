import type { ErrorDocument } from '../errors.js';
import type { Outcome } from '../metric/pairwise.js';
import type { FieldValues } from '../program/program.js';
import type { DataDocument } from './document.js';
import type { ComparedPair, HeadToHead, RankingReport, Standing } from './rank-report.js';
import type { Interval, Verdict } from './statistics.js';

/** What a ranking was made of, beside its report. */
export interface RankingFacts {
  readonly signature: string;
  /** As people name it: `v3`, `unsaved`. */
  readonly version: string;
  readonly data: DataDocument;
  /** When it ended, ISO 8601. */
  readonly created: string;
}

/** One of those that were ranked; null for one that was compared with nothing. */
export interface StandingDocument {
  readonly name: string;
  /** In logits around a mean of 0: the odds of winning are the exponential of the difference. */
  readonly strength: number | null;
  /** 95 %. */
  readonly interval: Interval | null;
  readonly elo: number | null;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** The signature as it is now against one of the others. */
export interface HeadToHeadDocument {
  readonly with: string;
  readonly n: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** A tie is half a win; null without rows. */
  readonly win_rate: number | null;
  /** 95 %. */
  readonly interval: Interval;
  /** When there is one other alone. */
  readonly verdict?: Verdict;
}

export interface PairsDocument {
  /** With an outcome, of those that were asked for. */
  readonly n: number;
  readonly total: number;
  readonly failed: number;
  /** Ties without the judge: the answers were equal. */
  readonly identical: number;
  /** Decided without the judge: an answer could not be read. */
  readonly unreadable: number;
  /** Decided by the judge; of these, with another outcome when the answers changed places. */
  readonly judged: number;
  readonly disagreed: number;
  /** Of these, whichever came first won, and whichever came second. */
  readonly favoured_first: number;
  readonly favoured_second: number;
}

export interface PairDocument {
  readonly row: number;
  readonly line: number;
  readonly first: string;
  readonly second: string;
  /** Of the first; null when the pair failed. */
  readonly outcome: Outcome | null;
  readonly decided_by?: 'judge' | 'identical' | 'unreadable';
  /** Of the first, when it was shown first and when it was shown second. */
  readonly orders?: readonly [Outcome, Outcome];
  /** The judge's, in the same two orders: in the second one its "first answer" is that of the second. */
  readonly reasons: readonly string[];
  readonly answers: { readonly first: FieldValues | null; readonly second: FieldValues | null };
  readonly error?: ErrorDocument;
}

/** A ranking as data: what `--json` prints. */
export interface RankingDocument {
  readonly signature: string;
  readonly version: string;
  readonly model: string;
  readonly judge: string;
  readonly comparer: string;
  readonly data: DataDocument;
  readonly created: string;
  readonly seed: number;
  readonly ranking: readonly StandingDocument[];
  readonly head_to_head: readonly HeadToHeadDocument[];
  readonly pairs: PairsDocument;
  readonly stopped?: ErrorDocument;
  readonly calls: number;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** US dollars; null when a model has no known price. */
  readonly cost_usd: number | null;
  readonly rows: readonly PairDocument[];
}

export function rankingDocument({ signature, version, data, created }: RankingFacts, report: RankingReport): RankingDocument {
  const { model, judge, comparer, seed, spent, stopped } = report;
  return {
    ...{ signature, version, model, judge, comparer, data, created, seed },
    ranking: report.ranking.map(standingDocument),
    head_to_head: report.headToHead.map(headToHeadDocument),
    pairs: pairsDocument(report),
    ...(stopped === undefined ? {} : { stopped: stopped.toJSON() }),
    calls: spent.calls,
    usage: { prompt_tokens: spent.usage.promptTokens, completion_tokens: spent.usage.completionTokens },
    cost_usd: spent.costUsd ?? null,
    rows: report.pairs.map(pairDocument),
  };
}

function standingDocument({ name, strength, interval, elo, wins, ties, losses }: Standing): StandingDocument {
  return { name, strength: strength ?? null, interval: interval ?? null, elo: elo ?? null, wins, ties, losses };
}

function headToHeadDocument({ winRate, verdict, interval, ...counts }: HeadToHead): HeadToHeadDocument {
  return { ...counts, win_rate: winRate ?? null, interval, ...(verdict === undefined ? {} : { verdict }) };
}

function pairsDocument({ pairs, total, bias }: RankingReport): PairsDocument {
  const count = (decidedBy: ComparedPair['decidedBy']) => pairs.filter((pair) => pair.decidedBy === decidedBy).length;
  const failed = count(undefined);
  return {
    ...{ n: pairs.length - failed, total, failed, identical: count('identical'), unreadable: count('unreadable') },
    ...{ judged: bias.n, disagreed: bias.disagreed, favoured_first: bias.favouredFirst, favoured_second: bias.favouredSecond },
  };
}

function pairDocument({ row, line, first, second, outcome, decidedBy, judged, answers, error }: ComparedPair): PairDocument {
  return {
    ...{ row, line, first, second, outcome: outcome ?? null },
    ...(decidedBy === undefined ? {} : { decided_by: decidedBy }),
    ...(judged === undefined ? {} : { orders: judged.orders }),
    reasons: judged?.reasons ?? [],
    answers: { first: answers[0] ?? null, second: answers[1] ?? null },
    ...(error === undefined ? {} : { error }),
  };
}
