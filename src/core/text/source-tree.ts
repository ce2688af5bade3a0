import type { JsonValue } from './json-schema.js';

/** A piece of a text file as a tree, with its place: what an editor needs to know of YAML, without its library. Offsets are 0-based. */
export type SourceNode = SourceMap | SourceList | SourceValue;

interface Placed {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

export interface SourceMap extends Placed {
  readonly kind: 'map';
  readonly entries: readonly SourceEntry[];
}

export interface SourceList extends Placed {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

export interface SourceValue extends Placed {
  readonly kind: 'value';
  readonly value: string | number | boolean | null;
}

/** One key of a map and what stands behind it. */
export interface SourceEntry extends Placed {
  readonly key: string;
  /** Behind the key. */
  readonly keyEnd: number;
  readonly value: SourceNode;
}

/** Keys and 0-based positions from the top. */
export type SourcePath = readonly (string | number)[];

/** What stands at an offset. */
export interface Spot extends Placed {
  readonly path: SourcePath;
  readonly role: 'key' | 'value';
  readonly node: SourceNode;
}

/** Where something is about to be written: the word at the cursor, and what surrounds it. */
export interface WritingPlace extends Placed {
  /** Of the map that a key belongs to, or of the value. */
  readonly path: SourcePath;
  readonly role: 'key' | 'value';
  /** Keys that the map of a key has already. */
  readonly keys: readonly string[];
  /** In brackets, where all stands on one line. */
  readonly isFlow: boolean;
  /** The first thing of a list's entry that has nothing else yet. */
  readonly isNewItem: boolean;
  /** A new entry of the list above, whose "- " is not written yet. */
  readonly needsDash: boolean;
  /** In quotes. */
  readonly isQuoted: boolean;
  /** A colon follows. */
  readonly hasColon: boolean;
  /** Characters between the indentation of the line and its first word: the dashes of a list, with their blanks. */
  readonly indent: number;
  /** The key of a list that a dash in this place, at the beginning of a line, would go on with. */
  readonly listAbove: string | undefined;
}

/** The value of a key, or undefined. */
export function valueAt(node: SourceNode | undefined, key: string): SourceNode | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;
}

/** The value of a key when it is a text; undefined otherwise. */
export function textAt(node: SourceNode | undefined, key: string): string | undefined {
  const value = valueAt(node, key);
  return value?.kind === 'value' && typeof value.value === 'string' ? value.value : undefined;
}

/** The tree as plain data. */
export function plainOf(node: SourceNode): JsonValue {
  if (node.kind === 'value') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
}

/** The key or value that an offset is in, the deepest one. */
export function spotAt(root: SourceNode | undefined, offset: number): Spot | undefined {
  const path: (string | number)[] = [];
  for (let node = root; node !== undefined; ) {
    if (node.kind === 'value') {
      return node.start <= offset && offset <= node.end ? { path, role: 'value', node, start: node.start, end: node.end } : undefined;
    }
    if (node.kind === 'list') {
      const index: number = node.items.findLastIndex(({ start, end }) => start <= offset && offset <= end);
      if (index < 0) return undefined;
      path.push(index);
      node = node.items[index];
      continue;
    }
    const entry: SourceEntry | undefined = node.entries.findLast(({ start, end }) => start <= offset && offset <= end);
    if (entry === undefined) return undefined;
    path.push(entry.key);
    if (offset <= entry.keyEnd) return { path, role: 'key', node: entry.value, start: entry.start, end: entry.keyEnd };
    node = entry.value;
  }
  return undefined;
}

/** The entry whose key begins at an offset, wherever it is. */
export function entryAt(root: SourceNode | undefined, offset: number): SourceEntry | undefined {
  if (root === undefined || root.kind === 'value') return undefined;
  if (root.kind === 'list') {
    const item = root.items.findLast(({ start, end }) => start <= offset && offset <= end);
    return entryAt(item, offset);
  }
  const entry = root.entries.findLast(({ start, end }) => start <= offset && offset <= end);
  return entry === undefined || entry.start === offset ? entry : entryAt(entry.value, offset);
}
