/** A text in which git left both sides of a merge. */
export interface MergeConflict {
  /** The whole text of the branch that was merged into, and of the one that was merged. */
  readonly ours: string;
  readonly theirs: string;
  /** What git calls the sides: `HEAD`, a branch. */
  readonly oursName: string;
  readonly theirsName: string;
  /** 1-based line of the first mark. */
  readonly line: number;
}

const MARK = /^(<{7}|\|{7}|={7}|>{7})(?: (.*?))?\r?$/;

/**
 * Takes a text apart at git's conflict marks (git-merge, "How conflicts are presented"; also with the common ancestor between them, as
 * `diff3` and `zdiff3` leave it).
 * @returns undefined for a text without marks
 */
export function mergeConflictIn(text: string): MergeConflict | undefined {
  // Nearly every text has none, and need not be cut into lines.
  if (!/^<{7}(?: |\r?$)/m.test(text)) return undefined;
  const ours: string[] = [];
  const theirs: string[] = [];
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  let names: [ours: string, theirs: string] = ['', ''];
  let line = 0;
  for (const [index, content] of text.split('\n').entries()) {
    const [, mark = '', name = ''] = MARK.exec(content) ?? [];
    if (mark.startsWith('<') && side === 'both') {
      side = 'ours';
      line ||= index + 1;
      names = [names[0] || name, names[1]];
    } else if (mark.startsWith('|') && side === 'ours') side = 'base';
    else if (mark.startsWith('=') && (side === 'ours' || side === 'base')) side = 'theirs';
    else if (mark.startsWith('>') && side === 'theirs') {
      side = 'both';
      names = [names[0], names[1] || name];
    } else {
      if (side === 'both' || side === 'ours') ours.push(content);
      if (side === 'both' || side === 'theirs') theirs.push(content);
    }
  }
  const [oursName, theirsName] = names;
  return { ours: ours.join('\n'), theirs: theirs.join('\n'), oursName: oursName || 'ours', theirsName: theirsName || 'theirs', line };
}
