import type { EvaluationDocument } from '../evaluation/document.js';
import type { ObjectiveMean } from '../evaluation/objectives.js';
import type { Version, VersionScore } from './version.js';
import type { VersionFacts } from './version-facts.js';

/** A score of a version that was measured after it was saved. */
export interface ScoreRecord {
  /** Of the version: a number alone may mean another one after a merge. */
  readonly hash: string;
  readonly number: number;
  readonly score: VersionScore;
  /** ISO 8601. */
  readonly when: string;
  readonly who: string;
}

/**
 * The score that an evaluation gives a version; undefined when there is none, or the run ended early and so is of other rows than it
 * seems.
 */
export function scoreOf(document: EvaluationDocument): VersionScore | undefined {
  const { metric, model, data, score, interval, n, failures, objectives, leaked, stopped } = document;
  if (score === null || stopped !== undefined) return undefined;
  return {
    ...{ metric, model, file: data.file, sha256: data.sha256, score, interval, n, failures, leaked: leaked > 0 },
    ...(data.split === null ? {} : { split: data.split }),
    perCall: perCallOf(objectives),
  };
}

/** What an answer takes beside its score, as versions keep it. */
export function perCallOf(objectives: readonly Pick<ObjectiveMean, 'name' | 'mean'>[]): VersionScore['perCall'] {
  const means = new Map(objectives.map(({ name, mean }) => [name, mean]));
  const [tokens, usd] = [means.get('tokens'), means.get('cost_usd')];
  return { ...(tokens === undefined ? {} : { tokens }), ...(usd === undefined ? {} : { usd }) };
}

/** The last score of each version, by its hash. @param records in the order in which they were made */
export function lastScores(records: readonly ScoreRecord[]): ReadonlyMap<string, VersionScore> {
  return new Map(records.map(({ hash, score }) => [hash, score]));
}

/** A version with the score that was measured last, in place of the one that it was saved with. */
export function withScore<T extends Version | VersionFacts>(version: T, scores: ReadonlyMap<string, VersionScore>): T {
  const own = scores.get(version.hash);
  if (own === undefined) return version;
  const scored = { ...version, scores: { ...version.scores, own } };
  return 'leaked' in version ? { ...scored, leaked: own.leaked } : scored;
}
