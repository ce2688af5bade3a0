import { type Document, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import type { SourceNode, SourcePath, WritingPlace } from '../core/text/source-tree.js';
import { sourceTreeOf } from './source-tree.js';
import { keyOf } from './yaml-places.js';

/** Deeper than any signature; the parser itself gives up far below. */
const MAX_DEPTH = 64;
/** Stands for the word at the cursor while its place is looked for. */
const MARK = 'zzAtelierCursorzz';
/** What belongs to the word at the cursor. */
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_.-]*$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_.-]*(?:\[\])?/u;
/** Behind an open bracket, or a bar, of a type the next word begins. */
const IN_TYPE = /\[[^\]]*$|\|\s*$/;

/** The place of the cursor, and the tree of the text around it. */
export interface Writing {
  readonly place: WritingPlace;
  readonly root: SourceNode | undefined;
}

/**
 * Where the cursor is in a YAML text, also in one that is not valid there: a word of our own is put at the cursor, and looked for in
 * what the parser makes of it.
 * @param offset 0-based
 * @returns undefined in comments, in blocks of text, and where no place can be told
 */
export function writingAt(text: string, offset: number): Writing | undefined {
  const start = offset - (WORD_BEFORE.exec(text.slice(Math.max(0, offset - 200), offset))?.[0].length ?? 0);
  const end = offset + (WORD_AFTER.exec(text.slice(offset, offset + 200))?.[0].length ?? 0);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(lineStart, start);
  const after = text.slice(end);
  const hasColon = /^["']?[ \t]*:/.test(after);
  const isQuoted = /["']$/.test(line) && /^["']/.test(after);
  const isFirst = /^\s*(?:-\s+)*$/.test(line);
  // Without a colon of its own the first word of a line would become one key with the line below.
  const word = isFirst && !hasColon ? `${MARK}: ` : MARK;
  const mark = (before: string) => {
    const source = `${text.slice(0, start)}${before}${word}${after}`;
    const contents = parse(source);
    return { found: findMark(contents, source), root: () => sourceTreeOf(source, contents) };
  };
  const indent = isFirst ? line.trimStart().length : 0;
  const base = { start, end, hasColon, isQuoted, indent, needsDash: false, listAbove: undefined };
  const { found, root } = mark('');
  const isLost = found !== undefined && isFirst && !found.isFlow && found.column !== undefined && found.column < line.length;
  if (found !== undefined && !isLost) {
    const { text: around, column, ...place } = found;
    const listAbove = line === '' && place.role === 'key' && place.path.length === 0 ? dashedList(text.slice(0, lineStart)) : undefined;
    const stretch =
      around === undefined ? {} : { start: around.start, end: around.end - MARK.length + end - start, isQuoted: around.isQuoted };
    return { place: { ...base, ...place, ...stretch, listAbove }, root: root() };
  }
  if (!isFirst || line.trim() !== '') return undefined;
  const item = mark('- ');
  if (item.found?.isNewItem !== true) return undefined;
  const { text: _, column, ...place } = item.found;
  return { place: { ...base, ...place, needsDash: true }, root: item.root() };
}

type Found = Pick<WritingPlace, 'path' | 'role' | 'keys' | 'isFlow' | 'isNewItem'> & {
  /** Of a key in block style: where the keys of its map begin in their lines. */
  readonly column: number | undefined;
  /** The text that the word is only a part of, within its line and its quotes. */
  readonly text?: { readonly start: number; readonly end: number; readonly isQuoted: boolean };
};

function findMark(contents: unknown, source: string): Found | undefined {
  const columnOf = (at: number) => at - (source.lastIndexOf('\n', at - 1) + 1);
  const search = (node: unknown, path: SourcePath, isFlow: boolean, depth: number): Found | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    if (isScalar(node)) return inScalar(node, path, isFlow, source);
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

/** A value, or a text with blanks: that is replaced as a whole. */
function inScalar({ value, type, range }: Scalar, path: SourcePath, isFlow: boolean, source: string): Found | undefined {
  if (typeof value !== 'string' || !value.includes(MARK)) return undefined;
  const base = { path, role: 'value', keys: [], isFlow, column: undefined } as const;
  if (value === MARK) return { ...base, isNewItem: typeof path.at(-1) === 'number' || path.length === 0 };
  if (type?.startsWith('BLOCK') === true || range === undefined || range === null) return undefined;
  const isQuoted = type !== 'PLAIN';
  const start = range[0] + (isQuoted ? 1 : 0);
  const at = source.indexOf(MARK, start);
  const before = source.slice(start, at);
  if (before.includes('\n')) return undefined;
  const isClosed = isQuoted && range[1] > start && source[range[1] - 1] === source[range[0]];
  const line = /[\r\n]/.exec(source.slice(at))?.index ?? source.length - at;
  const end = Math.min(range[1] - (isClosed ? 1 : 0), at + line);
  const part = IN_TYPE.test(before) ? { start: at, end: at + MARK.length } : { start, end };
  return { ...base, isNewItem: false, text: { ...part, isQuoted } };
}

/** The key of a list whose entries begin in the first column, when the text ends in such an entry. */
function dashedList(above: string): string | undefined {
  const lines = above.split('\n');
  let isList = false;
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] ?? '';
    if (/^(?:\s|#|$)/.test(line)) continue;
    if (!/^-(?:\s|$)/.test(line)) return isList ? /^["']?([\w-]+)["']?\s*:/.exec(line)?.[1] : undefined;
    isList = true;
  }
  return undefined;
}

function parse(source: string): Document['contents'] {
  return parseDocument(source, { prettyErrors: false, schema: 'core', uniqueKeys: false, stringKeys: true, logLevel: 'silent' }).contents;
}
