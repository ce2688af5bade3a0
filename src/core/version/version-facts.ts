import { isLeaked } from './promotion.js';
import type { Version } from './version.js';

/** What lists and trees show of a version; its texts and demos are read when it is opened. */
export interface VersionFacts
  extends Pick<
    Version,
    | 'number'
    | 'scope'
    | 'parents'
    | 'parentHashes'
    | 'created'
    | 'author'
    | 'note'
    | 'module'
    | 'student'
    | 'teacher'
    | 'scores'
    | 'cost'
    | 'hash'
  > {
  /** The optimizer's name; undefined when a person wrote it. */
  readonly optimizer: string | undefined;
  readonly demos: number;
  /** Its own score came from rows that it was made from. */
  readonly leaked: boolean;
}

export function factsOf(version: Version): VersionFacts {
  const { number, scope, parents, parentHashes, created, author, note, module, student, teacher, scores, cost, hash } = version;
  const leaked = scores.own !== undefined && isLeaked(version, scores.own);
  return {
    ...{ number, scope, parents, parentHashes, created, author, note, module, student, teacher, scores, cost, hash },
    ...{ optimizer: version.optimizer?.name, demos: version.demos.length, leaked },
  };
}
