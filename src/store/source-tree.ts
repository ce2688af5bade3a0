import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { SourceEntry, SourceNode, SourcePath, WritingPlace } from '../core/text/source-tree.js';
import { isYamlNode, keyOf } from './yaml-places.js';

/** Deeper than any signature; the parser itself gives up far below. */
const MAX_DEPTH = 64;
/** Stands for the word at the cursor while its place is looked for. */
const MARK = 'zzAtelierCursorzz';
/** What belongs to the word at the cursor. */
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_.-]*$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_.-]*(?:\[\])?/u;

/** Reads YAML as far as it gives a tree: a text that is being written is broken most of the time. */
export function readSourceTree(text: string): SourceNode | undefined {
  return new TreeBuilder(text).nodeOf(parse(text).contents, 0);
}

/**
 * Where the cursor is in a YAML text, also in one that is not valid there: a word of our own is put at the cursor, and looked for in
 * what the parser makes of it.
 * @param offset 0-based
 * @returns undefined in comments, in longer texts, and where no place can be told
 */
export function writingPlaceAt(text: string, offset: number): WritingPlace | undefined {
  const start = offset - (WORD_BEFORE.exec(text.slice(Math.max(0, offset - 200), offset))?.[0].length ?? 0);
  const end = offset + (WORD_AFTER.exec(text.slice(offset, offset + 200))?.[0].length ?? 0);
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const after = text.slice(end);
  const hasColon = /^["']?[ \t]*:/.test(after);
  const isQuoted = /["']$/.test(line) && /^["']/.test(after);
  const isFirst = /^\s*(?:-\s+)*$/.test(line);
  // Without a colon of its own the first word of a line would become one key with the line below.
  const word = isFirst && !hasColon ? `${MARK}: ` : MARK;
  const mark = (before: string) => findMark(parse(`${text.slice(0, start)}${before}${word}${after}`));
  const base = { start, end, hasColon, isQuoted };
  const found = mark('');
  const isLost = found !== undefined && isFirst && !found.isFlow && found.column !== undefined && found.column < line.length;
  if (found !== undefined && !isLost) return { ...found, ...base, needsDash: false };
  if (!isFirst || line.trim() !== '') return undefined;
  const item = mark('- ');
  return item?.isNewItem === true ? { ...item, ...base, needsDash: true } : undefined;
}

type Found = Pick<WritingPlace, 'path' | 'role' | 'keys' | 'isFlow' | 'isNewItem'> & {
  /** Of a key in block style: where the keys of its map begin in their lines. */
  readonly column: number | undefined;
};

function findMark({ contents, source }: Parsed): Found | undefined {
  const columnOf = (at: number) => at - (source.lastIndexOf('\n', at - 1) + 1);
  const search = (node: unknown, path: SourcePath, isFlow: boolean, depth: number): Found | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    if (isScalar(node)) {
      if (node.value !== MARK) return undefined;
      const isNewItem = typeof path.at(-1) === 'number' || path.length === 0;
      return { path, role: 'value', keys: [], isFlow, isNewItem, column: undefined };
    }
    const flow = isFlow || ((isMap(node) || isSeq(node)) && node.flow === true);
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const found = search(item, [...path, index], flow, depth + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (!isMap(node)) return undefined;
    const keys = node.items.map(keyOf);
    if (keys.includes(MARK)) {
      const others = keys.filter((key) => key !== MARK);
      const column = flow ? undefined : columnOf(node.range?.[0] ?? 0);
      const isNewItem = others.length === 0 && typeof path.at(-1) === 'number' && !flow;
      return { path, role: 'key', keys: others, isFlow: flow, isNewItem, column };
    }
    for (const pair of node.items) {
      const found = search(pair.value, [...path, keyOf(pair)], flow, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(contents, [], false, 0);
}

interface Parsed {
  readonly contents: Document['contents'];
  readonly source: string;
}

function parse(source: string): Parsed {
  const { contents } = parseDocument(source, {
    prettyErrors: false,
    schema: 'core',
    uniqueKeys: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  return { contents, source };
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
