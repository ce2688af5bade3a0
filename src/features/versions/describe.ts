import { scoreText } from '../../core/evaluation/wording.js';
import { ageText } from '../../core/text/age.js';
import { differenceOf } from '../../core/version/promotion.js';
import type { VersionScore } from '../../core/version/version.js';
import type { VersionFacts } from '../../core/version/version-facts.js';
import { versionName } from '../../core/version/version-name.js';

/** How a version stands: an icon, and the words for those who do not see it. */
export interface VersionState {
  readonly icon: string;
  readonly color: string | undefined;
  readonly words: string;
}

/**
 * How a version stands, beside the one that it was made from.
 * @param stale why its score says nothing about today, in sentences
 */
export function versionState(facts: VersionFacts, parent: VersionFacts | undefined, stale: readonly string[] = []): VersionState {
  const { own } = facts.scores;
  if (own === undefined) return { icon: 'circle-outline', color: undefined, words: 'untested' };
  if (facts.leaked) {
    return { icon: 'warning', color: 'list.warningForeground', words: 'its score came from rows that it was made from' };
  }
  if (stale.length > 0) return { icon: 'history', color: 'list.warningForeground', words: `its score is stale: ${stale.join(' ')}` };
  const verdict = differenceOf(facts.scores.baseline ?? parent?.scores.own, own)?.verdict;
  const than = parent === undefined ? 'than its baseline' : `than ${versionName(parent.number)}`;
  if (verdict === 'better') return { icon: 'arrow-up', color: 'testing.iconPassed', words: `better ${than}` };
  if (verdict === 'worse') return { icon: 'arrow-down', color: 'testing.iconFailed', words: `worse ${than}` };
  if (verdict === 'no real difference') return { icon: 'dash', color: undefined, words: 'no real difference from where it came from' };
  return { icon: 'beaker', color: undefined, words: 'measured' };
}

/** `0.81 ±0.04` */
function shortScore({ score, interval: [low, high] }: VersionScore): string {
  return `${scoreText(score)} ±${((high - low) / 2).toFixed(2)}`;
}

/** What a line of the tree and its tooltip say of a version. */
export function describeVersion(
  facts: VersionFacts,
  labels: readonly string[],
  now: Date,
  isStale = false,
): { readonly line: string; readonly details: readonly string[] } {
  const { own } = facts.scores;
  const usd = own?.perCall.usd;
  const age = ageText(facts.created, now);
  // Beside the score, where a narrow view does not cut it off.
  const doubt = `${facts.leaked ? ' leaked' : ''}${isStale ? ' stale' : ''}`;
  const line = [
    ...labels,
    ...(own === undefined ? [] : [`${shortScore(own)}${doubt}`]),
    ...(usd === undefined || usd === 0 ? [] : [`$${Number(usd.toPrecision(2))} a call`]),
    facts.author,
    age,
  ].join(' · ');
  const details = [
    ...(own === undefined
      ? ['No score yet.']
      : [
          `${own.metric} on ${own.file}${own.split === undefined ? '' : `, ${own.split}`} with ${own.model}: ${shortScore(own)}, n = ${own.n}, ${own.failures} failed`,
          ...(own.perCall.tokens === undefined ? [] : [`${Math.round(own.perCall.tokens)} tokens a call`]),
        ]),
    ...(facts.parents.length === 0 ? [] : [`Made from ${facts.parents.map(versionName).join(', ')}`]),
    `${facts.demos} ${facts.demos === 1 ? 'demo' : 'demos'}${facts.optimizer === undefined ? '' : `, by ${facts.optimizer}`}`,
    ...(facts.note === undefined ? [] : [facts.note]),
    `${facts.author}, ${facts.created}`,
  ];
  return { line, details };
}
