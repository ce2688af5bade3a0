import { isMap, isScalar, isSeq } from 'yaml';
import type { SourceEntry, SourceNode } from '../core/text/source-tree.js';
import { isYamlNode } from './yaml-places.js';

/** Deeper than any signature; the parser itself gives up far below. */
const MAX_DEPTH = 64;

/** The tree of a YAML text, as far as the parser made one of it: a text that is being written is broken most of the time. */
export function sourceTreeOf(text: string, contents: unknown): SourceNode | undefined {
  return new TreeBuilder(text).nodeOf(contents, 0);
}

class TreeBuilder {
  constructor(private readonly text: string) {}

  /** @param place where the node would stand: what is left out has a place, too */
  nodeOf(node: unknown, depth: number, place = 0): SourceNode | undefined {
    if (!isYamlNode(node) || depth > MAX_DEPTH) return undefined;
    const [start = place, behind = start] = node.range ?? [];
    const end = this.trimmed(start, behind);
    if (isMap(node)) return { kind: 'map', start, end, entries: node.items.flatMap((pair) => this.entryOf(pair.key, pair.value, depth)) };
    if (isSeq(node)) return { kind: 'list', start, end, items: node.items.map((item) => this.nodeOf(item, depth + 1) ?? nothing(start)) };
    // An alias stands for something that is written elsewhere: there is nothing to point at here.
    if (!isScalar(node)) return { kind: 'value', start, end, value: null };
    const { value } = node;
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
    return { kind: 'value', start, end, value: known };
  }

  private entryOf(key: unknown, value: unknown, depth: number): SourceEntry[] {
    if (!isScalar(key) || key.range === undefined || key.range === null) return [];
    const [start, keyEnd] = key.range;
    const node = this.nodeOf(value, depth + 1, keyEnd) ?? nothing(keyEnd);
    return [{ key: String(key.value), start, keyEnd, end: Math.max(keyEnd, node.end), value: node }];
  }

  /** The library counts the line break behind a block to it. */
  private trimmed(start: number, end: number): number {
    let at = end;
    while (at > start && /\s/.test(this.text.charAt(at - 1))) at--;
    return at;
  }
}

function nothing(at: number): SourceNode {
  return { kind: 'value', start: at, end: at, value: null };
}
