import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** The key of an entry as text; '' for a key that is not a word. */
export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** True for what a file wrote: a map, a list, a value or an alias. */
export function isYamlNode(node: unknown): node is Node {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
}

/** The 1-based line at which a node starts; 1 for what is not written in the file. */
export function lineOf(node: unknown, counter: LineCounter): number {
  const range = isYamlNode(node) ? node.range : undefined;
  return range === undefined || range === null ? 1 : counter.linePos(range[0]).line;
}

/**
 * The line of the deepest part of `place` below an entry that is written in the file: behind an alias there is nothing to point at.
 * @param place keys and 0-based positions
 */
export function lineAt(pair: Pair, place: readonly (string | number)[], counter: LineCounter): number {
  let line = lineOf(pair.key, counter);
  let node: unknown = pair.value;
  for (const step of place) {
    if (isMap(node)) {
      const next: Pair | undefined = node.items.find((item) => keyOf(item) === step);
      if (next === undefined) break;
      line = lineOf(next.key, counter);
      node = next.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      line = lineOf(node, counter);
    } else break;
  }
  return line;
}

/** Where the deepest part of a path that is written in the file begins. */
export function offsetAt(root: Node | null, place: readonly (string | number)[]): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const step of place) {
    if (isMap(node)) {
      const next: Pair | undefined = node.items.find((item) => keyOf(item) === step);
      if (next === undefined) break;
      offset = isYamlNode(next.key) ? (next.key.range?.[0] ?? offset) : offset;
      node = next.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = isYamlNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else break;
  }
  return offset;
}
