import type { RankForecast } from '../core/evaluation/rank.js';
import type { HeadToHeadDocument, RankingDocument, StandingDocument } from '../core/evaluation/ranking-document.js';
import { counted, cut, signed } from '../core/evaluation/wording.js';

/** Pairs in which a judge may change its mind with the places before it is said: GPT-4 did in a third (Zheng et al. 2023, table 2). */
const MOST_DISAGREED = 1 / 3;
/** Characters of a name in the table. */
const NAME = 40;

/** What a ranking may cost, before it does. */
export function describeForecast({ answers, pairs, usual, most }: RankForecast): string {
  return `${counted(answers, 'answer')}, ${counted(pairs, 'pair')} judged in both orders: ${counted(usual, 'call')}, at most ${most} when answers cannot be read at once.`;
}

/** A ranking for people; fits 100 columns but for long names. */
export function describeRanking(document: RankingDocument): string {
  const { signature, ranking, head_to_head: headToHead, pairs, stopped } = document;
  const width = Math.max(...ranking.map(({ name }) => cut(name, NAME).length));
  return [
    ...headToHead.map((each) => `${signature}: ${comparison(each)}`),
    ...ranking.map((each, index) => standing(each, index + 1, width)),
    ...(pairs.identical === 0 ? [] : [`${counted(pairs.identical, 'pair')} of equal answers: a tie without the judge`]),
    ...(pairs.unreadable === 0 ? [] : [`${counted(pairs.unreadable, 'pair')} decided because an answer could not be read`]),
    ...(pairs.failed === 0 ? [] : [`${counted(pairs.failed, 'pair')} failed and left out${firstReason(document)}`]),
    ...(pairs.judged === 0 ? [] : [sameInBothOrders(pairs)]),
    ...(stopped === undefined ? [] : [`ended early: ${pairs.n + pairs.failed} of ${pairs.total} pairs`]),
    facts(document),
  ].join('\n');
}

/** That the judge looks at places; undefined when it does not do so often. */
export function biasWarning({ judge, pairs }: RankingDocument): string | undefined {
  const { judged, disagreed, favoured_first: first, favoured_second: second } = pairs;
  if (judged === 0 || disagreed / judged <= MOST_DISAGREED) return undefined;
  return (
    `${judge} judged otherwise in ${disagreed} of ${judged} pairs when the answers changed places (${first} times the first one won, ` +
    `${second} times the second). These count as ties: choose a stronger --judge-model before you rely on the ranking.`
  );
}

function comparison({ with: other, n, win_rate: rate, interval, verdict, ...counts }: HeadToHeadDocument): string {
  if (rate === null) return `nothing to compare with ${other}`;
  const [low, high] = interval.map(percent);
  const than =
    verdict === undefined ? `against ${other}` : verdict === 'no real difference' ? `${verdict} to ${other}` : `${verdict} than ${other}`;
  return `${than}: wins ${percent(rate)} % (95 %: ${low} to ${high} %, n = ${n}), ${tally(counts)}`;
}

function standing({ name, strength, interval, elo, ...counts }: StandingDocument, place: number, width: number): string {
  const label = cut(name, NAME).padEnd(width);
  if (strength === null || interval === null || elo === null) return `  -  ${label}  compared with nothing`;
  const [low, high] = interval;
  return `${String(place).padStart(3)}  ${label}  ${signed(strength).padStart(5)} (95 %: ${signed(low)} to ${signed(high)})  Elo ${Math.round(elo)}  ${tally(counts)}`;
}

function sameInBothOrders({ judged, disagreed }: RankingDocument['pairs']): string {
  return `${judged - disagreed} of ${counted(judged, 'judged pair')} had the same outcome in both orders${disagreed === 0 ? '' : '; the others are ties'}`;
}

function tally({ wins, ties, losses }: { readonly wins: number; readonly ties: number; readonly losses: number }): string {
  return `${wins} won, ${ties} tied, ${losses} lost`;
}

function facts({ model, judge, comparer, calls, usage, cost_usd: cost }: RankingDocument): string {
  return [
    model,
    `judge ${judge} by ${comparer}`,
    counted(calls, 'call'),
    `${usage.prompt_tokens} + ${usage.completion_tokens} tokens`,
    cost === null ? 'price unknown' : `$${cost.toFixed(4)}`,
  ].join(' · ');
}

function firstReason({ rows }: RankingDocument): string {
  const error = rows.find(({ outcome }) => outcome === null)?.error;
  return error === undefined ? '' : `: ${cut(error.message.replace(/\s+/g, ' '), 70)}`;
}

function percent(share: number): number {
  return Math.round(100 * share);
}
